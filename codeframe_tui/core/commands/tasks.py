"""Wishes about the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = [
    "AddIssue",
    "AddTask",
    "Cancel",
    "ChooseContext",
    "EditTask",
    "Hold",
    "ImportTasks",
    "Note",
    "Release",
    "Retry",
    "Split",
]


@dataclass(frozen=True, slots=True)
class AddTask:
    """Add a task. Result: ``{"number": str}``."""

    title: str
    description: str = ""
    priority: int = 2
    workflow_step: int = 0
    depends_on: tuple[str, ...] = ()
    issue: str | None = None
    agent: str | None = None
    evidence: str = "tdd"
    number: str | None = None


@dataclass(frozen=True, slots=True)
class AddIssue:
    """Add an issue ``X.Y``. Result: ``{"number": str}``."""

    number: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class ImportTasks:
    """Import a parsed document, all or nothing. Result: ``{"issues": […], "tasks": […]}``."""

    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EditTask:
    """Change fields of a task nobody works on; None leaves a field as it is. Result: ``{}``."""

    number: str
    title: str | None = None
    description: str | None = None
    priority: int | None = None
    workflow_step: int | None = None
    depends_on: tuple[str, ...] | None = None
    agent: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep a task from being taken. Result: ``{}``."""

    number: str


@dataclass(frozen=True, slots=True)
class Release:
    """Take a hold back. Result: ``{}``."""

    number: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """End a task without its change; running work for it stops. Result: ``{}``."""

    number: str
    reason: str = "cancelled by a person"


@dataclass(frozen=True, slots=True)
class ChooseContext:
    """Choose whether a file is among what the worker is shown.

    Result: ``{"task", "pinned": [path], "excluded": [path], "told"}``; ``told`` when the worker has
    its context already and reads of the pinned file in a note.

    Attributes:
        path: of a file; what is excluded may be a folder.
        choice: ``pinned`` (always comes), ``excluded`` (never does), None = as it is ranked.
        number: the task; None = all tasks of the project that are not chosen otherwise for.
    """

    path: str
    choice: str | None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Send a blocked, failed, cancelled or reviewed task back to work. Result: ``{}``."""

    number: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A line from a person that joins the next model turn. Result: ``{"note": id}``."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Split:
    """Replace a task nobody works on by two or more new ones. Result: ``{"tasks": [number]}``.

    The new ones take its place: issue, priority, agent, evidence, what it waited for and what
    waited for it. It is cancelled itself.

    Attributes:
        tasks: (title, description) of each new one.
        in_order: each waits for the one before it.
    """

    number: str
    tasks: tuple[tuple[str, str], ...]
    in_order: bool = True
