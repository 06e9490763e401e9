"""What every implementation of the Service port promises about reviews under way."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import (
    AddComment,
    Command,
    DeleteComment,
    EditComment,
    Explain,
    Reject,
    SaveDraft,
)
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.queries import ShowActivity, ShowLetter, ShowReview
from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor
from tests.contract.service_kit import add, claim, in_review, propose, show, status

NOTHING: dict[str, list[Any]] = {"files": [], "hunks": [], "lines": []}


async def comment(service: Service, number: str, text: str = "why?", **more: Any) -> int:
    return int((await service.submit(AddComment(number, text, **more)))["comment"])


async def review(service: Service, number: str, attempt: int | None = None) -> dict[str, Any]:
    return await service.query(ShowReview(number, attempt))


async def next_attempt(engine: Supervisor, number: str, attempt: int) -> None:
    """The worker takes the task up again and proposes anew."""
    assert (await claim(engine)).number == number
    await propose(engine, number, attempt)
    await engine.to_review(number)


async def test_a_comment_is_shown_where_it_was_made(service: Service, engine: Supervisor) -> None:
    number = await in_review(engine)
    made = await comment(service, number, path="a.py", first=1, last=2, type="question")
    shown = (await show(service, number))["comments"]
    assert shown == (await review(service, number))["comments"]
    at = shown[0].pop("created_at")
    assert at.startswith("2026-")
    assert shown == [
        {
            "id": made,
            "attempt": 1,
            "path": "a.py",
            "first": 1,
            "last": 2,
            "side": "new",
            "type": "question",
            "text": "why?",
            "author": "person",
            "excerpt": ["same", "attempt 1"],
            "state": "open",
            "sent": None,
            "answer": None,
            "stands": True,
            "became": None,
        }
    ]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"path": "z.py"}, "not_found"),
        ({"path": "a.py", "first": 3}, "no_such_line"),
        ({"path": "a.py", "first": 2, "last": 1}, "no_such_line"),
        ({"path": "a.py", "first": -1}, "no_such_line"),
        ({"path": "a.py", "side": "left"}, "bad_side"),
        ({"path": "a.py", "type": "praise"}, "bad_type"),
        ({"attempt": 2}, "not_found"),
        ({"text": " "}, "empty"),
    ],
    ids=str,
)
async def test_a_comment_about_nothing_is_refused(
    service: Service, engine: Supervisor, more: dict[str, Any], code: str
) -> None:
    number = await in_review(engine)
    with pytest.raises(CodeframeError) as caught:
        await service.submit(AddComment(number, **{"text": "hm", **more}))
    assert caught.value.code == code
    assert (await show(service, number))["comments"] == []


@pytest.mark.parametrize(
    "command",
    [AddComment("1", "x"), Explain("1"), EditComment("1", 1), DeleteComment("1", 1)],
    ids=str,
)
async def test_what_has_no_proposal_has_no_review(service: Service, command: Command) -> None:
    await add(service)
    with pytest.raises(CodeframeError):
        await service.submit(command)


@pytest.mark.parametrize("kind", ["changes", "explain"])
async def test_a_letter_that_is_another_than_was_shown_is_not_sent(
    service: Service, engine: Supervisor, kind: str
) -> None:
    number = await in_review(engine)
    await comment(service, number, type="question")
    overall = "no" if kind == "changes" else ""
    shown = (await service.query(ShowLetter(number, kind, overall)))["text"]
    await comment(service, number, "and this?", type="question")

    def sent(letter: str) -> Command:
        return Reject(number, "no", letter=letter) if overall else Explain(number, letter=letter)

    with pytest.raises(CodeframeError) as caught:
        await service.submit(sent(shown))
    assert caught.value.code == "changed_meanwhile"
    assert await status(service, number) == "in_review"
    now = (await service.query(ShowLetter(number, kind, overall)))["text"]
    assert "and this?" in now
    assert (await service.submit(sent(now)))["text"] == now


async def test_a_comment_can_be_said_differently_and_taken_back(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    first, second = await comment(service, number), await comment(service, number, "and?")
    await service.submit(EditComment(number, first, "because", "nit"))
    await service.submit(DeleteComment(number, second))
    (left,) = (await show(service, number))["comments"]
    assert (left["text"], left["type"]) == ("because", "nit")
    assert await comment(service, number) > second, "an id never names another comment"
    with pytest.raises(CodeframeError) as caught:
        await service.submit(EditComment(number, second, "gone"))
    assert caught.value.code == "not_found"
    other = await in_review(engine)
    with pytest.raises(CodeframeError):
        await service.submit(DeleteComment(other, first))


async def test_a_comment_follows_its_line_or_is_shown_as_outdated(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    stays = await comment(service, number, path="a.py", first=1)
    goes = await comment(service, number, path="a.py", first=2)
    await service.submit(Reject(number, "again"))
    await next_attempt(engine, number, 2)
    shown = {each["id"]: each for each in (await show(service, number))["comments"]}
    assert (shown[stays]["state"], shown[stays]["first"], shown[stays]["sent"]) == ("open", 2, 1)
    assert (shown[goes]["state"], shown[goes]["stands"]) == ("outdated", False)
    assert shown[goes]["excerpt"] == ["attempt 1"]
    earlier = (await review(service, number, 1))["comments"]
    assert [each["state"] for each in earlier] == ["open", "open"]
    late = await comment(service, number, path="a.py", first=1)
    assert late not in {each["id"] for each in (await review(service, number, 1))["comments"]}


async def test_what_became_of_a_place_since_the_worker_was_told_is_read_from_the_files(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    others = await comment(service, number, path="a.py", first=2)
    beside = await comment(service, number, path="a.py", first=1, type="nit")
    asked = await comment(service, number, path="a.py", first=2, type="question")
    file = await comment(service, number, path="b.bin")
    everything = await comment(service, number)
    removed = await comment(service, number, path="a.py", first=1, side="old")
    await service.submit(Reject(number, "again"))
    await next_attempt(engine, number, 2)
    untold = await comment(service, number, path="a.py", first=1)

    async def became(attempt: int | None = None) -> dict[int, str | None]:
        told = (await review(service, number, attempt))["comments"]
        return {each["id"]: each["became"] for each in told}

    assert await became() == {
        others: "changed",
        beside: "changed",
        asked: None,
        file: "stands",
        everything: "changed",
        removed: "stands",
        untold: None,
    }
    assert set((await became(1)).values()) == {None}, "not on the attempt that was told about"


async def test_a_rejection_tells_comments_once_and_those_that_still_stand_again(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    await comment(service, number, "rename", path="a.py", first=1, type="nit")
    await comment(service, number, "gone soon", path="a.py", first=2)
    wish = Reject(number, "", Parts(hunks=(("a.py", 2),)))
    letter = await service.query(ShowLetter(number, "changes", "", wish.parts))
    assert letter["text"] == (
        "1. a.py:1 (nit): rename\n   > same\n\n"
        "2. a.py:2 (issue): gone soon\n   > attempt 1\n\n"
        "3. a.py:2 (rejected): hunk 2\n   > -old\n   > +new"
    )
    assert (await service.submit(wish))["text"] == letter["text"]
    assert (await engine.progress(number)).inbox[0].text == letter["text"]
    await next_attempt(engine, number, 2)
    again = (await service.query(ShowLetter(number, "changes", "and hurry")))["text"]
    assert again == (
        "and hurry\n\n1. a.py:2 (nit; said before, and still as it was): rename\n   > same"
    )


@pytest.mark.parametrize(
    "parts",
    [Parts(hunks=(("z.py", 1),)), Parts(hunks=(("a.py", 9),)), Parts(lines=(("z.py", 1, 2),))],
    ids=str,
)
async def test_a_letter_about_what_is_not_proposed_is_refused(
    service: Service, engine: Supervisor, parts: Parts
) -> None:
    number = await in_review(engine)
    with pytest.raises(CodeframeError) as caught:
        await service.query(ShowLetter(number, "changes", "", parts))
    assert caught.value.code == "not_found"


async def test_a_rejection_that_says_nothing_is_refused(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Reject(number, " "))
    assert caught.value.code == "empty"
    await comment(service, number)
    await service.submit(Reject(number, ""))
    assert await status(service, number) == "pending"


async def test_a_question_is_answered_beside_it_and_the_same_proposal_is_reviewed_again(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    await comment(service, number, "not told", type="nit")
    first = await comment(service, number, path="a.py", first=1, type="question")
    second = await comment(service, number, "and this?", type="question")
    before = await show(service, number)
    asked = await service.submit(Explain(number, before["proposal"]))
    assert asked["text"].startswith("1. a.py:1 (question): why?\n")
    assert "not told" not in asked["text"]
    assert (await claim(engine)).number == number
    with pytest.raises(CodeframeError) as caught:
        await service.submit(DeleteComment(number, first))
    assert caught.value.code == "being_answered"
    await engine.record_explanation(number, "1. So.\n2. Because.")
    after = await show(service, number)
    for name in ("status", "proposal", "attempt", "verdict", "corrections", "attempts"):
        assert after[name] == before[name]
    answers = {each["id"]: (each["state"], each["answer"]) for each in after["comments"]}
    assert answers[first] == ("addressed", "So.")
    assert answers[second] == ("addressed", "Because.")
    told = await service.query(ShowActivity(number))
    assert ("explained, nothing changed", "1. So.\n2. Because.") in {
        (item["title"], item["detail"]) for item in told["items"]
    }
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Explain(number))
    assert caught.value.code == "nothing_to_ask"


async def test_a_question_about_another_proposal_is_refused(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    await comment(service, number, type="question")
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Explain(number, "f" * 64))
    assert caught.value.code == "stale_proposal"
    assert await status(service, number) == "in_review"


async def test_a_draft_is_kept_and_what_is_unchanged_stands_on_the_next_attempt(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    empty = (await review(service, number))["draft"]
    assert (empty["accepted"], empty["rejected"], empty["seen"]) == (NOTHING, NOTHING, [])
    proposal = (await show(service, number))["proposal"]
    accepted = Parts(("b.bin",), (("a.py", 1),))
    rejected = Parts(lines=(("a.py", 2, 2),))
    await service.submit(SaveDraft(number, proposal, accepted, rejected, ("a.py",)))
    kept = (await review(service, number))["draft"]
    assert kept["accepted"] == {"files": ["b.bin"], "hunks": [["a.py", 1]], "lines": []}
    assert kept["rejected"]["lines"] == [["a.py", 2, 2]]
    assert kept["seen"] == ["a.py"]
    await service.submit(Reject(number, "again"))
    await next_attempt(engine, number, 2)
    carried = await review(service, number)
    assert carried["since"] == 1
    assert carried["draft"]["accepted"] == {"files": [], "hunks": [["a.py", 1]], "lines": []}
    assert carried["draft"]["since"] == {"a.py": 1}
    assert (await review(service, number, 1))["draft"]["sent"]


async def test_a_draft_of_an_unknown_proposal_is_refused(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    with pytest.raises(CodeframeError) as caught:
        await service.submit(SaveDraft(number, "f" * 64, Parts(("a.py",))))
    assert caught.value.code == "no_proposal"


async def test_the_last_attempt_that_was_reviewed_is_known(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    assert (await review(service, number))["since"] is None
    await comment(service, number)
    await service.submit(Reject(number, "again"))
    for attempt in (2, 3):
        assert (await claim(engine)).number == number
        await propose(engine, number, attempt)
        await engine.release(number)
    assert (await review(service, number))["since"] == 1, "nobody looked at 2"
    assert (await review(service, number, 2))["since"] == 1
