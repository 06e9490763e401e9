"""The one transition table of task states.

Theory of operation: a task waits (``pending``), is worked on (``in_progress``), waits for a person
(``in_review`` with a proposal, ``blocked`` with a question) and ends (``completed``, ``cancelled``,
``failed``). Rejections, answers and hints send it back to ``pending``, from where the same
conversation goes on. ``completed`` is left only by an undo, ``cancelled`` by a retry or a redo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from codeframe_tui.core.errors import Refused
from codeframe_tui.core.task import Phase, Status, Task

__all__ = ["ENDED", "TRANSITIONS", "transition"]

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset(
        {
            Status.IN_PROGRESS,
            Status.IN_REVIEW,
            Status.BLOCKED,
            Status.CANCELLED,
            Status.FAILED,
        }
    ),
    Status.IN_PROGRESS: frozenset(
        {
            Status.PENDING,
            Status.IN_REVIEW,
            Status.COMPLETED,
            Status.BLOCKED,
            Status.CANCELLED,
            Status.FAILED,
        }
    ),
    Status.IN_REVIEW: frozenset(
        {
            Status.PENDING,
            Status.IN_PROGRESS,
            Status.COMPLETED,
            Status.BLOCKED,
            Status.CANCELLED,
            Status.FAILED,
        }
    ),
    Status.BLOCKED: frozenset(
        {
            Status.PENDING,
            Status.IN_PROGRESS,
            Status.IN_REVIEW,
            Status.COMPLETED,
            Status.CANCELLED,
            Status.FAILED,
        }
    ),
    Status.COMPLETED: frozenset({Status.CANCELLED}),
    Status.CANCELLED: frozenset({Status.PENDING, Status.COMPLETED}),
    Status.FAILED: frozenset({Status.PENDING, Status.CANCELLED}),
}

ENDED = frozenset({Status.COMPLETED, Status.CANCELLED, Status.FAILED})


def transition(
    task: Task, to: Status, *, at: str, phase: Phase | None = None, reason: str | None = None
) -> Task:
    """Move a task to another state.

    Args:
        task: the task as it is now.
        to: the wanted state.
        at: time of the move, ISO 8601 in UTC.
        phase: only with ``in_progress``.
        reason: one line, for states that need one.

    Raises:
        Refused: the move is not in `TRANSITIONS`; names from, to and what is allowed.
    """
    if to not in TRANSITIONS[task.status]:
        allowed = ", ".join(sorted(TRANSITIONS[task.status])) or "nothing"
        raise Refused(
            f"task {task.number} is {task.status} and cannot become {to}",
            hint=f"from {task.status} it can become: {allowed}",
            code="illegal_transition",
        )
    return replace(task, status=to, phase=phase, reason=reason, since=at)
