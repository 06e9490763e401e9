"""Issues and tasks, their numbers, order and states."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "Evidence",
    "Group",
    "Issue",
    "Phase",
    "Status",
    "Task",
    "group_of",
    "is_issue_number",
    "is_task_number",
]


class Status(StrEnum):
    """Where a task stands (CONTRACT §3)."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    COMPLETED = "completed"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Group(StrEnum):
    """How a person reads the queue, in order of the screen."""

    NEEDS_YOU = "needs_you"
    WORKING = "working"
    QUEUED = "queued"
    DONE = "done"


_GROUPS = {
    Status.IN_REVIEW: Group.NEEDS_YOU,
    Status.BLOCKED: Group.NEEDS_YOU,
    Status.IN_PROGRESS: Group.WORKING,
    Status.PENDING: Group.QUEUED,
}


def group_of(status: Status) -> Group:
    """The group a state belongs to."""
    return _GROUPS.get(status, Group.DONE)


class Phase(StrEnum):
    """What is being done for a task in progress."""

    GATHERING = "gathering"
    PROPOSING = "proposing"
    VERIFYING = "verifying"
    CORRECTING = "correcting"
    EXPLAINING = "explaining"
    APPLYING = "applying"


class Evidence(StrEnum):
    """What would prove a task; set by people only."""

    TDD = "tdd"
    REGRESSION = "regression"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Issue:
    """A parent of tasks; ``number`` has the form ``X.Y``."""

    number: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One unit of work.

    Attributes:
        number: ``X.Y.Z`` below an issue, else a plain integer, as text.
        priority: 0 (highest) to 4.
        workflow_step: order inside equal priority; 0 or more.
        depends_on: numbers of tasks that must be completed first.
        agent: name of the agent definition; None means the default.
        attempt: number of attempts made so far; 0 before the first.
        corrections: corrections spent by the worker alone (at most the agent's limit).
        verdict: verdict of the newest attempt, if one was verified.
        proposal: hash of the newest proposal.
        reason: why it is blocked, cancelled or failed, in one line.
        cost_usd: money spent so far; None when a price is unknown.
        since: when status or phase last changed, ISO 8601 in UTC.
    """

    number: str
    title: str
    description: str = ""
    status: Status = Status.PENDING
    phase: Phase | None = None
    held: bool = False
    priority: int = 2
    workflow_step: int = 0
    issue: str | None = None
    depends_on: tuple[str, ...] = ()
    agent: str | None = None
    evidence: Evidence = Evidence.TDD
    attempt: int = 0
    corrections: int = 0
    verdict: str | None = None
    proposal: str | None = None
    reason: str | None = None
    cost_usd: float | None = 0.0
    since: str = ""


_ISSUE = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})", re.ASCII)
_TASK = re.compile(r"[1-9]\d{0,8}|(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){2}", re.ASCII)


def is_issue_number(text: str) -> bool:
    """Whether text has the form ``X.Y``."""
    return _ISSUE.fullmatch(text) is not None


def is_task_number(text: str) -> bool:
    """Whether text is a plain positive integer or has the form ``X.Y.Z``."""
    return _TASK.fullmatch(text) is not None
