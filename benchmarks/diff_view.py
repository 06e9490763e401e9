"""CPU of opening a diff and of scrolling it, for few and for many changed lines.

``python -m benchmarks.diff_view [--gate]``; with ``--gate`` exit 1 when a page of a million changed
lines costs more than 1.15 times one of the few (the smallest of three runs each).
"""

from __future__ import annotations

import asyncio
import sys
import time

from tests.diff_documents import large
from tests.tui.diff_host import Host, until

PAGES = 60
GATE = 1.15


async def measure(lines: int) -> tuple[float, float, int]:
    """CPU ms to open, CPU ms of one page, and rows."""
    document = large(lines)
    app = Host()
    async with app.run_test(size=(200, 50)) as pilot:
        diff = await app.settled(pilot)
        start = time.process_time()
        diff.show(document)
        await until(pilot, lambda: diff.cursor > 0)
        await pilot.pause(0)
        opened = time.process_time() - start
        for _ in range(5):
            diff.action_page_down()
            await pilot.pause(0)
        start = time.process_time()
        for _ in range(PAGES):
            diff.action_page_down()
            await pilot.pause(0)
        paged = (time.process_time() - start) / PAGES
        return opened * 1000, paged * 1000, diff.count()


def main() -> int:
    results: dict[int, tuple[float, float, int]] = {}
    for _ in range(3):
        for lines in (4_000, 100_000, 1_000_000):
            opened, paged, rows = asyncio.run(measure(lines))
            before = results.get(lines, (opened, paged, rows))
            results[lines] = (min(opened, before[0]), min(paged, before[1]), rows)
    print("changed lines |     rows | open, CPU ms | page, CPU ms")
    for lines, (opened, paged, rows) in results.items():
        print(f"{lines:>13,} | {rows:>8,} | {opened:>12.1f} | {paged:>12.1f}")
    ratio = results[1_000_000][1] / results[4_000][1]
    print(f"a page at 1,000,000 / at 4,000: {ratio:.2f} (gate {GATE})")
    return int("--gate" in sys.argv and ratio > GATE)


if __name__ == "__main__":
    sys.exit(main())
