"""What is known of a review under way: reads files and differences besides the rows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.parts import ALL
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.commands import AddComment
from codeframe_tui.core.errors import NotFound, Refused
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.queries import ShowLetter, ShowReview
from codeframe_tui.core.review.acknowledgement import Acknowledgement
from codeframe_tui.core.review.became import Became, became, removal_became
from codeframe_tui.core.review.comment import (
    Comment,
    CommentState,
    CommentType,
    Spot,
    anchor,
    comment_document,
)
from codeframe_tui.core.review.draft import Draft, carry
from codeframe_tui.core.review.letter import changes_letter, questions_letter
from codeframe_tui.core.task import Task
from codeframe_tui.ports import Document, Store, Workspaces
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.acknowledgement import of_attempt
from codeframe_tui.service.comments import Letter
from codeframe_tui.service.details import decided_attempt
from codeframe_tui.service.origins import lines_of
from codeframe_tui.service.review import check_parts
from codeframe_tui.service.unit import find_task

__all__ = ["ReviewReader"]

_KEPT = 64
"""Drafts that were brought to a later attempt, and changes of a file, that are remembered."""

_Files = dict[tuple[int, str, str], list[str] | None]
"""Attempt, path and side -> the lines, while comments are placed."""


@dataclass(frozen=True, slots=True)
class _Case:
    """The rows of a review, read at one moment."""

    task: Task
    attempt: Attempt
    earlier: Mapping[int, Attempt]
    comments: Sequence[Comment]
    drafts: Mapping[int, Draft]
    acknowledged: Sequence[Acknowledgement]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A comment as seen from an attempt; ``spot`` is where it stands there.

    Attributes:
        became: since the worker was told; None where it was not, or where it is to answer.
    """

    comment: Comment
    state: CommentState
    spot: Spot | None
    became: Became | None

    @property
    def document(self) -> Document:
        first = (self.spot or self.comment.spot).first
        return {
            **comment_document(self.comment, self.state, first),
            "stands": self.spot is not None,
            "became": None if self.became is None else self.became.value,
        }


class ReviewReader:
    """Answers the questions about comments, drafts and letters.

    Args:
        store: only read.
        workspaces: for the files of attempts, and how they differ.
    """

    def __init__(self, store: Store, workspaces: Workspaces) -> None:
        self._store = store
        self._workspaces = workspaces
        self._carried: dict[tuple[str, str], Draft] = {}
        self._changes: dict[tuple[str, str], FileDiff | None] = {}

    async def document(self, query: ShowReview) -> Document:
        """See `core.queries.ShowReview`."""
        case = await self._case(query.number, query.attempt)
        draft = await self._draft(case)
        return {
            "task": case.task.number,
            "attempt": case.attempt.number,
            "proposal": case.attempt.proposal,
            "comments": [each.document for each in await self._standing(case)],
            "draft": draft.document,
            "since": _since(case),
        }

    async def comments(self, number: str) -> list[Document]:
        """All comments of a task, as seen from its newest attempt."""

        def has_some(tables: Tables) -> bool:
            return bool(tables.comments.of(number))

        if not await self._store.read(has_some):
            return []
        return [each.document for each in await self._standing(await self._case(number, None))]

    async def letter(self, query: ShowLetter) -> Letter:
        """What the worker would be told; see `core.queries.ShowLetter`. Raises: NotFound."""
        case = await self._case(query.number, None)
        standing = await self._standing(case)
        due = [each for each in standing if _is_due(each, case.attempt)]
        if query.kind == "explain":
            due = [each for each in due if each.comment.type is CommentType.QUESTION]
        shown = [replace(each.comment, spot=each.spot or each.comment.spot) for each in due]
        stored = tuple(each.comment for each in due)
        if query.kind == "explain":
            return Letter(questions_letter(shown), stored)
        diffs: Sequence[FileDiff] = ()
        accepted = ALL
        if query.parts.hunks or query.parts.lines:
            diffs = await self._workspaces.diff(case.attempt.base, case.attempt.tree)
            # they may be of an earlier attempt
            await asyncio.to_thread(check_parts, query.parts, diffs)
            accepted = (await self._draft(case)).accepted
        text = await asyncio.to_thread(
            changes_letter,
            query.overall,
            shown,
            query.parts,
            diffs,
            accepted,
            acknowledged=case.acknowledged,
        )
        return Letter(text, stored)

    async def spot(self, command: AddComment) -> tuple[Attempt, Spot]:
        """The place of a new comment, with its text. Raises: NotFound, Refused."""
        case = await self._case(command.number, command.attempt or None)
        attempt, path = case.attempt, command.path
        if not path:
            return attempt, Spot()
        action = next((file.action for file in attempt.files if file.path == path), None)
        if action is None:
            raise NotFound(f"the proposal does not touch {path}", hint="`diff` lists its files")
        side = command.side or ("old" if action is Action.DELETE else "new")
        if side not in {"new", "old"}:
            raise Refused(f"{side!r} is no side", hint="allowed: new, old", code="bad_side")
        if not command.first:
            return attempt, Spot(path, side=side)
        lines = await self._lines(attempt, path, side) or []
        try:
            last = command.last or command.first
            return attempt, Spot.of(path, command.first, last, side, lines)
        except ValueError as error:
            hint = "lines are counted from 1 in the proposed file, see the + side of `diff`"
            raise NotFound(f"no such line: {error}", hint=hint, code="no_such_line") from error

    async def _case(self, number: str, attempt: int | None) -> _Case:
        def read(tables: Tables) -> _Case:
            found, _ = decided_attempt(tables, number, attempt)
            numbers = range(1, found.number)
            earlier = {n: each for n in numbers if (each := tables.attempts.find(number, n))}
            return _Case(
                find_task(tables, number),
                found,
                earlier,
                [c for c in tables.comments.of(number) if c.attempt <= found.number],
                {n: d for n, d in tables.drafts.of(number).items() if n <= found.number},
                of_attempt(tables, number, found),
            )

        return await self._store.read(read)

    async def _draft(self, case: _Case) -> Draft:
        """The draft of the attempt, else what stands of the newest earlier one."""
        number = case.attempt.number
        if case.drafts.get(number):
            return case.drafts[number]
        newest = max((n for n, draft in case.drafts.items() if draft and n < number), default=0)
        before = case.earlier.get(newest)
        if before is None:
            return case.drafts.get(number, Draft())
        draft = case.drafts[newest]
        key = (f"{before.proposal} {draft.document}", case.attempt.proposal)
        if key not in self._carried:
            old = await self._workspaces.diff(before.base, before.tree)
            new = await self._workspaces.diff(case.attempt.base, case.attempt.tree)
            # they may be long, and read while they are compared
            self._carried[key] = await asyncio.to_thread(carry, draft, newest, old, new)
            _drop_oldest(self._carried)
        return self._carried[key]

    async def _standing(self, case: _Case) -> list[_Standing]:
        files: _Files = {}
        found = []
        for comment in case.comments:
            spot = await self._found(comment, case, case.attempt, files)
            if comment.answer is not None:
                state = CommentState.ADDRESSED
            else:
                state = CommentState.OUTDATED if spot is None else CommentState.OPEN
            since = await self._became(comment, case, spot, files)
            found.append(_Standing(comment, state, spot, since))
        return found

    async def _found(
        self, comment: Comment, case: _Case, attempt: Attempt, files: _Files
    ) -> Spot | None:
        """Where a comment stands on an attempt; None = what it is about is not there."""
        spot = comment.spot
        if comment.attempt == attempt.number:
            return spot
        if not spot.path:
            return spot if comment.sent is None else None
        if not spot.first:
            made = case.earlier.get(comment.attempt)
            return spot if made and await self._same_file(made, attempt, spot.path) else None
        touched = any(file.path == spot.path for file in attempt.files)
        lines = await self._lines_once(attempt, spot, files) if touched else None
        first = anchor(spot, lines or ())
        if first is None:
            return None
        return replace(spot, first=first, last=first + spot.last - spot.first)

    async def _became(
        self, comment: Comment, case: _Case, now: Spot | None, files: _Files
    ) -> Became | None:
        """What became of a place since the worker was told; ``now`` is where it stands."""
        told = case.earlier.get(comment.sent or 0)
        if told is None or comment.type is CommentType.QUESTION:
            return None
        if not comment.spot.first:
            return await self._whole_became(comment.spot.path, told, case.attempt)
        spot = await self._found(comment, case, told, files)
        if spot is None:
            return None
        if spot.side == "old":
            changes = [await self._change(each, spot.path) for each in (told, case.attempt)]
            pairs = (spot, changes[0]), (now, changes[1])
            return await asyncio.to_thread(removal_became, *pairs)  # a hunk may be long
        then = await self._lines_once(told, spot, files) or ()
        lines = await self._lines_once(case.attempt, spot, files)
        return became(Spot.of(spot.path, spot.first, spot.last, spot.side, then), lines)

    async def _whole_became(self, path: str, told: Attempt, now: Attempt) -> Became:
        """The same of a whole file, or of the whole proposal."""
        same = await self._same_file(told, now, path) if path else told.proposal == now.proposal
        if same:
            return Became.STANDS
        gone = path and await self._workspaces.read(now.tree, path) is None
        return Became.GONE if gone else Became.CHANGED

    async def _change(self, attempt: Attempt, path: str) -> FileDiff | None:
        """What an attempt does to a file; None = nothing."""
        key = (attempt.proposal, path)
        if key not in self._changes:
            diffs = await self._workspaces.diff(attempt.base, attempt.tree)
            self._changes[key] = next((diff for diff in diffs if diff.path == path), None)
            _drop_oldest(self._changes)
        return self._changes[key]

    async def _lines_once(self, attempt: Attempt, spot: Spot, files: _Files) -> list[str] | None:
        key = (attempt.number, spot.path, spot.side)
        if key not in files:
            files[key] = await self._lines(attempt, spot.path, spot.side)
        return files[key]

    async def _same_file(self, made: Attempt, shown: Attempt, path: str) -> bool:
        """Whether two attempts do the same to a file."""
        if not any(file.path == path for file in shown.files):
            return False
        read = self._workspaces.read
        bases = await read(made.base, path) == await read(shown.base, path)
        return bases and await read(made.tree, path) == await read(shown.tree, path)

    async def _lines(self, attempt: Attempt, path: str, side: str) -> list[str] | None:
        """The lines of one side of a file as a diff shows them; None where there is none."""
        tree = attempt.base if side == "old" else attempt.tree
        return await lines_of(self._workspaces, tree, path)


def _drop_oldest(kept: dict[tuple[str, str], Any]) -> None:
    for oldest in list(kept)[:-_KEPT]:
        del kept[oldest]


def _is_due(standing: _Standing, attempt: Attempt) -> bool:
    """Whether the worker is to be told: not yet, or with an earlier attempt and it still stands."""
    comment = standing.comment
    if standing.state is not CommentState.OPEN:
        return False
    if comment.type is CommentType.QUESTION:
        return True
    return comment.sent is None or comment.sent < attempt.number


def _since(case: _Case) -> int | None:
    """The last attempt before this one that a person reviewed, else the one before."""
    said = {comment.attempt for comment in case.comments}
    for number in sorted(case.earlier, reverse=True):
        draft = case.drafts.get(number)
        if number in said or (draft is not None and draft.is_reviewed):
            return number
    return max(case.earlier, default=None)
