"""How much of a review is left."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.core.change.diff import FileDiff, Hunk, file_document
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.tui.present import left
from codeframe_tui.tui.present.draft import ReviewDraft, Verdict
from codeframe_tui.tui.present.left import left_words


def _shown() -> dict[str, Any]:
    lines = (("-", "a"), ("+", "b"), ("+", "c"), (" ", "d"))
    hunks = tuple(Hunk(k, 10 * k, 2, 10 * k, 3, lines) for k in (1, 2, 3))
    files = [
        FileDiff(path, Action.MODIFY, "1", "1", False, hunks[:n])
        for path, n in (("a", 3), ("b", 1))
    ]
    return {"base": "b", "proposal": "p", "files": [file_document(each) for each in files]}


def test_lines_without_a_verdict_are_counted_to_the_hunk() -> None:
    shown = _shown()
    draft = ReviewDraft.of(shown)
    assert left_words(draft, shown) == "12 lines left"
    draft = draft.give(Verdict.ACCEPTED, [("a", 2)])
    assert left_words(draft, shown) == "9 lines left"
    draft = draft.give(Verdict.REJECTED, [("a", 1), ("a", 3), ("b", 1)])
    assert left_words(draft, shown) == ""


def test_of_very_many_hunks_the_share_is_told_and_called_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(left, "_COUNTED", 2)
    shown = _shown()
    draft = ReviewDraft.of(shown).give(Verdict.ACCEPTED, [("a", 2)])
    assert left_words(draft, shown) == "about 9 lines left"


def test_where_nothing_can_be_decided_nothing_is_left() -> None:
    shown = _shown() | {"since": 1}
    assert left_words(ReviewDraft.of(shown), shown) == ""
