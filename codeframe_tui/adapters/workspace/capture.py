"""Which files of a workspace are its tree."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Set
from pathlib import Path

from codeframe_tui.adapters.workspace.gather import Gatherer
from codeframe_tui.adapters.workspace.objects import SUBMODULE, object_id
from codeframe_tui.adapters.workspace.paths import above
from codeframe_tui.adapters.workspace.records import Record
from codeframe_tui.adapters.workspace.rules import Rules
from codeframe_tui.adapters.workspace.walk import Entry, Folder, folders
from codeframe_tui.core.code.ignore import ENVIRONMENT_MARKS, is_kept_out, is_repository_data
from codeframe_tui.ports.files import TreeEntry

__all__ = ["WorkspaceScan"]

_OPEN_TOP = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class WorkspaceScan:
    """One walk over a workspace that the model and tests have written to.

    What cannot be part of a proposal (links, special files, setuid files) is noted, and stays as it
    was in the base.

    Args:
        base: the tree the workspace was opened with; its paths belong whatever the rules say.
        record: what was brought along.
        also: paths that belong whatever the rules say.
        rules: the project's ignore rules.
        gatherer: takes the files.
    """

    def __init__(
        self,
        base: Mapping[str, TreeEntry],
        record: Record,
        also: Set[str],
        rules: Rules,
        gatherer: Gatherer,
    ) -> None:
        self._base = base
        self._extras = record.extras
        self._reserved = frozenset(record.environments)
        self._also = also
        self._rules = rules
        self._gatherer = gatherer
        self._notes = gatherer.notes
        self._submodules = {path for path, entry in base.items() if entry.mode == SUBMODULE}
        self._parents = above(base.keys() | also)
        self._extra_parents = above(record.extras)
        self._ignored: set[str] = set()
        self._foreign: set[str] = set()

    def run(self, root: Path) -> None:
        """Walk and take."""
        top = os.open(root, _OPEN_TOP)
        self._gatherer.entries.update({path: self._base[path] for path in self._submodules})
        try:
            for folder in folders(top, repair=True, on_error=self._note_folder):
                self._visit(folder)
        finally:
            os.close(top)

    def _note_folder(self, path: str, reason: str) -> None:
        """What was there and cannot be looked at stays as it was."""
        below = f"{path}/"
        held = {each: entry for each, entry in self._base.items() if each.startswith(below)}
        self._gatherer.entries.update(held)
        self._notes.add(path, f"left {'as it was' if held else 'out'}, {reason}")

    def _visit(self, folder: Folder) -> None:
        self._rules.enter(folder)
        if folder.path and folder.path not in self._parents and self._is_foreign(folder):
            folder.folders.clear()
            return
        if folder.path in self._submodules or folder.path in self._foreign:
            self._pass_over(folder)
            return
        for entry in folder.files:
            path = folder.below(entry[0])
            if path in self._submodules:
                self._notes.add(path, "left as it was, another repository")
            elif self._is_named(path) or not self._is_left_out(folder, path, entry):
                self._take(folder, path, entry)
        folder.folders[:] = [
            entry for entry in folder.folders if self._enters(folder.below(entry[0]), folder.path)
        ]

    def _pass_over(self, folder: Folder) -> None:
        """A submodule: its files came along to be read, and nothing is taken from there."""
        for entry in folder.files:
            path = folder.below(entry[0])
            if extra := self._extras.get(path):
                self._compare(folder, path, entry, extra)
            elif not is_kept_out(path):
                self._notes.add(path, "left out, inside another repository")
        self._foreign.update(folder.below(name) for name, _ in folder.folders)

    def _is_foreign(self, folder: Folder) -> bool:
        names = {name for name, _ in [*folder.files, *folder.folders]}
        if not ENVIRONMENT_MARKS.isdisjoint(names):
            self._notes.add(folder.path, "left out, an environment")
            return True
        if ".git" in names:
            self._notes.add(folder.path, "left out, another repository")
            return True
        if not names:
            self._notes.add(folder.path, "left out, an empty folder")
        return False

    def _is_named(self, path: str) -> bool:
        return path in self._base or path in self._also

    def _enters(self, path: str, folder: str) -> bool:
        if path in self._reserved:
            return False
        if is_repository_data(path):
            self._notes.add(path, "left out, version control's own data")
            return False
        if folder in self._ignored or self._rules.ignored(path, folder=True):
            self._ignored.add(path)
            return path in self._parents or path in self._extra_parents
        return path in self._parents or not is_kept_out(path)

    def _is_left_out(self, folder: Folder, path: str, entry: Entry) -> bool:
        extra = self._extras.get(path)
        if extra is not None:
            self._compare(folder, path, entry, extra)
            return True
        return folder.path in self._ignored or is_kept_out(path) or self._rules.ignored(path)

    def _compare(self, folder: Folder, path: str, entry: Entry, extra: TreeEntry) -> None:
        now = self._gatherer.look(folder.fd, path, *entry)
        if now is not None and now.blob != extra.blob:
            self._notes.add(path, "left out, it only came along; it was changed")

    def _take(self, folder: Folder, path: str, entry: Entry) -> None:
        name, state = entry
        base = self._base.get(path)
        if stat.S_ISLNK(state.st_mode):
            taken = base is not None and base.blob == _link_id(folder.fd, name)
            reason = "a symbolic link"
        else:
            taken = not state.st_mode & (stat.S_ISUID | stat.S_ISGID)
            reason = "a file that changes who runs it"
        if not taken:
            self._notes.add(
                path, f"left as it was, now {reason}" if base else f"left out, {reason}"
            )
        elif self._gatherer.take(folder.fd, path, name, state):
            return
        if base is not None:
            self._gatherer.entries[path] = base


def _link_id(fd: int, name: str) -> str:
    """Names a link's target; empty when it is no link any more."""
    try:
        return object_id("blob", os.readlink(os.fsencode(name), dir_fd=fd))
    except OSError:
        return ""
