"""What calls a person who looks elsewhere, and how a terminal is asked to: pure text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from codeframe_tui.core.events import Event
from codeframe_tui.tui.present.rows import safe

__all__ = ["TITLE_KEPT", "Alert", "alert_of", "desktop", "merged", "title"]

TITLE_KEPT = "\x1b[22;2t"
"""Asks a terminal to remember its title; `terminal.TITLE_BACK` asks for it again."""
_LONGEST = 160
_OSC777 = ("rxvt", "foot")


class Alert(NamedTuple):
    """One thing that a person may want to know at once.

    Attributes:
        reason: one of `settings.Notify`.
        text: one harmless line that begins with a letter: digits would be commands to some
            terminals.
    """

    reason: str
    text: str


def alert_of(event: Event) -> Alert | None:
    """What an event calls for; None when it can wait until somebody looks."""
    task, data = safe(event.task), event.data
    if event.type == "blocker.opened" and data.get("kind") == "SYNC":
        reason = "budget" if data.get("cause") == "budget" else "blocker"
        return Alert(reason, f"question of {task}: {safe(data.get('question'), limit=_LONGEST)}")
    if event.type != "task.status":
        return None
    match data.get("to"):
        case "in_review":
            return Alert("review", f"review: {task} waits for you")
        case "completed":
            return Alert("done", f"done: {task}")
        case "failed":
            return Alert("failed", f"failed: {task} {safe(data.get('reason'), limit=_LONGEST)}")
        case _:
            return None


def merged(alerts: list[Alert]) -> str:
    """Several of them in one line."""
    if len(alerts) == 1:
        return alerts[0].text
    counts = {each.reason: 0 for each in alerts}
    for each in alerts:
        counts[each.reason] += 1
    return "news: " + ", ".join(f"{number} {reason}" for reason, number in counts.items())


def title(overview: Mapping[str, Any]) -> str:
    """The terminal's title: ``(2) codeframe-tui shop-api``."""
    needs = int((overview.get("counts") or {}).get("needs_you") or 0)
    name = f"codeframe-tui {safe(overview.get('project'), limit=60)}"
    return f"\x1b]2;{f'({needs}) ' if needs else ''}{name}\x07"


def desktop(text: str, protocol: str, environment: Mapping[str, str]) -> str:
    """What asks a terminal for a notification of the desktop; tmux hands it on if it may.

    Args:
        text: one harmless line.
        protocol: ``osc9``, ``osc777``, or ``auto`` for what the terminal is known to take.
        environment: names the terminal.
    """
    if protocol == "auto":
        known = environment.get("TERM", "").startswith(_OSC777)
        protocol = "osc777" if known else "osc9"
    body = f"777;notify;codeframe-tui;{text}" if protocol == "osc777" else f"9;{text}"
    asked = f"\x1b]{body}\x07"
    if environment.get("TMUX"):
        return f"\x1bPtmux;{asked.replace(chr(27), chr(27) * 2)}\x1b\\"
    return asked
