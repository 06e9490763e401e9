"""What tasks wait for, told and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.fields import check_number
from codeframe_tui.core.queries import CheckDependencies, ShowDependencies
from codeframe_tui.core.task import Task
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.unit import find_task

__all__ = ["check", "dependencies", "leads_back"]

MOST = 200
"""Tasks told in each direction."""
MOST_CHECKED = 100
"""Numbers looked at in one question."""


def dependencies(tables: Tables, query: ShowDependencies) -> Document:
    """See `core.queries.ShowDependencies`."""
    task = find_task(tables, query.number)
    needs = _tree(tables, task.depends_on, lambda each: each.depends_on)
    holds = _tree(
        tables,
        tables.tasks.dependants(task.number),
        lambda each: tables.tasks.dependants(each.number),
    )
    return {
        "task": _told(task),
        "needs": needs[:MOST],
        "holds": holds[:MOST],
        "cut": {"needs": len(needs) > MOST, "holds": len(holds) > MOST},
    }


def check(tables: Tables, query: CheckDependencies) -> Document:
    """See `core.queries.CheckDependencies`."""
    needs = list(dict.fromkeys(query.needs))[:MOST_CHECKED]
    known = {task.number: task for task in tables.tasks.several(needs)}
    return {"needs": [_checked(tables, number, known, query.number) for number in needs]}


def leads_back(tables: Tables, number: str, need: str) -> bool:
    """Whether a task would wait for itself if it waited for another."""
    return need == number or number in tables.tasks.needs(need)


def _checked(tables: Tables, need: str, known: Mapping[str, Task], number: str | None) -> Document:
    try:
        check_number(need)
    except CodeframeError:
        return {"number": need, "problem": f"{need!r:.40} is no number of a task"}
    if need not in known:
        return {"number": need, "problem": f"there is no task {need}"}
    back = number is not None and leads_back(tables, number, need)
    problem = f"{need} itself waits for {number}" if back else None
    if need == number:
        problem = "a task cannot wait for itself"
    return {**_told(known[need]), "problem": problem}


def _tree(
    tables: Tables, first: Sequence[str], following: Callable[[Task], Sequence[str]]
) -> list[Document]:
    """Each task below the first one that leads to it; told once, then only named again."""
    found: list[Document] = []
    seen: set[str] = set()
    ways: list[Iterator[str]] = [iter(first)]
    while ways and len(found) <= MOST:
        number = next(ways[-1], None)
        if number is None:
            ways.pop()
            continue
        task = find_task(tables, number)
        next_ones = following(task)
        again = number in seen and bool(next_ones)
        found.append({**_told(task), "depth": len(ways) - 1, "again": again})
        if number not in seen:
            seen.add(number)
            ways.append(iter(next_ones))
    return found


def _told(task: Task) -> Document:
    return {
        "number": task.number,
        "title": task.title,
        "status": task.status.value,
        "phase": task.phase.value if task.phase else None,
        "held": task.held,
        "reason": task.reason,
    }
