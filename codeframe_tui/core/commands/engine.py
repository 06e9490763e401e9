"""Wishes about the engine as a whole."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "KeepWorking",
    "SetPolicy",
    "SetWorkers",
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
