"""Takes each guard of safety away in turn and shows which test turns red: ``make mutate``.

A guard is a case of ``corpora/guards.toml``: a piece of the program's text and what stands in its
place without it. That is done in a copy of the program, in which the named tests run; what turns
red must be green again with the guard. ``python -m tests.security.guards [WORDS]`` takes those with
these words in their names; ``--write`` keeps what was shown when it takes all of them.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.architecture import guards as document
from tests.architecture import reliability
from tests.contract.sandbox_room import descendants
from tests.e2e.remains import adopt
from tests.security.cases import cases
from tests.torture.goals import Result, keep

ROOT = Path(__file__).parents[2]
PACKAGE = "codeframe_tui"
LEFT_OUT = ("__pycache__", "__snapshots__", ".*")
LONGEST = 600
"""Seconds; a test that hangs without a guard is red too."""
_RED = re.compile(r"^(?:FAILED|ERROR) (tests/[^:]+::.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Guard:
    """A piece of the program, and what stands in its place without it.

    Attributes:
        file: below the package.
        old: text that stands once in it.
        test: file below `tests`, or one test in it, that sees the difference.
    """

    id: str
    file: str
    old: str
    new: str
    test: str

    def removed(self, root: Path = ROOT) -> str:
        """The text of the file without the guard. Raises: ValueError, when it is not there."""
        text = (root / PACKAGE / self.file).read_text()
        if text.count(self.old) != 1:
            raise ValueError(f"{self.id}: stands {text.count(self.old)} times in {self.file}")
        return text.replace(self.old, self.new)


def guards() -> list[Guard]:
    """All of them."""
    return [Guard(**case) for case in cases("guards")]


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the program and its tests."""
    with tempfile.TemporaryDirectory(prefix="cft-guards-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        yield copy


def red_without(guard: Guard, copy: Path) -> str:
    """The first test that turns red without a guard; empty when none does."""
    file = copy / PACKAGE / guard.file
    whole = file.read_text()
    _put(file, guard.removed(copy))
    try:
        red = first_red(copy, guard.test)
    finally:
        _put(file, whole)
    if red and first_red(copy, red.partition("[")[0]):
        raise ValueError(f"{guard.id}: {red} is red with it, too")
    return red


def first_red(copy: Path, test: str) -> str:
    """Run tests in a copy; returns the first that fails. Raises: ValueError, when none can run."""
    argv = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "--tb=no", "-rfE"]
    environment: Mapping[str, str] = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "CODEFRAME_TUI_CI": "1",
    }
    try:
        done = subprocess.run(
            [*argv, f"tests/{test}"],
            cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return test
    red = _RED.search(done.stdout)
    if done.returncode == 0:
        if " passed" not in done.stdout:
            raise ValueError(f"{test}: nothing was tested here")
        return ""
    if done.returncode != 1 or red is None:
        raise ValueError(f"{test} does not run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return red[1].removeprefix("tests/")


def _put(file: Path, text: str) -> None:
    """Write a module, and forget what was compiled of it: a second may see both."""
    file.write_text(text)
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def taken_away(chosen: Sequence[Guard], *, write: bool = False) -> list[str]:
    """Print what turns red without each; returns those without which nothing does."""
    unseen = []
    with copied() as copy:
        for guard in chosen:
            try:
                red = red_without(guard, copy)
            except ValueError as error:
                _say(str(error))
                red = ""
            _say(f"{guard.id:64} {red or 'NOTHING TURNED RED'}")
            unseen += [] if red else [guard.id]
            _end_what_is_left()
            if write:
                write_down(guard, red)
    return unseen


def _end_what_is_left() -> None:
    """Where nothing is ended any more, we do it; it came to us (`adopt`)."""
    for pid in descendants(os.getpid()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def write_down(guard: Guard, red: str) -> None:
    """Put it in its row of the table."""
    rows = {**dict(document.rows("safety")), guard.id: f"`{red}`" if red else ""}
    document.write("safety", [(g.id, rows[g.id]) for g in guards() if rows.get(g.id)])


def told() -> Result:
    """What the table says of all guards."""
    seen = len(document.rows("safety"))
    today = datetime.now().astimezone().date().isoformat()
    by, what = ["tests.security.guards"], "guards taken away, a test turned red without each"
    return Result("G20", what, seen, len(guards()) - seen, "", by, today, "make mutate")


def main(arguments: list[str]) -> int:
    """Print what turned red; 1 when a guard can go unseen, 2 when none is meant."""
    words = " ".join(each for each in arguments if each != "--write")
    chosen = [guard for guard in guards() if words in guard.id]
    if not chosen:
        sys.stderr.write(f"no guard has `{words}` in its name\n")
        return 2
    write = "--write" in arguments and len(chosen) == len(guards())
    adopt()
    unseen = taken_away(chosen, write=write)
    _say(f"{len(chosen) - len(unseen)} of {len(chosen)} guards are seen when they are gone")
    if write:
        keep([told()], "G20")
        reliability.DOCUMENT.write_text(reliability.document())
    return int(bool(unseen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
