"""What a list of tasks says before it is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from codeframe_tui.tui.present.rows import Row, heading, row, safe
from codeframe_tui.tui.present.words import count

__all__ = ["imported_rows", "imported_words"]

_MOST = 14


def imported_words(document: Mapping[str, Any]) -> str:
    """``12 tasks and 2 issues``."""
    tasks, issues = _entries(document, "tasks"), _entries(document, "issues")
    said = [count(len(tasks), "task")] if tasks or not issues else []
    said += [count(len(issues), "issue")] if issues else []
    return " and ".join(said)


def imported_rows(document: Mapping[str, Any]) -> list[Row]:
    """The first tasks below their issues, with priority and what they wait for."""
    issues = {str(each.get("number")): each for each in _entries(document, "issues")}
    rows: list[Row] = []
    told: set[str] = set()
    for task in _entries(document, "tasks"):
        issue = str(task.get("issue") or "")
        if issue in issues and issue not in told:
            told.add(issue)
            rows.append(_issue(issues[issue]))
        rows.append(_task(task))
    rows += [_issue(each) for number, each in issues.items() if number not in told]
    if len(rows) > _MOST:
        rest = len(rows) - _MOST
        rows = [*rows[:_MOST], heading(f"and {count(rest, 'more line')}", "faint")]
    return rows


def _issue(issue: Mapping[str, Any]) -> Row:
    return heading(f"{safe(issue.get('number'))} {safe(issue.get('title'))}")


def _task(task: Mapping[str, Any]) -> Row:
    needs = task.get("depends_on")
    waits = ", ".join(map(safe, needs)) if isinstance(needs, list) and needs else ""
    priority = task.get("priority", 2)
    number = f"{safe(task['number'])} " if task.get("number") else ""
    return row(
        None,
        (f"  {number}", "dim"),
        (safe(task.get("title")), "text"),
        right=[
            (f"◦ {waits}" if waits else "", "faint"),
            (f"  p{safe(priority)}" if priority != 2 else "", "faint"),
        ],
    )


def _entries(document: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """Those that are right so far; the engine tells what is wrong with the others."""
    found = document.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
