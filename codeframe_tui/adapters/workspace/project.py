"""Which files of the user's project are its tree, and which only come along."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from codeframe_tui.adapters.within import within
from codeframe_tui.adapters.workspace.gather import Gatherer, special_kind
from codeframe_tui.adapters.workspace.listing import Listing, list_project
from codeframe_tui.adapters.workspace.notes import Notes
from codeframe_tui.adapters.workspace.objects import SUBMODULE
from codeframe_tui.adapters.workspace.paths import above
from codeframe_tui.adapters.workspace.rules import OutsideRules, Rules
from codeframe_tui.adapters.workspace.walk import Folder, folders, open_folder
from codeframe_tui.core.code.ignore import (
    ENVIRONMENT_MARKS,
    is_environment,
    is_kept_out,
    is_repository_data,
)
from codeframe_tui.ports.files import TreeEntry

__all__ = ["ProjectScan"]

_EXTRA_BYTES = 20 * 2**20
_EXTRA_LOOKS = 20_000
_WITHHELD = 200
_NEEDED = (".py", ".so", ".pyd", ".pyi", ".dylib", ".dll", ".json", ".toml", ".txt", ".cfg")


@dataclass(frozen=True, slots=True)
class _Extra:
    path: str
    size: int

    @property
    def rank(self) -> tuple[bool, int, str]:
        return not self.path.endswith(_NEEDED), self.size, self.path


class ProjectScan:
    """One walk over the project.

    Attributes:
        environments: folders that are interpreters' environments, to be mounted, never copied.
        extras: ignored files that workspaces need.
        withheld: files that look secret and stay at home; at most `_WITHHELD`.
        aside: everything that was seen and is no part of the tree.

    Args:
        project: the folder.
        own: folder of ours that may lie in it.
        gatherer: takes the files.
        withholds: whether an untracked file stays at home.
    """

    def __init__(
        self, project: Path, own: Path, gatherer: Gatherer, withholds: Callable[[str], bool]
    ) -> None:
        self.withheld: list[str] = []
        self._withholds = withholds
        self.environments: list[str] = []
        self.aside: set[str] = set()
        self.extras: dict[str, TreeEntry] = {}
        self._project = project
        inside = within(project, own)
        self._own = inside.as_posix() if inside is not None else None
        self._gatherer = gatherer
        self._notes: Notes = gatherer.notes
        self._rules = Rules(OutsideRules())
        self._listing: Listing | None = None
        self._submodules: Mapping[str, str] = {}
        self._parents: set[str] = set()
        self._ignored: set[str] = set()
        self._candidates: list[_Extra] = []
        self._looks = 0

    def run(self) -> None:
        """Walk and take."""
        self._listing = self._ask_git()
        if self._listing:
            self._parents = above(self._listing.tracked | self._listing.untracked)
            self._submodules = self._listing.submodules
            if absent := self._listing.absent:
                files = "1 tracked file is" if absent == 1 else f"{absent:,} tracked files are"
                self._notes.add("", f"{files} not checked out (sparse), so not part of it")
        top = os.open(self._project, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for folder in folders(top, on_error=self._note_folder):
                self._visit(folder)
            self._take_extras(top)
        finally:
            os.close(top)
        for path, held in self._gatherer.held.items():
            self._withhold(path)
            what = f"line {held.line} has the value of {held.name}"
            self._notes.add(path, f"kept from the model, {what}")

    def _ask_git(self) -> Listing | None:
        listing = list_project(self._project)
        if listing and listing.problem:
            self._notes.add("", f"git could not list the project: {listing.problem}")
            return None
        return listing

    def _note_folder(self, path: str, reason: str) -> None:
        self.aside.add(path)
        self._notes.add(path, f"left out, {reason}")

    def _visit(self, folder: Folder) -> None:
        self._rules.enter(folder)
        if folder.path and folder.path not in self._submodules and self._is_environment(folder):
            self.environments.append(folder.path)
            self.aside.add(folder.path)
            folder.folders.clear()
            return
        self._look_at(folder)
        for name, state in folder.files:
            path = folder.below(name)
            belongs = self._belongs(path, folder.path)
            take = self._gatherer.take
            if not belongs or self._stays(path) or not take(folder.fd, path, name, state):
                self.aside.add(path)
            if belongs:
                continue
            if stat.S_ISREG(state.st_mode):
                self._consider(_Extra(path, state.st_size))
            elif stat.S_ISLNK(state.st_mode):
                self._find_environment(path)
            elif folder.path not in self._ignored and not is_kept_out(path):
                self._notes.add(path, f"left out, it is {special_kind(state.st_mode)}")
        entered = []
        for entry in folder.folders:
            path = folder.below(entry[0])
            if self._enters(path, folder.path):
                entered.append(entry)
            else:
                self.aside.add(path)
        folder.folders[:] = entered

    @staticmethod
    def _is_environment(folder: Folder) -> bool:
        names = {name for name, _ in folder.files} | {name for name, _ in folder.folders}
        return not ENVIRONMENT_MARKS.isdisjoint(names)

    def _look_at(self, folder: Folder) -> None:
        """Tell of other repositories and empty folders; the former's files only come along."""
        path = folder.path
        if commit := self._submodules.get(path):
            self._gatherer.entries[path] = TreeEntry(SUBMODULE, commit[:40])
        elif not path or path in self._parents:
            return
        elif not folder.files and not folder.folders:
            self._notes.add(path, "left out, an empty folder")
            return
        elif not any(name == ".git" for name, _ in [*folder.files, *folder.folders]):
            return
        self._ignored.add(path)
        self._notes.add(path, "read, never written: another repository")

    def _belongs(self, path: str, folder: str) -> bool:
        if self._listing:
            if path in self._listing.tracked or path in self._submodules:
                return True
            return path in self._listing.untracked and not is_kept_out(path)
        return not (folder in self._ignored or is_kept_out(path) or self._rules.ignored(path))

    def _stays(self, path: str) -> bool:
        """Whether a file that belongs here stays at home; what is tracked is no secret any more."""
        if (self._listing and path in self._listing.tracked) or not self._withholds(path):
            return False
        self._withhold(path)
        self._notes.add(path, "kept from the model, it looks secret (setting secrets.allowed)")
        return True

    def _withhold(self, path: str) -> None:
        if len(self.withheld) < _WITHHELD:
            self.withheld.append(path)

    def _enters(self, path: str, folder: str) -> bool:
        if path == self._own or is_repository_data(path):
            return False
        if path in self._parents or path in self._submodules:
            return True
        if is_kept_out(path):
            self._find_environment(path)
            return False
        if folder in self._ignored or self._listing or self._rules.ignored(path, folder=True):
            self._ignored.add(path)
            return self._looks < _EXTRA_LOOKS
        return True

    def _find_environment(self, path: str) -> None:
        # a link to an environment elsewhere counts: it is mounted as a folder too
        if is_environment(path) and any(
            (self._project / path / mark).exists() for mark in ENVIRONMENT_MARKS
        ):
            self.environments.append(path)

    def _consider(self, extra: _Extra) -> None:
        self._looks += 1
        if is_kept_out(extra.path):
            return
        if self._withholds(extra.path):
            self._withhold(extra.path)
        else:
            self._candidates.append(extra)

    def _take_extras(self, top: int) -> None:
        if self._looks >= _EXTRA_LOOKS:
            self._notes.add("", f"only {_EXTRA_LOOKS:,} ignored files were looked at")
        total = 0
        for extra in sorted(self._candidates, key=lambda extra: extra.rank):
            total += extra.size
            if total > _EXTRA_BYTES:
                self._notes.add(extra.path, "ignored and not copied, too large in all")
                continue
            folder, _, name = extra.path.rpartition("/")
            # what went or changed since the walk is not missed
            with suppress(OSError), open_folder(top, folder) as fd:
                state = os.stat(name, dir_fd=fd, follow_symlinks=False)
                entry = self._gatherer.look(fd, extra.path, name, state)
                if entry and stat.S_ISREG(state.st_mode):
                    self.extras[extra.path] = entry
