"""What a durable, journalled apply of ten files costs beside ten plain durable writes.

``python -m benchmarks.apply [--gate]``; with ``--gate`` exit 1 when the median apply takes more
than 4 times as long as write, fsync and rename of the same ten files, each with its folder synced,
or the recovery of an apply of 1,000 files longer than as many of those.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.ports import Replacement

FILES, BYTES, ROUNDS, GATE = 10, 4_096, 40, 4.0
MANY = 1_000


class Death(BaseException):
    """Ends an apply as a kill would."""


def paths(files: int = FILES) -> list[str]:
    return [f"src/part{number % 3}/file{number}.py" for number in range(files)]


def content(number: int, turn: int) -> bytes:
    return f"# file {number}, turn {turn}\n".encode().ljust(BYTES, b"x")


def plain(root: Path, turn: int, files: int = FILES) -> float:
    """Seconds of writes that a power cut cannot tear, without all or nothing."""
    began = time.perf_counter()
    for number, path in enumerate(paths(files)):
        target = root / path
        temporary = target.with_suffix(".new")
        with temporary.open("wb") as file:
            file.write(content(number, turn))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(folder)
        os.close(folder)
    return time.perf_counter() - began


def wish_of(turn: int, files: int = FILES) -> list[Replacement]:
    return [
        Replacement(path, ("100644", content(number, turn - 1)), ("100644", content(number, turn)))
        for number, path in enumerate(paths(files))
    ]


def recovered(root: Path, state: Path) -> float:
    """Seconds of the start after an apply that died when its journal was written."""

    def die(point: str) -> None:
        if point == "apply.journal":
            raise Death

    with suppress(Death):
        asyncio.run(JournalledTree(root, state, crash=die).replace("many", wish_of(1, MANY)))
    began = time.perf_counter()
    ends = asyncio.run(JournalledTree(root, state).recover())
    assert ends == {"many": "new"}, ends
    return time.perf_counter() - began


def journalled(tree: JournalledTree, turn: int) -> float:
    wish = wish_of(turn)
    began = time.perf_counter()
    asyncio.run(tree.replace(f"turn-{turn}", wish))
    return time.perf_counter() - began


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        rival, ours, killed = (Path(folder, name) for name in ("rival", "ours", "killed"))
        for root in (rival, ours, killed):
            for number, path in enumerate(paths(FILES if root == ours else MANY)):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(content(number, 0))
        tree = JournalledTree(ours, Path(folder, "state"))
        times = [(plain(rival, turn), journalled(tree, turn)) for turn in range(1, ROUNDS + 1)]
        many = plain(rival, 1, MANY), recovered(killed, Path(folder, "state of many"))
    low, high = (statistics.median(column) for column in zip(*times[2:], strict=True))
    print(f"| {FILES} files of {BYTES} bytes, {ROUNDS} rounds | ms, median |")
    print("|---|---:|")
    print(f"| write, fsync, rename, fsync of the folder | {low * 1e3:.1f} |")
    print(f"| journalled apply | {high * 1e3:.1f} |")
    print(f"| ratio (gate {GATE}) | {high / low:.2f} |")
    print(f"| as many plain writes of {MANY} files | {many[0] * 1e3:.0f} |")
    print(f"| recovery of {MANY} files (gate: as many plain writes) | {many[1] * 1e3:.0f} |")
    return int("--gate" in sys.argv and (high / low > GATE or many[1] > many[0]))


if __name__ == "__main__":
    sys.exit(main())
