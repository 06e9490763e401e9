"""What stands on the sheets where a person decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from codeframe_tui.core.hand import COPY
from codeframe_tui.core.some import some
from codeframe_tui.core.text import clean
from codeframe_tui.tui.present.comments import told_before
from codeframe_tui.tui.present.coverage import coverage_rows
from codeframe_tui.tui.present.files import size_spans
from codeframe_tui.tui.present.flags import flag_lines, flags_of, open_red
from codeframe_tui.tui.present.lint import lint_rows
from codeframe_tui.tui.present.rows import BLANK, Row, Span, cells, heading, row, safe, wrap
from codeframe_tui.tui.present.ruling import waiting_rows
from codeframe_tui.tui.present.tests import newest_attempt, verdict_spans, verification_of
from codeframe_tui.tui.present.words import count

__all__ = [
    "FILES",
    "NAMED",
    "WIDTH",
    "attempt_list",
    "file_rows",
    "guard_rows",
    "is_risky",
    "letter_rows",
    "named",
    "point_rows",
    "send_rows",
]

WIDTH = 70
"""Cells of a sheet's text."""
FILES = 8
"""That are named before the rest is counted; of others, `NAMED`."""
NAMED = 4


def guard_rows(
    task: Mapping[str, Any],
    *,
    unseen: Sequence[str],
    undecided: int = 0,
    partly: int = 0,
    rejected: int = 0,
    comments: int = 0,
    hidden: int = 0,
) -> list[Row]:
    """What a person should know before all of a proposal is applied, what matters most first.

    Args:
        task: a `ShowTask` document.
        unseen: paths of files that were never on screen.
        undecided: hunks without a verdict.
        partly: hunks whose lines have different verdicts, all of which this would accept.
        rejected: hunks rejected before, which this would accept.
        comments: those that the worker was not told, and would not be.
        hidden: files that a filter leaves out of sight, and that this would accept.
    """
    attempt = newest_attempt(task) or {}
    points = [
        (count(len(unseen), "file") + " not looked at: " + named(unseen)) if unseen else "",
        f"{count(hidden, 'file')} out of sight by your filter, applied too" if hidden else "",
        f"{count(undecided, 'hunk')} undecided" if undecided else "",
        f"{count(partly, 'hunk')} accepted only partly before" if partly else "",
        f"{count(rejected, 'hunk')} rejected before" if rejected else "",
        f"{count(comments, 'comment')} not sent to the worker" if comments else "",
    ]
    told = [line for point in points if point for line in point_rows(point)]
    looked = [row(None, ("✔ ", "green"), ("everything was looked at", "dim"))]
    waits = _waiting(task)
    alone = waits if len(waits) == 1 else []
    return [
        *_evidence(task),
        *alone,
        BLANK,
        *(told or looked),
        *(waits if not alone else []),
        BLANK,
        *flag_lines(flags_of(task)),
        *file_rows(attempt),
    ]


def is_risky(task: Mapping[str, Any]) -> bool:
    """Whether a hand that is used to the fast yes must not apply it."""
    failed = (verification_of(task) or {}).get("verdict") == "failed"
    return failed or bool(open_red(task)) or task.get("status") != "in_review"


def _waiting(task: Mapping[str, Any]) -> list[Row]:
    """Why no policy applied it: one quiet line where it is the policy alone."""
    rows = waiting_rows(task, WIDTH)
    if len(rows) == 1:
        return [heading(f"waits for you, {rows[0].left[1][0]}")]
    return [BLANK, heading("It waits for you, because of"), *rows] if rows else []


def point_rows(point: str) -> list[Row]:
    """Something to know, with its sign; at most three lines."""
    lines = wrap(f"○ {point}", WIDTH, limit=3)
    first = row(None, ("○ ", "amber"), (lines[0][2:], "text"))
    return [first, *(row(None, ("  ", "amber"), (line, "text")) for line in lines[1:])]


def named(names: Iterable[object]) -> str:
    """The first of many names."""
    return some(map(safe, names), NAMED)


def send_rows(
    task: Mapping[str, Any],
    *,
    accepted: int,
    rejected: int,
    undecided: int,
    partly: int = 0,
    comments: int = 0,
    commits: bool = False,
) -> list[Row]:
    """What is decided, and what sending it would do.

    Args:
        task: a `ShowTask` document.
        accepted: hunks.
        rejected: hunks.
        undecided: hunks.
        partly: hunks whose lines have different verdicts.
        comments: those that the worker would be told.
        commits: whether what is applied is committed too.
    """
    counted: list[Span] = [
        (f"✔ {accepted} accepted   " * bool(accepted), "green"),
        (f"◐ {partly} partly   " * bool(partly), "amber"),
        (f"✘ {rejected} rejected   " * bool(rejected), "red"),
        (f"○ {undecided} undecided   " * bool(undecided), "amber"),
        (f"◆ {count(comments, 'comment')}" * bool(comments), "cyan"),
    ]
    told = told_before(task.get("comments") or ())
    rows = [
        row(None, *(span for span in counted if span[0])),
        *([row(None, *told)] if told else []),
        BLANK,
        *_evidence(task),
        *_waiting(task),
        BLANK,
    ]
    if (accepted or partly) and (rejected or undecided or partly):
        does = "apply tests the accepted part again, writes it, declines the rest."
    elif accepted:
        then = "commits it on your branch" if commits else "nothing is committed"
        does = f"apply writes all of it into your files; {then}."
    else:
        does = "Nothing is accepted, so there is nothing to apply."
    return [*rows, heading(does, "dim")]


def letter_rows(changes: str, questions: str, width: int) -> list[Row]:
    """What the worker would be told, word for word.

    Args:
        width: cells of a row; what is longer is wrapped.
        changes: with a request for changes; empty when only a person's words can be sent.
        questions: with a wish to explain; empty when nothing is asked.
    """
    rows: list[Row] = []
    if changes:
        rows += [heading("request changes tells the worker:"), *_quoted(changes, width)]
    elif not questions:
        rows.append(heading("request changes asks you for a reason."))
    if questions:
        rows += [BLANK] if rows else []
        rows += [heading("explain only changes nothing, and asks:"), *_quoted(questions, width)]
    return rows


def _quoted(text: str, width: int) -> list[Row]:
    lines = clean(text, limit=200_000).split("\n")
    parts = [part for line in lines for part in _fitted(line, width - 2)]
    return [row(None, ("│ ", "faint"), (part, "text")) for part in parts]


def _fitted(line: str, width: int) -> list[str]:
    """A line as it is; only what is too wide loses its spaces."""
    shown = line.expandtabs(4)
    return [shown] if cells(shown) <= width else wrap(shown, width)


def attempt_list(task: Mapping[str, Any], *, shown: int, since: int | None) -> list[Row]:
    """The attempts of a task, newest first; keys are their numbers.

    Args:
        task: a `ShowTask` document.
        shown: the one that is looked at.
        since: the one that it is compared with.
    """
    rows = []
    if task.get("by_hand"):
        here = "shown" if shown == COPY else ""
        rows.append(row(str(COPY), ("    your copy", "bold"), right=[(here, "violet")]))
    for attempt in reversed(list(task.get("attempts") or ())):
        number = int(attempt.get("attempt") or 0)
        found = attempt.get("verification") or {}
        verdict = safe(found.get("verdict")).replace("_", " ") or "not tested"
        style = {"proven": "green", "failed": "red"}.get(verdict, "amber")
        what = count(int(attempt.get("file_count") or 0), "file")
        here = "shown" if number == shown else "compared with" if number == since else ""
        rows.append(
            row(
                str(number),
                (f"{number:>2}  ", "bold"),
                (f"{verdict:<13}", style),
                (f"{what}  ", "dim"),
                (safe(attempt.get("explanation"), limit=60), "dim"),
                right=[(here, "violet")],
            )
        )
    return rows


def file_rows(document: Mapping[str, Any]) -> list[Row]:
    """The first of a document's files with how much they change, and how many more there are."""
    files: Sequence[Mapping[str, Any]] = document.get("files") or ()
    rows = [
        row(None, (safe(file.get("path")), "text"), right=size_spans(file))
        for file in files[:FILES]
    ]
    if len(files) > FILES:
        rows.append(heading(f"and {count(len(files) - FILES, 'file')} more", "faint"))
    return rows


def _evidence(task: Mapping[str, Any]) -> list[Row]:
    spans = verdict_spans(task, None) or [("not tested", "amber")]
    rows = [Row(None, tuple(spans))]
    found = verification_of(task) or {}
    if found.get("verdict") != "proven" and found.get("message"):
        rows += [heading(line, "dim") for line in wrap(safe(found["message"]), WIDTH, limit=3)]
    return [*rows, *coverage_rows(found), *lint_rows(found, width=WIDTH)[:NAMED]]
