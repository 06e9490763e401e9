"""The model's answer as values, and what becomes of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Action", "ChangeSet", "Edit", "FileChange", "FileSummary", "proposal_id"]


class Action(StrEnum):
    """What happens to a file."""

    CREATE = "create"
    MODIFY = "modify"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``old``, exact and unique in the file, by ``new``."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """One entry of a change set; exactly one of content and edits unless it deletes.

    Attributes:
        path: has passed the lexical path gate.
        content: whole new content in bytes.
        mode: ``100644`` or ``100755``; None keeps the mode, or 100644 for a new file.
    """

    path: str
    action: Action
    content: bytes | None = None
    edits: tuple[Edit, ...] = ()
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The model's answer (CONTRACT §8)."""

    files: tuple[FileChange, ...]
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class FileSummary:
    """One line of a proposal's file list."""

    path: str
    action: Action
    added: int
    removed: int


def proposal_id(base: str, tree: str) -> str:
    """The name of a proposal: SHA-256 over both tree ids, 64 hexadecimal digits."""
    return hashlib.sha256(f"{base} {tree}".encode()).hexdigest()
