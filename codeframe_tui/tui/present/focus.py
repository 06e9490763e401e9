"""The task in focus: its title line, and its evidence beside the diff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from codeframe_tui.core.text import clean
from codeframe_tui.tui.present.coverage import coverage_words
from codeframe_tui.tui.present.flags import flag_column, flag_state
from codeframe_tui.tui.present.rows import BLANK, Row, Span, cells, cut, heading, row, safe, wrap
from codeframe_tui.tui.present.ruling import waiting_rows
from codeframe_tui.tui.present.tested import failed_of
from codeframe_tui.tui.present.tests import RUNS, newest_attempt, run_words, verification_of
from codeframe_tui.tui.present.words import count, state_of

__all__ = ["ReviewNow", "evidence_rows", "title_row"]


class ReviewNow(NamedTuple):
    """How far a review is, and what is shown of its change.

    Attributes:
        hunks: how many there are to decide; so many of them are accepted, rejected, and partly so.
        reading: what is shown where nothing can be decided; else empty.
        only: the filter by which files are shown.
        left: how much is left to decide, in words.
    """

    hunks: int = 0
    accepted: int = 0
    rejected: int = 0
    partly: int = 0
    reading: str = ""
    only: str = ""
    left: str = ""


_NONE = ReviewNow()
_NAME = 12
"""Cells of a task's title at least."""


def title_row(task: Mapping[str, Any], review: ReviewNow = _NONE, *, width: int) -> Row:
    """``1.2.3 Retry on 429 attempt 2 · attempt 1 failed 1 test``; right: what is decided."""
    number, name = safe(task.get("number")), safe(task.get("title"))
    attempts = task.get("attempts") or ()
    tried: list[Span] = [(f"  attempt {len(attempts)}", "dim")] if attempts else []
    if attempts and attempts[-1].get("cause") == "hand":
        tried.append((" by hand", "violet"))
    right: list[Span] = []
    if review.hunks and task.get("status") == "in_review":
        right += [
            ("hunks ", "dim"),
            (str(review.accepted), "green"),
            (f"/{review.hunks} accepted", "dim"),
        ]
        right += [(f" · {review.rejected} rejected", "red")] if review.rejected else []
        right += [(f" · {review.partly} partly", "amber")] if review.partly else []
    elif task.get("status"):
        word, style = state_of(task)
        right.append((word or _status(task), style if word else "dim"))
    if flagged := flag_state(task):
        right += [(" · ", "dim"), flagged]
    if review.reading:  # it comes first, for the end is cut where there is no room
        left: list[Span] = [(number, "bold"), (f"  {review.reading}", "violet")]
        left += [(" · only to read", "dim"), (f"  {name}", "dim")]
    else:  # the name gives way, not what is said of the attempt
        taken = sum(cells(text) for text, _ in (*tried, *right)) + cells(number) + 3
        left = [(f"{number} {cut(name, max(width - taken, _NAME))}", "bold"), *tried]
    if review.only:
        left.insert(1, (f"  only {safe(review.only, limit=40)}", "violet"))
    room = width - sum(cells(text) for text, _ in (*left, *right)) - 2
    if review.left and cells(review.left) + 3 <= room:
        right.insert(0, (f"{review.left} · ", "faint"))
        room -= cells(review.left) + 3
    said = _before(attempts)
    if said and not review.reading and cells(said) <= room:
        left.append((said, "dim"))
    return Row(None, tuple(left), tuple(right))


def evidence_rows(task: Mapping[str, Any] | None, *, width: int) -> list[Row]:
    """The column beside the diff: runs, flags, and the worker's own words."""
    attempt = newest_attempt(task)
    if attempt is None:
        return []
    rows = [heading("EVIDENCE"), BLANK, *_runs(verification_of(task), width)]
    if flags := flag_column(task, width):
        rows += [BLANK, heading("FLAGS"), BLANK, *flags]
    if waits := waiting_rows(task, width):
        rows += [BLANK, heading("WAITS FOR YOU"), BLANK, *waits]
    why = clean(str(attempt.get("explanation") or ""), limit=4_000).strip()
    if why:
        rows += [BLANK, heading("WHY"), BLANK]
        rows += [heading(line, "text") for line in wrap(why, width, limit=24)]
    return rows


def _runs(found: Mapping[str, Any] | None, width: int) -> list[Row]:
    if found is None:
        return [heading("not tested yet", "dim")]
    runs = {name: run_words(name, found.get(name) or {}) for name in (*RUNS, "lint")}
    if (covered := coverage_words(found)) is not None:
        runs["covered"] = covered
    rows = []
    for name, (sign, style, words) in runs.items():
        said = cut(words, max(width - 13, 8))
        rows.append(row(None, (f"{sign} ", style), (f"{name.upper():<11}", "text"), (said, "dim")))
    return rows


def _before(attempts: Sequence[Mapping[str, Any]]) -> str:
    """What became of the attempt before the newest."""
    if len(attempts) < 2:
        return ""
    failed = failed_of(attempts[-2].get("verification") or {})
    return f" · attempt {len(attempts) - 1} failed {count(failed, 'test')}" if failed else ""


def _status(task: Mapping[str, Any]) -> str:
    return {"pending": "queued", "completed": "done"}.get(str(task.get("status")), "")
