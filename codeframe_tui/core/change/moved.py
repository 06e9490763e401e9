"""Code that moved: lines that are removed in one place and added in another, also across files.

Indentation may differ. Written for review, not for history: a block counts when it is long enough
to be skipped with relief, and a line that stays in its place, only deeper, has not moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from codeframe_tui.core.change.diff import FileDiff, summary

__all__ = ["Moved", "moved_blocks"]

LEAST_LINES = 3
"""Lines that are not blank, below which nothing has moved."""
LEAST_CHARACTERS = 20
"""Letters and digits, below which it may be chance."""
MOST_LINES = 50_000
"""Changed lines of a diff above which nobody looks for what moved."""
_MOST_PLACES = 16  # places with the same line that are tried


class Moved(NamedTuple):
    """A block of a hunk.

    Attributes:
        first: position of its first line in the hunk, from 0.
        size: lines.
        path: of the file on the other side.
        line: its first line there: before the change for what is added, after it for the rest.
    """

    first: int
    size: int
    path: str
    line: int


class _Line(NamedTuple):
    """A changed line; ``run`` numbers the runs of changed lines without context between them."""

    path: str
    k: int
    position: int
    number: int
    run: int
    text: str


def moved_blocks(diffs: Sequence[FileDiff]) -> dict[tuple[str, int], list[Moved]]:
    """What moved, by path and number of the hunk, in order."""
    summaries = [summary(diff) for diff in diffs]
    if sum(each.added + each.removed for each in summaries) > MOST_LINES:
        return {}
    removed: list[_Line] = []
    added: list[_Line] = []
    for line, sign in _changed(diffs):
        (removed if sign == "-" else added).append(line)
    places: dict[str, list[int]] = {}
    for at, line in enumerate(removed):
        if line.text:
            places.setdefault(line.text, []).append(at)
    found: dict[tuple[str, int], list[Moved]] = {}
    taken: set[int] = set()
    at = 0
    while at < len(added):
        start, size = _longest(removed, places.get(added[at].text, ()), added, at, taken)
        if size:
            taken.update(range(start, start + size))
            _note(found, added[at], size, removed[start])
            _note(found, removed[start], size, added[at])
        at += size or 1
    for blocks in found.values():
        blocks.sort()
    return found


def _changed(diffs: Sequence[FileDiff]) -> Iterator[tuple[_Line, str]]:
    run = 0
    for diff in diffs:
        for hunk in diff.hunks:
            old, new = hunk.old_start, hunk.new_start
            run += 1
            for index, (sign, text) in enumerate(hunk.lines):
                if sign == " ":
                    run += 1
                elif sign in "+-":
                    number = old if sign == "-" else new
                    yield _Line(diff.path, hunk.k, index, number, run, text.strip()), sign
                old += sign in " -"
                new += sign in " +"


def _longest(
    removed: Sequence[_Line],
    starts: Sequence[int],
    added: Sequence[_Line],
    at: int,
    taken: set[int],
) -> tuple[int, int]:
    """Where the longest block begins that the added lines from a position on came from.

    Its size is 0 when none is long enough.
    """
    best = (0, 0)
    for start in starts[:_MOST_PLACES]:
        if start in taken or removed[start].run == added[at].run:
            continue
        size = 1
        while _goes_on(removed, start, size) and _goes_on(added, at, size):
            line = removed[start + size]
            if line.text != added[at + size].text or start + size in taken:
                break
            size += 1
        best = max(best, (size, -start))
    size, start = best[0], -best[1]
    while size and not added[at + size - 1].text:  # blank lines at its end belong to nobody
        size -= 1
    texts = [line.text for line in added[at : at + size] if line.text]
    characters = sum(char.isalnum() for text in texts for char in text)
    enough = len(texts) >= LEAST_LINES and characters >= LEAST_CHARACTERS
    return (start, size) if enough else (0, 0)


def _goes_on(lines: Sequence[_Line], start: int, size: int) -> bool:
    """Whether the next line stands right below, in the same file and run."""
    if start + size >= len(lines):
        return False
    first, line = lines[start], lines[start + size]
    return line.run == first.run and line.position == first.position + size


def _note(found: dict[tuple[str, int], list[Moved]], line: _Line, size: int, other: _Line) -> None:
    block = Moved(line.position, size, other.path, other.number)
    found.setdefault((line.path, line.k), []).append(block)
