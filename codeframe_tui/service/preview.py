"""What an undo or redo would do, as a document."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from codeframe_tui.core.change.preview import Later, Preview, cause
from codeframe_tui.core.errors import CodeframeError, NotFound, Refused, error_document
from codeframe_tui.core.queries import ShowUndo
from codeframe_tui.ports import Document, Ledger, Store, WorkingTree, Workspaces
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service import undo
from codeframe_tui.service.unit import Unit, find_task
from codeframe_tui.worker.preview import preview

__all__ = ["show"]

_MOST_LATER = 200
"""Later tasks that are named; of more those that hang on the change, then the newest."""


async def show(
    store: Store, ledger: Ledger, workspaces: Workspaces, tree: WorkingTree, query: ShowUndo
) -> Document:
    """See `core.queries.ShowUndo`."""
    number, kind, refused = await store.read(lambda tables: _wished(tables, query))
    found = await preview(ledger, workspaces, tree, kind, number)
    known = await store.read(lambda tables: _known(tables, number, kind, found))
    refusal = refused or found.refusal
    return {
        "task": number,
        "kind": kind,
        "files": [asdict(each) for each in found.files],
        "already": found.already,
        "conflicts": [
            {"path": path, "task": task, "why": cause(task)}
            for path, task in found.conflicts.items()
        ],
        "refused": None if refusal is None else error_document(refusal)["error"],
        **known,
    }


def _wished(tables: Tables, query: ShowUndo) -> tuple[str, str, CodeframeError | None]:
    """Of which task, what, and why it would be refused as things stand in the store.

    Raises: NotFound, Refused: there is nothing of that kind.
    """
    number = find_task(tables, query.number).number
    kind = query.kind or _possible(tables, number)
    try:
        undo.wish(Unit(tables, ""), kind, number)
    except Refused as error:
        if error.code == f"nothing_to_{kind}":
            raise
        return number, kind, error
    return number, kind, None


def _possible(tables: Tables, number: str) -> str:
    if undo.applied(tables, number):
        return "undo"
    if undo.undone(tables, number) is not None:
        return "redo"
    raise NotFound(f"task {number} has nothing to undo or redo", hint="see `list`")


def _known(tables: Tables, number: str, kind: str, found: Preview) -> Mapping[str, Any]:
    """What only the store knows of it."""
    dependants = tables.tasks.dependants(number)
    named = _named(found.later, dependants)
    titles = {
        each.number: each.title for each in tables.tasks.several([each.task for each in named])
    }
    return {
        "decision": undo.newest_standing(tables, number, kind),
        "by_commands": undo.by_commands(tables, number, kind),
        "commits": undo.commits(tables, number),
        "dependants": dependants,
        "later": [
            {
                "task": each.task,
                "title": titles.get(each.task, ""),
                "files": list(each.files),
                "imports": list(each.imports),
                "depends": each.task in dependants,
            }
            for each in named
        ],
        "later_count": len(found.later),
        "unread": found.unread,
    }


def _named(later: Sequence[Later], dependants: Collection[str]) -> list[Later]:
    waiting = frozenset(dependants)
    near = {each.task for each in later if each.files or each.imports or each.task in waiting}
    ranked = sorted(range(len(later)), key=lambda k: (later[k].task not in near, -k))
    return [later[k] for k in sorted(ranked[:_MOST_LATER])]
