"""Kills applies of eight files: ``python -m tests.faults.pairs PAIRS MOMENTS SEED``.

A pair is a kill of an apply at one of its points and then one of the recovery at one of its own; a
moment is a kill at any time. This process has imported everything and forks those who are killed,
so that a kill costs milliseconds. With ``-1`` for the pairs the recovery is a friend that forgets
the journal: what looks at the tree must find it mixed, and once is enough.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.ports import Replacement
from codeframe_tui.ports.points import passing
from tests.contract.test_apply import lay, left_over, seen

Crash = Callable[[str], None]
TIMED = 5
"""Applies; a moment is one of what they take in the middle."""
LATE = 9
"""Moments a kill that may come too late: the machine may have been busier when it was timed."""
OLD: dict[str, tuple[str, bytes] | None] = {
    **{f"src/m{n}.py": ("100644", b"old\n" * 50) for n in range(3)},
    **{f"gone/d{n}.py": ("100644", b"old\n") for n in range(2)},
    **{f"new/deep/c{n}.py": None for n in range(3)},
}
NEW: dict[str, tuple[str, bytes] | None] = {
    path: None if path.startswith("gone") else ("100755", b"new\n" * 50) for path in OLD
}
WISH = [Replacement(path, OLD[path], NEW[path]) for path in OLD]


@dataclass
class Found:
    """What was seen after the kills.

    Attributes:
        moments: in which an apply was killed.
        late: moments in which it was over, which are none of them.
    """

    points: int = 0
    pairs: int = 0
    moments: int = 0
    late: int = 0
    mixed: int = 0
    left: int = 0


class Place:
    """A project and a state folder, and whether names are exchanged."""

    def __init__(self, folder: Path, *, swap: bool) -> None:
        self.swap = swap
        self.project, self.state = folder / "project", folder / "state"
        lay(self.project, {path: side for path, side in OLD.items() if side})
        self.old = seen(self.project)

    def tree(self, crash: Crash = passing) -> JournalledTree:
        return JournalledTree(self.project, self.state, crash=crash, swap=self.swap)

    def apply(self, crash: Crash = passing) -> None:
        asyncio.run(_applied(self.tree(crash)))

    def recover(self, crash: Crash = passing) -> None:
        asyncio.run(_recovered(self.tree(crash)))


async def _applied(tree: JournalledTree) -> None:
    await tree.replace("d", WISH)


async def _recovered(tree: JournalledTree) -> None:
    await tree.recover()


@contextmanager
def fresh(*, swap: bool = True) -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        yield Place(Path(folder), swap=swap)


def forked(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(code)
    return pid


def was_killed(pid: int) -> bool:
    """Whether a child of ours was; else it has to end well."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in {0, -signal.SIGKILL}, f"a child ended with {code}"
    return code != 0


def span() -> float:
    """Seconds that an apply takes in a child."""
    found = []
    for _ in range(TIMED):
        with fresh() as place:
            began = time.monotonic()
            assert not was_killed(forked(place.apply))
            found.append(time.monotonic() - began)
    return statistics.median(found)


def killed_at(work: Callable[[Crash], None], point: str) -> bool:
    """Whether a child of ours died there."""

    def crash(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return was_killed(forked(lambda: work(crash)))


def points_of(work: Callable[[Crash], None]) -> list[str]:
    """All that it passes."""
    passed: list[str] = []
    work(passed.append)
    return list(dict.fromkeys(passed))


def look(place: Place, new: dict[str, tuple[int, bytes] | None], found: Found) -> None:
    now = seen(place.project)
    found.mixed += now not in (place.old, new)
    found.left += bool(left_over(place.state))


def main(pairs: int, moments: int, seed: int) -> Found:
    """Kill so many, look after each."""
    chance, found = random.Random(seed), Found()
    with fresh() as place:
        steps = points_of(place.apply)
        new = seen(place.project)
    with fresh() as place:
        assert killed_at(place.apply, "apply.journal")
        again = points_of(place.recover)
    found.points = len(steps)
    if pairs < 0:
        forgetful(steps, new, found)
        return found
    every = list(product(steps, again, (True, False)))
    chance.shuffle(every)
    while found.pairs < pairs:
        first, second, swap = every.pop()
        with fresh(swap=swap) as place:
            assert killed_at(place.apply, first)
            found.pairs += killed_at(place.recover, second)
            place.recover()
            look(place, new, found)
    longest = span() if moments else 0.0
    while found.moments < moments and found.late <= LATE * moments:
        with fresh() as place:
            pid = forked(place.apply)
            time.sleep(chance.uniform(0, longest))
            os.kill(pid, signal.SIGKILL)
            if was_killed(pid):
                found.moments += 1
            else:
                found.late += 1
            place.recover()
            look(place, new, found)
    return found


def forgetful(steps: list[str], new: dict[str, tuple[int, bytes] | None], found: Found) -> None:
    for step in steps:
        if found.mixed:
            return
        with fresh() as place:
            killed_at(place.apply, step)
            shutil.rmtree(place.state)
            place.recover()
            look(place, new, found)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(main(*map(int, sys.argv[1:])))))
