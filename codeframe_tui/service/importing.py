"""Import of a parsed document (CONTRACT §9): every error is listed, or all of it is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from codeframe_tui.core import fields
from codeframe_tui.core.commands import ImportTasks
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.task import Evidence, Issue, Task
from codeframe_tui.ports import Document
from codeframe_tui.service.queue import insert_issues, insert_tasks
from codeframe_tui.service.unit import Unit

__all__ = ["import_tasks"]

_Check = Callable[[Any], Any]
_ISSUE_FIELDS: Mapping[str, tuple[type, _Check]] = {
    "number": (str, fields.check_issue_number),
    "title": (str, fields.check_title),
    "description": (str, fields.check_description),
}
_TASK_FIELDS: Mapping[str, tuple[type, _Check]] = {
    "title": (str, fields.check_title),
    "description": (str, fields.check_description),
    "number": (str, fields.check_number),
    "issue": (str, fields.check_issue_number),
    "priority": (int, fields.check_priority),
    "workflow_step": (int, fields.check_step),
    "depends_on": (list, list),
    "agent": (str, fields.check_agent),
    "evidence": (str, fields.check_evidence),
}
_TYPES = {str: "text", int: "a whole number", list: "a list", dict: "an object"}


@dataclass(slots=True)
class _Import:
    """The document as far as it is understood; tasks are (place, fields)."""

    errors: list[str] = field(default_factory=list)
    issues: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tasks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def fail(self, place: str, why: str) -> None:
        self.errors.append(f"{place}: {why}")


def import_tasks(unit: Unit, command: ImportTasks) -> Document:
    """See `core.commands.ImportTasks`.

    Raises:
        Refused: with every error and its place, one a line; nothing was imported.
    """
    doc = _parse(command.document)
    _check_issues(unit, doc)
    _check_numbers(unit, doc)
    _check_dependencies(unit, doc)
    if doc.errors:
        count = len(doc.errors)
        lines = "\n".join(doc.errors)
        raise Refused(
            f"{count} error{'s' * (count != 1)}, nothing was imported:\n{lines}",
            hint="correct the document and import it again",
            code="bad_import",
        )
    _number_others(unit, doc)
    return _store(unit, doc)


def _parse(document: Mapping[str, Any]) -> _Import:
    doc = _Import()
    for name in document.keys() - {"issues", "tasks"}:
        doc.fail(str(name), "unknown field")
    doc.issues = list(_entries(doc, document, "issues", _ISSUE_FIELDS, ("number", "title")))
    doc.tasks = list(_entries(doc, document, "tasks", _TASK_FIELDS, ("title",)))
    return doc


def _entries(
    doc: _Import,
    document: Mapping[str, Any],
    name: str,
    known: Mapping[str, tuple[type, _Check]],
    required: tuple[str, ...],
) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = document.get(name, [])
    if not isinstance(entries, list):
        doc.fail(name, "must be a list")
        return
    for i, entry in enumerate(entries):
        place = f"{name}[{i}]"
        if not isinstance(entry, dict):
            doc.fail(place, "must be an object")
            continue
        for missing in (each for each in required if each not in entry):
            doc.fail(f"{place}.{missing}", "is missing")
        yield place, _fields(doc, place, entry, known)


def _fields(
    doc: _Import, place: str, entry: dict[str, Any], known: Mapping[str, tuple[type, _Check]]
) -> dict[str, Any]:
    """The fields of an entry that are right; the others are errors."""
    right: dict[str, Any] = {}
    for name, value in entry.items():
        if name not in known:
            doc.fail(f"{place}.{name}", "unknown field")
            continue
        kind, check = known[name]
        if not isinstance(value, kind) or isinstance(value, bool):
            doc.fail(f"{place}.{name}", f"must be {_TYPES[kind]}")
            continue
        try:
            right[name] = check(value)
        except Refused as error:
            doc.fail(f"{place}.{name}", error.message)
    return right


def _check_issues(unit: Unit, doc: _Import) -> None:
    numbers = [issue["number"] for _, issue in doc.issues if "number" in issue]
    taken = unit.tables.issues.known(numbers)
    for place, issue in doc.issues:
        number = issue.get("number")
        if number in taken:
            doc.fail(f"{place}.number", f"issue {number} exists already")
        elif number is not None:
            taken.add(number)
    wanted = [task["issue"] for _, task in doc.tasks if "issue" in task]
    known = {*numbers, *unit.tables.issues.known(wanted)}
    for place, task in doc.tasks:
        if task.get("issue", None) not in {None, *known}:
            doc.fail(f"{place}.issue", f"there is no issue {task['issue']}")


def _check_numbers(unit: Unit, doc: _Import) -> None:
    given = [(place, task) for place, task in doc.tasks if "number" in task]
    taken = unit.tables.tasks.known([task["number"] for _, task in given])
    for place, task in given:
        number = task["number"]
        if number in taken:
            doc.fail(f"{place}.number", f"task {number} exists already")
        taken.add(number)
        try:
            fields.check_family(number, task.get("issue"))
        except Refused as error:
            doc.fail(f"{place}.number", error.message)


def _number_others(unit: Unit, doc: _Import) -> None:
    """Give the next free numbers to tasks without one."""
    last: dict[str | None, int] = {}
    for _, task in doc.tasks:
        if "number" in task:
            family = fields.family_of(task["number"])
            last[family] = max(last.get(family, 0), int(task["number"].rpartition(".")[2]))
    stored: dict[str | None, int] = {}
    for _, task in doc.tasks:
        if "number" not in task:
            issue = task.get("issue")
            if issue not in stored:
                stored[issue] = unit.tables.tasks.last_in(issue)
            last[issue] = max(last.get(issue, 0), stored[issue]) + 1
            task["number"] = f"{issue}.{last[issue]}" if issue else str(last[issue])


def _check_dependencies(unit: Unit, doc: _Import) -> None:
    wanted = [
        need for _, task in doc.tasks for need in task.get("depends_on", ()) if type(need) is str
    ]
    own = {task["number"] for _, task in doc.tasks if "number" in task}
    known = own | unit.tables.tasks.known(wanted)
    graph: dict[str, list[str]] = {}
    for place, task in doc.tasks:
        needs = task.setdefault("depends_on", [])
        for i, need in enumerate(needs):
            where = f"{place}.depends_on[{i}]"
            if not isinstance(need, str):
                doc.fail(where, "must be text")
            elif need not in known:
                doc.fail(where, f"unknown task {need}")
        if "number" in task:
            graph[task["number"]] = [need for need in needs if type(need) is str and need in own]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        path = list(dict.fromkeys(reversed(error.args[1])))
        place = next(place for place, task in doc.tasks if task.get("number") == path[0])
        doc.fail(f"{place}.depends_on", f"cycle: {' -> '.join([*path, path[0]])}")


def _store(unit: Unit, doc: _Import) -> Document:
    issues = [Issue(**issue) for _, issue in doc.issues]
    insert_issues(unit, issues)
    numbers = {fields.family_of(task["number"]) for _, task in doc.tasks} - {None}
    known = unit.tables.issues.known([number for number in numbers if number])
    tasks = [_task(unit, task, known) for _, task in doc.tasks]
    insert_tasks(unit, tasks)
    return {"issues": [issue.number for issue in issues], "tasks": [task.number for task in tasks]}


def _task(unit: Unit, given: dict[str, Any], issues: set[str]) -> Task:
    family = fields.family_of(given["number"])
    changed = {
        "issue": family if family in issues else None,
        "depends_on": tuple(dict.fromkeys(given["depends_on"])),
        "evidence": Evidence(given.get("evidence", "tdd")),
        "since": unit.at,
    }
    return Task(**{**given, **changed})
