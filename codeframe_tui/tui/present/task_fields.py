"""What a person writes about a task, as it stands in the fields, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codeframe_tui.core import fields as rules
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.task import is_task_number
from codeframe_tui.tui.present.rows import Row, row, safe
from codeframe_tui.tui.present.words import sign_of, state_of, why_words

__all__ = [
    "EVIDENCE",
    "TaskFields",
    "choice_row",
    "need_rows",
    "needs_of",
    "problems",
    "with_need",
    "wrong_row",
]

EVIDENCE = {
    "tdd": "new tests fail before the change and pass after it",
    "regression": "the tests there are stay green: docs, config, refactoring",
    "none": "never proven, always reviewed",
}
"""What proves a task -> in words."""
_NUMBERS = re.compile(r"[\d.\s]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class TaskFields:
    """The fields as they were typed, so that nothing of them is lost.

    Attributes:
        after: numbers of tasks that must be done first, separated by commas or spaces.
        issue: ``X.Y``.
        issue_title: of an issue that is still to be made.
    """

    title: str = ""
    description: str = ""
    priority: str = "2"
    step: str = ""
    after: str = ""
    issue: str = ""
    issue_title: str = ""
    agent: str = ""
    evidence: str = "tdd"

    @property
    def needs(self) -> tuple[str, ...]:
        """The tasks that must be done first."""
        return tuple(dict.fromkeys(needs_of(self.after)))


def problems(fields: TaskFields, *, default_agent: bool = True) -> dict[str, str]:
    """What is wrong in itself, by field; the engine knows of other tasks.

    Args:
        fields: as they stand there.
        default_agent: whether no agent at all may be named.
    """
    checks: Mapping[str, Callable[[], object]] = {
        "title": lambda: rules.check_title(fields.title),
        "description": lambda: rules.check_description(fields.description),
        "step": lambda: rules.check_step(int(fields.step or 0)),
        "issue": lambda: not fields.issue.strip() or rules.check_issue_number(fields.issue.strip()),
        "agent": lambda: default_agent or rules.check_agent(fields.agent.strip()),
    }
    found = {name: wrong for name, check in checks.items() if (wrong := _wrong(check))}
    if fields.agent.strip() and (wrong := _wrong(lambda: rules.check_agent(fields.agent.strip()))):
        found["agent"] = wrong
    unclear = next((need for need in fields.needs if not is_task_number(need)), None)
    if unclear is not None:
        found["after"] = f"{safe(unclear)!r:.40} is no number of a task: type on to choose one"
    return found


def needs_of(text: str) -> list[str]:
    """The parts of a list: numbers, or words of a title as long as none was chosen for them."""
    found: list[str] = []
    for part in text.split(","):
        words = part.split()
        if _NUMBERS.fullmatch(part):
            found += words
        elif words:
            found.append(" ".join(words))
    return found


def with_need(text: str, number: str) -> str:
    """A list whose last part is replaced by a number that was chosen for it."""
    return "".join(f"{need}, " for need in (*needs_of(text)[:-1], number))


def need_rows(checked: Sequence[Mapping[str, Any]]) -> list[Row]:
    """One row for each task of a checked list: what it is, or why it will not do."""
    rows = []
    for need in checked:
        if need.get("problem"):
            rows.append(wrong_row(safe(need["problem"])))
        else:
            rows.append(_named(None, need))
    return rows


def choice_row(task: Mapping[str, Any]) -> Row:
    """A task that can be chosen."""
    return _named(safe(task.get("number")), task)


def wrong_row(said: str) -> Row:
    """What is wrong with a field."""
    return row(None, ("✘ ", "red"), (said, "text"))


def _named(key: str | None, task: Mapping[str, Any]) -> Row:
    sign, style = sign_of(task)
    word, colour = state_of(task)
    return row(
        key,
        (sign if sign.strip() else "·", style if sign.strip() else "faint"),
        (f" {safe(task.get('number'))} ", "amber" if key else "dim"),
        (safe(task.get("title")), "text" if key else "dim"),
        right=[("on hold" if task.get("held") else word or "queued", colour)],
    )


def _wrong(check: Callable[[], object]) -> str:
    try:
        check()
    except CodeframeError as error:
        return why_words(error)
    return ""
