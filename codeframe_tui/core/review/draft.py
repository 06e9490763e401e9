"""A review that is not sent yet, and what of it stands on a later attempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.identity import file_key, hunk_key
from codeframe_tui.core.change.parts import Parts

__all__ = ["Draft", "carry"]

_ALIKE = 50
"""Hunks with the same lines among which the one at the same place is sought."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Verdicts and reviewed marks of one attempt.

    Attributes:
        accepted: what is accepted so far; whole files where all of a file is.
        rejected: what is rejected so far, in the same form.
        seen: paths of the files a person has been in.
        since: path -> the earlier attempt from which its marks come, where that was the same.
        sent: whether it was sent; what is said after that is another review.
    """

    accepted: Parts = field(default_factory=Parts)
    rejected: Parts = field(default_factory=Parts)
    seen: tuple[str, ...] = ()
    since: Mapping[str, int] = field(default_factory=dict)
    sent: bool = False

    def __bool__(self) -> bool:
        return bool(self.accepted or self.rejected or self.seen)

    @property
    def is_reviewed(self) -> bool:
        """Whether a person sent it, or gave a verdict that is not an earlier one."""
        given = {*self.accepted.paths, *self.rejected.paths}
        return self.sent or bool(given - self.since.keys())

    @property
    def document(self) -> dict[str, Any]:
        """As it stands in rows and documents."""
        return {
            "accepted": self.accepted.document,
            "rejected": self.rejected.document,
            "seen": list(self.seen),
            "since": dict(self.since),
            "sent": self.sent,
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Draft:
        """Read `document`."""
        return cls(
            Parts.of(document["accepted"]),
            Parts.of(document["rejected"]),
            tuple(document["seen"]),
            dict(document["since"]),
            document["sent"],
        )


def carry(
    draft: Draft, attempt: int, before: Sequence[FileDiff], after: Sequence[FileDiff]
) -> Draft:
    """What of a draft stands on a later attempt: all that is about an unchanged change.

    A binary file has no lines to compare, so nothing of it stands.

    Args:
        draft: of an earlier attempt.
        attempt: its number.
        before: what that attempt changes.
        after: what the later one changes.
    """
    old = {diff.path: diff for diff in before}
    marked = {*draft.accepted.paths, *draft.rejected.paths, *draft.seen}
    accepted, rejected = draft.accepted.by_path(), draft.rejected.by_path()
    verdicts = [(accepted, _Taken()), (rejected, _Taken())]
    seen: list[str] = []
    since: dict[str, int] = {}
    for diff in after:
        earlier = old.get(diff.path)
        if earlier is None or earlier.binary or diff.binary or diff.path not in marked:
            continue
        pairs = _same_hunks(earlier, diff)
        same = file_key(earlier) == file_key(diff) and len(pairs) == len(diff.hunks)
        if same and diff.path in draft.seen:
            seen.append(diff.path)
        for named, taken in verdicts:
            if (parts := named.get(diff.path)) is None:
                continue
            if parts.whole and same:
                taken.files.append(diff.path)
            elif parts.whole:
                taken.hunks += [(diff.path, new.k) for _, new in pairs]
            taken.hunks += [(diff.path, new.k) for was, new in pairs if was.k in parts.hunks]
            taken.lines += _moved(diff.path, pairs, parts.lines)
            if any(diff.path in paths for paths in taken.paths):
                since[diff.path] = draft.since.get(diff.path, attempt)
        if diff.path in seen:
            since.setdefault(diff.path, draft.since.get(diff.path, attempt))
    return replace(Draft(verdicts[0][1].parts, verdicts[1][1].parts), seen=tuple(seen), since=since)


@dataclass(slots=True)
class _Taken:
    """Parts while they are gathered."""

    files: list[str] = field(default_factory=list)
    hunks: list[tuple[str, int]] = field(default_factory=list)
    lines: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def paths(self) -> Iterable[Sequence[str]]:
        """What is named last of each kind, which is all that a look for one file needs."""
        return (self.files[-1:], [p for p, _ in self.hunks[-1:]], [p for p, *_ in self.lines[-1:]])

    @property
    def parts(self) -> Parts:
        """As a value."""
        return Parts(tuple(self.files), tuple(self.hunks), tuple(self.lines))


def _same_hunks(before: FileDiff, after: FileDiff) -> list[tuple[Hunk, Hunk]]:
    """Hunks that change the same at the same place, in order; equal ones are paired in order."""
    found: dict[str, list[Hunk]] = {}
    for hunk in before.hunks:
        found.setdefault(hunk_key(before.path, hunk), []).append(hunk)
    pairs = []
    for hunk in after.hunks:
        same = found.get(hunk_key(after.path, hunk), [])
        at = next((at for at, was in enumerate(same[:_ALIKE]) if _same_place(was, hunk)), None)
        if at is not None:
            pairs.append((same.pop(at), hunk))
    return pairs


def _same_place(before: Hunk, after: Hunk) -> bool:
    """Whether a line beside the change is the same, for the same lines may change elsewhere.

    Lines that every place has tell nothing: without any other there is nothing to compare.
    """
    told = False
    for was, now in zip(_around(before), _around(after), strict=True):
        if any(old == new and _tells(old) for old, new in zip(was, now, strict=False)):
            return True
        told = told or any(map(_tells, (*was, *now)))
    return not told


def _around(hunk: Hunk) -> tuple[list[str], list[str]]:
    """The context before the first change, the nearest first, and after the last."""
    signs = "".join(sign for sign, _ in hunk.lines)
    lead, end = _lead(hunk), len(signs.rstrip(" \\"))
    before = [text for _, text in hunk.lines[:lead]]
    return before[::-1], [text for sign, text in hunk.lines[end:] if sign == " "]


def _tells(line: str) -> bool:
    return any(map(str.isalnum, line))


def _moved(
    path: str, pairs: Sequence[tuple[Hunk, Hunk]], lines: Sequence[tuple[int, int]]
) -> list[tuple[str, int, int]]:
    """Line ranges that lie in an unchanged hunk, where that hunk is now."""
    moved = []
    for was, new in pairs:
        if _shape(was) == _shape(new):
            by = new.new_start + _lead(new) - was.new_start - _lead(was)
            first, end = was.new_start, was.new_start + max(was.new_lines, 1)
            inside = (each for each in lines if first <= each[0] and each[1] < end)
            moved += [(path, start + by, last + by) for start, last in inside]
    return moved


def _shape(hunk: Hunk) -> str:
    """The signs from the first changed line to the last."""
    return "".join(sign for sign, _ in hunk.lines).strip(" ")


def _lead(hunk: Hunk) -> int:
    """How many lines of context come first."""
    return next((at for at, (sign, _) in enumerate(hunk.lines) if sign != " "), 0)
