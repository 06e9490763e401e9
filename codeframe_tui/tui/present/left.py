"""How much of a review is left, in lines: minutes would be a guess about the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.diff.pages import signs_of
from codeframe_tui.tui.present.draft import ReviewDraft, Verdict
from codeframe_tui.tui.present.words import count

__all__ = ["left_words"]

_COUNTED = 2_000
"""Hunks of a file up to which the lines of each are counted; of more the share is told."""


def left_words(draft: ReviewDraft, document: Mapping[str, Any]) -> str:
    """``1,204 lines left``: changed lines without a verdict; empty when there are none."""
    total, exact = 0, True
    for file in document["files"] if draft.units else ():
        path = file["path"]
        units = len(draft.units_of(path))
        undecided = draft.file_count(path, Verdict.UNDECIDED)
        if not undecided or "added" not in file:
            continue
        lines = int(file["added"]) + int(file["removed"])
        if undecided == units:
            total += lines
        elif units <= _COUNTED:
            total += _undecided_lines(draft, file)
        else:
            total, exact = total + round(lines * undecided / units), False
    about = "" if exact else "about "
    return f"{about}{count(total, 'line')} left" if total else ""


def _undecided_lines(draft: ReviewDraft, file: Mapping[str, Any]) -> int:
    signs = (
        signs_of(hunk["lines"])
        for hunk in file["hunks"]
        if draft.verdict(file["path"], hunk["k"]) is Verdict.UNDECIDED
    )
    return sum(each.count("+") + each.count("-") for each in signs)
