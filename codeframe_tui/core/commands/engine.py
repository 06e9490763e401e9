"""Wishes about the engine as a whole."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Distrust",
    "KeepWorking",
    "SetPolicy",
    "SetWorkers",
    "Trust",
]


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Choose ``manual``, ``green`` or ``auto``; None = settings and level say. Result: ``{}``."""

    policy: str | None


@dataclass(frozen=True, slots=True)
class SetWorkers:
    """Start or pause workers, set their number or the model; None leaves as is. Result: ``{}``.

    Attributes:
        max_tasks: fresh tasks that may be taken until workers are started or paused again.
    """

    paused: bool | None = None
    workers: int | None = None
    model: str | None = None
    max_tasks: int | None = None


@dataclass(frozen=True, slots=True)
class KeepWorking:
    """Whether the engine outlives its last client. Result: ``{}``."""

    on: bool


@dataclass(frozen=True, slots=True)
class Trust:
    """Let a file of the repository loosen what `ShowTrust` says. Result: the file, as there.

    Attributes:
        path: relative to the project.
        sha256: of the content that was looked at; another one is refused.
    """

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Distrust:
    """Trust a file no longer, and ask no more about its content. Result: as of `Trust`."""

    path: str
