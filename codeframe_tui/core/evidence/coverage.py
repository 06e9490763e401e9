"""Which changed lines ran in the proposal's own tests, line by line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Literal, get_args

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.text import clean_line

__all__ = [
    "NOT_MEASURED",
    "Coverage",
    "FileCoverage",
    "Ranges",
    "changed_lines",
    "coverage_document",
    "coverage_from",
    "lines_in",
    "seen",
    "side_of",
    "tally",
]

Ranges = tuple[tuple[int, int], ...]
"""First and last lines, from 1, in order and apart."""
Side = Literal["covered", "missed", "unknown"]

MOST_LINES = 20_000
"""Changed lines that are looked at; those after them are left out, and counted."""
MOST_RANGES = 1_000
"""Ranges that are kept of an attempt."""
_APART = "other programs ran: what they did is not seen"


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """What is known of the changed lines of one file; lines without code stand nowhere.

    Attributes:
        covered: run by the proposal's own tests, or when the file is imported.
        missed: not run.
        unknown: with code, but nobody can tell: other programs were started.
    """

    path: str
    covered: Ranges = ()
    missed: Ranges = ()
    unknown: Ranges = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of an attempt.

    Attributes:
        how: ``sys.monitoring`` or ``sys.settrace``; empty when nothing was measured.
        message: why nothing, or not everything, is known; else empty.
        left_out: changed lines for which there was no room.
    """

    how: str = ""
    message: str = ""
    files: tuple[FileCoverage, ...] = ()
    left_out: int = 0


NOT_MEASURED = Coverage()


def changed_lines(diffs: Iterable[FileDiff]) -> tuple[dict[str, Ranges], int]:
    """Added lines of Python files on the proposal's side, and how many are left out."""
    found: dict[str, Ranges] = {}
    room, left_out = MOST_LINES, 0
    for diff in diffs:
        if not diff.path.endswith(".py") or diff.binary or diff.action is Action.DELETE:
            continue
        added = diff.counts[0] if diff.counts else 0
        if added > room:
            left_out += added
            continue
        lines = list(_added(diff))
        if len(lines) > room:
            left_out += len(lines)
        elif lines:
            room -= len(lines)
            found[diff.path] = _ranges(lines)
    return found, left_out


def _added(diff: FileDiff) -> Iterator[int]:
    for hunk in diff.hunks:
        number = hunk.new_start
        for sign, _ in hunk.lines:
            if sign == "+":
                yield number
            number += sign in "+ "


def _ranges(lines: Iterable[int]) -> Ranges:
    found: list[tuple[int, int]] = []
    for line in lines:
        if found and found[-1][1] == line - 1:
            found[-1] = (found[-1][0], line)
        else:
            found.append((line, line))
    return tuple(found)


def seen(told: Sequence[Mapping[str, Any]], asked: Mapping[str, Ranges]) -> Coverage:
    """What a run told, as far as it was asked for.

    Args:
        told: first how it was found out, then file by file.
        asked: path -> ranges of lines.
    """
    if not told:
        return Coverage(message="the tests did not run to their end")
    head, *rest = told
    if head.get("fault"):
        return Coverage(message=clean_line(str(head["fault"])))
    files, left_out, room = [], 0, MOST_RANGES
    for each in rest:
        file = _file(each, asked.get(str(each.get("path")), ()), apart=bool(head.get("apart")))
        size = len(file.covered) + len(file.missed) + len(file.unknown)
        room -= size
        if size and room >= 0:
            files.append(file)
        elif size:
            left_out += lines_in(file.covered) + lines_in(file.missed) + lines_in(file.unknown)
    message = _APART if any(file.unknown for file in files) else ""
    return Coverage(clean_line(str(head.get("how"))), message, tuple(files), left_out)


def _file(told: Mapping[str, Any], asked: Ranges, *, apart: bool) -> FileCoverage:
    covered = _common(asked, _pairs(told.get("covered")))
    missed = _common(asked, _pairs(told.get("missed")))
    path = str(told.get("path"))
    return FileCoverage(path, covered, (), missed) if apart else FileCoverage(path, covered, missed)


def _pairs(value: object) -> Ranges:
    """Ranges in order and apart, however they came; nothing of what is none."""
    told = value if isinstance(value, Sequence) else ()
    pairs = [each for each in told if isinstance(each, Sequence) and len(each) == 2]
    found: list[tuple[int, int]] = []
    for first, last in sorted(
        (a, b) for a, b in pairs if isinstance(a, int) and isinstance(b, int) and a <= b
    ):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def _common(one: Ranges, other: Ranges) -> Ranges:
    """The lines that are in both; takes as long as there are ranges, however long they are."""
    found = []
    at = 0
    for first, last in one:
        while at < len(other) and other[at][1] < first:
            at += 1
        here = at
        while here < len(other) and other[here][0] <= last:
            found.append((max(other[here][0], first), min(other[here][1], last)))
            here += 1
    return tuple(found)


def lines_in(ranges: Ranges) -> int:
    """How many lines there are in them."""
    return sum(last - first + 1 for first, last in ranges)


def side_of(file: FileCoverage, line: int) -> Side | None:
    """What is known of a line of the proposal; None where there is nothing to know."""
    sides: tuple[tuple[Side, Ranges], ...] = (
        ("covered", file.covered),
        ("missed", file.missed),
        ("unknown", file.unknown),
    )
    for side, ranges in sides:
        at = bisect_right(ranges, line, key=itemgetter(0)) - 1
        if at >= 0 and line <= ranges[at][1]:
            return side
    return None


def tally(coverage: Coverage, is_counted: Callable[[str], bool]) -> tuple[int, int]:
    """Covered lines of some files, and their lines with code of which something is known."""
    files = [file for file in coverage.files if is_counted(file.path)]
    covered = sum(lines_in(file.covered) for file in files)
    return covered, covered + sum(lines_in(file.missed) for file in files)


def coverage_document(coverage: Coverage) -> dict[str, Any]:
    """As it is stored and shown."""
    return {
        "how": coverage.how,
        "message": coverage.message,
        "left_out": coverage.left_out,
        "files": [
            {
                "path": file.path,
                "covered": [list(each) for each in file.covered],
                "missed": [list(each) for each in file.missed],
                "unknown": [list(each) for each in file.unknown],
            }
            for file in coverage.files
        ],
    }


def coverage_from(document: Mapping[str, Any] | None) -> Coverage:
    """What was stored; of attempts from before it was measured nothing is known."""
    if not document:
        return NOT_MEASURED
    files = tuple(
        FileCoverage(each["path"], *(_pairs(each[side]) for side in get_args(Side)))
        for each in document["files"]
    )
    return Coverage(document["how"], document["message"], files, document["left_out"])
