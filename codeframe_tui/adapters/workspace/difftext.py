"""Read ``git diff-tree --raw -z -p`` into values.

Names and modes come from the raw part, which nothing in a name can disturb; the patches follow in
the same order. Every line of a patch body starts with its sign, so that a line starting with
``@@`` or ``diff`` is never content.

The output may be a mapped file of any size: only where its hunks are is kept, see `patchtext`.
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from codeframe_tui.adapters.workspace.patchtext import FIELDS, Hunks, PatchText
from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.lines import Lines
from codeframe_tui.core.change.proposal import Action

__all__ = ["parse_diff"]

_MARK = re.compile(
    rb"""
    \n (?= [@d\\] ) (?:
        @@\ -(?: (\d+)(?:,(\d+))? \ \+(\d+)(?:,(\d+))? \ @@[^\n]*\n )?
      | ( diff\ --git\  | \\ )
    )
    """,
    re.VERBOSE,
)
_CHUNK = 256 * 1024  # bytes looked at in one go, so that no other thread waits for long
_OVERLAP = 4_096  # more than the head of a hunk can have
_BINARY = re.compile(rb"^Binary files .* differ$", re.MULTILINE)
_ABSENT = "000000"


@dataclass(frozen=True, slots=True)
class _Raw:
    path: str
    old_mode: str | None
    new_mode: str | None
    blobs: tuple[str, str]
    status: str

    @property
    def action(self) -> Action:
        if self.old_mode is None:
            return Action.CREATE
        return Action.DELETE if self.new_mode is None else Action.MODIFY


class _Mark(NamedTuple):
    """A line that is neither header nor text.

    Attributes:
        kind: ``@`` the head of a hunk, ``d`` of a file, or a backslash: a note of a line's end.
        place: where the line begins.
        line: its position.
        numbers: of a hunk, old and new start and length.
    """

    kind: bytes
    place: int
    line: int
    numbers: tuple[int, ...] = ()


class _Patch(NamedTuple):
    """One file: where it begins and ends, and its hunks."""

    place: int
    first_hunk: int
    hunks: array[int]


def parse_diff(output: PatchText, *, whole: bool = True) -> list[FileDiff]:
    """The files that differ, in git's order.

    A change of a file's type (file to link) has no hunks and counts as binary: it is taken whole.

    Args:
        output: all that git wrote.
        whole: every file has a patch; else one of which nothing is shown may have none.

    Raises:
        ValueError: the output is not what git writes.
    """
    raws, at = _parse_raw(output)
    lines = Lines(output, b"\n")
    patches = _patches(lines, at)
    patch = next(patches, None)
    files = []
    for raw in raws:
        if patch is not None and (whole or _is_of(raw, patch, lines)):
            files.append(_file(raw, patch, lines))
            if raw.status == "T":
                next(patches, None)
            patch = next(patches, None)
        elif whole:
            raise ValueError(f"git gave no patch for {raw.path!r}")
        else:
            none = Hunks(lines, array("I"))
            files.append(FileDiff(raw.path, raw.action, raw.old_mode, raw.new_mode, False, none))
    if patch is not None:
        raise ValueError("git gave more patches than names")
    return files


def _is_of(raw: _Raw, patch: _Patch, lines: Lines[bytes]) -> bool:
    """Whether a patch is of a file, by the contents that it names."""
    header = lines.text[patch.place : patch.first_hunk]
    old, new = raw.blobs
    return old == new or f"\nindex {old}..{new}".encode() in header or raw.status == "T"


def _parse_raw(output: PatchText) -> tuple[list[_Raw], int]:
    raws = []
    at = 0
    while output[at : at + 1] == b":":
        middle = output.find(b"\0", at)
        end = output.find(b"\0", middle + 1)
        old_mode, new_mode, *blobs, status = output[at + 1 : middle].decode("ascii").split(" ")
        path = os.fsdecode(output[middle + 1 : end])
        raws.append(_Raw(path, _mode(old_mode), _mode(new_mode), (blobs[0], blobs[1]), status))
        at = end + 1
    return raws, at + 1


def _mode(mode: str) -> str | None:
    return None if mode == _ABSENT else mode


def _patches(lines: Lines[bytes], at: int) -> Iterator[_Patch]:
    if at >= len(lines.text):
        return
    place, first_hunk, hunks = at, 0, array("I")
    for mark in _marks(lines, at):
        if mark.kind == b"\\":
            hunks[-1] += 1
            continue
        _close(hunks, mark.line)
        if mark.kind == b"d":
            yield _Patch(place, first_hunk or mark.place, hunks)
            place, first_hunk, hunks = mark.place, 0, array("I")
        else:
            first_hunk = first_hunk or mark.place
            hunks.extend((mark.place, mark.line + 1, *mark.numbers, 0, 0))
    _close(hunks, len(lines))
    yield _Patch(place, first_hunk or len(lines.text), hunks)


def _close(hunks: array[int], line: int) -> None:
    """Note how many lines the last hunk has, now that it is known what follows."""
    if hunks:
        hunks[-2] = line - hunks[1 - FIELDS]


def _marks(lines: Lines[bytes], at: int) -> Iterator[_Mark]:
    """Heads in order; the first file's own, which follows no line, is left out."""
    line = lines.number(at)
    while at < len(lines.text):
        piece, counted = lines.text[at : at + _CHUNK + _OVERLAP], 0
        for found in _MARK.finditer(piece):
            place = found.start() + 1
            if place > _CHUNK:
                break
            line += piece.count(b"\n", counted, place)
            counted = place
            kind = piece[place : place + 1]
            numbers = _numbers(found, piece) if kind == b"@" else ()
            yield _Mark(kind, at + place, line, numbers)
        line += piece.count(b"\n", counted, _CHUNK)
        at += _CHUNK


def _numbers(found: re.Match[bytes], piece: bytes) -> tuple[int, ...]:
    old_start, old_lines, new_start, new_lines, _ = found.groups()
    if old_start is None:
        raise ValueError(f"not the head of a hunk: {piece[found.start() + 1 :][:80]!r}")
    return int(old_start), int(old_lines or 1), int(new_start), int(new_lines or 1)


def _file(raw: _Raw, patch: _Patch, lines: Lines[bytes]) -> FileDiff:
    header = lines.text[patch.place : patch.first_hunk]
    whole = raw.status == "T" or _BINARY.search(header) is not None
    hunks = Hunks(lines, array("I") if whole else patch.hunks)
    return FileDiff(raw.path, raw.action, raw.old_mode, raw.new_mode, whole, hunks, hunks.counts)
