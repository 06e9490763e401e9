"""Where no wall stands, a person is asked before each command of the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.core.blocker import Blocker, BlockerKind, BlockerStatus
from codeframe_tui.core.progress import Progress, Turn
from codeframe_tui.core.text import reveal
from codeframe_tui.worker.tools import ToolOutcome
from codeframe_tui.worker.workshop import Workshop

__all__ = ["CAUSE", "ask_permission", "is_asked"]

CAUSE = "command"
ALLOW, DENY = "allow once", "deny"
WALLED = {"bwrap", "unfiltered", "none"}
"""Levels at which nobody is asked: walls hold, or the sandbox itself runs nothing."""
SHOWN = 1_500
"""Characters that every list of questions shows in full; nobody allows what they cannot see."""


def is_asked(shop: Workshop, name: str) -> bool:
    """Whether a person must allow calls of this tool."""
    return name == "Bash" and shop.sandbox.level not in WALLED


async def ask_permission(
    shop: Workshop, progress: Progress, reply: Turn, call: Mapping[str, Any]
) -> ToolOutcome | Blocker | None:
    """What a person says to a command.

    Returns:
        None when it may run this once, the question while there is no answer, else the refusal.
    """
    command = "\n".join(reveal(line)[0] for line in call["input"]["command"].split("\n"))
    if len(command) > SHOWN:
        text = f"error: a person must allow each command here; keep it below {SHOWN} characters"
        return ToolOutcome(text, ok=False, summary="the command was too long to be asked about")
    question = _question(progress.task.number, command)
    asked = await _asked(shop, progress, reply, call, question)
    if asked is None or asked.status is BlockerStatus.OPEN:
        return question
    said = (asked.answer or DENY).strip()
    if said.lower() == ALLOW:
        return None
    more = "" if said.lower() == DENY else f" They said: {said}"
    text = f"error: a person refused to run this command.{more} Do without it."
    return ToolOutcome(text, ok=False, summary="a person refused the command")


def _question(task: str, command: str) -> Blocker:
    text = f"The worker wants to run: {command}\nwithout a sandbox. Allow?"
    return Blocker(task, BlockerKind.SYNC, text, CAUSE, options=(ALLOW, DENY))


async def _asked(
    shop: Workshop, progress: Progress, reply: Turn, call: Mapping[str, Any], question: Blocker
) -> Blocker | None:
    """The question about this very call, as asked before.

    An answer holds for one call: it counts only until the worker has been told the outcome, and
    equal commands of one reply take their answers in turn.
    """
    untold = {message.blocker for message in progress.inbox}
    equal = [
        blocker
        for blocker in await shop.ledger.blockers_of(question.task)
        if (blocker.cause, blocker.question) == (CAUSE, question.question)
        and (blocker.status is BlockerStatus.OPEN or blocker.id in untold)
    ]
    twins = [
        block["id"]
        for block in reply.content
        if block["type"] == "tool_use"
        and (block["name"], block["input"]) == ("Bash", call["input"])
    ]
    place = twins.index(call["id"])
    return equal[place] if place < len(equal) else None
