"""Where a task goes next, from stored facts alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codeframe_tui.core.evidence.verification import Run, Verdict, Verification
from codeframe_tui.core.progress import Attempt, Message, Progress, Turn
from codeframe_tui.core.road import (
    Ask,
    Correct,
    Explain,
    Gather,
    KeepAnswer,
    ReadAnswer,
    Resume,
    RunTools,
    Settle,
    Stuck,
    Verify,
    next_step,
)
from codeframe_tui.core.task import Status, Task

TASK = Task("1", "t", status=Status.IN_PROGRESS)
NOT_RUN = Run("not_run")


def user(index: int, attempt: int = 1, purpose: str = "task") -> Turn:
    return Turn(index, "user", ({"type": "text", "text": "x"},), purpose, attempt)


def reply(index: int, stop: str = "end_turn", attempt: int = 1) -> Turn:
    text = {"type": "text", "text": "{}"}
    return Turn(index, "assistant", (text,), "reply", attempt, stop_reason=stop)


def attempt(number: int, verdict: Verdict | None) -> Attempt:
    verification = None
    if verdict is not None:
        verification = Verification(verdict, "", "why", NOT_RUN, NOT_RUN, NOT_RUN, NOT_RUN)
    return Attempt(number, "b", "t", "p", "", (), verification=verification)


NOTE = Message(1, "note", "hello")
BEGUN = Progress(TASK, "base", (user(0),))
ANSWERED = replace(BEGUN, turns=(user(0), reply(1)))
SENT_BACK = Turn(2, "user", ({"type": "text", "text": "x", "_reason": "y"},), "format", 1)
REFUSED = replace(ANSWERED, turns=(user(0), reply(1), SENT_BACK))
PROPOSED = replace(ANSWERED, attempts=(attempt(1, None),))
FAILED = replace(ANSWERED, attempts=(attempt(1, Verdict.FAILED),))
QUESTION, ANSWER = Message(2, "question", "1. why?"), Message(3, "answer", "yes")
REJECTION = Message(4, "rejection", "no")
PROVEN = replace(ANSWERED, attempts=(attempt(1, Verdict.PROVEN),))


ASKED = replace(PROVEN, turns=(user(0), reply(1), user(2, 1, "explain")), questions=1)
TOLD = replace(ASKED, turns=(*ASKED.turns, reply(3)))

BY_HAND = Message(2, "hand", "they changed it")
MADE = replace(
    ANSWERED,
    attempts=(attempt(1, Verdict.FAILED), replace(attempt(2, None), cause="hand")),
    inbox=(BY_HAND,),
)
IN_THE_MIDDLE = replace(MADE, turns=(user(0), reply(1), user(2, 2, "correction")))
ASKING = replace(MADE, turns=(user(0), reply(1), user(2, 2, "correction"), reply(3, "tool_use", 2)))


def judged(progress: Progress, verdict: Verdict, *inbox: Message) -> Progress:
    """What a person made, with its verdict and what was said since."""
    *before, newest = progress.attempts
    known = replace(newest, verification=attempt(2, verdict).verification)
    return replace(progress, attempts=(*before, known), inbox=(*progress.inbox, *inbox))


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (MADE, Verify),
        (IN_THE_MIDDLE, Verify),
        (ASKING, Verify),
        (replace(MADE, base=None), Gather),
        (replace(MADE, inbox=(BY_HAND, NOTE)), Verify),
        (judged(MADE, Verdict.PROVEN), Settle),
        (judged(IN_THE_MIDDLE, Verdict.PROVEN), Settle),
        (judged(MADE, Verdict.NOT_VERIFIED), Settle),
        (judged(MADE, Verdict.FAILED), Stuck),
        (judged(ASKING, Verdict.FAILED), Stuck),
        (judged(MADE, Verdict.PROVEN, replace(NOTE, id=9)), Settle),
        (judged(replace(MADE, inbox=(Message(1, "answer", "x"), BY_HAND)), Verdict.PROVEN), Settle),
        (judged(MADE, Verdict.PROVEN, REJECTION), Resume),
        (judged(MADE, Verdict.FAILED, ANSWER), Resume),
        (judged(MADE, Verdict.PROVEN, replace(QUESTION, id=9)), Explain),
        (replace(judged(MADE, Verdict.FAILED), inbox=()), Stuck),
        (replace(judged(MADE, Verdict.PROVEN), inbox=()), Settle),
    ],
)
def test_what_a_person_made_is_tested_and_handed_back_until_they_say_more(
    progress: Progress, expected: type
) -> None:
    assert type(next_step(progress, max_turns=10, max_corrections=3)) is expected


def test_more_attempts_are_made_as_a_person_granted_them() -> None:
    spent = replace(FAILED, task=replace(TASK, corrections=4), granted=2)
    assert isinstance(next_step(spent, max_turns=10, max_corrections=3), Correct)
    spent = replace(FAILED, task=replace(TASK, corrections=5), granted=2)
    assert isinstance(next_step(spent, max_turns=10, max_corrections=3), Stuck)


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (Progress(TASK), Gather),
        (replace(BEGUN, base=None), Gather),
        (BEGUN, Ask),
        (replace(BEGUN, turns=(user(0), reply(1, "tool_use"))), RunTools),
        (replace(BEGUN, turns=(user(0), reply(1, "refusal"))), Stuck),
        (ANSWERED, ReadAnswer),
        (replace(BEGUN, turns=(user(0), reply(1, "max_tokens"))), ReadAnswer),
        (replace(ANSWERED, inbox=(NOTE,)), ReadAnswer),
        (replace(BEGUN, inbox=(NOTE,)), Resume),
        (replace(BEGUN, turns=(user(0), reply(1, "refusal")), inbox=(NOTE,)), Resume),
        (replace(REFUSED, strikes=2), Ask),
        (replace(REFUSED, strikes=3), Stuck),
        (replace(REFUSED, strikes=3, inbox=(NOTE,)), Resume),
        (PROPOSED, Verify),
        (replace(PROPOSED, inbox=(NOTE,)), Verify),
        (PROVEN, Settle),
        (replace(PROVEN, attempts=(attempt(1, Verdict.NOT_VERIFIED),)), Settle),
        (replace(PROVEN, inbox=(NOTE,)), Resume),
        (replace(PROVEN, inbox=(QUESTION,)), Explain),
        (replace(FAILED, inbox=(QUESTION, NOTE)), Explain),
        (replace(PROVEN, inbox=(QUESTION, REJECTION)), Resume),
        (replace(PROVEN, inbox=(QUESTION, ANSWER)), Resume),
        (ASKED, Ask),
        (replace(ASKED, inbox=(NOTE,)), Explain),
        (replace(ASKED, inbox=(ANSWER,)), Explain),
        (replace(ASKED, turns=(*ASKED.turns, reply(3, "tool_use"))), RunTools),
        (TOLD, KeepAnswer),
        (replace(TOLD, inbox=(NOTE,)), KeepAnswer),
        (replace(TOLD, inbox=(ANSWER,)), KeepAnswer),
        (replace(TOLD, turns=(*ASKED.turns, reply(3, "refusal"))), KeepAnswer),
        (replace(TOLD, inbox=(QUESTION,)), Explain),
        (replace(TOLD, questions=0, inbox=(ANSWER,)), Resume),
        (replace(TOLD, inbox=(REJECTION,)), Resume),
        (FAILED, Correct),
        (replace(FAILED, task=replace(TASK, corrections=3)), Stuck),
        (replace(FAILED, task=replace(TASK, corrections=3), inbox=(NOTE,)), Resume),
        (replace(FAILED, turns=(user(0), reply(1), user(2, 2, "correction"))), Ask),
    ],
)
def test_each_state_has_one_next_step(progress: Progress, expected: type) -> None:
    assert type(next_step(progress, max_turns=10, max_corrections=3)) is expected


def test_a_question_that_takes_too_many_calls_goes_back_without_an_answer() -> None:
    turns = list(ASKED.turns)
    for index in range(3, 9, 2):
        turns += [reply(index, "tool_use"), user(index + 1, purpose="tools")]
    asked_thrice = replace(ASKED, turns=tuple(turns))
    step = next_step(asked_thrice, max_turns=3, max_corrections=3)
    assert step == KeepAnswer(None)
    assert isinstance(next_step(asked_thrice, max_turns=4, max_corrections=3), Ask)


def test_a_definition_with_fewer_corrections_stops_sooner() -> None:
    spent = replace(FAILED, task=replace(TASK, corrections=1))
    assert isinstance(next_step(spent, max_turns=10, max_corrections=1), Stuck)


def test_too_many_calls_without_an_answer_need_a_person_and_an_answer_allows_more() -> None:
    turns = [user(0)]
    for index in range(1, 7, 2):
        turns += [reply(index, "tool_use"), user(index + 1, purpose="tools")]
    asked_thrice = replace(BEGUN, turns=tuple(turns))
    assert isinstance(next_step(asked_thrice, max_turns=3, max_corrections=3), Stuck)
    resumed = replace(asked_thrice, turns=(*turns, user(7, purpose="resume")))
    assert isinstance(next_step(resumed, max_turns=3, max_corrections=3), Ask)
    again = [*turns, user(7, purpose="resume")]
    for index in range(8, 14, 2):
        again += [reply(index, "tool_use"), user(index + 1, purpose="tools")]
    spent = replace(asked_thrice, turns=tuple(again))
    assert isinstance(next_step(spent, max_turns=3, max_corrections=3), Stuck)
    more = replace(spent, turns=(*again, user(14, purpose="resume")))
    assert isinstance(next_step(more, max_turns=3, max_corrections=3), Ask)
