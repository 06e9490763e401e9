"""Laying what was changed in one tree over another one: three-way, file by file, text by git."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from codeframe_tui.adapters.workspace.git import Git, run_git
from codeframe_tui.adapters.workspace.paths import fitting
from codeframe_tui.core.change.diff import REGULAR
from codeframe_tui.core.content import is_binary
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.ports.files import Conflict, TreeEntry

__all__ = ["TreeMerge"]

_FAILED = 128
"""From here on git's exit code is a failure, below it the number of conflicts."""

Read = Callable[[str], bytes]
Store = Callable[[bytes], str]


class TreeMerge:
    """Merges two trees that come from one.

    Where both changed a file and cannot be joined, mine stays: in text between marks, beside what
    the other tree has there; of everything else mine alone.

    Args:
        git: merges texts.
        read: the content of a blob.
        store: keeps a content; its blob.
        labels: what the marks call mine and the other.

    Attributes:
        entries: the merged tree.
        conflicts: by path.
    """

    def __init__(self, git: Git, read: Read, store: Store, labels: tuple[str, str]) -> None:
        self._git = git
        self._read = read
        self._store = store
        self._labels = labels
        self.entries: dict[str, TreeEntry] = {}
        self.conflicts: dict[str, Conflict] = {}

    def run(
        self,
        base: Mapping[str, TreeEntry],
        mine: Mapping[str, TreeEntry],
        other: Mapping[str, TreeEntry],
    ) -> None:
        """Merge."""
        self.entries = dict(mine)
        taken: dict[str, TreeEntry] = {}
        for path in sorted(base.keys() | other.keys()):
            was, ours, theirs = base.get(path), mine.get(path), other.get(path)
            if theirs in (was, ours):
                continue
            if ours != was:
                self._both(path, was, ours, theirs)
            elif theirs is None:
                del self.entries[path]
            else:
                taken[path] = theirs
        self._take(taken)

    def _take(self, taken: Mapping[str, TreeEntry]) -> None:
        """What only the other tree changed, unless mine has something else in that place.

        It comes when all that goes is gone: a file may stand where a folder was.
        """
        fit = fitting(taken, self.entries.keys() - taken.keys())
        self.entries |= fit
        self.conflicts |= {path: Conflict.PLACE for path in taken if path not in fit}

    def _both(
        self, path: str, was: TreeEntry | None, ours: TreeEntry | None, theirs: TreeEntry | None
    ) -> None:
        """A file that both changed, each in its way."""
        if ours is None or theirs is None:
            self.conflicts[path] = Conflict.DELETED
            return
        sides = {entry.mode for entry in (was, ours, theirs) if entry}
        contents = [self._read(entry.blob) if entry else b"" for entry in (ours, was, theirs)]
        if not sides <= REGULAR or any(map(is_binary, contents)):
            self.conflicts[path] = Conflict.BINARY
            return
        text, clean = self._merged(*contents)
        mode = theirs.mode if was and ours.mode == was.mode else ours.mode
        self.entries[path] = TreeEntry(mode, self._store(text))
        if not clean:
            self.conflicts[path] = Conflict.TEXT

    def _merged(self, mine: bytes, base: bytes, other: bytes) -> tuple[bytes, bool]:
        """The text of both, and whether there is no conflict in it."""
        with tempfile.TemporaryDirectory(dir=self._git.directory) as folder:
            sides = {"mine": mine, "base": base, "other": other}
            for name, content in sides.items():
                Path(folder, name).write_bytes(content)
            names = self._labels[0], "before", self._labels[1]
            labels = [word for name in names for word in ("-L", name)]
            done = run_git(
                ["merge-file", "-p", *labels, *sides], env=self._git.env, cwd=Path(folder)
            )
        if not 0 <= done.returncode < _FAILED:
            reason = done.stderr.decode("utf-8", "replace").strip()[-500:]
            raise CodeframeError(f"git merge-file failed: {reason}", code="store")
        return done.stdout, done.returncode == 0
