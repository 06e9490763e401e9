"""What stands on the sheets where a person decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from codeframe_tui.tui.present.focus import flags_of, size_spans
from codeframe_tui.tui.present.rows import BLANK, Row, Span, heading, row, safe, wrap
from codeframe_tui.tui.present.tests import newest_attempt, verdict_spans, verification_of
from codeframe_tui.tui.present.words import count

__all__ = ["file_rows", "guard_rows", "send_rows"]

_WIDTH = 70
_FILES = 8


def guard_rows(
    task: Mapping[str, Any], *, unseen: int, undecided: int, rejected: int = 0
) -> list[Row]:
    """What a person should know before all of a proposal is applied.

    Args:
        task: a `ShowTask` document.
        unseen: files that were never on screen.
        undecided: hunks without a verdict.
        rejected: hunks rejected before, which this would accept.
    """
    attempt = newest_attempt(task) or {}
    rows = [*_evidence(task), BLANK, *_flags(task), *file_rows(attempt)]
    open_points = []
    if unseen:
        open_points.append(f"{count(unseen, 'file')} not looked at")
    if undecided:
        open_points.append(f"{count(undecided, 'hunk')} undecided")
    if rejected:
        open_points.append(f"{count(rejected, 'hunk')} rejected before")
    if open_points:
        rows += [BLANK, row(None, ("○ ", "amber"), (", ".join(open_points), "text"))]
    else:
        rows += [BLANK, row(None, ("✔ ", "green"), ("everything was looked at", "dim"))]
    return rows


def send_rows(
    task: Mapping[str, Any], *, accepted: int, rejected: int, undecided: int
) -> list[Row]:
    """What sending the verdicts would do."""
    rows = [
        row(
            None,
            (f"✔ {accepted} accepted", "green" if accepted else "dim"),
            (f"   ✘ {rejected} rejected", "red" if rejected else "dim"),
            (f"   ○ {undecided} undecided", "amber" if undecided else "dim"),
        ),
        BLANK,
        *_evidence(task),
        BLANK,
    ]
    if accepted and (rejected or undecided):
        said = "apply tests the accepted hunks again, writes them, declines the rest."
    elif accepted:
        said = "apply writes all of it into your files; nothing is committed."
    else:
        said = "Nothing is accepted, so there is nothing to apply."
    asked = "request changes sends it back to the worker with your reason."
    return [*rows, heading(said, "dim"), heading(asked, "dim")]


def file_rows(document: Mapping[str, Any]) -> list[Row]:
    """The first of a document's files with how much they change, and how many more there are."""
    files: Sequence[Mapping[str, Any]] = document.get("files") or ()
    rows = [
        row(None, (safe(file.get("path")), "text"), right=size_spans(file))
        for file in files[:_FILES]
    ]
    if len(files) > _FILES:
        rows.append(heading(f"and {count(len(files) - _FILES, 'file')} more", "faint"))
    return rows


def _evidence(task: Mapping[str, Any]) -> list[Row]:
    spans = verdict_spans(task, None) or [("not tested", "amber")]
    rows = [Row(None, tuple(spans))]
    found = verification_of(task) or {}
    if found.get("verdict") != "proven" and found.get("message"):
        rows += [heading(line, "dim") for line in wrap(safe(found["message"]), _WIDTH, limit=3)]
    return rows


def _flags(task: Mapping[str, Any]) -> list[Row]:
    rows = []
    for flag in flags_of(task)[:_FILES]:
        colour = "red" if flag.get("severity") == "red" else "amber"
        line = f":{flag['line']}" if flag.get("line") else ""
        place: Span = (f"{safe(flag.get('path'))}{line}", "faint")
        rows.append(row(None, ("! ", colour), (safe(flag.get("message")), "text"), right=[place]))
    return [*rows, BLANK] if rows else []
