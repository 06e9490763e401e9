"""The port `WorkingTree`: preflight, stage, commit, place, end; and recovery of each."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from codeframe_tui.adapters.apply.journal import (
    COMMITTED,
    CONFLICT,
    ENDED,
    ROLLBACK,
    Journal,
    JournalStore,
    parents,
)
from codeframe_tui.adapters.apply.made import made_again, remove_made, to_be_made
from codeframe_tui.adapters.apply.preflight import (
    AGAIN,
    changed_meanwhile,
    differing,
    preflight,
)
from codeframe_tui.adapters.apply.slots import Slots
from codeframe_tui.adapters.apply.standing import (
    SOMETHING_ELSE,
    stage_heir,
    standing,
)
from codeframe_tui.adapters.beneath import directory, open_root
from codeframe_tui.adapters.files import look
from codeframe_tui.adapters.rights import Rights
from codeframe_tui.core.errors import CodeframeError, Conflict, PathRefused, Refused
from codeframe_tui.core.paths import check_set
from codeframe_tui.ports import Replacement
from codeframe_tui.ports.points import passing

__all__ = ["JournalledTree"]

_log = logging.getLogger(__name__)


class JournalledTree:
    """The user's real tree; the only writer of it (port `WorkingTree`).

    Args:
        project: root of the tree.
        state_dir: the state directory of this project alone.
        reserved: relative paths nothing may be written at (the environment's place).
        crash: called with the name of every step, for fault injection.
        swap: whether to exchange names in one step where the system can.
    """

    def __init__(
        self,
        project: Path,
        state_dir: Path,
        *,
        reserved: Collection[str] = (),
        crash: Callable[[str], None] = passing,
        swap: bool = True,
    ) -> None:
        self._project = project.absolute()
        self._store = JournalStore(state_dir.absolute(), self._project)
        self._reserved = tuple(reserved)
        self._crash = crash
        self._swap = swap
        self._one_at_a_time = threading.Lock()

    async def replace(self, name: str, replacements: Sequence[Replacement]) -> Sequence[str]:
        """Change the tree: all or nothing, journalled and durable.

        Args:
            name: names the journal; repeating a finished one does nothing.
            replacements: one per path.

        Returns:
            What could not be kept of which file, beside its content, in words.

        Raises:
            Conflict: a path is not what it must be; nothing was written.
            PathRefused: the gate declines a path; nothing was written.
            Refused: the disk is full or read-only; nothing was written.
        """
        return await asyncio.to_thread(self._replace, name, tuple(replacements))

    async def differs(self, entries: Mapping[str, tuple[str, bytes] | None]) -> list[str]:
        """Those paths whose state is not the given (mode, content) or absence.

        Raises: PathRefused.
        """
        return await asyncio.to_thread(self._differs, dict(entries))

    async def check(self, replacements: Sequence[Replacement]) -> None:
        """Refuse what `replace` would refuse now, with the same words; writes nothing.

        Raises: Conflict, PathRefused, Refused.
        """
        await asyncio.to_thread(self._check, tuple(replacements))

    async def recover(self) -> dict[str, str]:
        """End journals of an earlier process: name -> ``new``, ``old`` or ``conflict``.

        A conflict stays as it is, and is told again until a person has removed its journal.
        """
        return await asyncio.to_thread(self._recover_all)

    async def close(self) -> None:
        """Return when no file is being moved any more: a cancelled `replace` goes on to its end."""
        await asyncio.to_thread(self._one_at_a_time.acquire)
        self._one_at_a_time.release()

    def journal_folder(self, name: str) -> Path:
        """Where a journal with a conflict is kept, for a message to a person."""
        return self._store.folder(name)

    # -- the wish -----------------------------------------------------------------------------

    def _replace(self, name: str, replacements: Sequence[Replacement]) -> Sequence[str]:
        self._store.folder(name)  # refuses a name that is none
        check_set(r.path for r in replacements)
        wish = Journal.of(replacements)
        with self._one_at_a_time, self._opened() as root:
            if name in self._store.names() and self._recover(name, root) == "conflict":
                raise self._needs_a_person(name)
            if self._store.finished(name, wish.digest):
                return ()
            preflight(root, replacements, self._reserved)
            try:
                stood, lost = self._stage(name, root, replacements)
                self._store.commit(name, Journal(wish.targets, self._missing(root, replacements)))
            except OSError as error:
                self._store.drop(name)
                hint = AGAIN if error.errno in SOMETHING_ELSE else "make room and try again"
                raise Refused(f"nothing was written: {error.strerror}", hint=hint) from error
            try:
                self._carry_out(name, root, stood)
            except OSError as error:
                raise CodeframeError(
                    f"the change is half written: {error.strerror}",
                    hint="nothing is lost; the next start ends it",
                ) from error
        return lost

    def _differs(self, entries: Mapping[str, tuple[str, bytes] | None]) -> list[str]:
        with self._opened() as root:
            return differing(root, entries, self._reserved)

    def _check(self, replacements: Sequence[Replacement]) -> None:
        check_set(r.path for r in replacements)
        with self._one_at_a_time, self._opened() as root:
            preflight(root, replacements, self._reserved)

    def _missing(self, root: int, replacements: Sequence[Replacement]) -> tuple[str, ...]:
        """Folders that the apply has to make, parents first."""
        above = {folder for r in replacements if r.new is not None for folder in parents(r.path)}
        return tuple(folder for folder in sorted(above) if look(root, folder) is None)

    def _stage(
        self, name: str, root: int, replacements: Sequence[Replacement]
    ) -> tuple[dict[int, Rights], list[str]]:
        """Write all new files.

        Returns:
            The rights of those they replace, by number; and what cannot be kept of them.
        """
        slots_folder = self._store.create(name)
        self._crash("apply.begun")
        stood, lost = {}, []
        with _open(slots_folder) as slots:
            remembered = self._store.rights(Journal.of(replacements).targets)
            for number, replacement in enumerate(replacements):
                if replacement.new is None or replacement.new == replacement.old:
                    continue
                now = standing(root, replacement.path)
                if now is not None:
                    stood[number] = now
                lost += stage_heir(
                    slots, str(number), root, replacement, now=now, remembered=remembered
                )
                self._crash(f"apply.staged.{number}")
            os.fsync(slots)
        self._crash("apply.staged")
        if lost:
            _log.warning("an apply cannot keep of its files: %s", ", ".join(lost))
        return stood, lost

    # -- the moves ----------------------------------------------------------------------------

    def _carry_out(self, name: str, root: int, stood: Mapping[int, Rights] | None = None) -> None:
        """From the commit to the end. Raises: Conflict or Refused after everything is old again."""
        state = self._store.state(name)
        slots_folder = self._store.slots(name)
        assert state is not None
        assert slots_folder is not None
        journal = state[1]
        with _open(slots_folder) as fd:
            slots = Slots(root, fd, journal, self._crash, swap=self._swap, stood=stood)
            try:
                self._place_all(slots, journal, root)
            except (Conflict, PathRefused) as error:
                raise self._roll_back(name, root, slots, journal, error.message) from error
            except OSError as error:
                conflict = self._roll_back(name, root, slots, journal, str(error.strerror))
                raise Refused(conflict.message, hint=conflict.hint) from error
            self._end(name, root, journal, slots.taken())

    def _place_all(self, slots: Slots, journal: Journal, root: int) -> None:
        self._crash("apply.journal")
        for number in range(len(journal.targets)):
            slots.place(number)
            self._crash(f"apply.renamed.{number}")
        _sync(root, journal)
        self._crash("apply.synced")
        foreign = slots.foreign()
        if foreign:
            raise changed_meanwhile(foreign)

    def _end(self, name: str, root: int, journal: Journal, taken: Mapping[str, Rights]) -> None:
        """Everything is new: remember it, then forget the journal."""
        try:
            self._store.remember_made(self._made(root, journal))
            self._store.remember_rights(journal.targets, taken)
            self._crash("apply.remembered")
            self._store.finish(name, journal.digest)
            self._crash("apply.done")
        except OSError:
            _log.exception("apply %s is done, but could not be remembered", name)
        try:
            self._store.drop(name)
        except OSError:
            _log.exception("the journal of %s could not be removed", name)

    def _made(self, root: int, journal: Journal) -> dict[str, int]:
        """Folders that applies made, after this one; removes those that it left empty."""
        made = self._store.made()
        for folder in journal.directories:
            status = look(root, folder)
            if status is not None:
                made[folder] = status.st_ino
        for target in journal.targets:
            if target.new is None:
                remove_made(root, parents(target.path), made)
        return made

    def _roll_back(
        self, name: str, root: int, slots: Slots, journal: Journal, why: str
    ) -> Conflict:
        """Make everything old again that is ours; returns what to tell."""
        self._store.turn(name, COMMITTED, ROLLBACK)
        self._crash("rollback.begun")
        return self._go_back(name, root, slots, journal, why)

    def _go_back(self, name: str, root: int, slots: Slots, journal: Journal, why: str) -> Conflict:
        above = {folder for t in journal.targets if t.old for folder in parents(t.path)}
        self._remember(lambda made: to_be_made(root, sorted(above), made))
        left = []
        for number in reversed(range(len(journal.targets))):
            if not slots.restore(number):
                left.append(journal.targets[number].path)
            self._crash(f"rollback.restored.{number}")
        for folder in reversed(journal.directories):
            with suppress(OSError), directory(root, folder.rpartition("/")[0]) as parent:
                os.rmdir(folder.rpartition("/")[2], dir_fd=parent)
        _sync(root, journal)
        self._remember(lambda made: made_again(root, made))
        self._crash("rollback.synced")
        foreign = slots.foreign()
        if foreign:
            self._store.turn(name, ROLLBACK, CONFLICT)
            return self._needs_a_person(name, foreign)
        self._store.drop(name)
        untouched = f"; left as they are: {', '.join(sorted(left))}" if left else ""
        return Conflict(
            f"nothing was applied: {why}{untouched}",
            hint=AGAIN,
        )

    def _remember(self, change: Callable[[dict[str, int]], dict[str, int]]) -> None:
        """Change the list of folders that applies made; files go back without it, too."""
        try:
            self._store.remember_made(change(self._store.made()))
        except OSError:
            _log.exception("which folders were made again could not be remembered")

    # -- recovery -----------------------------------------------------------------------------

    def _recover_all(self) -> dict[str, str]:
        with self._one_at_a_time, self._opened() as root:
            ends = {name: self._recover(name, root) for name in self._store.names()}
        return {name: end for name, end in ends.items() if end}

    def _recover(self, name: str, root: int) -> str:
        """End one journal; empty when it never began."""
        state = self._store.state(name)
        if state is None:
            begun = self._store.begun(name)
            self._store.drop(name)
            return "old" if begun else ""
        phase, journal = state
        if phase == CONFLICT:
            return "conflict"
        done = self._store.finished(name, journal.digest)
        if done or phase == ENDED:
            self._store.drop(name)
            return "new" if done else "old"
        slots_folder = self._store.slots(name)
        if slots_folder is None:
            self._store.turn(name, phase, CONFLICT)
            return "conflict"
        with _open(slots_folder) as fd:
            slots = Slots(root, fd, journal, self._crash, swap=self._swap)
            slots.tidy()
            self._crash("recover.begun")
            if phase == ROLLBACK:
                self._go_back(name, root, slots, journal, "")
                return "conflict" if self._store.state(name) else "old"
            if not slots.fits():
                self._store.turn(name, COMMITTED, CONFLICT)
                return "conflict"
        try:
            self._carry_out(name, root)
        except Refused:
            return "conflict" if self._store.state(name) else "old"
        return "new"

    def _needs_a_person(self, name: str, paths: Sequence[str] = ()) -> Conflict:
        which = f": {', '.join(sorted(paths))}" if paths else ""
        return Conflict(
            f"an interrupted apply ({name}) met files that somebody else changed{which}",
            hint=f"compare the files with {self._store.folder(name)}, then remove that folder",
        )

    @contextmanager
    def _opened(self) -> Iterator[int]:
        root = open_root(self._project)
        try:
            yield root
        finally:
            os.close(root)


@contextmanager
def _open(folder: Path) -> Iterator[int]:
    parent = open_root(folder.parent)
    try:
        with directory(parent, folder.name) as fd:
            yield fd
    finally:
        os.close(parent)


def _sync(root: int, journal: Journal) -> None:
    """Make the names of all targets durable."""
    folders = {target.path.rpartition("/")[0] for target in journal.targets}
    folders |= {folder.rpartition("/")[0] for folder in journal.directories}
    for folder in sorted(folders):
        try:
            with directory(root, folder) as fd:
                os.fsync(fd)
        except OSError as error:
            if error.errno not in SOMETHING_ELSE:  # else somebody put another thing there
                raise
