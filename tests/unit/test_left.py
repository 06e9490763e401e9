"""How much of a review is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from codeframe_tui.core.change.diff import FileDiff, Hunk, file_document
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.tui.present import left
from codeframe_tui.tui.present.draft import ReviewDraft, Verdict
from codeframe_tui.tui.present.left import Left


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
    draft, left_words = ReviewDraft.of(shown), Left().words
    assert left_words(draft, shown) == "12 lines left"
    draft = draft.give(Verdict.ACCEPTED, [("a", 2)])
    assert left_words(draft, shown) == "9 lines left"
    draft = draft.give(Verdict.REJECTED, [("a", 1), ("a", 3), ("b", 1)])
    assert left_words(draft, shown) == ""
    draft = draft.forget([("a", 1)])
    assert left_words(draft, shown) == "3 lines left"
    assert left_words(ReviewDraft.of(shown), shown) == "12 lines left", "a draft of its own"
    other = {**shown, "files": shown["files"][1:]}
    assert left_words(ReviewDraft.of(other), other) == "3 lines left"


def test_only_files_of_which_something_is_decided_are_counted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted: list[str] = []
    count = left._lines_left

    def counting(draft: ReviewDraft, file: Mapping[str, Any]) -> tuple[int, bool]:
        counted.append(file["path"])
        return count(draft, file)

    monkeypatch.setattr(left, "_lines_left", counting)
    shown = _shown()
    draft, left_words = ReviewDraft.of(shown), Left().words
    left_words(draft, shown)
    left_words(draft.see("a").see("b"), shown)
    assert counted == ["a", "b"]
    draft = draft.see("a").give(Verdict.ACCEPTED, [("b", 1)])
    assert left_words(draft, shown) == "9 lines left"
    assert left_words(draft.take_back()[0], shown) == "12 lines left"
    assert counted == ["a", "b", "b", "b"]


def test_of_very_many_hunks_the_share_is_told_and_called_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(left, "_COUNTED", 2)
    shown = _shown()
    draft = ReviewDraft.of(shown).give(Verdict.ACCEPTED, [("a", 2)])
    words = Left().words
    assert words(draft, shown) == "about 9 lines left"
    assert words(draft.give(Verdict.ACCEPTED, [("a", 1), ("a", 3)]), shown) == "3 lines left"


def test_where_nothing_can_be_decided_nothing_is_left() -> None:
    shown = _shown() | {"since": 1}
    assert Left().words(ReviewDraft.of(shown), shown) == ""
