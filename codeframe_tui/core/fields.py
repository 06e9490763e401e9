"""What the fields of issues and tasks may be; the same rules for commands and imports."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from codeframe_tui.core.errors import Refused, WrongUse
from codeframe_tui.core.task import Evidence, is_issue_number, is_task_number

__all__ = [
    "check_agent",
    "check_description",
    "check_evidence",
    "check_family",
    "check_issue_number",
    "check_number",
    "check_priority",
    "check_step",
    "check_title",
    "check_unicode",
    "family_of",
]

TITLE_LIMIT = 200
DESCRIPTION_LIMIT = 200_000
STEP_LIMIT = 1_000_000


def check_title(title: str) -> str:
    """One line without control characters; runs of white space become one space."""
    line = " ".join(title.split())
    if not line:
        raise Refused("the title is empty", code="bad_title", hint="say what is to be done")
    if len(line) > TITLE_LIMIT:
        raise Refused(
            f"the title has {len(line)} characters, more than {TITLE_LIMIT}",
            hint="put the details into the description",
            code="bad_title",
        )
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in line):
        raise Refused("the title has control characters", code="bad_title", hint="remove them")
    return line


def check_description(description: str) -> str:
    """Any text of a sane size."""
    if len(description) > DESCRIPTION_LIMIT:
        raise Refused(
            f"the description has {len(description)} characters, more than {DESCRIPTION_LIMIT}",
            hint="put the rest into a file of the project and name it",
            code="too_long",
        )
    return check_unicode(description, "the description")


def check_unicode(text: str, what: str) -> str:
    """Text that can be written: no lone surrogates; the wire refuses them with this code too."""
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        hint = "write it as UTF-8"
        raise WrongUse(f"{what} is not Unicode text", hint=hint, code="bad_request")
    return text


def check_priority(priority: int) -> int:
    """0 (highest) to 4."""
    return _between(priority, 4, "priority", "bad_priority")


def check_step(step: int) -> int:
    """The order inside a priority, 0 or more."""
    return _between(step, STEP_LIMIT, "workflow step", "bad_step")


def check_agent(agent: str) -> str:
    """The name of a definition; whether it exists is seen when the task starts."""
    return _checked(agent, lambda name: name == "".join(name.split()) != "", "agent", "a name")


def check_evidence(evidence: str) -> str:
    """One of the three kinds."""
    allowed = [kind.value for kind in Evidence]
    return _checked(evidence, allowed.__contains__, "evidence", ", ".join(allowed))


def check_number(number: str) -> str:
    """``X.Y.Z`` or a positive integer."""
    return _checked(number, is_task_number, "number", "X.Y.Z or a positive integer")


def check_issue_number(number: str) -> str:
    """``X.Y``."""
    return _checked(number, is_issue_number, "issue number", "X.Y")


def check_family(number: str, issue: str | None) -> None:
    """A task's number must lie below its issue."""
    if issue is not None and family_of(number) != issue:
        raise Refused(
            f"number {number} does not belong to issue {issue}",
            hint=f"tasks of it are numbered {issue}.Z; without a number the next is taken",
            code="bad_number",
        )


def family_of(number: str) -> str | None:
    """The issue's number inside a task's number; None for plain numbers."""
    return number.rpartition(".")[0] or None


def _between(value: int, most: int, what: str, code: str) -> int:
    if not 0 <= value <= most:
        raise Refused(f"{what} {value} is not 0 to {most}", hint=f"0 to {most}", code=code)
    return value


def _checked(value: str, fits: Callable[[str], bool], what: str, allowed: str) -> str:
    if not fits(value):
        code = f"bad_{what.replace(' ', '_')}"
        raise Refused(f"{value!r} is no {what}", hint=f"allowed: {allowed}", code=code)
    return value
