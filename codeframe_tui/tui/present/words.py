"""Signs, colours and words for states: the same in every pane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.tui.present.rows import safe

__all__ = [
    "DECIDABLE",
    "ENDED",
    "OUTCOMES",
    "PHASES",
    "action_sign",
    "count",
    "sign_of",
    "state_of",
    "status_of",
    "why_words",
]

DECIDABLE = ("in_review", "blocked")
"""States in which the newest proposal of a task can be decided."""
ENDED = ("completed", "cancelled", "failed")
PHASES: Mapping[str, str] = {
    "gathering": "reading",
    "proposing": "writing",
    "verifying": "verifying",
    "correcting": "correcting",
    "explaining": "explaining",
    "applying": "applying",
}
"""Phase of a task in progress -> what a person calls it."""

OUTCOMES: Mapping[str, tuple[str, str]] = {
    "passed": ("✔", "green"),
    "xfailed": ("✔", "dim"),
    "xpassed": ("✔", "dim"),
    "failed": ("✘", "red"),
    "error": ("✘", "red"),
    "crashed": ("✘", "red"),
    "missing": ("✘", "red"),
    "skipped": ("○", "dim"),
    "flaky": ("~", "amber"),
}
"""Outcome of a test -> sign and style."""

_STATES: Mapping[str, tuple[str, str, str, str]] = {
    "in_review": ("◆", "text", "review", "amber"),
    "blocked": ("?", "text", "blocked", "amber"),
    "in_progress": ("●", "blue", "", "blue"),
    "pending": (" ", "text", "", "faint"),
    "completed": ("✔", "green", "", "faint"),
    "cancelled": ("-", "faint", "cancelled", "faint"),
    "failed": ("✘", "red", "failed", "red"),
}

_ACTIONS = {"create": ("+", "green"), "modify": ("~", "violet"), "delete": ("-", "red")}


def action_sign(action: object) -> tuple[str, str]:
    """Sign and style of what is done to a file."""
    return _ACTIONS.get(str(action), ("~", "violet"))


def sign_of(task: Mapping[str, Any]) -> tuple[str, str]:
    """Sign and style of a task row."""
    if task.get("held"):
        return "‖", "dim"
    return _STATES.get(str(task.get("status")), ("?", "red", "", ""))[:2]


def state_of(task: Mapping[str, Any]) -> tuple[str, str]:
    """One word for where a task stands, and its style; the phase while it is worked on."""
    status = safe(task.get("status"))
    if status == "in_progress":
        phase = safe(task.get("phase"))
        return PHASES.get(phase, phase), "blue"
    word, style = _STATES.get(status, ("", "", status, "red"))[2:]
    undone = status == "cancelled" and task.get("reason") == "undone"
    return "undone" if undone else word, style


def status_of(task: Mapping[str, Any]) -> str:
    """Where a task stands, as part of a sentence: ``1.2.3 is in review``."""
    status = safe(task.get("status"))
    undone = status == "cancelled" and task.get("reason") == "undone"
    named = {"in_progress": "being worked on", "pending": "in the queue", "completed": "done"}
    return "undone" if undone else named.get(status, status.replace("_", " "))


def count(number: int, one: str, many: str = "") -> str:
    """``1 task``, ``2 tasks``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def why_words(error: CodeframeError) -> str:
    """What is wrong and what to do about it, as it came."""
    return " · ".join(part for part in (error.message, error.hint) if part)
