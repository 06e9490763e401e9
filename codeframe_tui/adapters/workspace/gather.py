"""Take files into the store, reading only those that changed since the last look."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from codeframe_tui.adapters.scarce import SCARCE
from codeframe_tui.adapters.workspace.notes import Notes
from codeframe_tui.adapters.workspace.objects import LINK, PLAIN, PROGRAM, ObjectWriter
from codeframe_tui.adapters.workspace.walk import (
    Known,
    NotRegular,
    is_settled,
    known_state,
    now_ns,
    read_file,
)
from codeframe_tui.core.secrets import NOTHING, Held, Secrets
from codeframe_tui.ports.files import TreeEntry
from codeframe_tui.settings import Limits

__all__ = ["Gatherer", "special_kind"]


def special_kind(mode: int) -> str:
    """What a file is that is neither a regular file, a link nor a folder."""
    for test, name in (
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISBLK, "a device"),
        (stat.S_ISCHR, "a device"),
    ):
        if test(mode):
            return name
    return "a special file"


class Gatherer:
    """Turns files on disk into tree entries.

    Attributes:
        entries: what was taken so far.
        known: states of files whose content need not be read the next time.
        held: what holds one of our keys: path -> where.

    Args:
        writer: where content goes.
        before: the `known` of an earlier look at the same folder.
        limits: caps per file and in all.
        repair: take back modes that lock us out; only for folders of our own.
        secrets: a file that holds one of our keys is not taken.
    """

    def __init__(
        self,
        writer: ObjectWriter,
        before: Mapping[str, Known],
        limits: Limits,
        notes: Notes,
        *,
        repair: bool = False,
        secrets: Secrets = NOTHING,
    ) -> None:
        self.held: dict[str, Held] = {}
        self.entries: dict[str, TreeEntry] = {}
        self.known: dict[str, Known] = {}
        self.notes = notes
        self._writer = writer
        self._before = before
        self._limits = limits
        self._repair = repair
        self._secrets = secrets
        self._bytes = 0

    def take(self, fd: int, path: str, name: str, state: os.stat_result) -> bool:
        """Take one entry of the folder ``fd``; false and a note when no tree can hold it."""
        entry = self.look(fd, path, name, state)
        if entry is not None:
            self.entries[path] = entry
        return entry is not None

    def look(self, fd: int, path: str, name: str, state: os.stat_result) -> TreeEntry | None:
        """Store one entry without making it part of `entries`; None and a note when impossible.

        Raises: OSError, when the machine has nothing left to look with.
        """
        if held := self._secrets.held(os.fsencode(path)):
            self.held[path] = held
            return None
        try:
            if stat.S_ISREG(state.st_mode):
                return self._file(fd, path, name, state)
            if stat.S_ISLNK(state.st_mode):
                target = os.readlink(os.fsencode(name), dir_fd=fd)
                return TreeEntry(LINK, self._writer.blob(target))
        except FileNotFoundError:
            return None
        except NotRegular:
            self.notes.add(path, "left out, changed while it was looked at")
        except OSError as error:
            if error.errno in SCARCE:
                raise
            self.notes.add(path, f"left out, cannot be read ({error.strerror})")
        else:
            self.notes.add(path, f"left out, it is {special_kind(state.st_mode)}")
        return None

    def _file(self, fd: int, path: str, name: str, state: os.stat_result) -> TreeEntry | None:
        if not self._fits(path, state.st_size):
            return None
        mode = PROGRAM if state.st_mode & stat.S_IXUSR else PLAIN
        before = self._before.get(path)
        if before is not None and before == known_state(state, before[-1]):
            self.known[path] = before
            self._bytes += state.st_size
            return TreeEntry(mode, before[-1])
        moment = now_ns()
        content, after = read_file(fd, name, self._limits.file_bytes, repair=self._repair)
        if not self._fits(path, len(content)):
            return None
        if held := self._secrets.held(content):
            self.held[path] = held
            return None
        self._bytes += len(content)
        blob = self._writer.blob(content)
        if is_settled(after, moment):
            self.known[path] = known_state(after, blob)
        return TreeEntry(PROGRAM if after.st_mode & stat.S_IXUSR else PLAIN, blob)

    def _fits(self, path: str, size: int) -> bool:
        if size > self._limits.file_bytes:
            self.notes.add(path, f"left out, larger than {self._limits.file_bytes:,} bytes")
            return False
        if self._bytes + size > self._limits.snapshot_bytes:
            self.notes.add(
                path, f"left out, all files together exceed {self._limits.snapshot_bytes:,} bytes"
            )
            return False
        return True
