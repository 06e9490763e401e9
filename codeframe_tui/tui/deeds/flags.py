"""Deeds about flags: looking at one, and saying why it may stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from codeframe_tui.core.commands import Acknowledge
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.text import AskText
from codeframe_tui.tui.present.flags import flag_facts, flag_lines, flags_of
from codeframe_tui.tui.present.rows import BLANK, heading
from codeframe_tui.tui.present.tests import newest_attempt
from codeframe_tui.tui.present.words import DECIDABLE, count

__all__ = ["acknowledge", "with_reason"]

_ASKED = "Why may it stand? Your reason is kept, and told to the worker."


async def acknowledge(desk: Desk) -> None:
    """Show the flag that was asked about; while its proposal can be decided, take a reason."""
    task, asked = desk.state.task, desk.diff.flag_asked
    flags = flags_of(task)
    flag = next((each for each in flags if each.get("id") == asked), None)
    if task is None or flag is None:
        return
    title = f"Flag {flags.index(flag) + 1} of {len(flags)}"
    rows = flag_facts(flag)
    if task.get("status") not in DECIDABLE or not desk.state.is_newest:
        await desk.choose(title, rows)
        return
    said = (flag.get("acknowledged") or {}).get("reason") or ""
    proposal = _proposal(task)
    done = await desk.ask_until_taken(
        lambda text, wrong: AskText(
            title, [*rows, BLANK, heading(_ASKED, "dim")],
            send="acknowledge", text=text or said, wrong=wrong,
        ),
        lambda reason: Acknowledge(str(task["number"]), reason, (str(flag["id"]),), proposal),
    )  # fmt: skip
    if done is not None:
        desk.tell(("✔ ", "green"), ("acknowledged; ", "text"), ("! goes to the next flag", "dim"))


async def with_reason(
    desk: Desk, task: Mapping[str, Any], flags: Sequence[Mapping[str, Any]]
) -> bool:
    """Have a person say why open red flags may stand; False when they would rather not.

    Args:
        task: a `ShowTask` document.
        flags: of its newest attempt; none = nothing to ask.
    """
    if not flags:
        return True
    number, ids = str(task["number"]), tuple(str(flag["id"]) for flag in flags)
    title = f"Why may {count(len(flags), 'red flag')} of {number} stand?"
    proposal = _proposal(task)
    done = await desk.ask_until_taken(
        lambda text, wrong: AskText(
            title, [*flag_lines(flags), heading("The reason is kept in the history.", "dim")],
            send="acknowledge and apply", text=text or "", wrong=wrong,
        ),
        lambda reason: Acknowledge(number, reason, ids, proposal),
    )  # fmt: skip
    return done is not None


def _proposal(task: Mapping[str, Any]) -> str:
    return str((newest_attempt(task) or {}).get("proposal") or "")
