"""What a person makes with their own hands: edited proposals, and a copy to go on in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace

from codeframe_tui.core import prompt
from codeframe_tui.core.commands import FinishByHand, LeaveHand, Revise, TakeInHand
from codeframe_tui.core.diff import FileDiff, summary
from codeframe_tui.core.errors import Lacking, NotFound, Refused
from codeframe_tui.core.fields import check_unicode
from codeframe_tui.core.hand import BY_HAND, EDITABLE_BYTES, Hand, hand_folder, told
from codeframe_tui.core.paths import check_path, check_places, check_set
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.proposal import proposal_id
from codeframe_tui.core.queries import ShowFile, ShowHand
from codeframe_tui.core.task import Status, Task
from codeframe_tui.ports import Document, Store, Workspace, Workspaces
from codeframe_tui.ports.points import passing
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service import work
from codeframe_tui.service.details import decided_attempt
from codeframe_tui.service.review import reviewed
from codeframe_tui.service.unit import Unit, find_task

__all__ = ["Hands", "hand_of", "in_hand"]

Gate = Callable[[Sequence[str]], Awaitable[None]]
_TEXT, _PROGRAM = "100644", "100755"
_NAMED = 3
"""Files that the explanation of an attempt names."""


def hand_of(tables: Tables, number: str) -> Hand | None:
    """The copy that is open of a task."""
    return Hand.of(tables.settings.get(hand_folder(number)))


def in_hand(tables: Tables, numbers: Sequence[str]) -> dict[str, Hand]:
    """The copies that are open, of these tasks."""
    found = {number: hand_of(tables, number) for number in numbers}
    return {number: hand for number, hand in found.items() if hand is not None}


@dataclass(frozen=True, slots=True)
class _Stand:
    """What a person's change is laid over.

    Attributes:
        newest: the newest attempt; None before the first.
        base: tree id of the snapshot that the next attempt stands on.
    """

    task: Task
    newest: Attempt | None
    base: str
    hand: Hand | None

    @property
    def attempt(self) -> int:
        """Number of the newest attempt; 0 before the first."""
        return self.newest.number if self.newest else 0

    @property
    def tree(self) -> str | None:
        """The newest proposal, if it stands on this base."""
        return self.newest.tree if self.newest and self.newest.base == self.base else None


class Hands:
    """Carries out the wishes that need trees beside rows.

    Args:
        workspaces: trees and copies.
        gate: refuses what may not be written in the real tree. Raises: PathRefused.
        write: runs a unit that writes.
    """

    def __init__(
        self,
        store: Store,
        workspaces: Workspaces | None,
        gate: Gate | None,
        write: Callable[[Callable[[Unit], Document]], Awaitable[Document]],
    ) -> None:
        self._store = store
        self._trees = workspaces
        self._gate = gate
        self._write = write
        self._one = asyncio.Lock()

    async def submit(self, wish: Revise | TakeInHand | FinishByHand | LeaveHand) -> Document:
        """Carry a wish out, one at a time: two must not open or end the same copy."""
        async with self._one:
            match wish:
                case Revise():
                    return await self._revise(wish)
                case TakeInHand(number):
                    return await self._take(number)
                case FinishByHand(number):
                    return await self._finish(number)
                case LeaveHand(number):
                    return await self._leave(number)

    # -- an edited proposal ---------------------------------------------------------------------

    async def _revise(self, wish: Revise) -> Document:
        if not wish.expect:
            raise Refused("say which proposal was edited", code="bad_request")
        attempt = await self._store.read(
            lambda tables: reviewed(Unit(tables, ""), wish.number, wish.expect)[1]
        )
        tree = await self._laid(attempt.tree, dict(wish.files))
        made = replace(attempt, number=attempt.number + 1, tree=tree)
        return await self._record(wish.number, made, attempt.tree, expect=wish.expect)

    async def _laid(self, tree: str, files: dict[str, str | None]) -> str:
        """The tree with files replaced; those that were there keep their mode."""
        there = await self._workspaces.entries(tree)
        check_places([path for path in files if path not in there], there)
        changes: dict[str, tuple[str, bytes] | None] = {}
        for path, text in files.items():
            check_path(path)
            entry = there.get(path)
            mode = entry.mode if entry else _TEXT
            if mode not in {_TEXT, _PROGRAM}:
                raise _not_editable(path, "it is no regular file")
            changes[path] = None if text is None else (mode, _bytes(path, text))
        return await self._workspaces.overlay(tree, changes)

    async def _record(
        self, number: str, made: Attempt, before: str, *, expect: str, hand: Hand | None = None
    ) -> Document:
        """Store the new attempt; nothing is stored where nothing changed."""
        diffs = await self._workspaces.diff(made.base, made.tree)
        changed = await self._workspaces.diff(before, made.tree)
        if not changed:
            raise Refused(
                "nothing is changed",
                hint="change a file and save it first",
                code="unchanged",
            )
        if not diffs:
            raise Refused(
                "with your change nothing would be left of the proposal",
                hint="cancel the task instead",
                code="unchanged",
            )
        paths = [diff.path for diff in diffs]
        check_set(paths)
        if self._gate is not None:
            await self._gate(paths)
        new = Attempt(
            number=made.number,
            base=made.base,
            tree=made.tree,
            proposal=proposal_id(made.base, made.tree),
            explanation=_explanation(changed),
            files=tuple(map(summary, diffs)),
            cause=BY_HAND,
        )
        text = told(prompt.unified(changed))
        return await self._write(
            lambda unit: _store(unit, number, new, text, expect=expect, hand=hand)
        )

    async def file(self, query: ShowFile) -> Document:
        """See `core.queries.ShowFile`."""
        attempt, _ = await self._store.read(
            lambda tables: decided_attempt(tables, query.number, query.attempt)
        )
        path = check_path(query.path)
        entry = (await self._workspaces.entries(attempt.tree, [path])).get(path)
        text = None
        if entry is not None:
            if entry.mode not in {_TEXT, _PROGRAM}:
                raise _not_editable(path, "it is no regular file")
            text = _text(path, await self._workspaces.read(attempt.tree, path) or b"")
        return {
            "task": query.number,
            "attempt": attempt.number,
            "proposal": attempt.proposal,
            "path": path,
            "text": text,
        }

    # -- a copy of one's own --------------------------------------------------------------------

    async def _take(self, number: str) -> Document:
        stand = await self._store.read(lambda tables: _stand(Unit(tables, ""), number))
        workspace = await self._opened(number) if stand.hand else None
        if workspace is None:
            tree = stand.tree or await self._left_by_model(number) or stand.base
            workspace = await self._workspaces.open(hand_folder(number), tree)
            passing("hand.opened")
            hand = Hand(stand.attempt, stand.base, tree)
            await self._write(lambda unit: _take(unit, number, hand))
        return {"task": number, "path": str(workspace.root)}

    async def _finish(self, number: str) -> Document:
        stand = await self._store.read(lambda tables: _stand(Unit(tables, ""), number))
        hand, workspace = stand.hand, await self._opened(number)
        if hand is None or workspace is None:
            raise _not_in_hand(number)
        if (hand.attempt, hand.base) != (stand.attempt, stand.base):
            raise Refused(
                f"task {number} has another proposal than the one you began with",
                hint=f"yours stays in {workspace.root}; throw it away to begin with the new one",
                code="stale_proposal",
            )
        attempts = await self._store.read(lambda tables: tables.attempts.outlines(number))
        named = {file.path for attempt in attempts for file in attempt.files}
        found = await self._workspaces.capture(workspace, also=named)
        passing("hand.captured")
        made = Attempt(stand.attempt + 1, hand.base, found.tree, "", "", ())
        expect = stand.newest.proposal if stand.newest else ""
        document = await self._record(number, made, hand.tree, expect=expect, hand=hand)
        await self._workspaces.remove(hand_folder(number))
        return document

    async def _leave(self, number: str) -> Document:
        known = await self._store.read(lambda tables: find_task(tables, number).number)
        await self._write(lambda unit: _leave(unit, known))
        passing("hand.left")
        await self._workspaces.remove(hand_folder(known))
        return {}

    async def show(self, query: ShowHand) -> Document:
        """See `core.queries.ShowHand`."""

        def find(tables: Tables) -> tuple[Hand | None, int, str | None]:
            task = find_task(tables, query.number)
            return hand_of(tables, task.number), task.attempt, tables.tasks.base(task.number)

        hand, attempt, base = await self._store.read(find)
        workspace = await self._opened(query.number)
        if hand is None or workspace is None:
            raise _not_in_hand(query.number)
        found = await self._workspaces.capture(workspace)
        diffs = await self._workspaces.diff(hand.tree, found.tree)
        return {
            "task": query.number,
            "path": str(workspace.root),
            "attempt": hand.attempt,
            "moved": (hand.attempt, hand.base) != (attempt, base),
            "files": [asdict(summary(each)) for each in diffs],
        }

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


def _stand(unit: Unit, number: str) -> _Stand:
    """Where a task stands. Raises: Refused unless it waits for a person."""
    task = unit.task(number)
    unit.require_undecided(number)
    if task.status not in {Status.IN_REVIEW, Status.BLOCKED}:
        raise Refused(
            f"task {number} is {task.status}; it can be taken in hand while it waits for you",
            hint="`show` tells where it stands",
            code="not_waiting",
        )
    newest = unit.tables.attempts.find(number, task.attempt) if task.attempt else None
    base = unit.tables.tasks.base(number) or (newest.base if newest else None)
    if base is None:
        raise Refused(
            f"the worker has not begun task {number}",
            hint="answer its question first",
            code="not_begun",
        )
    return _Stand(task, newest, base, hand_of(unit.tables, number))


def _take(unit: Unit, number: str, hand: Hand) -> Document:
    _stand(unit, number)
    unit.tables.settings.set(hand_folder(number), hand.stored())
    data = {"attempt": hand.attempt, "base": hand.base, "tree": hand.tree}
    unit.emit("hand.begun", number, data)
    return {}


def _leave(unit: Unit, number: str, how: str = "thrown_away") -> Document:
    if hand_of(unit.tables, number) is not None:
        unit.tables.settings.set(hand_folder(number), None)
        unit.emit("hand.ended", number, {"how": how})
    return {}


def _store(
    unit: Unit, number: str, attempt: Attempt, text: str, *, expect: str, hand: Hand | None
) -> Document:
    """The attempt, what the model is told of it, and the task on its way to be tested."""
    stand = _stand(unit, number)
    proposal = stand.newest.proposal if stand.newest else ""
    if (stand.attempt + 1, proposal) != (attempt.number, expect) or hand not in {None, stand.hand}:
        raise Refused(
            f"the proposal of task {number} is another one by now: {proposal}",
            hint="look at it again, then edit it",
            code="stale_proposal",
        )
    task = stand.task
    work.store_attempt(unit, task, attempt)
    unit.tables.messages.add(number, BY_HAND, text)
    unit.resolve_blockers(number, "by_hand", sync_only=True)
    if hand is not None:
        _leave(unit, number, "resolved")
    if task.held:
        unit.emit("task.released", number, {})
    unit.move(replace(unit.task(number), held=False), Status.PENDING)
    return {"attempt": attempt.number, "proposal": attempt.proposal}


def _explanation(changed: Sequence[FileDiff]) -> str:
    paths = [diff.path for diff in changed]
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"Edited by hand: {', '.join(paths[:_NAMED])}{more}"


def _bytes(path: str, text: str) -> bytes:
    content = check_unicode(text, "what was written").encode()
    if len(content) > EDITABLE_BYTES:
        raise _not_editable(path, f"it is larger than {EDITABLE_BYTES:,} bytes")
    return content


def _text(path: str, content: bytes) -> str:
    if len(content) > EDITABLE_BYTES:
        raise _not_editable(path, f"it is larger than {EDITABLE_BYTES:,} bytes")
    if b"\0" in content:
        raise _not_editable(path, "it is binary")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _not_editable(path, "it is no UTF-8 text") from error


def _not_editable(path: str, why: str) -> Refused:
    return Refused(
        f"{path} cannot be edited here: {why}",
        hint="take the task in hand to edit its folder with any program",
        code="not_editable",
    )


def _not_in_hand(number: str) -> Refused:
    return Refused(
        f"task {number} is not in your hands", hint="take it in hand first", code="not_in_hand"
    )
