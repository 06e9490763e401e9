"""Take a part of a difference, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence, Set

from codeframe_tui.core.diff import FileDiff, Hunk

__all__ = ["WHOLE", "select"]

WHOLE = 0
"""Stands for the whole file among accepted hunks; the only way to take one without hunks."""


def select(
    old: bytes | None, new: bytes | None, diff: FileDiff, accepted: Set[int]
) -> bytes | None:
    """The file with only the accepted hunks applied; None = absent.

    Every byte comes from ``old`` or ``new``; the text of the hunks is not used.

    Args:
        old: content on the base side.
        new: content on the proposed side.
        diff: how they differ.
        accepted: numbers of hunks, or `WHOLE`.

    Raises:
        ValueError: a number is no hunk of the file.
    """
    numbers = {hunk.k for hunk in diff.hunks}
    if unknown := accepted - numbers - {WHOLE}:
        raise ValueError(f"{diff.path} has no hunk {min(unknown)}")
    if not accepted:
        return old
    if WHOLE in accepted or accepted == numbers:
        return new
    return _mix(_lines(old), _lines(new), diff.hunks, accepted)


def _mix(
    old: Sequence[bytes], new: Sequence[bytes], hunks: Sequence[Hunk], accepted: Set[int]
) -> bytes:
    result: list[bytes] = []
    at = 0
    for hunk in hunks:
        begin = _index(hunk.old_start, hunk.old_lines)
        end = begin + hunk.old_lines
        result += old[at:begin]
        if hunk.k in accepted:
            first = _index(hunk.new_start, hunk.new_lines)
            result += new[first : first + hunk.new_lines]
        else:
            result += old[begin:end]
        at = end
    result += old[at:]
    return b"".join(result)


def _lines(content: bytes | None) -> list[bytes]:
    """Lines with their ends as git counts them: only a line feed ends a line."""
    *ended, rest = (content or b"").split(b"\n")
    lines = [line + b"\n" for line in ended]
    return [*lines, rest] if rest else lines


def _index(start: int, count: int) -> int:
    """Position of a range's first line, from 0; an empty range names the line before it."""
    return start - 1 if count else start
