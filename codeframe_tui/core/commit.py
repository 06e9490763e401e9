"""The message of a commit."""

from __future__ import annotations

import re

from codeframe_tui.core.task import Task
from codeframe_tui.core.text import clean, clean_line

__all__ = ["PLACES", "message_of", "unknown_places"]

PLACES = frozenset({"number", "title", "description", "issue", "explanation"})
"""What a template can name, in braces."""

_PLACE = re.compile(r"\{(\w+)\}")


def unknown_places(template: str) -> list[str]:
    """What a template names that there is not."""
    return [name for name in _PLACE.findall(template) if name not in PLACES]


def message_of(template: str, task: Task, explanation: str) -> str:
    """A message for a task; text of people and models is made harmless for terminals.

    Args:
        template: with places such as ``{title}``; a line that is empty without them is left out.
        task: which was done.
        explanation: the worker's own words.
    """
    values = {
        "number": task.number,
        "title": clean_line(task.title, limit=500),
        "description": clean(task.description, limit=10_000).strip(),
        "issue": task.issue or "",
        "explanation": clean(explanation, limit=10_000).strip(),
    }
    filled = _PLACE.sub(lambda found: values[found[1]], template)
    return re.sub(r"\n{3,}", "\n\n", filled).strip() + "\n"
