"""The user's own repository, in the one way in which it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Blob", "CommitPlan", "Committed", "Repository"]

Blob = tuple[str, bytes] | None
"""Mode and content of a file; None = absent."""


@dataclass(frozen=True, slots=True)
class CommitPlan:
    """What a commit is to hold.

    Attributes:
        files: path -> the file before and after the change; nothing else is part of it.
        message: of the commit.
        note: for the log of the branch (reflog).
    """

    files: Mapping[str, tuple[Blob, Blob]]
    message: str
    note: str


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit that the branch has now.

    Attributes:
        commit: its id; that of the branch as it was, when it held all of it already.
        branch: its short name.
        left_out: paths that git ignores, which are no part of it.
    """

    commit: str
    branch: str
    left_out: tuple[str, ...] = ()


class Repository(Protocol):
    """The repository that the project lies in."""

    async def commit(self, plan: CommitPlan) -> Committed:
        """Add a commit of exactly these paths to the current branch; all or nothing.

        What is staged stays staged, no hook, filter or signing program runs, and no other path of
        the index, no ref and no file changes.

        Raises:
            Refused: it cannot be without harm; the message says why, the hint what to do.
        """
        ...
