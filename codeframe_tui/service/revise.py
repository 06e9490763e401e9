"""Edited proposals: what a person writes in the place of a proposal's files is a new attempt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from codeframe_tui.core.change.diff import REGULAR, FileDiff, summary
from codeframe_tui.core.change.proposal import proposal_id
from codeframe_tui.core.commands import Revise
from codeframe_tui.core.errors import NotFound, Refused
from codeframe_tui.core.fields import check_unicode
from codeframe_tui.core.hand import BY_HAND, EDITABLE_BYTES, Hand, marks, told
from codeframe_tui.core.paths import check_path, check_places, check_set
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.queries import ShowFile, ShowMerge
from codeframe_tui.core.some import some
from codeframe_tui.core.talk import prompt
from codeframe_tui.core.task import Status
from codeframe_tui.ports import Document, Store, Workspaces
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service import work
from codeframe_tui.service.details import decided_attempt
from codeframe_tui.service.review import reviewed
from codeframe_tui.service.stand import keep, stand_of
from codeframe_tui.service.unit import Unit

__all__ = ["Gate", "Revisions", "Write"]

Gate = Callable[[Sequence[str]], Awaitable[None]]
Write = Callable[[Callable[[Unit], Document]], Awaitable[Document]]
_TEXT = "100644"


class Revisions:
    """Makes attempts of what a person changed.

    Args:
        workspaces: gives the store of trees, or raises when there is none.
        gate: refuses what may not be written in the real tree. Raises: PathRefused.
        write: runs a unit that writes.
    """

    def __init__(
        self, store: Store, workspaces: Callable[[], Workspaces], gate: Gate | None, write: Write
    ) -> None:
        self._store = store
        self._workspaces = workspaces
        self._gate = gate
        self._write = write

    async def revise(self, wish: Revise) -> Document:
        """See `core.commands.Revise`."""
        if not wish.expect:
            raise Refused("say which proposal was edited", code="bad_request")
        attempt = await self._store.read(
            lambda tables: reviewed(Unit(tables, ""), wish.number, wish.expect)[1]
        )
        tree = await self._laid(attempt.tree, dict(wish.files))
        made = replace(attempt, number=attempt.number + 1, tree=tree)
        return await self.record(wish.number, made, attempt.tree, expect=wish.expect)

    async def _laid(self, tree: str, files: dict[str, str | None]) -> str:
        """The tree with files replaced; those that were there keep their mode."""
        there = await self._workspaces().entries(tree)
        check_places([path for path in files if path not in there], there)
        changes: dict[str, tuple[str, bytes] | None] = {}
        for path, text in files.items():
            check_path(path)
            entry = there.get(path)
            mode = entry.mode if entry else _TEXT
            if mode not in REGULAR:
                raise _not_editable(path, "it is no regular file")
            changes[path] = None if text is None else (mode, _bytes(path, text))
        return await self._workspaces().overlay(tree, changes)

    async def record(
        self, number: str, made: Attempt, before: str, *, expect: str, hand: Hand | None = None
    ) -> Document:
        """Store the new attempt; nothing is stored where nothing changed."""
        diffs = await self._workspaces().diff(made.base, made.tree)
        changed = await self._workspaces().diff(before, made.tree)
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

    async def merged(self, query: ShowMerge) -> Document:
        """See `core.queries.ShowMerge`. Raises: NotFound."""
        path = check_path(query.path)

        def find(tables: Tables) -> tuple[Attempt, Attempt]:
            newest, _ = decided_attempt(tables, query.number, None)
            known = {each.proposal: each for each in tables.attempts.outlines(query.number, ())}
            if (edited := known.get(query.proposal)) is None:
                raise NotFound(f"task {query.number} has no proposal {query.proposal}")
            return edited, newest

        edited, newest = await self._store.read(find)
        mine = await self._laid(edited.tree, {path: query.text})
        joined = await self._workspaces().merge(
            edited.tree, mine, newest.tree, labels=marks(newest.number)
        )
        content = await self._workspaces().read(joined.tree, path)
        conflict = joined.conflicts.get(path)
        return {
            "task": query.number,
            "attempt": newest.number,
            "proposal": newest.proposal,
            "path": path,
            "text": query.text if content is None else _text(path, content),
            "conflict": conflict and conflict.value,
        }

    async def file(self, query: ShowFile) -> Document:
        """See `core.queries.ShowFile`."""
        attempt, _ = await self._store.read(
            lambda tables: decided_attempt(tables, query.number, query.attempt)
        )
        path = check_path(query.path)
        entry = (await self._workspaces().entries(attempt.tree, [path])).get(path)
        text = None
        if entry is not None:
            if entry.mode not in REGULAR:
                raise _not_editable(path, "it is no regular file")
            text = _text(path, await self._workspaces().read(attempt.tree, path) or b"")
        return {
            "task": query.number,
            "attempt": attempt.number,
            "proposal": attempt.proposal,
            "path": path,
            "text": text,
        }


def _store(
    unit: Unit, number: str, attempt: Attempt, text: str, *, expect: str, hand: Hand | None
) -> Document:
    """The attempt, what the model is told of it, and the task on its way to be tested."""
    stand = stand_of(unit, number)
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
        keep(unit, number, Hand(attempt.number, attempt.base, attempt.tree))
    if task.held:
        unit.emit("task.released", number, {})
    unit.move(replace(unit.task(number), held=False), Status.PENDING)
    return {"attempt": attempt.number, "proposal": attempt.proposal}


def _explanation(changed: Sequence[FileDiff]) -> str:
    return f"Edited by hand: {some(diff.path for diff in changed)}"


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
