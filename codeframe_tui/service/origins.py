"""From which attempt the lines of a file come: reads the file in each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from codeframe_tui.core.paths import check_path
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.queries import ShowOrigins
from codeframe_tui.ports import Document, Store, Workspaces
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.details import decided_attempt

__all__ = ["lines_of", "show"]


async def show(store: Store, workspaces: Callable[[], Workspaces], query: ShowOrigins) -> Document:
    """See `core.queries.ShowOrigins`. Raises: NotFound, PathRefused."""
    from codeframe_tui.core.review.origins import origins  # noqa: PLC0415 - seldom used

    path = check_path(query.path)

    def read(tables: Tables) -> Sequence[Attempt]:
        newest, _ = decided_attempt(tables, query.number, query.attempt)
        numbers = range(1, newest.number)
        earlier = (tables.attempts.find(query.number, number) for number in numbers)
        return [*(each for each in earlier if each is not None), newest]

    attempts = await store.read(read)
    trees = [attempts[-1].base, *(attempt.tree for attempt in attempts)]
    texts = [await lines_of(workspaces(), tree, path) or [] for tree in trees]
    runs = await asyncio.to_thread(origins, texts[0], texts[1:])
    return {
        "task": query.number,
        "attempt": attempts[-1].number,
        "path": path,
        "runs": [[first, last, attempts[at - 1].number] for first, last, at in runs],
    }


async def lines_of(workspaces: Workspaces, tree: str, path: str) -> list[str] | None:
    """The lines of a file as a diff shows them; None where there is no file."""
    content = await workspaces.read(tree, path)
    if content is None:
        return None
    lines = content.decode("utf-8", "replace").split("\n")
    return lines if lines[-1] else lines[:-1]
