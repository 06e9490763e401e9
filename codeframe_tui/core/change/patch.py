"""Take a part of a difference, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from codeframe_tui.core.change.diff import FileDiff, Hunk

__all__ = [
    "NOWHERE",
    "WHOLE",
    "LineRange",
    "Share",
    "bound",
    "choice_of",
    "choices",
    "ranges_of",
    "select",
    "share",
    "taken",
    "touched",
    "touches",
]

WHOLE = 0
"""Stands for the whole file among accepted hunks; the only way to take one without hunks."""

LineRange = tuple[int, int]
"""First and last line of the proposed file, from 1."""

NOWHERE: LineRange = (0, -1)
"""The range of what can only be taken with its hunk."""


class Share(StrEnum):
    """How much of a hunk is taken."""

    ALL = "accepted"
    SOME = "partly"
    NONE = "declined"


@dataclass(frozen=True, slots=True)
class _Block:
    """A run of removed and added lines without context in it; positions count from 0.

    Attributes:
        at: position of its first line in the hunk, notes on line ends left out.
        around: lines of the proposed file, from 1, that stand next to it in the hunk.
    """

    at: int
    old: range
    new: range
    around: tuple[int, ...]

    @property
    def choices(self) -> list[LineRange]:
        """The range that takes each added line; a bare removal counts as one line.

        A bare removal has no line of its own in the proposed file: it is taken when one range
        has the lines on both sides of it. `NOWHERE` when there are none in the hunk.
        """
        if self.new:
            return [(at + 1, at + 1) for at in self.new]
        return [(self.around[0], self.around[-1]) if self.around else NOWHERE]

    def chosen(self, lines: Sequence[LineRange]) -> list[bool]:
        """Whether each of the choices is in a range."""
        return [_within(choice, lines) for choice in self.choices]


def select(
    old: bytes | None,
    new: bytes | None,
    diff: FileDiff,
    accepted: Set[int],
    lines: Sequence[LineRange] = (),
) -> bytes | None:
    """The file with only the accepted hunks and lines applied; None = absent.

    Every byte comes from ``old`` or ``new``; the text of the hunks is not used. Lines that replace
    others are paired with them in order: a line that is taken drops its pair, one that is left
    keeps it, and removed lines without a pair go with the last added one.

    Args:
        old: content on the base side.
        new: content on the proposed side.
        diff: how they differ.
        accepted: numbers of hunks, or `WHOLE`.
        lines: ranges of the proposed file that are taken besides.

    Raises:
        ValueError: a number is no hunk of the file.
    """
    numbers = {hunk.k for hunk in diff.hunks}
    if unknown := accepted - numbers - {WHOLE}:
        raise ValueError(f"{diff.path} has no hunk {min(unknown)}")
    if not accepted and not touches(diff, *lines):
        return old
    if WHOLE in accepted or accepted == numbers:
        return new
    return _mix(_lines(old), _lines(new), diff.hunks, accepted, lines)


def touches(diff: FileDiff, *lines: LineRange) -> bool:
    """Whether anything that changes is in one of the line ranges."""
    near = (hunk for hunk in diff.hunks if _is_near(hunk, lines))
    return any(share(hunk, lines) is not Share.NONE for hunk in near)


def share(hunk: Hunk, lines: Sequence[LineRange]) -> Share:
    """How much of a hunk is in the line ranges."""
    chosen = [taken for block in _blocks(hunk) for taken in block.chosen(lines)]
    if not any(chosen):
        return Share.NONE
    return Share.ALL if all(chosen) else Share.SOME


def choices(hunk: Hunk) -> list[LineRange]:
    """What can be taken of a hunk line by line, each by the range that takes it.

    These are the added lines, and the runs of removed lines without added ones in their place.
    """
    return [choice for block in _blocks(hunk) for choice in block.choices]


def bound(ranges: Sequence[LineRange], chosen: Set[int], *, taken: bool) -> set[int]:
    """The chosen ones of `choices` with those that cannot be decided without them.

    A removal at an end of a hunk is taken by the one line beside it, and so by every range that
    has this line. So it goes with a removal on the other side of that line when this is taken;
    when this is left it does too, for what is left is told by ranges as well.

    Args:
        ranges: all choices.
        chosen: positions in them.
        taken: whether they are taken, or left.
    """
    at_line: dict[int, list[int]] = {}
    for at, (first, last) in enumerate(ranges):
        for line in {first, last}:
            at_line.setdefault(line, []).append(at)
    found = set(chosen)
    for at in chosen:
        for other in {each for line in ranges[at] for each in at_line[line]}:
            if _holds(ranges[at], ranges[other]) or (
                not taken and _holds(ranges[other], ranges[at])
            ):
                found.add(other)
    return found


def _holds(outer: LineRange, inner: LineRange) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def choice_of(hunk: Hunk) -> list[int]:
    """For each line of a hunk the position in `choices` of what it goes with; -1 for context."""
    found: list[int] = []
    first = 0
    for block in _blocks(hunk):
        last = first + max(len(block.new), 1) - 1
        found += [-1] * (block.at - len(found))
        found += [min(first + at, last) for at in range(len(block.old))]
        found += range(first, first + len(block.new))
        first = last + 1
    signs = [sign for sign, _ in hunk.lines]
    found += [-1] * (len(signs) - signs.count("\\") - len(found))
    signed = iter(found)
    return [-1 if sign == "\\" else next(signed) for sign in signs]


def ranges_of(hunk: Hunk, chosen: Sequence[bool]) -> list[LineRange]:
    """Ranges that take exactly the chosen ones of `choices`; added lines in a row are one range."""
    found: list[LineRange] = []
    first = 0
    for block in _blocks(hunk):
        ranges = block.choices
        run = False
        for choice, is_chosen in zip(ranges, chosen[first : first + len(ranges)], strict=True):
            if is_chosen and run:
                found[-1] = (found[-1][0], choice[1])
            elif is_chosen and choice != NOWHERE:
                found.append(choice)
            run = is_chosen
        first += len(ranges)
    return found


def taken(hunk: Hunk, lines: Sequence[LineRange]) -> list[bool]:
    """For each line of a hunk whether it is removed or added with the line ranges."""
    chosen = [_within(choice, lines) for choice in choices(hunk)]
    return [at >= 0 and chosen[at] for at in choice_of(hunk)]


def touched(
    diff: FileDiff, *lines: LineRange, but: Sequence[LineRange] = ()
) -> list[tuple[str, str]]:
    """The removed and added lines of a file that go with the line ranges, and not with others."""
    return [
        line
        for hunk in diff.hunks
        if _is_near(hunk, lines)
        for line, is_taken, is_left_out in zip(
            hunk.lines, taken(hunk, lines), taken(hunk, but), strict=True
        )
        if is_taken and not is_left_out
    ]


def _mix(
    old: Sequence[bytes],
    new: Sequence[bytes],
    hunks: Sequence[Hunk],
    accepted: Set[int],
    lines: Sequence[LineRange],
) -> bytes:
    result: list[bytes] = []
    at = 0
    for hunk in hunks:
        for block in _blocks(hunk):
            chosen = block.chosen(lines)
            if hunk.k in accepted:
                chosen = [True] * len(chosen)
            result += old[at : block.old.start]
            result += _paired(
                old[block.old.start : block.old.stop], new[block.new.start : block.new.stop], chosen
            )
            at = block.old.stop
    result += old[at:]
    return _joined(result)


def _paired(
    removed: Sequence[bytes], added: Sequence[bytes], chosen: Sequence[bool]
) -> list[bytes]:
    """What a block becomes when only the chosen ones of its added lines are taken."""
    result: list[bytes] = []
    for at, taken in enumerate(chosen):
        last = at == len(chosen) - 1
        if taken:
            result += added[at : at + 1]
        else:
            result += removed[at:] if last else removed[at : at + 1]
    return result


def _joined(lines: Sequence[bytes]) -> bytes:
    """Lines as a file: one that had no end because it was the last gets one if others follow."""
    ended = [line if line.endswith(b"\n") else line + b"\n" for line in lines[:-1]]
    return b"".join([*ended, *lines[-1:]])


def _blocks(hunk: Hunk) -> Iterator[_Block]:
    """The runs of changed lines in a hunk."""
    signs = [sign for sign, _ in hunk.lines if sign != "\\"]
    old, new = _index(hunk.old_start, hunk.old_lines), _index(hunk.new_start, hunk.new_lines)
    at = 0
    while at < len(signs):
        end = at
        while end < len(signs) and signs[end] != " ":
            end += 1
        removed, added = signs[at:end].count("-"), signs[at:end].count("+")
        if end > at:
            before = (new,) if at > 0 else ()
            after = (new + added + 1,) if end < len(signs) else ()
            olds, news = range(old, old + removed), range(new, new + added)
            yield _Block(at, olds, news, (*before, *after))
        old, new, at = old + removed + 1, new + added + 1, end + 1


def _is_near(hunk: Hunk, lines: Sequence[LineRange]) -> bool:
    """Whether a range may have a line of a hunk; others need not be looked at line by line."""
    first, last = hunk.new_start, hunk.new_start + hunk.new_lines
    return any(a <= last and first <= b for a, b in lines)


def _within(choice: LineRange, lines: Sequence[LineRange]) -> bool:
    return choice != NOWHERE and any(a <= choice[0] and choice[1] <= b for a, b in lines)


def _lines(content: bytes | None) -> list[bytes]:
    """Lines with their ends as git counts them: only a line feed ends a line."""
    *ended, rest = (content or b"").split(b"\n")
    lines = [line + b"\n" for line in ended]
    return [*lines, rest] if rest else lines


def _index(start: int, count: int) -> int:
    """Position of a range's first line, from 0; an empty range names the line before it."""
    return start - 1 if count else start
