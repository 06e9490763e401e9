"""What the worker of a task is shown: files, why, for how many tokens, and what people chose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from codeframe_tui.core.code.chosen import CHOICES, EXCLUDED
from codeframe_tui.tui.present.rows import (
    BLANK,
    Row,
    cells,
    cut,
    heading,
    row,
    safe,
    safe_lines,
    wrap,
)
from codeframe_tui.tui.present.times import clock
from codeframe_tui.tui.present.words import count

__all__ = [
    "about_rows",
    "choice_about",
    "context_rows",
    "context_title",
    "first_file",
    "is_file",
]

_FORMS = (
    ("body", "WHOLE", "given whole"),
    ("skeleton", "DEFINITIONS", "given as its definitions"),
    ("name", "BY NAME", "given by name only"),
)
_SAID_LINES = 6
"""Lines of what was said in an earlier task."""
_PATH = 44
"""Most cells of a path before its reasons."""
_WHOSE = {"task": "for this task", "project": "for all tasks"}
_SAID = {
    "answer": "you answered a question",
    "review": "you wanted changes",
    "comment": "you commented",
    "task": "what its worker said",
}
_NO_PATH = "/"
"""Begins keys of rows that are no files: paths are relative."""
_Document = Mapping[str, Any]


def context_title(document: _Document) -> str:
    """What is shown, in the words of a title."""
    said = "what the worker was shown" if document.get("at") else "what the worker will be shown"
    return f"{safe(document.get('number'))} {safe(document.get('title'))} · {said}"


def context_rows(document: _Document, now: datetime) -> list[Row]:
    """Rows whose keys are paths.

    Args:
        document: the answer to `ShowTaskContext`.
        now: aware, in the person's time zone.
    """
    files: Sequence[_Document] = document.get("files") or ()
    rows = [_sum(document, now)]
    room = min(max((cells(safe(file.get("path"))) for file in files), default=0), _PATH)
    pinned = _counts(document, "pinned")
    for form, title, _ in _FORMS:
        of_form = [file for file in files if file.get("form") == form]
        rows += _section(title, [_file(file, room, file.get("path") in pinned) for file in of_form])
    rows += _section("EARLIER WORK", list(_earlier(document)))
    rows += _section("LISTED", list(_listing(document)))
    rows += _section("PINNED, NOT SHOWN", list(_since(pinned, files)))
    rows += _section("EXCLUDED BY YOU", list(_excluded(document)))
    said = [line for line in document.get("cut") or () if not str(line).endswith(f": {EXCLUDED}")]
    return rows + _section("CUT", [heading(safe(line), "dim") for line in said])


def first_file(document: _Document) -> str | None:
    """The path at which a person begins to read; None when there is none."""
    files = document.get("files") or ()
    for form, _, _ in _FORMS:
        if found := next((file for file in files if file.get("form") == form), None):
            return str(found.get("path"))
    return None


def is_file(key: str | None) -> bool:
    """Whether a row is about a file or folder."""
    return key is not None and not key.startswith(_NO_PATH)


def about_rows(document: _Document, path: str | None, width: int) -> list[Row]:
    """All that is to be said of one path."""
    if path is None:
        return [heading("nothing is found for this task yet", "dim")]
    if path.startswith(_NO_PATH):
        said = document["earlier"][int(path.removeprefix(_NO_PATH))]
        lines = [part for line in safe_lines(said.get("text")) for part in wrap(line, width)]
        return [heading(line, "dim") for line in lines[:_SAID_LINES]]
    files: Sequence[_Document] = document.get("files") or ()
    file = next((each for each in files if each.get("path") == path), {})
    words = {form: said for form, _, said in _FORMS}
    said = [words.get(str(file.get("form")), "")]
    if file:
        said.append(count(int(file.get("tokens") or 0), "token"))
    for name in CHOICES:
        said += [
            f"{name} {_WHOSE.get(str(choice.get('whose')), '')}"
            for choice in document.get(name) or ()
            if choice.get("path") == path
        ]
    rows = [row(None, (safe(path), "bold"), (f"  {' · '.join(filter(None, said))}", "dim"))]
    reasons = " · ".join(safe(reason) for reason in file.get("reasons") or ())
    return rows + [heading(line, "dim") for line in wrap(reasons, width, limit=3) if line]


def choice_about(document: _Document, path: str, whose: str) -> str | None:
    """``pinned``, ``excluded`` or None: what was chosen about a path, for the task or project."""
    for name in CHOICES:
        for choice in document.get(name) or ():
            if choice.get("path") == path and choice.get("whose") == whose:
                return name
    return None


def _sum(document: _Document, now: datetime) -> Row:
    when = f"shown at {clock(document.get('at'), now)}" if document.get("at") else "not begun yet"
    tokens, budget = int(document.get("tokens") or 0), document.get("budget")
    spent = f"{tokens:,} of {budget:,} tokens" if isinstance(budget, int) else f"{tokens:,} tokens"
    if document.get("tokens_by") != "model":
        spent = f"about {spent}"
    files = count(len(document.get("files") or ()), "file")
    return heading(f"{when} · {files} · {spent}", "dim")


def _section(title: str, rows: Sequence[Row]) -> list[Row]:
    return [BLANK, heading(title, "faint"), *rows] if rows else []


def _file(file: _Document, room: int, is_pinned: bool) -> Row:
    path = cut(safe(file.get("path")), room)
    reasons = " · ".join(safe(reason) for reason in file.get("reasons") or ())
    return row(
        str(file.get("path")),
        ("* " if is_pinned else "  ", "bold"),
        (path + " " * (room - cells(path) + 2), "bold" if is_pinned else "text"),
        (reasons, "dim"),
        right=[(f"{int(file.get('tokens') or 0):,}", "faint")],
    )


def _counts(document: _Document, name: str) -> dict[str, str]:
    """Paths of a choice, and whose it is: a task's own choice about a path counts."""
    own = {
        choice.get("path")
        for choices in CHOICES
        for choice in document.get(choices) or ()
        if choice.get("whose") == "task"
    }
    return {
        str(choice.get("path")): str(choice.get("whose"))
        for choice in document.get(name) or ()
        if choice.get("whose") == "task" or choice.get("path") not in own
    }


def _since(pinned: Mapping[str, str], files: Sequence[_Document]) -> Iterator[Row]:
    """Pinned files that are not among those that were shown."""
    shown = {file.get("path") for file in files}
    for path, whose in pinned.items():
        if path not in shown:
            yield _chosen("* ", path, whose)


def _earlier(document: _Document) -> Iterator[Row]:
    """What was said in earlier tasks; the keys begin as no path does."""
    for place, said in enumerate(document.get("earlier") or ()):
        what = _SAID.get(str(said.get("kind")), "")
        reasons = " · ".join(safe(reason) for reason in said.get("reasons") or ())
        yield row(
            f"{_NO_PATH}{place}",
            (f"  {safe(said.get('task'))} ", "text"),
            (f"{safe(said.get('title'))}  ", "text"),
            (f"{what} · {reasons}", "dim"),
            right=[(f"{int(said.get('tokens') or 0):,}", "faint")],
        )


def _listing(document: _Document) -> Iterator[Row]:
    """The paths of the project, of which a first message holds as many as fit."""
    if listing := document.get("listing"):
        files = int(listing.get("files") or 0)
        said = f"  {int(listing.get('listed') or files):,} of {count(files, 'path')} of the project"
        yield row(None, (said, "dim"), right=[(f"{int(listing.get('tokens') or 0):,}", "faint")])


def _excluded(document: _Document) -> Iterator[Row]:
    for path, whose in _counts(document, "excluded").items():
        yield _chosen("- ", path, whose)


def _chosen(sign: str, path: str, whose: str) -> Row:
    said = _WHOSE.get(whose, "")
    return row(path, (sign, "bold"), (f"{safe(path)}  ", "text"), (said, "dim"))
