"""How much of a review is left, in lines: minutes would be a guess about the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from codeframe_tui.tui.present.diff.pages import signs_of
from codeframe_tui.tui.present.draft import ReviewDraft, Verdict
from codeframe_tui.tui.present.words import count

__all__ = ["Left"]

_COUNTED = 2_000
"""Hunks of a file up to which the lines of each are counted; of more the share is told."""


class Left:
    """Lines without a verdict, by file; a verdict counts only the files that it is about."""

    def __init__(self) -> None:
        self._draft = ReviewDraft("")
        self._files: Sequence[Mapping[str, Any]] = ()
        self._by_path: Mapping[str, Mapping[str, Any]] = {}
        self._lines: dict[str, tuple[int, bool]] = {}
        self._total = self._guessed = 0

    def words(self, draft: ReviewDraft, document: Mapping[str, Any]) -> str:
        """``1,204 lines left``: changed lines without a verdict; empty when there are none."""
        changed = draft.changed_since(self._draft)
        if changed is None or document["files"] is not self._files:
            self._files = document["files"]
            self._by_path = {file["path"]: file for file in self._files}
            self._lines, self._total, self._guessed = {}, 0, 0
            changed = draft.files
        self._draft = draft
        for path in changed:
            if path in self._by_path:
                self._count(path)
        about = "about " if self._guessed else ""
        return f"{about}{count(self._total, 'line')} left" if self._total else ""

    def _count(self, path: str) -> None:
        was, was_exact = self._lines.get(path, (0, True))
        lines, exact = self._lines[path] = _lines_left(self._draft, self._by_path[path])
        self._total += lines - was
        self._guessed += was_exact - exact


def _lines_left(draft: ReviewDraft, file: Mapping[str, Any]) -> tuple[int, bool]:
    """How many of a file, and whether they are counted."""
    path = file["path"]
    units = len(draft.units_of(path))
    undecided = draft.file_count(path, Verdict.UNDECIDED)
    if not undecided or "added" not in file:
        return 0, True
    lines = int(file["added"]) + int(file["removed"])
    if undecided == units:
        return lines, True
    if units <= _COUNTED:
        return _undecided_lines(draft, file), True
    return round(lines * undecided / units), False


def _undecided_lines(draft: ReviewDraft, file: Mapping[str, Any]) -> int:
    signs = (
        signs_of(hunk["lines"])
        for hunk in file["hunks"]
        if draft.verdict(file["path"], hunk["k"]) is Verdict.UNDECIDED
    )
    return sum(each.count("+") + each.count("-") for each in signs)
