"""Files that people write tasks in, read into the one import document (CONTRACT §9)."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

from codeframe_tui.core.errors import WrongUse

__all__ = ["read_json", "read_markdown", "read_toml", "reader_for"]

_ISSUE = re.compile(r"##\s+(\d+\.\d+)\s+(.+)")
_TASK = re.compile(r"[-*]\s+\[([ xX])\]\s+(?:\[([\d.]+)\]\s*|(\d+\.\d+\.\d+)\s+)?(.*)")
_TAIL = re.compile(r"\((after\s[^()]*|p\d\s*(?:;[^()]*)?)\)\s*$")
_PARTS = re.compile(r"(?:after\s+([\d.]+(?:[\s,]+[\d.]+)*)|p([0-4]))")


def reader_for(suffix: str) -> Callable[[str, str], dict[str, Any]]:
    """The reader for files with a suffix: ``.toml``, ``.md``, else JSON.

    A reader takes the text and the name of its source for errors.
    """
    return {".toml": read_toml, ".md": read_markdown}.get(suffix.lower(), read_json)


def read_json(text: str, name: str) -> dict[str, Any]:
    """One JSON object. Raises: WrongUse with the place."""
    try:
        document = json.loads(text, object_pairs_hook=_without_twins, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place = f"{name}:{error.lineno}:{error.colno}"
        raise WrongUse(f"{place}: {error.msg}", hint="it is not JSON", code="bad_json") from error
    except (ValueError, RecursionError) as error:
        raise WrongUse(f"{name}: {error}", hint="it is not JSON", code="bad_json") from error
    if not isinstance(document, dict):
        raise WrongUse(f"{name}: not a JSON object", hint="see the manual", code="bad_json")
    return document


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twin!r} stands twice in one object")
    return found


def read_toml(text: str, name: str) -> dict[str, Any]:
    """TOML with ``[[issues]]`` and ``[[tasks]]``. Raises: WrongUse with the place."""
    try:
        document = tomllib.loads(text)
        json.dumps(document, allow_nan=False)  # dates and endless numbers have no place in it
    except (ValueError, TypeError, RecursionError) as error:
        hint = "TOML with [[issues]] and [[tasks]] of text, whole numbers and lists is wanted"
        raise WrongUse(f"{name}: {error}", hint=hint, code="bad_toml") from error
    return document


@dataclass(slots=True)
class _Markdown:
    issues: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    issue: str | None = None
    text: list[str] = field(default_factory=list)
    """Where lines of a description go at this place; lines nobody wants go to a list of none."""


def read_markdown(text: str, name: str) -> dict[str, Any]:
    """Headings ``## X.Y Title`` and lists of ``- [ ] Title (after 1.5.1; p1)``.

    Ticked tasks are skipped, and nothing waits for them.

    Raises:
        WrongUse: a line cannot be understood; lists all of them with their places.
    """
    doc = _Markdown()
    for number, line in enumerate(text.expandtabs(4).splitlines(), 1):
        _read_line(doc, line, f"{name}:{number}")
    if doc.errors:
        count = len(doc.errors)
        told = f"{count} error{'s' * (count != 1)}, nothing was imported:"
        hint = "write (after NUMBER, NUMBER; p0 to p4) at the end of a task's line"
        raise WrongUse("\n".join([told, *doc.errors]), hint=hint, code="bad_markdown")
    for entry in (*doc.issues, *doc.tasks):
        lines = "\n".join(entry.pop("lines"))
        entry["description"] = dedent(lines).strip()
    for task in doc.tasks:
        task["depends_on"] = [need for need in task["depends_on"] if need not in doc.done]
    return {"issues": doc.issues, "tasks": doc.tasks}


def _read_line(doc: _Markdown, line: str, place: str) -> None:
    if match := _TASK.fullmatch(line):
        _read_task(doc, match, place)
    elif match := _ISSUE.fullmatch(line.rstrip()):
        number, title = match.groups()
        doc.issue, doc.text = number, []
        doc.issues.append({"number": number, "title": title, "lines": doc.text})
    elif re.match(r"#{1,2}\s", line):
        doc.issue, doc.text = None, []
    elif not line or line.startswith(" ") or _wants_plain_text(doc):
        doc.text.append(line)
    else:
        doc.text = []


def _wants_plain_text(doc: _Markdown) -> bool:
    """Below the heading of an issue, before its first task."""
    return bool(doc.issues) and doc.issues[-1]["lines"] is doc.text


def _read_task(doc: _Markdown, match: re.Match[str], place: str) -> None:
    tick, bracketed, plain, rest = match.groups()
    number = bracketed or plain
    doc.text = []
    if tick != " ":
        doc.done |= {number} if number else set()
        return
    title, fields = _without_tail(doc, rest.strip(), place)
    task: dict[str, Any] = {"title": title, **fields, "lines": doc.text}
    task |= {"number": number} if number else {}
    task |= {"issue": doc.issue} if doc.issue else {}
    doc.tasks.append(task)


def _without_tail(doc: _Markdown, title: str, place: str) -> tuple[str, Mapping[str, Any]]:
    fields: dict[str, Any] = {"depends_on": []}
    while tail := _TAIL.search(title):
        _read_tail(doc, tail.group(1), fields, place)
        title = title[: tail.start()].rstrip()
    return title, fields


def _read_tail(doc: _Markdown, tail: str, fields: dict[str, Any], place: str) -> None:
    for part in tail.split(";"):
        found = _PARTS.fullmatch(part.strip())
        if found is None:
            doc.errors.append(f"{place}: {part.strip()!r} is neither `after NUMBER` nor p0 to p4")
        elif found.group(2):
            fields["priority"] = int(found.group(2))
        else:
            fields["depends_on"] += re.split(r"[\s,]+", found.group(1))
