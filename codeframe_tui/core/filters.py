"""What a person typed to find tasks: ``failed``, ``p0``, ``issue:1.2``, words of the title."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from codeframe_tui.core.task import Status

__all__ = ["EVERY", "Filter", "parse_filter"]

LONGEST = 200
"""Characters of a filter that count."""

_PARTS = re.compile(r'"([^"]*)"?|(\S+)')
_ISSUE = re.compile(r"issue:(\d{1,9}(?:\.\d{1,9})?)\.?", re.ASCII | re.IGNORECASE)
_PRIORITY = re.compile(r"p([0-4])", re.ASCII | re.IGNORECASE)
_STATES: Mapping[str, Status] = {
    "review": Status.IN_REVIEW,
    "blocked": Status.BLOCKED,
    "working": Status.IN_PROGRESS,
    "queued": Status.PENDING,
    "done": Status.COMPLETED,
    "canceled": Status.CANCELLED,
} | {status.value: status for status in Status}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tasks are shown; empty = all.

    A task must fit every field that is not empty; of several states, priorities or issues one
    will do, of several words all are wanted.

    Attributes:
        words: each is part of the title, or the number begins with it.
        states: states of the task.
        held: only tasks on hold.
        priorities: 0 (highest) to 4.
        issues: ``X.Y``, or ``X`` for all issues of that number.
    """

    words: tuple[str, ...] = ()
    states: frozenset[Status] = frozenset()
    held: bool = False
    priorities: frozenset[int] = frozenset()
    issues: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self != EVERY


EVERY = Filter()
"""The filter that leaves nothing out."""


def parse_filter(text: str) -> Filter:
    """What was typed; text in double quotes is a part of the title, whatever it says."""
    words: list[str] = []
    states: set[Status] = set()
    priorities: set[int] = set()
    issues: set[str] = set()
    held = False
    for quoted, plain in _PARTS.findall(text[:LONGEST]):
        if (state := _STATES.get(plain.lower())) is not None:
            states.add(state)
        elif plain.lower() == "held":
            held = True
        elif priority := _PRIORITY.fullmatch(plain):
            priorities.add(int(priority[1]))
        elif issue := _ISSUE.fullmatch(plain):
            issues.add(".".join(str(int(part)) for part in issue[1].split(".")))
        elif quoted or plain:
            words.append(quoted or plain)
    return Filter(tuple(words), frozenset(states), held, frozenset(priorities), frozenset(issues))
