"""From which attempt each line of a proposed file comes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Indel

__all__ = ["MOST_LINES", "origins"]

MOST_LINES = 20_000
"""Of a file; comparing longer ones would take long, and nobody reads them line by line."""


def origins(before: Sequence[str], attempts: Sequence[Sequence[str]]) -> list[tuple[int, int, int]]:
    """Runs of lines of the last attempt that an attempt brought, as (first, last, attempt).

    Lines count from 1, attempts too. What was there before, also by an edit of the project between
    two attempts, is in no run.

    Args:
        before: the file as it was when the last attempt began; empty where there was none.
        attempts: the file in each attempt; empty where it has none.
    """
    if not attempts or max(map(len, [before, *attempts])) > MOST_LINES:
        return []
    came = [0] * len(before)
    lines = before
    for number, after in enumerate(attempts, 1):
        came = _carried(lines, after, came, number)
        lines = after
    kept = _carried(before, lines, [0] * len(before), 1)
    return _runs([number if is_new else 0 for number, is_new in zip(came, kept, strict=True)])


def _carried(old: Sequence[str], new: Sequence[str], came: Sequence[int], number: int) -> list[int]:
    """Where the lines of a text come from, when those of the one before are known."""
    found = [number] * len(new)
    for step in Indel.opcodes(old, new):
        if step.tag == "equal":
            found[step.dest_start : step.dest_end] = came[step.src_start : step.src_end]
    return found


def _runs(numbers: Sequence[int]) -> list[tuple[int, int, int]]:
    runs: list[tuple[int, int, int]] = []
    for line, number in enumerate(numbers, 1):
        if number and runs and runs[-1][1:] == (line - 1, number):
            runs[-1] = (runs[-1][0], line, number)
        elif number:
            runs.append((line, line, number))
    return runs
