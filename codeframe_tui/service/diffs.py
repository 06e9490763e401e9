"""Diffs as documents (CONTRACT §9), whole or in pages."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from typing import Any

from codeframe_tui.core.change.diff import FileDiff, Hunk, file_document, taken
from codeframe_tui.core.change.moved import moved_blocks
from codeframe_tui.core.change.parts import ALL, FileParts
from codeframe_tui.core.change.patch import share
from codeframe_tui.core.errors import NotFound
from codeframe_tui.core.hand import COPY
from codeframe_tui.core.progress import Attempt, Decision
from codeframe_tui.core.queries import MOST_LINES, ShowDiff, ShowHits, ShowHunkLines
from codeframe_tui.core.search import MOST_HITS, matches, pattern_of
from codeframe_tui.ports import Document, Store, Workspaces
from codeframe_tui.service.details import decided_attempt
from codeframe_tui.service.hand import Copy

__all__ = ["Diffs"]

KEPT = 4
"""Diffs that are kept to be paged in; a large one is a mapped file and a few numbers a hunk."""


class Diffs:
    """Answers `ShowDiff`, `ShowHunkLines` and `ShowHits`.

    Args:
        workspaces: gives the store of trees, or raises when there is none.
        copy: gives the copy that a person has in hand of a task.
    """

    def __init__(self, store: Store, workspaces: Callable[[], Workspaces], copy: Copy) -> None:
        self._store = store
        self._workspaces = workspaces
        self._copy = copy
        self._kept: OrderedDict[tuple[str, str, bool], Mapping[str, FileDiff]] = OrderedDict()

    async def answer(self, query: ShowDiff | ShowHunkLines | ShowHits) -> Document:
        """See `core.queries`. Raises: NotFound."""
        match query:
            case ShowHunkLines():
                return await self._lines(query)
            case ShowHits():
                return await self._hits(query)
            case _:
                return await self._show(query)

    async def _show(self, query: ShowDiff) -> Document:
        if query.attempt == COPY:
            await self._copy(query.number, anew=True)
        found, decision = await self._attempt(query.number, query.attempt)
        if query.since is None:
            files = await self._between(found.base, found.tree, query.space)
            made = await asyncio.to_thread(_diff, found, decision, files, query.room)
            tree = {"tree": found.tree} if query.attempt == COPY else {}
            return {"task": query.number, **made, **tree, **_told(query)}
        earlier, _ = await self._attempt(query.number, query.since)
        moved = await self._between(earlier.base, found.base)
        files = await self._between(earlier.tree, found.tree, query.space)
        make = partial(_interdiff, earlier, found, files, moved.keys(), query.room)
        return {"task": query.number, **await asyncio.to_thread(make), **_told(query)}

    async def _lines(self, query: ShowHunkLines) -> Document:
        found, files = await self._compared(query)
        file = files.get(query.path)
        if file is None or not 1 <= query.k <= len(file.hunks):
            raise NotFound(f"{query.path} has no hunk {query.k}", hint="`diff --json` numbers them")
        hunk = file.hunks[query.k - 1]
        first = max(0, query.first)
        lines = await asyncio.to_thread(_page, hunk, first, min(query.count, MOST_LINES))
        return {
            "task": query.number,
            "attempt": found.number,
            "proposal": found.proposal,
            "since": query.since,
            "path": query.path,
            "k": query.k,
            "first": first,
            "heading": hunk.heading,
            "lines": lines,
        }

    async def _hits(self, query: ShowHits) -> Document:
        found, files = await self._compared(query)
        hits = await asyncio.to_thread(_found, files, query.text)
        return {
            "task": query.number,
            "attempt": found.number,
            "proposal": found.proposal,
            "since": query.since,
            "text": query.text,
            "hits": hits[:MOST_HITS],
            "all": len(hits) <= MOST_HITS,
        }

    async def _compared(
        self, query: ShowHunkLines | ShowHits
    ) -> tuple[Attempt, Mapping[str, FileDiff]]:
        """The attempt that a question is about, and the files in which it differs."""
        found, _ = await self._attempt(query.number, query.attempt)
        old = found.base
        if query.since is not None:
            old = (await self._attempt(query.number, query.since))[0].tree
        return found, await self._between(old, found.tree, query.space)

    async def _attempt(self, number: str, attempt: int | None) -> tuple[Attempt, Decision | None]:
        if attempt == COPY:
            return await self._copy(number, anew=False), None
        return await self._store.read(lambda tables: decided_attempt(tables, number, attempt))

    async def _between(self, old: str, new: str, space: bool = True) -> Mapping[str, FileDiff]:
        """The files that differ between two trees, by path."""
        key = (old, new, space)
        if key not in self._kept:
            diffs = await self._workspaces().diff(old, new, space=space)
            self._kept[key] = {diff.path: diff for diff in diffs}
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def _told(query: ShowDiff) -> Document:
    return {} if query.space else {"space": False}


def _page(hunk: Hunk, first: int, count: int) -> list[list[str]]:
    return [list(line) for line in hunk.lines[first : first + max(0, count)]]


def _found(files: Mapping[str, FileDiff], text: str) -> list[list[Any]]:
    """Path, hunk and line of hits; one more than are told."""
    pattern = pattern_of(text)
    found: list[list[Any]] = []
    if pattern is None:
        return found
    for path, file in files.items():
        for hunk in file.hunks:
            lines = hunk.lines
            texts = ["" if sign == "\\" else line for sign, line in lines]
            found += ([path, hunk.k, line] for line in matches(texts, pattern))
            if len(found) > MOST_HITS:
                return found[: MOST_HITS + 1]
    return found


def _diff(
    attempt: Attempt, decision: Decision | None, files: Mapping[str, FileDiff], room: int | None
) -> Document:
    """``diff``; hunks carry ``accepted`` or ``declined`` once it is decided."""
    parts = decision.parts if decision else ALL
    named, unnamed = parts.by_path(), FileParts(whole=not parts)
    verdicts = {
        path: _verdicts(file, named.get(path, unnamed)) if decision else ()
        for path, file in files.items()
    }
    return {
        "base": attempt.base,
        "proposal": attempt.proposal,
        "attempt": attempt.number,
        "files": _documents(files, verdicts, room),
    }


def _interdiff(
    earlier: Attempt,
    newer: Attempt,
    files: Mapping[str, FileDiff],
    moved: Set[str],
    room: int | None,
) -> Document:
    """``diff --since``: how two proposed trees differ.

    Args:
        moved: paths at which the bases of the two differ: there the project itself was edited
            between the attempts, and the difference shows that, too.
    """
    return {
        "base": earlier.tree,
        "proposal": newer.proposal,
        "attempt": newer.number,
        "since": earlier.number,
        "since_proposal": earlier.proposal,
        "rebased": earlier.base != newer.base,
        "files": [{**file, "moved": file["path"] in moved} for file in _documents(files, {}, room)],
    }


def _documents(
    files: Mapping[str, FileDiff],
    verdicts: Mapping[str, Sequence[str | None]],
    room: int | None,
) -> list[dict[str, Any]]:
    documents = []
    moved = moved_blocks(list(files.values()))
    for path, file in files.items():
        document = file_document(file, verdicts.get(path, ()), room)
        for hunk in document["hunks"]:
            if blocks := moved.get((path, hunk["k"])):
                hunk["moved"] = [list(block) for block in blocks]
        documents.append(document)
        if room is not None:
            room = max(0, room - taken(document))
    return documents


def _verdicts(diff: FileDiff, parts: FileParts) -> Sequence[str]:
    if parts.whole:
        return ["accepted"] * len(diff.hunks)
    if not parts.lines:
        numbers = range(1, len(diff.hunks) + 1)
        return ["accepted" if k in parts.hunks else "declined" for k in numbers]
    return [
        "accepted" if hunk.k in parts.hunks else share(hunk, parts.lines).value
        for hunk in diff.hunks
    ]
