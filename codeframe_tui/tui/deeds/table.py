"""Action -> deed, and the boundary where expected failures become a line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.tui.deeds import (
    blockers,
    cockpit,
    commenting,
    context,
    dependencies,
    editing,
    flags,
    hand,
    history,
    importing,
    palette,
    places,
    reading,
    review,
    symbols,
    tasks,
    tests,
    trust,
    usage,
    writing,
)
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.present.truths import until

__all__ = ["DEEDS", "do"]

DEEDS: Mapping[str, Callable[[Desk], Awaitable[Any]]] = {
    "queue.open": tasks.open_,
    "queue.new": writing.new,
    "queue.edit": writing.edit,
    "queue.issue": writing.issue,
    "queue.import": importing.file,
    "queue.history": history.show,
    "queue.context": context.show,
    "queue.hand": hand.kept,
    "queue.retry": tasks.retry,
    "queue.undo": tasks.undo,
    "queue.redo": tasks.redo,
    "queue.note": tasks.note,
    "queue.hold": tasks.hold,
    "queue.raise": tasks.raise_,
    "queue.lower": tasks.lower,
    "queue.after": dependencies.show,
    "queue.cancel": tasks.cancel,
    "tests.output": tests.output,
    "tests.goto": tests.goto,
    "tests.run": tests.run,
    "tests.run_failed": tests.run_failed,
    "tests.run_all": tests.run_all,
    "tests.stop": tests.stop,
    "blockers.answer": blockers.answer,
    "blockers.retry": tasks.retry,
    "blockers.approve": blockers.approve_as_is,
    "blockers.hand": hand.by_hand,
    "blockers.raise": blockers.raise_,
    "blockers.skip": blockers.skip,
    "blockers.split": blockers.split,
    "activity.open": cockpit.entry,
    "activity.context": context.show,
    "review.approve_all": review.approve_all,
    "review.send": review.send,
    "review.acknowledge": flags.acknowledge,
    "review.copy_letter": review.copy_letter,
    "review.comment": commenting.comment,
    "review.attempts": commenting.attempts,
    "reading.jump": reading.jump,
    "reading.symbols": symbols.jump_to_symbol,
    "reading.whole_file": reading.whole_file,
    "reading.intent": reading.intent,
    "reading.comments": reading.jump_to_comment,
    "review.edit": editing.edit,
    "review.open": editing.open_file,
    "app.urgent": cockpit.urgent,
    "app.workers": cockpit.workers,
    "app.policy": cockpit.policy,
    "app.find": places.find,
    "app.new_task": writing.new,
    "app.help": cockpit.help_,
    "app.welcome": cockpit.welcome,
    "app.usage": usage.show,
    "app.trust": trust.show,
    "app.palette": palette.palette,
    "app.quit": cockpit.quit_,
}
"""Every action that asks or sends something; `Cockpit.at_once` has the others."""


async def do(action: str, desk: Desk, *, pasted: str = "") -> None:
    """Do an action; an expected failure is told above the footer.

    Args:
        action: a key of `DEEDS`, or ``paste``.
        desk: what it works with.
        pasted: the text, for ``paste``.
    """
    try:
        if action == "paste":
            await importing.paste(desk, pasted)
        else:
            await DEEDS[action](desk)
    except CodeframeError as error:
        again = until("task.status", task=desk.number) if desk.number else None
        desk.tell_why(error, until=again)
