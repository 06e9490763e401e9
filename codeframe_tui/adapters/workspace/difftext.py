"""Read ``git diff-tree --raw -z -p`` into values.

Names and modes come from the raw part, which nothing in a name can disturb; the patches follow in
the same order. Every line of a patch body starts with its sign, so that a line starting with
``@@`` or ``diff`` is never content.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from codeframe_tui.core.diff import FileDiff, Hunk
from codeframe_tui.core.proposal import Action

__all__ = ["parse_diff"]

_HEAD = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)\n")
_LINE = re.compile(r"(.)(.*)\n")
_NEXT_HUNK = b"\n@@ -"
_NEXT_FILE = b"\ndiff --git "
_BINARY = re.compile(rb"^Binary files .* differ$", re.MULTILINE)
_ABSENT = "000000"


@dataclass(frozen=True, slots=True)
class _Raw:
    path: str
    old_mode: str | None
    new_mode: str | None
    status: str

    @property
    def action(self) -> Action:
        if self.old_mode is None:
            return Action.CREATE
        return Action.DELETE if self.new_mode is None else Action.MODIFY


def parse_diff(output: bytes) -> list[FileDiff]:
    """The files that differ, in git's order.

    A change of a file's type (file to link) has no hunks and counts as binary: it is taken whole.

    Raises:
        ValueError: the output is not what git writes.
    """
    raws, at = _parse_raw(output)
    patches = _patches(output, at)
    files = []
    for raw in raws:
        try:
            patch = next(patches)
            if raw.status == "T":
                next(patches)
        except StopIteration:
            raise ValueError(f"git gave no patch for {raw.path!r}") from None
        files.append(_file(raw, patch))
    if next(patches, None) is not None:
        raise ValueError("git gave more patches than names")
    return files


def _parse_raw(output: bytes) -> tuple[list[_Raw], int]:
    raws = []
    at = 0
    while output[at : at + 1] == b":":
        middle = output.index(b"\0", at)
        end = output.index(b"\0", middle + 1)
        old_mode, new_mode, _, _, status = output[at + 1 : middle].decode("ascii").split(" ")
        path = os.fsdecode(output[middle + 1 : end])
        raws.append(_Raw(path, _mode(old_mode), _mode(new_mode), status))
        at = end + 1
    return raws, at + 1


def _mode(mode: str) -> str | None:
    return None if mode == _ABSENT else mode


def _patches(output: bytes, at: int) -> Iterator[bytes]:
    while at < len(output):
        end = output.find(_NEXT_FILE, at)
        end = len(output) if end < 0 else end + 1
        yield output[at:end]
        at = end


def _file(raw: _Raw, patch: bytes) -> FileDiff:
    first = patch.find(_NEXT_HUNK)
    header = patch if first < 0 else patch[:first]
    whole = raw.status == "T" or _BINARY.search(header) is not None
    hunks = () if whole or first < 0 else tuple(_hunks(patch, first + 1))
    return FileDiff(raw.path, raw.action, raw.old_mode, raw.new_mode, whole, hunks)


def _hunks(patch: bytes, at: int) -> Iterator[Hunk]:
    k = 0
    while at < len(patch):
        k += 1
        end = patch.find(_NEXT_HUNK, at)
        end = len(patch) if end < 0 else end + 1
        yield _hunk(k, patch[at:end])
        at = end


def _hunk(k: int, text: bytes) -> Hunk:
    head = _HEAD.match(text)
    if head is None:
        raise ValueError(f"not the head of a hunk: {text[:80]!r}")
    old_start, old_lines, new_start, new_lines, heading = head.groups()
    return Hunk(
        k=k,
        old_start=int(old_start),
        old_lines=1 if old_lines is None else int(old_lines),
        new_start=int(new_start),
        new_lines=1 if new_lines is None else int(new_lines),
        # bytes that are no UTF-8 are replaced: these lines are for display only
        lines=tuple(_LINE.findall(text[head.end() :].decode("utf-8", "replace"))),
        heading=heading.decode("utf-8", "replace"),
    )
