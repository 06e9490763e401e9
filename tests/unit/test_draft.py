"""Verdicts on a proposal."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import Approve, Reject
from codeframe_tui.core.review.draft import Draft
from codeframe_tui.tui.deeds.review import approval, rejection
from codeframe_tui.tui.present.draft import ReviewDraft, Verdict
from tests.diff_documents import document, file, hunk, retry

DRAFT = ReviewDraft.of(retry())
RETRY, TESTS = "client/retry.py", "tests/test_retry.py"


def test_a_fresh_draft_has_one_unit_per_hunk_and_one_per_file_without_hunks() -> None:
    assert DRAFT.units == (
        (RETRY, 1),
        (RETRY, 2),
        (RETRY, 3),
        (TESTS, 1),
        ("client/logo.png", 0),
        ("scripts/run.sh", 0),
        ("client/legacy.py", 1),
    )
    assert DRAFT.count(Verdict.UNDECIDED) == 7


def test_all_hunks_of_a_file_make_the_whole_file_some_make_hunks() -> None:
    draft = DRAFT.give(Verdict.ACCEPTED, [(RETRY, 1), (RETRY, 3), (TESTS, 1)])
    draft = draft.give(Verdict.ACCEPTED, draft.units_of("client/logo.png"))
    assert draft.parts == Parts((TESTS, "client/logo.png"), ((RETRY, 1), (RETRY, 3)))
    assert draft.give(Verdict.ACCEPTED, draft.units_of(RETRY)).parts.hunks == ()


def test_the_rejected_part_has_the_same_form() -> None:
    draft = DRAFT.give(Verdict.REJECTED, [(RETRY, 2), ("scripts/run.sh", 0)])
    assert draft.rejected_parts == Parts(("scripts/run.sh",), ((RETRY, 2),))
    assert rejection(draft, "1", "no") == Reject("1", "no", draft.rejected_parts, "p1")


def test_an_approval_names_the_hash_and_never_means_all_by_being_empty() -> None:
    assert approval(DRAFT, "1.2.3") is None
    draft = DRAFT.give(Verdict.ACCEPTED, [(RETRY, 1)])
    assert approval(draft, "1.2.3") == Approve(
        "1.2.3", expect="p1", parts=Parts(hunks=((RETRY, 1),))
    )


def test_undecided_goes_round_and_ends_when_all_is_decided() -> None:
    draft = DRAFT.give(Verdict.ACCEPTED, DRAFT.units_of(RETRY))
    assert draft.next_undecided((RETRY, 1)) == (TESTS, 1)
    assert DRAFT.next_undecided(("client/legacy.py", 1)) == (RETRY, 1)
    assert DRAFT.next_undecided() == (RETRY, 1)
    assert DRAFT.give(Verdict.ACCEPTED, DRAFT.units).next_undecided((RETRY, 1)) is None


def test_taking_back_restores_what_the_last_verdict_replaced() -> None:
    draft = DRAFT.give(Verdict.REJECTED, [(RETRY, 2)]).give(Verdict.ACCEPTED, DRAFT.units_of(RETRY))
    back, unit = draft.take_back()
    assert unit == (RETRY, 1)
    assert [back.verdict(RETRY, k) for k in (1, 2, 3)] == ["undecided", "rejected", "undecided"]
    assert back.take_back()[0].count(Verdict.UNDECIDED) == 7
    assert DRAFT.take_back() == (DRAFT, None)


def test_verdicts_of_the_document_are_taken_over_and_unknown_units_left_out() -> None:
    seen = retry()
    seen["files"][0]["hunks"][1]["verdict"] = "accepted"
    draft = ReviewDraft.of(seen)
    assert draft.verdict(RETRY, 2) is Verdict.ACCEPTED
    assert draft.give(Verdict.ACCEPTED, [("nowhere", 1)]) is draft


def test_files_seen_are_counted_once() -> None:
    assert DRAFT.see(RETRY).see(RETRY).seen == {RETRY}
    assert len(DRAFT.files) == 5


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    counts = draw(st.lists(st.integers(0, 4), min_size=1, max_size=5))
    return document(
        *(
            file(f"f{i}", *(hunk(k, 10 * k, f"-{k}", f"+{k}!") for k in range(1, count + 1)))
            for i, count in enumerate(counts)
        )
    )


@given(documents(), st.data())
def test_parts_of_any_verdicts_rebuild_exactly_the_chosen_hunks(
    shown: dict[str, Any], data: st.DataObject
) -> None:
    before = copy.deepcopy(shown)
    draft = ReviewDraft.of(shown)
    choice = {unit: data.draw(st.sampled_from(list(Verdict))) for unit in draft.units}
    for unit, verdict in choice.items():
        draft = draft.give(verdict, [unit])
    for parts, verdict in (
        (draft.parts, Verdict.ACCEPTED),
        (draft.rejected_parts, Verdict.REJECTED),
    ):
        rebuilt = {u for u in draft.units if u[0] in parts.files} | set(parts.hunks)
        assert rebuilt == {unit for unit, given in choice.items() if given is verdict}
        assert not {path for path, _ in parts.hunks} & set(parts.files)
        assert all(k > 0 for _, k in parts.hunks)
    while draft.take_back()[1] is not None:
        draft = draft.take_back()[0]
    assert draft.count(Verdict.UNDECIDED) == len(draft.units)
    assert shown == before


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Verdict.ACCEPTED, Verdict.REJECTED]),
            st.sets(st.integers(0, 3), min_size=1),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_kept_of_lines_that_share_a_neighbour_comes_back_as_it_was(
    said: list[tuple[Verdict, set[int]]],
) -> None:
    one = hunk(1, 1, " a", "-b", " c", "-d")  # the last line of the file, too
    shown = document(file("a.py", one))
    draft = ReviewDraft.of(shown)
    for verdict, rows in said:
        draft = draft.give_chosen(verdict, [(("a.py", 1), one, rows)])
    kept = Draft(draft.parts, draft.rejected_parts).document
    back = ReviewDraft.of(shown).restored(kept, shown)
    assert back.verdict("a.py", 1) == draft.verdict("a.py", 1)
    for line in range(4):
        assert back.line_verdict("a.py", 1, line) == draft.line_verdict("a.py", 1, line)


def test_lines_of_many_hunks_are_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    hunks = [hunk(k, 10 * k, " a", "-b", "+c", " d") for k in range(1, 301)]
    draft = ReviewDraft.of(document(file("a.py", *hunks)))
    copies: list[int] = []
    say = ReviewDraft._say

    def counted(self: ReviewDraft, said: Any) -> ReviewDraft:
        copies.append(len(said))
        return say(self, said)

    monkeypatch.setattr(ReviewDraft, "_say", counted)
    one = draft.give_chosen(Verdict.ACCEPTED, [(("a.py", 1), hunks[0], range(4))])
    many = draft.give_chosen(Verdict.ACCEPTED, [(("a.py", h["k"]), h, range(4)) for h in hunks])
    assert copies == [1, 300], "a draft is copied once, however many hunks are judged"
    assert (one.moves, many.moves, many.file_verdict("a.py")) == (1, 1, Verdict.ACCEPTED)
    assert many.take_back()[0].count(Verdict.UNDECIDED) == 300
