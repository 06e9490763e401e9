"""What stands above the tests: why it is not proven, what runs just now, what ran again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from codeframe_tui.tui.present.live import AGAIN, Live
from codeframe_tui.tui.present.rows import Row, Span, cells, heading, row, safe, wrap
from codeframe_tui.tui.present.tests import RUNS, newest_attempt, verification_of
from codeframe_tui.tui.present.times import (
    clock,
    elapsed,
    milliseconds,
    seconds_since,
    seconds_until,
)

__all__ = ["head_rows", "newest_again"]


_EVIDENCE = {
    "regression": "A person asked for evidence 'regression': no test needs to be RED.",
    "none": "A person asked for evidence 'none': it is always reviewed, never proven.",
}


def newest_again(task: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What the newest attempt's tests showed when a person let them run again."""
    found = (newest_attempt(task) or {}).get("again")
    return found if isinstance(found, Mapping) else None


def head_rows(
    task: Mapping[str, Any] | None,
    live: Live | None,
    *,
    width: int,
    lines: int,
    now: datetime,
) -> list[Row]:
    """Rows that the cursor skips; none where the title has said all.

    Args:
        task: a `ShowTask` document.
        live: what signals told.
        width: cells of a row.
        lines: most of them that the reason may take.
        now: aware, in the person's time zone.
    """
    rows: list[Row] = []
    found = verification_of(task)
    if asked := _EVIDENCE.get(str((task or {}).get("evidence"))):
        rows += [heading(line, "dim") for line in wrap(asked, width, limit=lines) if line]
    if found is not None and found.get("verdict") != "proven":
        why = safe(found.get("message") or found.get("reason"))
        rows += [heading(line, "text") for line in wrap(why, width, limit=lines) if line]
    if live is not None and live.again:
        at = (newest_again(task) or {}).get("at")
        rows.append(_running("again", AGAIN, live, elapsed(at, now), width, stops=True))
    elif (again := newest_again(task)) is not None:
        rows.append(_ended(again, now))
    if found is None and live is not None and (run := _newest_run(live)):
        since = elapsed((live.waiting or {}).get("since"), now)
        rows.append(_running(run.upper(), run, live, f"{since}{_limit(live.waiting, now)}", width))
    return rows


def _limit(waiting: Mapping[str, Any] | None, now: datetime) -> str:
    """`` of 15:00``: what a run may take; empty where that is not told."""
    told = waiting or {}
    since, left = seconds_since(told.get("since"), now), seconds_until(told.get("until"), now)
    if since is None or left is None:
        return ""
    minutes, seconds = divmod(round(since + left), 60)
    return f" of {minutes}:{seconds:02}"


def _newest_run(live: Live) -> str:
    """The run that is under way; empty between two of them."""
    running = [run for run in live.progress if live.progress[run].get("running")]
    return next((run for run in reversed(running) if run in RUNS), "")


def _running(
    name: str, run: str, live: Live, since: str, width: int, *, stops: bool = False
) -> Row:
    """``● again 3 of 12  0:04  test_x.py::test_y``."""
    told = live.progress.get(run) or {}
    done, total = (told.get(key) if isinstance(told.get(key), int) else 0 for key in _COUNTS)
    left: list[Span] = [("● ", "blue"), (name, "blue")]
    if total:
        left.append((f" {max(done or 0, len(live.tests.get(run) or ())):,} of {total:,}", "dim"))
    left.append((f"  {since}", "blue") if since else ("", ""))
    right: list[Span] = [("X", "bold"), (" stops", "dim")] if stops else []
    room = width - sum(cells(text) for text, _ in (*left, *right)) - 4
    return row(None, *left, (f"  {_short(safe(told.get('running')), room)}", "dim"), right=right)


_COUNTS = ("done", "total")


def _short(name: str, room: int) -> str:
    """The end of a test's name tells more than its folders."""
    return name if cells(name) <= room else name.rpartition("/")[2]


def _ended(again: Mapping[str, Any], now: datetime) -> Row:
    """``✔ again 14:02: 12 of 12 passed  0.3 s``."""
    when = clock(again.get("at"), now)
    left: list[Span] = [(f"again {when}: " if when else "again: ", "dim")]
    if not again.get("ok"):
        reason = safe(again.get("message")) or safe(again.get("reason")).replace("_", " ")
        said = "interrupted; r, R or A runs tests again" if reason == "interrupted" else reason
        return row(None, ("○ ", "dim"), *left, (said or "did not end", "text"))
    failed, passed = _number(again.get("failed")), _number(again.get("passed"))
    total = failed + passed + _number(again.get("skipped"))
    sign: Span = ("✘ ", "red") if failed else ("✔ ", "green")
    left.append((f"{passed:,} of {total:,} passed", "text"))
    left.append((f"  {milliseconds(again.get('seconds'))}", "dim"))
    if again.get("differ"):
        left.append(("  flaky; the verdict stays", "amber"))
    return row(None, sign, *left)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
