"""What every implementation of the Service port promises about a person's own hands.

Part of the suite of `service_suite`, whose fixtures it takes: edited proposals, copies of one's
own, limits, questions that are skipped and tasks that are split.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.core.blocker import Blocker, BlockerKind
from codeframe_tui.core.commands import (
    Answer,
    Approve,
    Cancel,
    Command,
    FinishByHand,
    Hold,
    LayOver,
    LeaveHand,
    RaiseLimit,
    Release,
    Retry,
    Revise,
    Skip,
    Split,
    TakeInHand,
)
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.hand import COPY
from codeframe_tui.core.queries import (
    ShowBlockers,
    ShowDiff,
    ShowEvents,
    ShowFile,
    ShowHand,
    ShowHits,
    ShowHunkLines,
    ShowMerge,
    ShowSide,
)
from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor
from tests.contract.service_kit import (
    add,
    blocked,
    claim,
    in_review,
    pause,
    propose,
    reply,
    show,
    status,
)


async def events_of(service: Service, number: str) -> list[tuple[str, dict[str, Any]]]:
    found = (await service.query(ShowEvents()))["events"]
    return [(each["type"], each["data"]) for each in found if each["task"] == number]


async def asked(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await service.query(ShowBlockers()))["blockers"]
    return found


async def refused(service: Service, command: Command) -> CodeframeError:
    """The refusal of a wish, which changes nothing."""
    before = await service.query(ShowEvents())
    with pytest.raises(CodeframeError) as caught:
        await service.submit(command)
    assert await service.query(ShowEvents()) == before
    return caught.value


# -- an edited proposal ---------------------------------------------------------------------------


async def test_a_revised_proposal_is_a_new_attempt_that_waits_to_be_tested(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    old = (await show(service, number))["proposal"]
    made = await service.submit(Revise(number, old, (("a.py", "mine\n"),)))
    shown = await show(service, number)
    assert made == {"attempt": 2, "proposal": shown["proposal"]}
    assert shown["proposal"] != old
    assert (shown["status"], shown["verdict"], shown["corrections"]) == ("pending", None, 0)
    assert [each["cause"] for each in shown["attempts"]] == ["first", "hand"]
    assert (await refused(service, Revise(number, old, (("a.py", "x"),)))).code in {
        "nothing_to_review",
        "stale_proposal",
    }


async def test_what_a_person_made_is_taken_for_its_tests_also_while_workers_pause(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    other = await add(service)
    await pause(service)
    assert await engine.claim("w1", revised=True) is None
    old = (await show(service, number))["proposal"]
    await service.submit(Revise(number, old, (("a.py", "mine\n"),)))
    assert await engine.claim("w1") is None
    taken = await engine.claim("w1", revised=True)
    assert taken is not None
    assert taken.number == number
    assert await engine.claim("w1", revised=True) is None
    assert await status(service, other) == "pending"


async def test_an_edit_ends_a_hold_and_the_question_that_blocked(
    service: Service, engine: Supervisor
) -> None:
    number, question = await failed_once(engine)
    await service.submit(Hold(number))
    proposal = (await show(service, number))["proposal"]
    await service.submit(Revise(number, proposal, (("a.py", "mine\n"),)))
    assert (await show(service, number))["held"] is False
    assert await asked(service) == []
    assert ("blocker.resolved", {"id": question, "how": "by_hand"}) in await events_of(
        service, number
    )


async def failed_once(engine: Supervisor, cause: str = "corrections") -> tuple[str, str]:
    """A blocked task with one attempt, and its question."""
    number = await add(engine)
    assert (await claim(engine)).number == number
    await propose(engine, number)
    question = "1 attempts failed. What now?"
    return number, await engine.open_blocker(Blocker(number, BlockerKind.SYNC, question, cause))


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ((), "unchanged"),
        ((("a.py", "old\n"),), "unchanged"),
        ((("../a.py", "x"),), "path_refused"),
        (((".git/config", "x"),), "path_refused"),
        ((("a.py", "half\ud800"),), "bad_request"),
        ((("a.py", "x" * (2**20 + 1)),), "not_editable"),
    ],
    ids=["none", "same", "outside", "git", "surrogate", "large"],
)
async def test_a_revision_that_cannot_be_changes_nothing(
    service: Service, engine: Supervisor, files: Any, code: str
) -> None:
    number = await in_review(engine)
    proposal = (await show(service, number))["proposal"]
    assert (await refused(service, Revise(number, proposal, files))).code == code


async def test_a_revision_names_the_proposal_it_was_made_of(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    for expect, code in (("", "bad_request"), ("f" * 64, "stale_proposal")):
        wish = Revise(number, expect, (("a.py", "mine\n"),))
        assert (await refused(service, wish)).code == code
    await service.submit(Approve(number))
    proposal = (await show(service, number))["proposal"]
    wish = Revise(number, proposal, (("a.py", "mine\n"),))
    assert (await refused(service, wish)).code == "already_decided"


async def test_a_file_is_given_whole_as_the_attempt_has_it(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    found = await service.query(ShowFile(number, "a.py"))
    proposal = (await show(service, number))["proposal"]
    assert found == {
        "task": number,
        "attempt": 1,
        "proposal": proposal,
        "path": "a.py",
        "text": "same\nattempt 1\n",
    }
    assert (await service.query(ShowFile(number, "gone.py", 1)))["text"] is None
    for path, code in (("c.bin", "not_editable"), ("../x", "path_refused")):
        with pytest.raises(CodeframeError) as caught:
            await service.query(ShowFile(number, path))
        assert caught.value.code == code


# -- a copy of one's own --------------------------------------------------------------------------


async def test_a_copy_is_opened_once_kept_and_made_an_attempt(
    service: Service, engine: Supervisor
) -> None:
    number, question = await failed_once(engine)
    taken = await service.submit(TakeInHand(number))
    copy = Path(taken["path"])
    assert (await asked(service))[0]["by_hand"] is True
    (copy / "a.py").write_text("mine\n")
    assert await service.submit(TakeInHand(number)) == taken
    assert (copy / "a.py").read_text() == "mine\n"
    shown = await service.query(ShowHand(number))
    assert (shown["path"], shown["attempt"], shown["moved"]) == (str(copy), 1, False)
    assert shown["files"]
    made = await service.submit(FinishByHand(number))
    assert (made["attempt"], made["kept"]) == (2, None)
    assert not copy.exists()
    assert await status(service, number) == "pending"
    assert ("hand.ended", {"how": "resolved"}) in await events_of(service, number)
    assert (await refused(service, FinishByHand(number))).code == "not_waiting"
    assert question not in [each["id"] for each in await asked(service)]


async def test_a_copy_without_a_change_is_no_attempt_and_can_be_thrown_away(
    service: Service, engine: Supervisor
) -> None:
    number, question = await failed_once(engine)
    copy = Path((await service.submit(TakeInHand(number)))["path"])
    assert (await refused(service, FinishByHand(number))).code == "unchanged"
    await service.submit(LeaveHand(number))
    assert not copy.exists()
    assert [(each["id"], each["by_hand"]) for each in await asked(service)] == [(question, False)]
    assert (await refused(service, FinishByHand(number))).code == "not_in_hand"
    with pytest.raises(CodeframeError):
        await service.query(ShowHand(number))


async def test_only_a_task_that_waits_for_a_person_is_taken_in_hand(
    service: Service, engine: Supervisor
) -> None:
    begun, _ = await blocked(engine)
    assert (await refused(service, TakeInHand(begun))).code == "not_begun"
    number = await add(service)
    assert (await refused(service, TakeInHand(number))).code == "not_waiting"
    assert (await refused(service, TakeInHand("9"))).code == "not_found"


async def test_a_copy_whose_task_moved_on_is_kept_and_not_made_an_attempt(
    service: Service, engine: Supervisor
) -> None:
    number, question = await failed_once(engine)
    copy = Path((await service.submit(TakeInHand(number)))["path"])
    (copy / "a.py").write_text("mine\n")
    await service.submit(Answer(question, "try this"))
    assert (await claim(engine)).number == number
    assert (await refused(service, FinishByHand(number))).code == "not_waiting"
    await propose(engine, number, 2)
    await engine.to_review(number)
    why = await refused(service, FinishByHand(number))
    assert (why.code, str(copy) in why.hint) == ("stale_proposal", True)
    assert (await service.query(ShowHand(number)))["moved"] is True
    assert (copy / "a.py").read_text() == "mine\n"


async def test_the_copy_is_compared_as_a_diff_of_no_attempt(
    service: Service, engine: Supervisor
) -> None:
    number, _ = await failed_once(engine)
    with pytest.raises(CodeframeError) as caught:
        await service.query(ShowDiff(number, COPY))
    assert caught.value.code == "not_in_hand"
    copy = Path((await service.submit(TakeInHand(number)))["path"])
    assert (await service.query(ShowDiff(number, COPY)))["files"] == []
    trees = set()
    for text in ("mine\n", "mine and more\n"):
        (copy / "a.py").write_text(text)
        shown = await service.query(ShowDiff(number, COPY))
        assert (shown["task"], shown["attempt"]) == (number, COPY)
        assert [file["path"] for file in shown["files"]] == ["a.py", "b.bin"]
        trees.add(shown["tree"])
    assert len(trees) == 2, "what was asked of the one before must not be taken for this one"
    lines = await service.query(ShowHunkLines(number, COPY, None, "a.py", 1, 0, 9))
    assert lines["lines"] == [["-", "old"], ["+", "new"]]
    hits = await service.query(ShowHits(number, COPY, None, "new"))
    assert hits["hits"] == [["a.py", 1, 1], ["a.py", 2, 1]]
    side = await service.query(ShowSide(number, COPY, "b.py", "proposal", 1, 9))
    assert (side["attempt"], side["lines"]) == (COPY, ["one", "", "three"])


async def test_what_was_seen_of_a_copy_ends_with_it(service: Service, engine: Supervisor) -> None:
    number, _ = await failed_once(engine)
    copy = Path((await service.submit(TakeInHand(number)))["path"])
    (copy / "a.py").write_text("mine\n")
    await service.query(ShowDiff(number, COPY))
    await service.submit(LeaveHand(number))
    with pytest.raises(CodeframeError) as caught:
        await service.query(ShowHunkLines(number, COPY, None, "a.py", 1, 0, 9))
    assert caught.value.code == "not_in_hand"


async def test_a_copy_is_laid_over_the_newest_proposal_and_can_be_finished_then(
    service: Service, engine: Supervisor
) -> None:
    number, question = await failed_once(engine)
    copy = Path((await service.submit(TakeInHand(number)))["path"])
    (copy / "a.py").write_text("mine\n")
    await service.submit(Answer(question, "try this"))
    assert (await claim(engine)).number == number
    assert (await refused(service, LayOver(number))).code == "not_waiting"
    await propose(engine, number, 2)
    await engine.to_review(number)
    laid = await service.submit(LayOver(number))
    assert laid == {"attempt": 2, "conflicts": {"c.bin": "binary"}}
    assert (await service.query(ShowHand(number)))["moved"] is False
    assert ("hand.laid_over", 2) in [
        (type_, data.get("attempt")) for type_, data in await events_of(service, number)
    ]
    assert (await service.submit(FinishByHand(number)))["attempt"] == 3
    assert (await refused(service, LayOver(number))).code in {"not_in_hand", "not_waiting"}


async def test_an_edited_file_is_joined_with_the_newest_proposal(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    old = (await show(service, number))["proposal"]
    await service.submit(Revise(number, old, (("a.py", "mine\n"),)))
    new = (await show(service, number))["proposal"]
    found = await service.query(ShowMerge(number, old, "a.py", "mine too\n"))
    assert (found["task"], found["path"], found["conflict"]) == (number, "a.py", None)
    assert (found["attempt"], found["proposal"]) == (2, new)
    assert isinstance(found["text"], str)
    for query, code in (
        (ShowMerge(number, "f" * 64, "a.py", "x"), "not_found"),
        (ShowMerge(number, old, "../a.py", "x"), "path_refused"),
    ):
        with pytest.raises(CodeframeError) as caught:
            await service.query(query)
        assert caught.value.code == code


# -- limits, skipping, splitting ------------------------------------------------------------------


async def test_more_attempts_are_an_answer_that_counts(
    service: Service, engine: Supervisor
) -> None:
    number, question = await failed_once(engine)
    assert (await asked(service))[0]["limit"] == {"name": "attempts", "spent": 1}
    for wrong in (0, 2.5, 21, float("inf")):
        if wrong != float("inf"):  # JSON has no such number
            assert (await refused(service, RaiseLimit(question, wrong))).code == "bad_limit"
    await service.submit(RaiseLimit(question, 3))
    assert await status(service, number) == "pending"
    assert (await engine.progress(number)).granted == 2
    assert (await refused(service, RaiseLimit(question, 3))).code == "already_answered"


async def test_a_cap_of_money_is_raised_above_what_is_spent(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service)
    await claim(engine)
    await engine.record_turn(number, reply(0, 6.0))
    assert await engine.reserve(number, 0.1) is False
    (question,) = await asked(service)
    assert question["limit"] == {
        "name": "per_run",
        "cap_usd": 5.0,
        "spent_usd": 6.0,
        "least_usd": 6.1,
    }
    for wrong in (6.0, 6.09):  # the call would be asked about again
        assert (await refused(service, RaiseLimit(question["id"], wrong))).code == "bad_limit"
    await service.submit(RaiseLimit(question["id"], 12.5))
    await pause(service, paused=False)
    await claim(engine)
    assert await engine.reserve(number, 0.1) is True


async def test_a_plain_question_has_no_limit_to_raise(service: Service, engine: Supervisor) -> None:
    _, question = await blocked(engine)
    assert (await refused(service, RaiseLimit(question, 3))).code == "no_limit"
    assert (await asked(service))[0]["limit"] is None


async def test_a_skipped_question_puts_its_task_on_hold_until_it_is_let_go(
    service: Service, engine: Supervisor
) -> None:
    number, question = await blocked(engine)
    assert await service.submit(Skip(question)) == {"task": number}
    shown = await show(service, number)
    assert (shown["status"], shown["held"], shown["why"]) == ("pending", True, "on hold")
    assert await asked(service) == []
    assert ("blocker.resolved", {"id": question, "how": "skipped"}) in await events_of(
        service, number
    )
    assert (await refused(service, Skip(question))).code == "already_answered"
    assert await engine.claim("w1") is None
    await service.submit(Release(number))
    assert (await claim(engine)).number == number


async def test_a_task_on_hold_is_retried_with_a_hint(service: Service, engine: Supervisor) -> None:
    number, question = await blocked(engine)
    await service.submit(Skip(question))
    await service.submit(Retry(number, "the short way"))
    assert (await show(service, number))["held"] is False
    assert (await claim(engine)).number == number
    assert [m.text for m in (await engine.progress(number)).inbox][-1] == "the short way"


async def test_skipping_one_of_two_questions_leaves_the_task_with_the_other(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service)
    await claim(engine)
    aside = Blocker(number, BlockerKind.ASYNC, "which tone?", "question", assumption="friendly")
    await engine.open_blocker(aside)
    first = await engine.open_blocker(Blocker(number, BlockerKind.SYNC, "which way?", "question"))
    (tone,) = [each["id"] for each in await asked(service) if each["kind"] == "ASYNC"]
    await service.submit(Skip(tone))
    assert await status(service, number) == "blocked"
    assert [each["id"] for each in await asked(service)] == [first]


@pytest.mark.parametrize("in_order", [True, False])
async def test_a_split_task_is_replaced_by_its_parts(
    service: Service, engine: Supervisor, in_order: bool
) -> None:
    before = await add(service)
    number = await add(service, priority=1, depends_on=(before,), evidence="regression")
    after = await add(service, depends_on=(number,))
    over = await add(service, depends_on=(number,))
    await service.submit(Cancel(over))
    parts = (("first", "one"), ("second", ""), ("third", ""))
    made = (await service.submit(Split(number, parts, in_order)))["tasks"]
    a, b, c = made
    shown = [await show(service, each) for each in made]
    assert [(each["title"], each["description"]) for each in shown] == list(parts)
    assert {(each["priority"], each["evidence"]) for each in shown} == {(1, "regression")}
    needs = [each["depends_on"] for each in shown]
    assert needs == ([[before], [a], [b]] if in_order else [[before]] * 3)
    waits = (await show(service, after))["depends_on"]
    assert waits == ([c] if in_order else [a, b, c])
    assert (await show(service, over))["depends_on"] == [number], "what is over is history"
    gone = await show(service, number)
    assert (gone["status"], gone["reason"]) == ("cancelled", f"split into {a}, {b}, {c}")
    assert (await refused(service, Split(number, parts))).code == "not_splittable"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((), "bad_split"),
        ((("one", ""),), "bad_split"),
        ((("one", ""), (" ", "")), "bad_title"),
        ((("x", ""),) * 51, "bad_split"),
    ],
    ids=["none", "one", "blank", "many"],
)
async def test_a_split_is_all_or_nothing(service: Service, parts: Any, code: str) -> None:
    number = await add(service)
    assert (await refused(service, Split(number, parts))).code == code
    assert await status(service, number) == "pending"


async def test_a_task_in_work_is_not_split(service: Service, engine: Supervisor) -> None:
    number = await add(service)
    await claim(engine)
    wish = Split(number, (("one", ""), ("two", "")))
    assert (await refused(service, wish)).code == "not_splittable"
