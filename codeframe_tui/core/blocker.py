"""Questions only a person can settle."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Blocker", "BlockerKind", "BlockerStatus", "blocker_document"]


class BlockerKind(StrEnum):
    """SYNC holds its task; ASYNC states the assumption the worker goes on with."""

    SYNC = "SYNC"
    ASYNC = "ASYNC"


class BlockerStatus(StrEnum):
    """Open until answered; resolved when it no longer waits for any reason."""

    OPEN = "open"
    ANSWERED = "answered"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One question.

    Attributes:
        id: short, unique in the project, e.g. ``b7``; empty before it is stored.
        options: suggested answers; any text may be given.
        assumption: what the worker goes on with (ASYNC only).
        cause: ``question``, ``command``, ``corrections``, ``model``, ``answer``, ``budget``,
            ``stall``, ``hand`` (a person's own change failed) or ``internal``.
        key: id of the tool call that asks; a question is the same with the same key and text. Of a
            command: the patterns that an answer may allow for longer than once, one a line.
        created_at: ISO 8601 in UTC.
    """

    task: str
    kind: BlockerKind
    question: str
    cause: str
    options: tuple[str, ...] = ()
    assumption: str | None = None
    id: str = ""
    status: BlockerStatus = BlockerStatus.OPEN
    answer: str | None = None
    created_at: str = ""
    key: str | None = None


def blocker_document(blocker: Blocker) -> dict[str, Any]:
    """The outward form (CONTRACT §9)."""
    return {
        "id": blocker.id,
        "task": blocker.task,
        "kind": blocker.kind.value,
        "question": blocker.question,
        "options": list(blocker.options),
        "assumption": blocker.assumption,
        "status": blocker.status.value,
        "answer": blocker.answer,
        "created_at": blocker.created_at,
        "cause": blocker.cause,
        "allows": (blocker.key or "").splitlines() if blocker.cause == "command" else [],
    }
