"""Where a task goes next, from nothing but what is stored about it.

The road has no memory of its own: the worker asks `next_step`, carries the step out (which stores
something) and asks again. A restart, an answer or a rejection therefore go on at the right place.
"""

from __future__ import annotations

from dataclasses import dataclass

from codeframe_tui.core.evidence.verification import Verdict
from codeframe_tui.core.hand import BY_HAND
from codeframe_tui.core.progress import Attempt, Progress, Turn

__all__ = [
    "Ask",
    "Correct",
    "Explain",
    "Gather",
    "KeepAnswer",
    "ReadAnswer",
    "Resume",
    "RunTools",
    "Settle",
    "Step",
    "Stuck",
    "Verify",
    "attempt_in_hand",
    "is_explaining",
    "next_step",
]


@dataclass(frozen=True, slots=True)
class Gather:
    """Take a snapshot and tell the model the task, or what moved since."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Call the model with the conversation as it stands."""


@dataclass(frozen=True, slots=True)
class RunTools:
    """Run the tools that the newest reply asks for."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """Turn the newest reply into a proposal."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Verify:
    """Run the tests of the newest attempt."""


@dataclass(frozen=True, slots=True)
class Settle:
    """Let the policy decide what becomes of the verified attempt."""


@dataclass(frozen=True, slots=True)
class Correct:
    """Send the failures back to the model."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Tell the model what people said, and let it make a new attempt."""


@dataclass(frozen=True, slots=True)
class Explain:
    """Tell the model what a person asks about its proposal; it answers in words."""


@dataclass(frozen=True, slots=True)
class KeepAnswer:
    """Store what it answered, and let the person go on with the same proposal.

    Attributes:
        turn: the reply; None when none came within the limit of calls.
    """

    turn: Turn | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """Only a person can help: open a blocker.

    Attributes:
        cause: as `core.blocker.Blocker.cause`.
        question: what the person is asked.
    """

    cause: str
    question: str


Step = (
    Gather
    | Ask
    | RunTools
    | ReadAnswer
    | Verify
    | Settle
    | Correct
    | Resume
    | Explain
    | KeepAnswer
    | Stuck
)

_BEGINNINGS = frozenset({"task", "correction", "resume", "explain"})
"""Purposes of messages that ask for something new; the others go on with what was asked."""
MAX_STRIKES = 2
"""Invalid answers that are sent back; the next one becomes a blocker (CONTRACT §8)."""


_WISHES = frozenset({"answer", "hint", "rejection", "rebase"})
"""Kinds of messages that ask the worker to work on; others wait for its next turn."""


def attempt_in_hand(progress: Progress) -> int:
    """Number of the attempt that the conversation works towards."""
    return len(progress.attempts) + 1


def next_step(progress: Progress, *, max_turns: int, max_corrections: int) -> Step:
    """The one decision of the road.

    Args:
        progress: everything stored about the task.
        max_turns: model calls per attempt.
        max_corrections: corrections the worker may spend on its own.
    """
    if progress.base is None or not progress.turns:
        return Gather()
    if _is_by_hand(progress):
        return _after_hand(progress)
    last = progress.turns[-1]
    if is_explaining(progress):
        return _explain(progress, last, max_turns)
    if last.role == "user":
        return Resume() if progress.inbox else _ask_or_stop(progress, last, max_turns)
    if last.attempt > len(progress.attempts):
        return _after_reply(progress, last)
    return _after_attempt(progress, max_corrections)


def is_explaining(progress: Progress) -> bool:
    """Whether the conversation is about questions of a person that are not answered yet."""
    begun = next((t for t in reversed(progress.turns) if t.purpose in _BEGINNINGS), None)
    if begun is None or begun.purpose != "explain" or not progress.questions:
        return False
    return not (_WISHES - {"answer"}) & {message.kind for message in progress.inbox}


def _explain(progress: Progress, last: Turn, max_turns: int) -> Step:
    if last.role == "user" and progress.inbox:
        return Explain()
    if last.stop_reason in {"tool_use", "pause_turn"}:
        return RunTools(last)
    if last.role != "user":
        asked = any(message.kind == "question" for message in progress.inbox)
        return Explain() if asked else KeepAnswer(last)
    begun = max(turn.index for turn in progress.turns if turn.purpose == "explain")
    return Ask() if len(progress.turns) - begun < 2 * max_turns else KeepAnswer(None)


def _ask_or_stop(progress: Progress, last: Turn, max_turns: int) -> Step:
    if last.purpose == "format" and progress.strikes > MAX_STRIKES:
        return Stuck("answer", _refused(progress.strikes, last))
    attempt = attempt_in_hand(progress)
    asked = sum(t.role == "assistant" and t.attempt == attempt for t in progress.turns)
    resumed = sum(t.purpose == "resume" and t.attempt == attempt for t in progress.turns)
    if asked < max_turns * (1 + resumed):
        return Ask()
    return Stuck(
        "budget", f"The worker made {asked} calls without an answer. Should it go on, and how?"
    )


def _refused(strikes: int, last: Turn) -> str:
    return (
        f"The model's answer was refused {strikes} times: {last.content[0]['_reason']}. "
        "Answer with a hint for another try."
    )


def _after_reply(progress: Progress, last: Turn) -> Step:
    if last.stop_reason in {"tool_use", "pause_turn"}:
        return RunTools(last)
    if last.stop_reason != "refusal":
        return ReadAnswer(last)
    if progress.inbox:
        return Resume()
    return Stuck("model", "The model declined to work on this task. How should it go on?")


def _after_attempt(progress: Progress, max_corrections: int) -> Step:
    attempt = progress.attempts[-1]
    if attempt.verification is None:
        return Verify()
    if kinds := {message.kind for message in progress.inbox}:
        return Explain() if "question" in kinds and not kinds & _WISHES else Resume()
    if attempt.verification.verdict is not Verdict.FAILED:
        return Settle()
    if attempt.cause == BY_HAND:
        return _failed_by_hand(attempt)
    if progress.task.corrections < max_corrections + progress.granted:
        return Correct()
    return Stuck("corrections", _exhausted(progress))


def _exhausted(progress: Progress) -> str:
    attempt = progress.attempts[-1]
    assert attempt.verification is not None
    why = attempt.verification.message or attempt.verification.reason
    return f"{len(progress.attempts)} attempts failed. The last one: {why}. What should be tried?"


def _is_by_hand(progress: Progress) -> bool:
    """Whether a person made the newest attempt, and the model was not told of it yet."""
    by_hand = bool(progress.attempts) and progress.attempts[-1].cause == BY_HAND
    return by_hand and any(message.kind == BY_HAND for message in progress.inbox)


def _after_hand(progress: Progress) -> Step:
    """What a person made is tested and handed back to them; the model works on only when asked."""
    attempt = progress.attempts[-1]
    if attempt.verification is None:
        return Verify()
    since = max(message.id for message in progress.inbox if message.kind == BY_HAND)
    if any(message.id > since and message.kind in _WISHES for message in progress.inbox):
        return Resume()
    if any(message.kind == "question" for message in progress.inbox):
        return Explain()
    if attempt.verification.verdict is not Verdict.FAILED:
        return Settle()
    return _failed_by_hand(attempt)


def _failed_by_hand(attempt: Attempt) -> Stuck:
    """The worker corrects what a person made only when it is told to."""
    assert attempt.verification is not None
    why = attempt.verification.message or attempt.verification.reason
    return Stuck(
        "hand",
        f"Your own change, attempt {attempt.number}, failed: {why}. Go on by hand, apply it as it "
        "is, or answer with what the worker should do about it.",
    )
