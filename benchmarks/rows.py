"""CPU of rows that are made again: nothing new, one thing new, one more piece of a stream.

``python -m benchmarks.rows [--gate]``; with ``--gate`` exit 1 when looking again costs more than
1/20 of looking first, something new more than 1/2, or a piece of a file of 20,000 lines more than
four times one of 2,000.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from copy import deepcopy

from codeframe_tui.tui.present.activity import Timeline
from codeframe_tui.tui.present.diff.live import LiveDiff
from codeframe_tui.tui.present.proof import Proof, Shown
from tests.tui.fake_service import NOW, activity, shown, verification

AGAIN, NEW, LONGER = 1 / 20, 1 / 2, 4.0
ENTRIES, TESTS, PIECES = 1_000, 10_000, 20


def cpu(do: Callable[[], object], times: int = 1) -> float:
    """CPU milliseconds, the least of some runs."""
    found = []
    for _ in range(times):
        start = time.process_time()
        do()
        found.append((time.process_time() - start) * 1000)
    return min(found)


def of_timeline() -> tuple[float, float, float]:
    """First, again, and with one entry more."""
    sample = activity()["items"]
    items = [sample[n % 8] | {"seq": n, "detail": "word " * 60} for n in range(ENTRIES)]
    document, timeline = activity() | {"items": items}, Timeline()

    def look() -> None:
        timeline.rows(document, now=NOW, width=118, doing=("says", "x"))

    first, again = cpu(look), cpu(look, 5)
    document = deepcopy(document)
    document["items"] = [*document["items"][1:], items[0] | {"seq": ENTRIES, "title": "one more"}]
    return first, again, cpu(look)


def of_tests() -> tuple[float, float, float]:
    """First, again, and after an event that says nothing of the tests."""
    tests = [
        {"id": f"tests/test_{n % 40}.py::test_{n}", "outcome": "passed", "duration": 0.02}
        for n in range(TESTS)
    ]
    tests[TESTS // 2] |= {"outcome": "failed"}
    found = verification() | {"regression": {"verdict": "regressed", "message": "", "tests": tests}}
    task = shown() | {"attempts": [{"attempt": 1, "verification": found, "again": None}]}
    proof, how = Proof(), Shown(unfolded=True)

    def look() -> None:
        proof.rows(task, None, how, NOW)
        proof.verdict(task, None)

    first, again = cpu(look), cpu(look, 20)
    task = deepcopy(task)
    return first, again, cpu(look)


def of_a_piece(lines: int) -> float:
    """400 characters more of a file that is being written."""
    old = [f"line {n}" for n in range(lines)]
    new = [line if n % 50 else f"{line} changed" for n, line in enumerate(old)]
    stream = LiveDiff("a.py", "\n".join(old))
    text = "\n".join(new) + "\n"
    half = len(text) // 2
    stream.document(text[:half])
    return min(
        cpu(lambda end=half + 400 * step: stream.document(text[:end]))  # type: ignore[misc]
        for step in range(1, PIECES)
    )


def main() -> int:
    failed = False
    print("what                              | first, ms | again, ms | one thing new, ms")
    for name, (first, again, new) in (
        (f"timeline of {ENTRIES:,} entries", of_timeline()),
        (f"proof of {TESTS:,} tests", of_tests()),
    ):
        failed = failed or again > AGAIN * first or new > NEW * first
        print(f"{name:33} | {first:9.2f} | {again:9.3f} | {new:17.2f}")
    short, long = of_a_piece(2_000), of_a_piece(20_000)
    failed = failed or long > LONGER * short
    print(f"a piece of a file that is written: {short:.3f} ms in 2,000 lines, {long:.3f} in 20,000")
    print(f"gates: again 1/{1 / AGAIN:.0f}, one thing new 1/{1 / NEW:.0f}, longer {LONGER:.0f}x")
    return int("--gate" in sys.argv and failed)


if __name__ == "__main__":
    sys.exit(main())
