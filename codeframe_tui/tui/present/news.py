"""What an event is worth telling, in one line."""

from __future__ import annotations

from codeframe_tui.core.events import Event
from codeframe_tui.tui.present.rows import Span, safe
from codeframe_tui.tui.present.words import count

__all__ = ["news"]


def news(event: Event, *, undo: str = "u") -> list[Span]:
    """The line above the footer; empty for what the panes show anyway.

    Args:
        event: what happened.
        undo: the key that takes an applied change back.
    """
    data, task = event.data, safe(event.task)
    match event.type:
        case "change.applied":
            files = [safe(path) for path in data.get("files") or ()]
            named = files[0] if len(files) == 1 else count(len(files), "file")
            return [
                ("✔ ", "green"),
                (f"{task} applied: ", "text"),
                (named, "text"),
                (" changed, nothing was committed · ", "dim"),
                (undo, "bold"),
                (" in the queue undoes", "dim"),
            ]
        case "change.undone":
            return [("✔ ", "green"), (f"{task} undone: your files are as before", "text")]
        case "change.refused":
            said = safe(data.get("message"))
            return [("✘ ", "red"), (f"{task}: nothing was written. {said}", "text")]
        case "blocker.opened" if data.get("kind") != "ASYNC":
            return [("? ", "amber"), (f"{task} has a question", "text")]
        case "model.waiting":
            return [("● ", "blue"), (f"{task} waits: {safe(data.get('message'))}", "dim")]
        case "problem":
            return [("✘ ", "red"), (safe(data.get("message")), "text")]
        case _:
            return []
