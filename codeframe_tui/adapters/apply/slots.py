"""The moves of an apply: between slots of the journal and names of the real tree.

A slot holds the new content until it is placed, and then the very file that came out: the backup
is the user's own inode, not a copy. What comes out is checked after the move, so a save that
lands between check and move is seen and put back.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from codeframe_tui.adapters.apply.journal import Journal, Mark, Target
from codeframe_tui.adapters.beneath import directory, exchange, move_new, open_beneath, refusal
from codeframe_tui.adapters.files import (
    git_mode,
    look,
    make_folders,
    require_regular,
    rights_at,
    with_mode,
)
from codeframe_tui.adapters.rights import Rights, give
from codeframe_tui.core.errors import Conflict, PathRefused

__all__ = ["Slots", "read_mark"]


class Slots:
    """The slots of one journal beside the tree, both as open folders.

    Args:
        root: the real tree.
        slots: the folder of the slots.
        crash: called between the check and the move of a target.
        swap: whether to try the exchange of two names (else: link, then rename).
        stood: by number, the rights that the new files took over.
    """

    def __init__(
        self,
        root: int,
        slots: int,
        journal: Journal,
        crash: Callable[[str], None],
        *,
        swap: bool,
        stood: Mapping[int, Rights] | None = None,
    ) -> None:
        self._root = root
        self._slots = slots
        self._journal = journal
        self._crash = crash
        self._swap = swap
        self._stood = stood or {}

    def tidy(self) -> None:
        """End what a crash cut in two: a swap by link and rename, a move by link and unlink."""
        for slot, target in self._numbered():
            if target.old is None and self._has_both_names(slot, target.path):
                os.unlink(slot, dir_fd=self._slots)
            if look(self._slots, _kept(slot)) is None:
                continue
            if look(self._slots, slot) is None:
                os.rename(_kept(slot), slot, src_dir_fd=self._slots, dst_dir_fd=self._slots)
            else:
                os.unlink(_kept(slot), dir_fd=self._slots)

    def _has_both_names(self, slot: str, path: str) -> bool:
        held = look(self._slots, slot)
        with suppress(OSError):
            placed = look(self._root, path)
            return held is not None and placed is not None and os.path.samestat(held, placed)
        return False

    def fits(self) -> bool:
        """Whether every target is old or new, and what is old can still become new."""
        for slot, target in self._numbered():
            now = self._now(target)
            if now not in (target.old, target.new):
                return False
            if now != target.new and target.new is not None and self._held(slot) != target.new:
                return False
        return True

    def place(self, number: int) -> None:
        """Make a target new; nothing to do when it is.

        What came out is in the slot; `foreign` tells whether it was what had to come out.

        Raises: Conflict, OSError.
        """
        target = self._journal.targets[number]
        now = self._now(target)
        self._crash(f"apply.checked.{number}")
        if now == target.new:
            return
        if now != target.old:
            raise _changed(target)
        try:
            with self._parent(target) as (parent, name):
                self._move(number, target, parent, name)
        except OSError as error:
            now = self._now(target)
            if now not in (target.old, target.new):  # somebody was here since the look at it
                raise _changed(target) from error
            taken_out = target.new is None and now is None  # by somebody else, as it was to be
            if not taken_out or not isinstance(error, FileNotFoundError):
                raise

    def _move(self, number: int, target: Target, parent: int, name: str) -> None:
        slot = str(number)
        if target.old is None:
            move_new(self._slots, slot, parent, name)
        elif target.new is None:
            os.rename(name, slot, src_dir_fd=parent, dst_dir_fd=self._slots)
        else:
            with self._followed(number, target.new[0]):
                self._exchange(slot, parent, name)

    @contextmanager
    def _followed(self, number: int, mode: str) -> Iterator[None]:
        """Around an exchange: the new file follows a change of the old one's rights meanwhile."""
        before = self._stood.get(number)
        if before is None:
            yield
            return
        placed = open_beneath(self._slots, str(number), os.O_RDONLY)
        try:
            yield
            now = self._rights(str(number))
            if now is not None and now != before:
                give(placed, with_mode(now, mode))
                os.fsync(placed)
        finally:
            os.close(placed)

    def restore(self, number: int) -> bool:
        """Make a target old again; False when it holds what somebody else wrote, which stays."""
        slot, target = str(number), self._journal.targets[number]
        now, held = self._now(target), self._held(slot)
        if now == target.old:
            return True
        placed = held is None if target.old is None else held not in (None, target.new)
        if now != target.new or not placed:
            return False
        try:
            with self._parent(target) as (parent, name):
                return self._put_back(slot, target, parent, name)
        except (FileNotFoundError, FileExistsError):
            return False

    def _put_back(self, slot: str, target: Target, parent: int, name: str) -> bool:
        if target.new is None:
            move_new(self._slots, slot, parent, name)
            return True
        if target.old is None:
            os.rename(name, slot, src_dir_fd=parent, dst_dir_fd=self._slots)
        else:
            self._exchange(slot, parent, name)
        if self._held(slot) == target.new:
            return True
        if target.old is None:
            move_new(self._slots, slot, parent, name)
        else:
            self._exchange(slot, parent, name)
        return False

    def foreign(self) -> list[str]:
        """Targets whose slot holds what is neither old nor new: somebody saved in between."""
        return [
            target.path
            for slot, target in self._numbered()
            if self._held(slot) not in (None, target.old, target.new)
        ]

    def taken(self) -> dict[str, Rights]:
        """Rights of those old files that are gone or whose git mode did not stay, by path."""
        found = {}
        for slot, target in self._numbered():
            stays = target.old is None or (
                target.new is not None and target.new[0] == target.old[0]
            )
            rights = None if stays else self._rights(slot)
            if rights is not None:
                found[target.path] = rights
        return found

    def _rights(self, slot: str) -> Rights | None:
        """Of the file in a slot; None for nothing, or what is no file of ours to look into."""
        try:
            return rights_at(self._slots, slot)
        except OSError:
            return None

    def _exchange(self, slot: str, parent: int, name: str) -> None:
        if self._swap and exchange(self._slots, slot, parent, name):
            return
        kept = _kept(slot)
        os.link(name, kept, src_dir_fd=parent, dst_dir_fd=self._slots, follow_symlinks=False)
        os.fsync(self._slots)  # each step before the next: none may be missing after a power cut
        os.rename(slot, name, src_dir_fd=self._slots, dst_dir_fd=parent)
        os.fsync(self._slots)
        os.rename(kept, slot, src_dir_fd=self._slots, dst_dir_fd=self._slots)

    def _numbered(self) -> Iterator[tuple[str, Target]]:
        return ((str(number), target) for number, target in enumerate(self._journal.targets))

    def _now(self, target: Target) -> Mark:
        try:
            return read_mark(self._root, target.path)
        except PathRefused:
            return _SOMETHING_ELSE

    def _held(self, slot: str) -> Mark:
        try:
            return read_mark(self._slots, slot)
        except PathRefused:
            return _SOMETHING_ELSE

    @contextmanager
    def _parent(self, target: Target) -> Iterator[tuple[int, str]]:
        folder, _, name = target.path.rpartition("/")
        make_folders(self._root, folder, durable=True)
        with directory(self._root, folder) as parent:
            yield parent, name


_SOMETHING_ELSE: Mark = ("", "")


def read_mark(root: int, path: str) -> Mark:
    """What a path is now. Raises: PathRefused for anything but a regular file or nothing."""
    try:
        fd = open_beneath(root, path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refusal(error, root, path) from error
    try:
        status = os.fstat(fd)
        require_regular(status, path)
        with os.fdopen(fd, "rb", closefd=False) as file:
            return git_mode(status), hashlib.file_digest(file, "sha256").hexdigest()
    finally:
        os.close(fd)


def _kept(slot: str) -> str:
    return f"{slot}.old"


def _changed(target: Target) -> Conflict:
    return Conflict(f"{target.path} was changed meanwhile")
