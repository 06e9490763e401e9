"""What an event is worth telling, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.core.events import Event
from codeframe_tui.tui.present.rows import Span, safe
from codeframe_tui.tui.present.words import count

__all__ = ["news"]


_GOOD = {
    "change.undone": "undone: your files are as before",
    "change.redone": "redone: the change is in your files again",
    "review.answered": "is explained: look below your question",
}
_DONE = {"undo": "undone", "redo": "redone"}


def news(event: Event, *, undo: str = "u", retry: str = "t") -> list[Span]:
    """The line above the footer; empty for what the panes show anyway.

    Args:
        event: what happened.
        undo: the key that takes an applied change back.
        retry: the key that sends a task back to work.
    """
    data, task = event.data, safe(event.task)
    match event.type:
        case "change.applied" | "command.changed":
            back: list[Span] = [
                (" · ", "dim"),
                (undo, "bold"),
                (" in the queue takes it back", "dim"),
            ]
            return [*_written(event), *(back if data.get("files") else [])]
        case "change.undone" | "change.redone" | "review.answered":
            return [("✔ ", "green"), (f"{task} {_GOOD[event.type]}", "text")]
        case "change.refused":
            done = _DONE.get(str(data.get("kind")), "applied")
            return [("✘ ", "red"), (f"{task} not {done}: ", "text"), *_refused(event, retry)]
        case "blocker.opened" if data.get("kind") != "ASYNC":
            return [("? ", "amber"), (f"{task} has a question", "text")]
        case "tests.ended":
            return _tested(event)
        case "model.waiting":
            return [("● ", "blue"), (f"{task} waits: {safe(data.get('message'))}", "dim")]
        case "problem" | "state.repaired":
            said = data.get("message") or "the queue is that of a backup: see what is missing in it"
            return [("✘ ", "red"), (safe(said), "text")]
        case _:
            return []


def _written(event: Event) -> list[Span]:
    """What your files have now."""
    data, task = event.data, safe(event.task)
    files = data.get("files") or ()
    if event.type == "command.changed":
        named = count(data.get("count") or len([*files, *(data.get("beyond") or ())]), "file")
        said = f"a command of {task} changed {named} of yours"
        if data.get("since"):
            said = f"{named} of yours changed since a command of {task} began"
        return [("○ ", "amber"), (said, "text")]
    named = count(len(files), "file")
    verdict = safe(data.get("verdict")).replace("_", " ")  # of a part, not of the whole
    return [
        ("✔ ", "green"),
        (f"{task} applied: {named}", "text"),
        (f", {verdict}" if verdict else "", "green" if verdict == "proven" else "amber"),
        *_committed(data.get("commit")),
    ]


def _committed(commit: Mapping[str, Any] | None) -> list[Span]:
    """What became of the commit that the settings ask for; without one nothing is."""
    if commit is None:
        return [(", nothing committed", "dim")]
    if "refused" in commit:
        return [(f", {safe(commit['refused'])}", "amber")]
    left = f", {count(len(commit['left_out']), 'ignored file')} left out" * bool(commit["left_out"])
    said = f", committed {safe(commit['commit'])[:8]} on {safe(commit['branch'])}{left}"
    return [(said, "dim")]


def _tested(event: Event) -> list[Span]:
    """How tests ended that ran again; a person may look at something else meanwhile."""
    data, task = event.data, safe(event.task)
    if not data.get("ok"):
        why = safe(data.get("message")) or safe(data.get("reason")).replace("_", " ")
        return [("○ ", "dim"), (f"{task} tests again: {why}", "text")]
    failed = data.get("failed")
    sign: Span = ("✘ ", "red") if failed else ("✔ ", "green")
    said = f"{failed} failed" if failed else f"{data.get('passed')} passed"
    flaky = [("  flaky; the verdict stays", "amber")] if data.get("differ") else []
    return [sign, (f"{task} tests again: {said}", "text"), *flaky]


def _refused(event: Event, retry: str) -> list[Span]:
    """What stands in the way, and the next step; it fits 80 columns when paths are short."""
    paths = [safe(path) for path in event.data.get("paths") or ()]
    if event.data.get("code") != "conflict" or event.data.get("kind") != "apply" or not paths:
        return [(safe(event.data.get("message")), "text")]
    what = paths[0] if len(paths) == 1 else count(len(paths), "file")
    return [
        (f"{what} changed meanwhile · ", "text"),
        (retry, "bold"),
        (" in the queue makes it anew", "dim"),
    ]
