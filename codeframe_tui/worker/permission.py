"""Whether a command of the model may run: rules decide, or a person.

Where no wall stands, each command that no rule allows is asked about; where one does, only what a
rule of the person names and what is not understood. An answer holds for one call, for the task, or
for good; it is kept with the question, so that a new engine goes on with it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from codeframe_tui.core.blocker import Blocker, BlockerKind, BlockerStatus
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.permission import (
    HELD,
    Permission,
    Spoken,
    in_words,
    pattern,
    permission_for,
)
from codeframe_tui.core.progress import Progress, Turn
from codeframe_tui.core.text import clean_line, reveal
from codeframe_tui.worker.tools import ToolOutcome
from codeframe_tui.worker.workshop import Workshop

__all__ = ["CAUSE", "WALLED", "ask_permission"]

_log = logging.getLogger(__name__)
CAUSE = "command"
ONCE, TASK, ALWAYS, DENY = "allow once", "allow for this task", "allow always", "deny"
WALLED = {"bwrap", "unfiltered", "none"}
"""Levels at which walls hold, or the sandbox itself runs nothing."""
SHOWN = 1_500
"""Characters that every list of questions shows in full; nobody allows what they cannot see."""
_RULE = "\nAsked about: "
_NEXT_LINE = "\n    "
"""Between lines of a command: none of them looks like one of the question."""


async def ask_permission(
    shop: Workshop, progress: Progress, reply: Turn, call: Mapping[str, Any]
) -> str | ToolOutcome | Blocker:
    """What rules and people say to a command.

    Returns:
        The rule by which it may run (empty where none is about it and the sandbox holds it), the
        question while there is no answer, else the refusal.
    """
    if shop.sandbox.level == "none":
        return ""  # the sandbox itself refuses
    command = str(call["input"]["command"])
    number = progress.task.number
    asked = [each for each in await shop.ledger.blockers_of(number) if each.cause == CAUSE]
    untold = {message.blocker for message in progress.inbox}
    await _remember(shop, number, [each for each in asked if each.id in untold])
    walled = shop.sandbox.level in WALLED
    rules, granted = shop.commands.rules, _granted(asked)
    permission = permission_for(command, rules, walled=walled, granted=granted)
    match permission.said.spoken:
        case Spoken.ALLOW:
            return "" if permission.said.rule == HELD else permission.said.rule
        case Spoken.DENY:
            return _denied(shop, command, permission.said.rule)
        case _:
            pass
    shown = _NEXT_LINE.join(reveal(line)[0] for line in command.split("\n"))
    if len(shown) > SHOWN:
        text = (
            f"error: a person must allow this command ({permission.said.rule}), and nobody allows "
            f"what they cannot see: keep it below {SHOWN} characters"
        )
        return ToolOutcome(text, ok=False, summary="the command was too long to be asked about")
    question = _question(number, shown, permission, walled=walled)
    open_or_untold = [b for b in asked if b.status is BlockerStatus.OPEN or b.id in untold]
    found = _answer(open_or_untold, reply, call, question)
    if found is None or found.status is BlockerStatus.OPEN:
        return found or question
    return _answered((found.answer or DENY).strip())


def _answered(said: str) -> str | ToolOutcome:
    if said.lower() in {ONCE, TASK, ALWAYS}:  # what names nothing is allowed once
        return "you allowed it once"
    more = "" if said.lower() == DENY else f" They said: {said}"
    text = f"error: a person refused to run this command.{more} Do without it."
    return ToolOutcome(text, ok=False, summary="a person refused the command")


def _denied(shop: Workshop, command: str, rule: str) -> ToolOutcome:
    text = f"error: this command does not run here: {rule}. Do without it."
    ran = clean_line(shop.secrets.redact(command), limit=160)
    return ToolOutcome(text, ok=False, summary=f"did not run {ran} · {rule}")


def _question(task: str, command: str, permission: Permission, *, walled: bool) -> Blocker:
    grants = permission.grants
    bare = "" if walled else " It would run without a sandbox."
    lines = [f"The worker wants to run: {command}{_RULE}{permission.said.rule}.{bare}"]
    if grants:
        longer = "For this task or always" if permission.lasting else "For this task"
        lines.append(f"{longer} means {in_words(grants)}")
    longer_options = (TASK, ALWAYS)[: 1 + permission.lasting] if grants else ()
    return Blocker(
        task,
        BlockerKind.SYNC,
        "\n".join(lines),
        CAUSE,
        options=(ONCE, *longer_options, DENY),
        key="\n".join(grants) or None,
    )


def _answer(
    asked: Sequence[Blocker], reply: Turn, call: Mapping[str, Any], question: Blocker
) -> Blocker | None:
    """The question about this very call, as asked before; whichever rule it was asked by.

    An answer holds for one call: it counts only until the worker has been told the outcome, and
    equal commands of one reply take their answers in turn.
    """
    equal = [each for each in asked if _command(each) == _command(question)]
    twins = [
        block["id"]
        for block in reply.content
        if block["type"] == "tool_use"
        and (block["name"], block["input"]) == ("Bash", call["input"])
    ]
    place = twins.index(call["id"])
    return equal[place] if place < len(equal) else None


def _command(blocker: Blocker) -> str:
    return blocker.question.rpartition(_RULE)[0]


def _granted(asked: Sequence[Blocker]) -> list[str]:
    """Patterns that a person allowed for longer than one call."""
    granted: list[str] = []
    for each in asked:
        if each.status is not BlockerStatus.OPEN and _said(each) in {TASK, ALWAYS}:
            granted += filter(_is_pattern, (each.key or "").splitlines())
    return granted


def _said(blocker: Blocker) -> str:
    return (blocker.answer or "").strip().lower()


def _is_pattern(text: str) -> bool:
    try:
        pattern(text)
    except ValueError:  # a key of ours stood in it and was hidden
        return False
    return True


async def _remember(shop: Workshop, number: str, answered: Sequence[Blocker]) -> None:
    """Write down what is allowed for good; where that fails it holds for the task, and is told."""
    lasting = [each for each in answered if _said(each) == ALWAYS and ALWAYS in each.options]
    patterns = _granted(lasting)
    try:
        await shop.commands.allow(patterns)
    except CodeframeError as error:
        _log.warning("a rule was not written: %s", error)
        message = f"allowed for this task only: {error.message}; {error.hint}"
        await shop.ledger.record_event("problem", number, {"message": message})
