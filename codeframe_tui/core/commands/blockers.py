"""Answers, and what a person's own hands do."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Answer",
    "FinishByHand",
    "LayOver",
    "LeaveHand",
    "RaiseLimit",
    "Revise",
    "Skip",
    "TakeInHand",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer a blocker; its task resumes. Result: ``{"task": number}``."""

    blocker: str
    text: str


@dataclass(frozen=True, slots=True)
class RaiseLimit:
    """Answer a question about a limit with more room; its task resumes. Result: as `Answer`.

    Attributes:
        blocker: one about a cap of money or about attempts that all failed.
        to: the new cap in US dollars, or how many more attempts the worker may make.
    """

    blocker: str
    to: float


@dataclass(frozen=True, slots=True)
class Skip:
    """Close a question without an answer; its task is put on hold. Result: ``{"task": number}``."""

    blocker: str


@dataclass(frozen=True, slots=True)
class Revise:
    """Make a new attempt of a proposal with files replaced by what a person wrote.

    It is tested like any other and spends no correction. Result: ``{"attempt": n, "proposal"}``.

    Attributes:
        number: a task in review, or a blocked one that has a proposal.
        expect: refuse unless this is the hash of the newest proposal.
        files: path -> the whole text, or None to delete the file.
    """

    number: str
    expect: str
    files: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class TakeInHand:
    """Open a private copy in which a person goes on with a task. Result: ``{"task", "path"}``.

    It holds the newest proposal. Taken again it is as the person left it; it ends with
    `FinishByHand` or `LeaveHand` only.
    """

    number: str


@dataclass(frozen=True, slots=True)
class FinishByHand:
    """Make what a person did in the copy a new attempt.

    Result: as `Revise`, and ``"kept"``: the copy's path when something was saved in it in the last
    moment, which is not part of the attempt and stays in hand; else None.
    """

    number: str


@dataclass(frozen=True, slots=True)
class LayOver:
    """Bring into the copy what the newest proposal has beyond the one it began with.

    Result: ``{"attempt", "conflicts": {path: why}}``, why as `ports.files.Conflict`: what both
    changed stands in text between marks, and of everything else the person's stays.
    """

    number: str


@dataclass(frozen=True, slots=True)
class LeaveHand:
    """Throw the copy away; the task stays as it is. Result: ``{}``."""

    number: str
