"""What a durable, journalled apply of ten files costs beside ten plain durable writes.

``python -m benchmarks.apply [--gate]``; with ``--gate`` exit 1 when the median apply takes more
than 4 times as long as write, fsync and rename of the same ten files, each with its folder synced.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.ports import Replacement

FILES, BYTES, ROUNDS, GATE = 10, 4_096, 40, 4.0


def paths() -> list[str]:
    return [f"src/part{number % 3}/file{number}.py" for number in range(FILES)]


def content(number: int, turn: int) -> bytes:
    return f"# file {number}, turn {turn}\n".encode().ljust(BYTES, b"x")


def plain(root: Path, turn: int) -> float:
    """Seconds of ten writes that a power cut cannot tear, without all or nothing."""
    began = time.perf_counter()
    for number, path in enumerate(paths()):
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


def journalled(tree: JournalledTree, turn: int) -> float:
    wish = [
        Replacement(path, ("100644", content(number, turn - 1)), ("100644", content(number, turn)))
        for number, path in enumerate(paths())
    ]
    began = time.perf_counter()
    asyncio.run(tree.replace(f"turn-{turn}", wish))
    return time.perf_counter() - began


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        rival, ours = Path(folder, "rival"), Path(folder, "ours")
        for root in (rival, ours):
            for number, path in enumerate(paths()):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(content(number, 0))
        tree = JournalledTree(ours, Path(folder, "state"))
        times = [(plain(rival, turn), journalled(tree, turn)) for turn in range(1, ROUNDS + 1)]
    low, high = (statistics.median(column) for column in zip(*times[2:], strict=True))
    print(f"| {FILES} files of {BYTES} bytes, {ROUNDS} rounds | ms, median |")
    print("|---|---:|")
    print(f"| write, fsync, rename, fsync of the folder | {low * 1e3:.1f} |")
    print(f"| journalled apply | {high * 1e3:.1f} |")
    print(f"| ratio (gate {GATE}) | {high / low:.2f} |")
    return int("--gate" in sys.argv and high / low > GATE)


if __name__ == "__main__":
    sys.exit(main())
