"""Files, trees and workspaces."""

from __future__ import annotations

from collections.abc import (
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from codeframe_tui.core.change.diff import FileDiff


class Files(Protocol):
    """Files below one root, only through the path gate; no symlink is ever followed.

    Paths are relative, with ``/``. All methods raise `PathRefused` for what the gate declines.
    """

    @property
    def root(self) -> Path:
        """Absolute path of the root."""
        ...

    def read(self, path: str, limit: int | None = None) -> bytes:
        """Content of a regular file, at most ``limit`` bytes. Raises: NotFound."""
        ...

    def mode(self, path: str) -> str | None:
        """``100644`` or ``100755`` for a regular file, ``120000`` for a link, None if absent."""
        ...

    def size(self, path: str) -> int:
        """Bytes of a regular file. Raises: NotFound."""
        ...

    def write(self, path: str, content: bytes, mode: str | None = None) -> None:
        """Replace or create a file atomically, with its parents; None keeps the mode."""
        ...

    def require_replaceable(self, path: str) -> None:
        """Refuse what `write` would refuse, before anything is written. Raises: PathRefused."""
        ...

    def delete(self, path: str) -> None:
        """Remove a regular file. Raises: NotFound."""
        ...

    def walk(self, below: str = "") -> Iterator[str]:
        """Paths of all regular files below a folder, sorted; without ``.git`` and environments."""
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The real tree at one moment.

    Attributes:
        tree: tree id in the private store.
        notes: what was left out and why, one line each.
        held: which files were left out because they hold one of our keys, and where.
        aside: files, and folders with all below, that stood there and are not in the tree.
        along: ignored files that workspaces get beside the tree.
    """

    tree: str
    notes: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    aside: frozenset[str] = frozenset()
    along: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder that holds a copy of a tree.

    Attributes:
        name: unique per use, e.g. ``task-1.2.3`` or ``verify-1.2.3-base``.
    """

    name: str
    root: Path


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file of a tree; ``mode`` as git writes it, ``blob`` its object id."""

    mode: str
    blob: str


class Conflict(StrEnum):
    """Why two changes of one file could not be joined."""

    TEXT = "text"
    """Both stand in it, between marks."""
    DELETED = "deleted"
    """One side deleted what the other changed."""
    BINARY = "binary"
    """It is no text, or no regular file."""
    PLACE = "place"
    """One side has a folder where the other has a file."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Two trees that come from one, joined.

    Attributes:
        tree: of what conflicts it holds mine; of text both, between marks.
        conflicts: by path.
    """

    tree: str
    conflicts: Mapping[str, Conflict]


class Workspaces(Protocol):
    """The private object store, snapshots and workspaces. Bytes in are bytes out."""

    async def snapshot(self) -> Snapshot:
        """Store the real tree as it is now, untracked files included; touches nothing of it."""
        ...

    async def open(self, name: str, tree: str | None) -> Workspace:
        """Make the folder exactly ``tree``; None takes it as an earlier process left it.

        Raises: NotFound when tree is None and there is no such workspace.
        """
        ...

    async def capture(self, workspace: Workspace, also: Iterable[str] = ()) -> Snapshot:
        """Store a workspace's content as a tree; ``also`` are part of it even if ignored."""
        ...

    async def ignored(self) -> str:
        """Names the ignored files that workspaces get beside their tree, as of the newest snapshot.

        It changes with any of them.
        """
        ...

    async def withheld(self) -> Sequence[str]:
        """Files that look secret and were in no workspace, as of the newest snapshot."""
        ...

    async def names(self) -> Sequence[str]:
        """Workspaces that there are."""
        ...

    async def remove(self, name: str) -> None:
        """Delete a workspace; not an error if absent."""
        ...

    async def withdraw(self, workspace: Workspace, tree: str, also: Iterable[str] = ()) -> bool:
        """Put a workspace out of reach of programs if it still holds ``tree``; whether it did.

        It is moved before its content is looked at for the last time; what holds something else is
        where it was then. `remove` deletes it; after a restart it is where it was. ``also`` as in
        `capture`.
        """
        ...

    async def entries(self, tree: str, paths: Iterable[str] | None = None) -> dict[str, TreeEntry]:
        """Files of a tree, all or those named."""
        ...

    async def read(self, tree: str, path: str) -> bytes | None:
        """Content of a file of a tree."""
        ...

    async def overlay(self, tree: str, changes: Mapping[str, tuple[str, bytes] | None]) -> str:
        """The id of a tree with files replaced: path -> (mode, content), or None to delete."""
        ...

    async def merge(self, base: str, mine: str, other: str, *, labels: tuple[str, str]) -> Merged:
        """Join what two trees changed since ``base``; labels name mine and other in marks."""
        ...

    async def diff(self, base: str, tree: str, *, space: bool = True) -> Sequence[FileDiff]:
        """Differences, sorted by path, renames as delete and create.

        Args:
            space: False leaves out what differs in white space only; a file of which nothing else
                differs has no hunks.
        """
        ...


@dataclass(frozen=True, slots=True)
class Replacement:
    """One path of an apply: what it must be now, and what it becomes; None = absent.

    Each side is (mode, content).
    """

    path: str
    old: tuple[str, bytes] | None
    new: tuple[str, bytes] | None


class WorkingTree(Protocol):
    """The user's real tree. The only writer of it."""

    async def replace(self, name: str, replacements: Sequence[Replacement]) -> Sequence[str]:
        """All or nothing, journalled and durable.

        Args:
            name: names the journal, e.g. ``decision-7``; replaying a finished one is a no-op.

        Returns:
            What could not be kept of which file, beside its content, in words.

        Raises:
            Conflict: a path is not what it must be; nothing was written; names all such paths.
            PathRefused: the gate declines a path; nothing was written.
        """
        ...

    async def differs(self, entries: Mapping[str, tuple[str, bytes] | None]) -> list[str]:
        """Those paths whose state is not the given (mode, content) or absence."""
        ...

    async def check(self, replacements: Sequence[Replacement]) -> None:
        """Refuse what `replace` would refuse now, as far as it can be known; writes nothing.

        Raises:
            Conflict: a path is not what it must be.
            PathRefused: the gate declines a path.
            Refused: there is no room.
        """
        ...

    async def recover(self) -> dict[str, str]:
        """End journals of an earlier process: name -> ``new``, ``old`` or ``conflict``."""
        ...
