"""The port `Workspaces` over a private git store."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import stat
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from codeframe_tui.adapters.workspace.away import Away
from codeframe_tui.adapters.workspace.capture import WorkspaceScan
from codeframe_tui.adapters.workspace.difftext import parse_diff
from codeframe_tui.adapters.workspace.folder import FolderMaker
from codeframe_tui.adapters.workspace.gather import Gatherer
from codeframe_tui.adapters.workspace.git import Git
from codeframe_tui.adapters.workspace.listing import outside_rules
from codeframe_tui.adapters.workspace.merge import TreeMerge
from codeframe_tui.adapters.workspace.notes import Notes
from codeframe_tui.adapters.workspace.objects import (
    SUBMODULE,
    ObjectReader,
    ObjectWriter,
    object_id,
    read_tree,
)
from codeframe_tui.adapters.workspace.paths import fitting
from codeframe_tui.adapters.workspace.project import ProjectScan
from codeframe_tui.adapters.workspace.records import Record, Records
from codeframe_tui.adapters.workspace.rules import OutsideRules, Rules
from codeframe_tui.adapters.workspace.trash import Trash
from codeframe_tui.adapters.workspace.walk import Known
from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.code.ignore import is_secret
from codeframe_tui.core.errors import Lacking, NotFound, Refused
from codeframe_tui.core.secrets import NOTHING, Secrets
from codeframe_tui.ports.files import Merged, Snapshot, TreeEntry, Workspace
from codeframe_tui.ports.points import passing
from codeframe_tui.settings import Limits

__all__ = ["GitWorkspaces"]

P = ParamSpec("P")
T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_PROJECT = "=project"
_THREADS = 4
_DIFF = (
    "diff-tree",
    "-r",
    "-p",
    "--raw",
    "-z",
    "--full-index",
    "--abbrev=40",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--no-color",
    "--unified=3",
    "--inter-hunk-context=0",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


class GitWorkspaces:
    """Snapshots of the project and folders that hold copies of trees.

    All work runs on threads of its own, so that the event loop never waits for a disk; a call that
    is cancelled ends in the background before the next one on the same folder begins.

    Args:
        project: the user's folder; only read.
        state_dir: where the store and the workspaces live.
        limits: caps of a snapshot.
        secrets: our keys; what holds one is in no tree.
        withholds: whether an untracked file of the project stays at home.
    """

    def __init__(
        self,
        project: Path,
        state_dir: Path,
        limits: Limits,
        *,
        secrets: Secrets = NOTHING,
        withholds: Callable[[str], bool] = is_secret,
    ) -> None:
        self._secrets = secrets
        self._withholds = withholds
        self._project = project.resolve()
        self._state = state_dir.resolve()
        self._folders = self._state / "workspaces"
        self._trash = self._folders / ".trash"
        self._limits = limits
        self._git = Git(self._state / "objects")
        self._records = Records(self._git.directory / "records")
        self._reader = ObjectReader(self._git)
        self._tree = lru_cache(maxsize=8)(partial(read_tree, self._git))
        self._locks: dict[str, threading.Lock] = {}
        self._away = Away(self._folders, self._discard)
        self._outside: OutsideRules | None = None
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="workspaces")

    @property
    def objects(self) -> Path:
        """The object store, for those that only read it."""
        return self._git.directory

    # -- life ---------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Create or check the store and clear what an earlier process left half-removed.

        Raises:
            Lacking: there is no git or only an old one, or the state directory cannot be written.
        """
        await self._run(self._prepare)

    def _prepare(self) -> None:
        self._git.prepare()
        self._records.prepare()
        self._folders.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folders.chmod(0o700)
        self._away.put_all_back()
        Trash.clear(self._trash)

    async def close(self) -> None:
        """Wait for running work and end git."""
        await asyncio.to_thread(self._threads.shutdown)
        self._reader.close()

    # -- the port -----------------------------------------------------------------------------

    async def snapshot(self) -> Snapshot:
        """Store the real tree as it is now; see the port."""
        return await self._run(self._locked, _PROJECT, self._snapshot)

    async def open(self, name: str, tree: str | None) -> Workspace:
        """Make the folder exactly ``tree``, or take it as it was left; see the port."""
        _check_name(name)
        return await self._run(self._locked, name, partial(self._open, name, tree))

    async def capture(self, workspace: Workspace, also: Iterable[str] = ()) -> Snapshot:
        """Store a workspace's content, and the paths ``also`` even if ignored; see the port."""
        _check_name(workspace.name)
        work = partial(self._capture, workspace.name, workspace.name, frozenset(also))
        return await self._run(self._locked, workspace.name, work)

    async def ignored(self) -> str:
        """Names the ignored files that come along; see the port."""
        record = await self._run(self._records.load, _PROJECT)
        extras = sorted(record.extras.items()) if record else []
        return hashlib.sha256(repr(extras).encode()).hexdigest()[:16]

    async def withheld(self) -> Sequence[str]:
        """Files that stayed at home; see the port."""
        record = await self._run(self._records.load, _PROJECT)
        return record.withheld if record else ()

    async def names(self) -> Sequence[str]:
        """Workspaces that there are."""
        return await self._run(self._names)

    async def remove(self, name: str) -> None:
        """Delete a workspace; not an error if absent."""
        _check_name(name)
        await self._run(self._locked, name, partial(self._remove, name))

    async def withdraw(self, workspace: Workspace, tree: str, also: Iterable[str] = ()) -> bool:
        """Put a workspace out of reach if it still holds ``tree``; see the port."""
        _check_name(workspace.name)
        work = partial(self._withdraw, workspace.name, tree, frozenset(also))
        return await self._run(self._locked, workspace.name, work)

    async def entries(self, tree: str, paths: Iterable[str] | None = None) -> dict[str, TreeEntry]:
        """Files of a tree, all or those named. Raises: NotFound."""
        found, _ = await self._run(self._tree, tree)
        if paths is None:
            return dict(found)
        return {path: found[path] for path in paths if path in found}

    async def read(self, tree: str, path: str) -> bytes | None:
        """Content of a file of a tree; of a link its target; None if absent or a submodule.

        Raises: NotFound.
        """
        found, _ = await self._run(self._tree, tree)
        entry = found.get(path)
        if entry is None or entry.mode == SUBMODULE:
            return None
        return await self._run(self._reader.read, entry.blob)

    async def overlay(self, tree: str, changes: Mapping[str, tuple[str, bytes] | None]) -> str:
        """The id of a tree with files replaced; see the port. Raises: NotFound, PathRefused."""
        return await self._run(self._overlay, tree, dict(changes))

    async def merge(self, base: str, mine: str, other: str, *, labels: tuple[str, str]) -> Merged:
        """Join what two trees changed since ``base``; see the port. Raises: NotFound."""
        return await self._run(self._merge, (base, mine, other), labels)

    async def diff(self, base: str, tree: str, *, space: bool = True) -> Sequence[FileDiff]:
        """Differences, sorted by path; see the port. Raises: NotFound."""
        return await self._run(self._diff, base, tree, space)

    # -- on a thread --------------------------------------------------------------------------

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, partial(work, *args, **kwargs))
        except (OSError, EOFError) as error:
            raise Lacking(
                f"a workspace cannot be read or written: {error}",
                hint=f"see whether the disk of {self._state} is full or read-only",
            ) from error

    def _locked(self, name: str, work: Callable[[], T]) -> T:
        with self._locks.setdefault(name, threading.Lock()):
            return work()

    def _snapshot(self) -> Snapshot:
        before = self._records.load(_PROJECT)
        notes = Notes()
        writer = ObjectWriter(self._git, self._stored(before))
        known = self._known(before)
        gatherer = Gatherer(writer, known, self._limits, notes, secrets=self._secrets)
        scan = ProjectScan(self._project, self._state, gatherer, self._withholds)
        scan.run()
        tree = writer.tree(gatherer.entries)
        mark = self._secrets.mark
        record = Record(
            tree, gatherer.known, scan.extras, scan.environments, sorted(scan.withheld), mark
        )
        passing("snapshot.stored")
        if record != before:
            self._records.save(_PROJECT, record)
        self._outside = None
        aside, along = frozenset(scan.aside), frozenset(scan.extras)
        return Snapshot(tree, notes.lines(), aside=aside, along=along)

    def _open(self, name: str, tree: str | None) -> Workspace:
        root = self._folders / name
        self._away.settle(name, anew=tree is not None)
        before = self._records.load(name)
        if tree is None:
            if before is None or not stat.S_ISDIR(_mode(root)):
                raise NotFound(f"there is no workspace {name}", hint="open it with a tree")
            return Workspace(name, root)
        entries, _ = self._tree(tree)
        project = self._records.load(_PROJECT) or Record(tree)
        files = (path for path, entry in entries.items() if entry.mode != SUBMODULE)
        extras = fitting(project.extras, files)
        self._records.drop(name)
        passing("folder.begun")
        maker = FolderMaker(
            root, extras | entries, project.environments, before.known if before else {}
        )
        with ObjectReader(self._git) as reader, Trash(self._trash) as trash:
            known = maker.make(reader, trash)
        passing("folder.made")
        mark = self._secrets.mark
        self._records.save(name, Record(tree, known, extras, project.environments, mark=mark))
        return Workspace(name, root)

    def _capture(self, folder: str, name: str, also: frozenset[str]) -> Snapshot:
        before = self._records.load(name)
        root = self._folders / folder
        if before is None or not stat.S_ISDIR(_mode(root)):
            raise NotFound(f"there is no workspace {name}", hint="open it first")
        root.chmod(0o755)
        if self._outside is None:
            self._outside = outside_rules(self._project)
        base, _ = self._tree(before.tree)
        notes = Notes()
        writer = ObjectWriter(self._git, self._stored(before))
        known = self._known(before)
        gatherer = Gatherer(writer, known, self._limits, notes, repair=True, secrets=self._secrets)
        scan = WorkspaceScan(base, before, also, Rules(self._outside), gatherer)
        scan.run(root)
        tree = writer.tree(gatherer.entries)
        if gatherer.known != before.known:
            mark = self._secrets.mark
            self._records.save(name, replace(before, known=gatherer.known, mark=mark))
        return Snapshot(tree, notes.lines(), self._held(gatherer))

    def _known(self, record: Record | None) -> dict[str, Known]:
        """States of files that need no reading: it was read for the keys that we have now."""
        return record.known if record and record.mark == self._secrets.mark else {}

    def _held(self, gatherer: Gatherer) -> tuple[str, ...]:
        return tuple(
            f"{self._secrets.withhold(path)}, line {held.line}, holds the value of {held.name}"
            for path, held in gatherer.held.items()
        )

    def _stored(self, record: Record | None) -> set[str]:
        """Ids of objects that are in the store for certain."""
        if record is None:
            return set()
        entries, folders = self._tree(record.tree)
        blobs = {entry.blob for entry in [*entries.values(), *record.extras.values()]}
        return blobs | folders

    def _names(self) -> list[str]:
        return sorted(p.name for p in self._folders.iterdir() if _NAME.fullmatch(p.name))

    def _remove(self, name: str) -> None:
        self._records.drop(name)
        self._discard(name, self._away.prefixed(name))
        self._away.forget(name)

    def _discard(self, *names: str) -> None:
        fd = os.open(self._folders, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with Trash(self._trash) as trash:
                for name in names:
                    trash.remove(fd, name, folder=stat.S_ISDIR(_mode(self._folders / name)))
        finally:
            os.close(fd)

    def _withdraw(self, name: str, tree: str, also: frozenset[str]) -> bool:
        self._away.settle(name, anew=True)
        self._away.take(name)
        held = ""
        try:
            held = self._capture(self._away.prefixed(name), name, also).tree
        finally:
            if held == tree:
                self._away.seen(name)
            else:
                self._away.put_back(name)
        return held == tree

    def _merge(self, trees: tuple[str, str, str], labels: tuple[str, str]) -> Merged:
        base, mine, other = (self._tree(tree)[0] for tree in trees)
        known = {entry.blob for entry in (*base.values(), *mine.values(), *other.values())}
        writer = ObjectWriter(self._git, known)
        merge = TreeMerge(self._git, self._reader.read, writer.blob, labels)
        merge.run(base, mine, other)
        return Merged(writer.tree(merge.entries), merge.conflicts)

    def _overlay(self, tree: str, changes: dict[str, tuple[str, bytes] | None]) -> str:
        base, folders = self._tree(tree)
        entries = dict(base)
        writer = ObjectWriter(self._git, folders | {entry.blob for entry in base.values()})
        for path, change in changes.items():
            if change is None:
                entries.pop(path, None)
            else:
                mode, content = change
                self._refuse_key(path, content)
                entries[path] = TreeEntry(mode, writer.blob(content))
        return writer.tree(entries)

    def _refuse_key(self, path: str, content: bytes) -> None:
        held = self._secrets.held(content)
        if held and not self._is_stored(content):  # an undo brings back what there was
            raise Refused(
                f"{path}, line {held.line}, would hold the value of {held.name}",
                hint="read the variable where it is needed, or use a placeholder",
                code="holds_key",
            )

    def _is_stored(self, content: bytes) -> bool:
        try:
            self._reader.read(object_id("blob", content))
        except NotFound:
            return False
        return True

    def _diff(self, base: str, tree: str, space: bool) -> list[FileDiff]:
        for side in (base, tree):
            self._tree(side)
        without = () if space else ("--ignore-all-space",)
        return parse_diff(self._git.run_at_length(*_DIFF, *without, base, tree), whole=space)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise NotFound(f"{name!r} is no name of a workspace")


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return 0
