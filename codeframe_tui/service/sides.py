"""Lines of a file as they are on one side of a diff."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from codeframe_tui.core.change.lines import Lines
from codeframe_tui.core.content import is_binary
from codeframe_tui.core.errors import WrongUse
from codeframe_tui.core.hand import COPY
from codeframe_tui.core.paths import check_path
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.queries import MOST_LINES, ShowSide
from codeframe_tui.ports import Document, Store, Syntax, Workspaces
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.details import decided_attempt
from codeframe_tui.service.hand import Copy
from codeframe_tui.service.unit import find_task

__all__ = ["Sides"]

KEPT_BYTES = 32 * 2**20
"""Of files that are looked at in turn; one larger one is kept too."""
LONGEST = 65_536
"""Characters of one line."""
MOST_CHARACTERS = 4 * 2**20
"""Of all lines of an answer; the first one comes in any case."""


class Sides:
    """Answers `ShowSide`; files that were looked at last are kept.

    Args:
        workspaces: gives the store of trees, or raises when there is none.
        syntax: their colours; None for none.
        copy: gives the copy that a person has in hand of a task.
    """

    def __init__(
        self,
        store: Store,
        workspaces: Callable[[], Workspaces],
        syntax: Syntax | None,
        copy: Copy,
    ) -> None:
        self._store = store
        self._workspaces = workspaces
        self._syntax = syntax
        self._copy = copy
        self._kept: OrderedDict[str, Lines[bytes]] = OrderedDict()

    async def show(self, query: ShowSide) -> Document:
        """See `core.queries.ShowSide`. Raises: NotFound, PathRefused, WrongUse."""
        copy = await self._copy(query.number, anew=False) if query.attempt == COPY else None
        number, attempt, tree = await self._store.read(lambda tables: _find(tables, query, copy))
        blob, lines = await self._lines(tree, check_path(query.path))
        first = max(1, query.first)
        last = min(query.last, first + MOST_LINES - 1, len(lines))
        texts = _bounded(lines.read(first - 1, last))
        asked = self._syntax if texts and query.syntax else None
        end = first - 1 + len(texts)
        tokens = asked and await asked.tokens(blob, query.path, lines.text[:], first - 1, end)
        return {
            "task": number,
            "attempt": attempt,
            "path": query.path,
            "side": query.side,
            "first": first,
            "total": len(lines),
            "lines": texts,
            "tokens": tokens and [[list(span) for span in line] for line in tokens],
        }

    async def _lines(self, tree: str, path: str) -> tuple[str, Lines[bytes]]:
        """The content's name and its lines; none where there is no text."""
        entry = (await self._workspaces().entries(tree, [path])).get(path)
        if entry is None:
            return "", Lines(b"", b"\n")
        if entry.blob not in self._kept:
            content = await self._workspaces().read(tree, path) or b""
            self._keep(entry.blob, Lines(b"" if is_binary(content) else content, b"\n"))
        self._kept.move_to_end(entry.blob)
        return entry.blob, self._kept[entry.blob]

    def _keep(self, blob: str, lines: Lines[bytes]) -> None:
        self._kept[blob] = lines
        while len(self._kept) > 1 and sum(len(k.text) for k in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)


def _find(tables: Tables, query: ShowSide, copy: Attempt | None) -> tuple[str, int, str]:
    """Number of the task and of the attempt, and the tree of the side."""
    number = find_task(tables, query.number).number
    newer = copy or decided_attempt(tables, number, query.attempt)[0]
    match query.side:
        case "proposal":
            tree = newer.tree
        case "base" if query.since is None:
            tree = newer.base
        case "base":
            tree = decided_attempt(tables, number, query.since)[0].tree
        case _:
            raise WrongUse(f"a diff has no side {query.side!r}", hint="it is base or proposal")
    return number, newer.number, tree


def _bounded(lines: list[bytes]) -> list[str]:
    """Lines as text until it is enough."""
    texts: list[str] = []
    room = MOST_CHARACTERS
    for line in lines:
        text = line.decode("utf-8", "replace")[:LONGEST]
        room -= len(text)
        if texts and room < 0:
            break
        texts.append(text)
    return texts
