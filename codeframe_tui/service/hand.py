"""What a person makes with their own hands in a copy of the project."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from codeframe_tui.core.change.diff import REGULAR, summary
from codeframe_tui.core.commands import FinishByHand, LayOver, LeaveHand, Revise, TakeInHand
from codeframe_tui.core.errors import CodeframeError, Lacking, NotFound, Refused
from codeframe_tui.core.hand import COPY, Hand, hand_folder, marked, marks
from codeframe_tui.core.paths import parents
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.queries import ShowFile, ShowHand, ShowMerge
from codeframe_tui.core.task import Status
from codeframe_tui.ports import Conflict, Document, Files, Store, Workspace, Workspaces
from codeframe_tui.ports.files import Snapshot
from codeframe_tui.ports.points import passing
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.revise import Gate, Revisions, Write
from codeframe_tui.service.stand import Stand, hand_of, leave, stand_of, take
from codeframe_tui.service.unit import Unit, find_task

__all__ = ["Copy", "Hands"]


class Copy(Protocol):
    """Gives the copy that a person has in hand, see `Hands.copy`."""

    async def __call__(self, number: str, *, anew: bool) -> Attempt:
        """The copy of a task. Raises: Refused."""
        ...


_Changes = dict[str, tuple[bytes | None, bytes | None, str]]
"""Path -> what the copy must hold there, what it becomes, its mode."""
_WAITING = frozenset({Status.IN_REVIEW, Status.BLOCKED})


class Hands:
    """Carries out the wishes that need trees beside rows.

    Args:
        workspaces: trees and copies.
        gate: refuses what may not be written in the real tree. Raises: PathRefused.
        write: runs a unit that writes.
        files_at: gives the files of a copy.
    """

    def __init__(
        self,
        store: Store,
        workspaces: Workspaces | None,
        gate: Gate | None,
        write: Write,
        files_at: Callable[[Path], Files] | None,
    ) -> None:
        self._store = store
        self._trees = workspaces
        self._write = write
        self._files_at = files_at
        self._revisions = Revisions(store, lambda: self._workspaces, gate, write)
        self._one = asyncio.Lock()
        self._looked: dict[str, Attempt] = {}

    async def submit(
        self, wish: Revise | TakeInHand | FinishByHand | LeaveHand | LayOver
    ) -> Document:
        """Carry a wish out, one at a time: two must not open or end the same copy."""
        async with self._one:
            try:
                return await self._submit(wish)
            finally:  # what was seen of the copy may be gone, or stand on something else
                self._looked.pop(wish.number, None)

    async def _submit(
        self, wish: Revise | TakeInHand | FinishByHand | LeaveHand | LayOver
    ) -> Document:
        match wish:
            case Revise():
                return await self._revisions.revise(wish)
            case TakeInHand(number):
                return await self._take(number)
            case FinishByHand(number):
                return await self._finish(number)
            case LeaveHand(number):
                return await self._leave(number)
            case LayOver(number):
                return await self._lay_over(number)

    async def answer(self, query: ShowFile | ShowMerge | ShowHand) -> Document:
        """See `core.queries`."""
        match query:
            case ShowFile():
                return await self._revisions.file(query)
            case ShowMerge():
                return await self._revisions.merged(query)
            case ShowHand():
                return await self._show(query)

    # -- what the copy holds --------------------------------------------------------------------

    async def copy(self, number: str, *, anew: bool = True) -> Attempt:
        """The copy as it is now, as an attempt since what it held at first.

        Args:
            number: of the task.
            anew: False takes it as it was seen last. Raises: Refused when there is none.
        """
        if not anew and number in self._looked:
            return self._looked[number]
        hand, workspace = await self._held(number)
        found = await self._workspaces.capture(workspace)
        seen = Attempt(COPY, hand.tree, found.tree, hand_folder(number), "", ())
        self._looked[number] = seen
        return seen

    async def _show(self, query: ShowHand) -> Document:
        """See `core.queries.ShowHand`."""

        def find(tables: Tables) -> tuple[Status, int, str | None]:
            task = find_task(tables, query.number)
            return task.status, task.attempt, tables.tasks.base(task.number)

        status, attempt, base = await self._store.read(find)
        hand, workspace = await self._held(query.number)
        seen = await self.copy(query.number)
        diffs = await self._workspaces.diff(seen.base, seen.tree)
        return {
            "task": query.number,
            "path": str(workspace.root),
            "attempt": hand.attempt,
            "newest": attempt,
            "waiting": status in _WAITING,
            "moved": (hand.attempt, hand.base) != (attempt, base),
            "files": [asdict(summary(each)) for each in diffs],
            "marked": marked(diffs),
        }

    async def _held(self, number: str) -> tuple[Hand, Workspace]:
        hand = await self._store.read(lambda tables: hand_of(tables, number))
        workspace = await self._opened(number) if hand else None
        if hand is None or workspace is None:
            self._looked.pop(number, None)
            raise Refused(
                f"task {number} is not in your hands",
                hint="take it in hand first",
                code="not_in_hand",
            )
        return hand, workspace

    # -- opening and ending ---------------------------------------------------------------------

    async def _take(self, number: str) -> Document:
        stand = await self._standing(number)
        workspace = await self._opened(number) if stand.hand else None
        if workspace is None:
            tree = stand.tree or await self._left_by_model(number) or stand.base
            workspace = await self._workspaces.open(hand_folder(number), tree)
            passing("hand.opened")
            hand = Hand(stand.attempt, stand.base, tree)
            await self._write(lambda unit: take(unit, number, hand))
        return {"task": number, "path": str(workspace.root)}

    async def _finish(self, number: str) -> Document:
        stand = await self._standing(number)
        hand, workspace = await self._held(number)
        if (hand.attempt, hand.base) != (stand.attempt, stand.base):
            raise Refused(
                f"task {number} has another proposal than the one you began with",
                hint=f"yours stays in {workspace.root}; lay it over the new one",
                code="stale_proposal",
            )
        named = await self._named(number)
        found = await self._workspaces.capture(workspace, also=named)
        passing("hand.captured")
        _refuse_keys(found)
        await self._refuse_marks(hand.tree, found.tree)
        made = Attempt(stand.attempt + 1, hand.base, found.tree, "", "", ())
        expect = stand.newest.proposal if stand.newest else ""
        document = await self._revisions.record(number, made, hand.tree, expect=expect, hand=hand)
        if not await self._workspaces.withdraw(workspace, found.tree, also=named):
            return {**document, "kept": str(workspace.root)}
        await self._write(lambda unit: leave(unit, number, "resolved"))
        passing("hand.left")
        await self._workspaces.remove(hand_folder(number))
        return {**document, "kept": None}

    async def _leave(self, number: str) -> Document:
        known = await self._store.read(lambda tables: find_task(tables, number).number)
        await self._write(lambda unit: leave(unit, known))
        passing("hand.left")
        await self._workspaces.remove(hand_folder(known))
        return {}

    # -- when the task has another proposal by now ----------------------------------------------

    async def _lay_over(self, number: str) -> Document:
        stand = await self._standing(number)
        hand, workspace = await self._held(number)
        named = await self._named(number)
        found = await self._workspaces.capture(workspace, also=named)
        _refuse_keys(found)
        mine = found.tree
        newest = stand.tree or stand.base
        joined = await self._workspaces.merge(hand.tree, mine, newest, labels=marks(stand.attempt))
        changes, left = await self._lacking(mine, joined.tree)
        await self._require_same(number, stand)
        assert self._files_at is not None, "an engine with workspaces can write in them"
        await asyncio.to_thread(_rewrite, self._files_at(workspace.root), changes)
        passing("hand.joined")
        moved = Hand(stand.attempt, stand.base, newest)
        await self._write(lambda unit: take(unit, number, moved, "laid_over"))
        why = {**joined.conflicts, **left}
        return {"attempt": stand.attempt, "conflicts": {path: why[path].value for path in why}}

    async def _lacking(self, mine: str, joined: str) -> tuple[_Changes, dict[str, Conflict]]:
        """What the copy lacks, and what cannot be written there, and why."""
        held = await self._workspaces.entries(mine)
        wanted = await self._workspaces.entries(joined)
        paths = [path for path in held.keys() | wanted.keys() if held.get(path) != wanted.get(path)]
        files = held.keys() | wanted.keys()
        folders = {folder for path in files for folder in parents(path)}
        changes, left = _Changes(), dict[str, Conflict]()
        for path in sorted(paths):
            old, new = held.get(path), wanted.get(path)
            if not {each.mode for each in (old, new) if each} <= REGULAR:
                left[path] = Conflict.BINARY
                continue
            if path in folders or not files.isdisjoint(parents(path)):
                left[path] = Conflict.PLACE
                continue
            sides = [await self._workspaces.read(tree, path) for tree in (mine, joined)]
            changes[path] = (sides[0], sides[1], new.mode if new else "")
        return changes, left

    async def _require_same(self, number: str, stand: Stand) -> None:
        """Nothing may be written in the copy of a task that went on. Raises: Refused."""
        now = await self._standing(number)
        if (now.attempt, now.base, now.hand) != (stand.attempt, stand.base, stand.hand):
            raise Refused(
                f"task {number} has another proposal by now",
                hint="lay your copy over that one",
                code="stale_proposal",
            )

    async def _refuse_marks(self, began: str, now: str) -> None:
        if left := marked(await self._workspaces.diff(began, now)):
            raise Refused(
                f"marks of a conflict still stand in {left[0]}",
                hint="choose between the lines from <<<<<<< to >>>>>>> and save",
                code="conflict_marks",
            )

    # -- what it is made of ---------------------------------------------------------------------

    async def _standing(self, number: str) -> Stand:
        return await self._store.read(lambda tables: stand_of(Unit(tables, ""), number))

    async def _named(self, number: str) -> set[str]:
        """Paths of all attempts: they belong to a proposal whatever the rules say."""
        attempts = await self._store.read(lambda tables: tables.attempts.outlines(number))
        return {file.path for attempt in attempts for file in attempt.files}

    async def _opened(self, number: str) -> Workspace | None:
        try:
            return await self._workspaces.open(hand_folder(number), None)
        except NotFound:
            return None

    async def _left_by_model(self, number: str) -> str | None:
        """What the model's tools wrote so far of an attempt that never came about."""
        try:
            folder = await self._workspaces.open(f"task-{number}", None)
        except NotFound:
            return None
        return (await self._workspaces.capture(folder)).tree

    @property
    def _workspaces(self) -> Workspaces:
        if self._trees is None:
            raise Lacking("this engine has no workspace store", hint="run `codeframe-tui doctor`")
        return self._trees


def _refuse_keys(found: Snapshot) -> None:
    """What holds a key is in no tree: it would be missing in what is made of the copy."""
    if found.held:
        hint = "take it out and save; read the variable where it is needed"
        raise Refused(found.held[0], hint=hint, code="holds_key")


def _rewrite(files: Files, changes: _Changes) -> None:
    """Replace files, all or none.

    Raises:
        Refused: a file was saved meanwhile.
        PathRefused: a file cannot be replaced.
        CodeframeError: the disk does not do what it should; what it had done is put back.
    """
    for path, (old, new, _) in changes.items():
        if _held_in(files, path) != old:
            raise Refused(f"{path} was saved just now", hint="try again", code="saved_meanwhile")
        if new is not None:
            files.require_replaceable(path)
    done: list[tuple[str, bytes | None, str | None]] = []
    try:
        for path, (old, new, mode) in changes.items():
            before = files.mode(path)
            _put(files, path, new, mode)
            done.append((path, old, before))
    except (OSError, CodeframeError):
        for path, old, before in reversed(done):
            with suppress(OSError, CodeframeError):  # the others may still have room
                _put(files, path, old, before)
        raise


def _put(files: Files, path: str, content: bytes | None, mode: str | None) -> None:
    if content is None:
        files.delete(path)
    else:
        files.write(path, content, mode)


def _held_in(files: Files, path: str) -> bytes | None:
    return files.read(path) if files.mode(path) else None
