"""The top line: where, who works on what, what needs a person, under which rules, for how much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from codeframe_tui import __version__
from codeframe_tui.tui.present.rows import Row, Span, cells, cut, safe, wrap
from codeframe_tui.tui.present.times import money
from codeframe_tui.tui.present.words import PHASES, count

__all__ = ["banner_rows", "header_row", "slow_words", "workers_line"]

_GAP: Span = ("   ", "")


def header_row(
    overview: Mapping[str, Any] | None,
    *,
    width: int,
    lost: str = "",
    left: Mapping[str, str] | None = None,
    slow: str = "",
    indexed: tuple[int, int] = (0, 0),
) -> Row:
    """The header; what matters least goes first when it is narrow.

    Args:
        overview: the answer to `ShowOverview`; None while it is fetched.
        width: cells.
        lost: what is wrong with the engine, shown in the place of the workers.
        left: how long the worker of a task still waits, by task.
        slow: what the cockpit itself waits for, see `slow_words`.
        indexed: how many files of how many the index has read; the same while it reads none.
    """
    waits: list[Span] = [_GAP, ("◌ ", "blue"), (slow, "text")] if slow else []
    if overview is None:
        name: Span = ("codeframe-tui", "bold")
        told = [_GAP, (lost, "amber")] if lost else waits
        return Row(None, (name, *told))
    for detail in range(6):
        begin = _place(overview, detail) + waits + _workers(overview, detail, lost, left or {})
        begin += _reading(indexed, detail)
        right = _right(overview, detail)
        if _width(begin) + _width(right) + 3 <= width:
            break
    return Row(None, tuple(begin), tuple(right))


def _reading(indexed: tuple[int, int], detail: int) -> list[Span]:
    done, files = indexed
    if done >= files or detail >= 5:
        return []
    what = "reading the code" if detail < 4 else "code"
    return [_GAP, (f"{what} {100 * done // files} %", "dim")]


def slow_words(slow: tuple[str, datetime] | None, now: datetime) -> str:
    """``opening the change 3 s``; empty while nothing is slow."""
    if slow is None:
        return ""
    what, since = slow
    return f"{what} {max(int((now - since).total_seconds()), 1)} s"


def banner_rows(
    overview: Mapping[str, Any] | None, *, refused: str = "", width: int = 80
) -> list[Row]:
    """Lines below the header that say what a person must know before anything else.

    Args:
        overview: the answer to `ShowOverview`; None while it is fetched.
        refused: why no engine takes this cockpit, and what to do.
        width: cells.
    """
    if refused:
        lines = wrap(safe(refused), max(width - 2, 1))
        return [
            Row(None, (("✘ " if n == 0 else "  ", "red"), (line, "text")), ())
            for n, line in enumerate(lines)
        ]
    if overview is None:
        return []
    rows = _version_rows(overview.get("version"))
    if overview.get("scripted"):
        said = "answers are recorded, nothing is sent anywhere"
        rows.append(Row(None, (("scripted model: ", "violet"), (said, "dim")), ()))
        guide = _guide(overview)
        if guide:
            rows.append(Row(None, (("next: ", "violet"), *guide), ()))
    elif overview.get("key"):
        rows.append(Row(None, (("! ", "amber"), (safe(overview["key"]), "text")), ()))
    return rows + _trust_rows(overview.get("trust"), width)


def _trust_rows(trust: object, width: int) -> list[Row]:
    """A file of the repository that would loosen something, or that changed since."""
    if not isinstance(trust, Mapping) or not trust.get("count"):
        return []
    says = safe(trust.get("says"))
    changed = trust.get("state") == "changed"
    said = "changed since you trusted it" if changed else "asks for your trust"
    path, room = safe(trust.get("path")), max(width - cells(f"{said}{says}") - 20, 12)
    name = path if cells(path) <= room else cut(path.rpartition("/")[2], max(room, 20))
    more = f" · {int(trust['count']) - 1} more" if int(trust["count"]) > 1 else ""
    facts = (("! ", "amber"), (f"{name} {said}", "text"), (says and f": {says}", "dim"))
    key = (("f5", "bold @app.trust"), (" reads it", "dim @app.trust"))
    return [Row(None, (*facts, (more, "dim")), key)]


def _version_rows(engine: object) -> list[Row]:
    """An engine of another version that speaks the same protocol: who must be replaced, and how."""
    if not isinstance(engine, str) or engine == __version__:
        return []
    said = f"{safe(engine)}, this cockpit is {__version__}: "
    do = "leave it and open the newer one"
    if _older(engine):
        do = "when no work runs, leave all cockpits, let it stop, open again"
    return [Row(None, (("engine ", "amber"), (said, "text"), (do, "text")), ())]


def _older(version: str) -> bool:
    try:
        parts = [[int(part) for part in each.split(".")[:3]] for each in (version, __version__)]
    except ValueError:
        return False
    return parts[0] < parts[1]


def _guide(overview: Mapping[str, Any]) -> tuple[Span, ...]:
    counts = overview.get("counts") or {}
    if overview.get("paused") and counts.get("queued"):
        return ("P", "bold"), (" starts the workers; watch them in the queue", "dim")
    if counts.get("needs_you"):
        said = " goes to what needs you; space or A accepts, enter answers"
        return ("b", "bold"), (said, "dim")
    if counts.get("working"):
        return ("3", "bold"), (" tests and ", "dim"), ("5", "bold"), (" activity, live", "dim")
    if counts.get("done"):
        return (
            ("q", "bold"),
            (" leaves; your own: ", "dim"),
            ("codeframe-tui", "text"),
            (f" (free until P{_at_most(overview)})", "dim"),
        )
    return ()


def _at_most(overview: Mapping[str, Any]) -> str:
    cap = overview.get("cap_usd")
    return f", then at most {money(cap)}" if cap else ""


def _place(overview: Mapping[str, Any], detail: int) -> list[Span]:
    spans: list[Span] = [(cut(safe(overview.get("project")), 24 if detail < 5 else 10), "bold")]
    if detail >= 5:
        return spans
    if overview.get("branch"):
        spans.append((" " + cut(safe(overview["branch"]), 24), "dim"))
    if overview.get("dirty"):
        spans.append((f" ±{overview['dirty']}", "dim"))
    return spans


def _workers(
    overview: Mapping[str, Any], detail: int, lost: str, left: Mapping[str, str]
) -> list[Span]:
    if lost:
        return [_GAP, (lost, "amber")]
    workers = list(overview.get("workers") or ())
    if detail >= 5:
        return []
    if not workers:
        return [_GAP, ("paused", "dim @app.workers")] if overview.get("paused") else []
    if detail >= 2:
        return [_GAP, (f"● {len(workers)} working", "blue @app.pane_queue")]
    spans: list[Span] = []
    for worker in workers[:3]:
        phase = safe(worker.get("phase"))
        spans += [
            _GAP,
            ("● ", "blue @app.pane_queue"),
            (safe(worker.get("task")), "dim @app.pane_queue"),
            (" " + PHASES.get(phase, phase), "blue @app.pane_queue"),
        ]
        if left.get(str(worker.get("task"))):
            spans.append((f" · {left[str(worker.get('task'))]} left", "dim"))
    if len(workers) > 3:
        spans.append((f"  +{len(workers) - 3}", "blue"))
    return spans


def _right(overview: Mapping[str, Any], detail: int) -> list[Span]:
    """Parts at the right edge; 0 shows all, 5 the least."""
    parts: list[list[Span]] = []
    needs = int((overview.get("counts") or {}).get("needs_you") or 0)
    if needs:
        said = count(needs, "needs you", "need you")
        parts.append([(said, "amber @app.urgent")])
    label = detail < 3
    policy: list[Span] = [(safe(overview.get("policy")), "text @app.policy")]
    named = [("policy", policy), ("sandbox", _walls(overview))]
    if detail < 1 and not overview.get("scripted"):
        named.append(("", [(safe(overview.get("model")), "text")]))
    parts += [
        [(f"{name} ", "dim"), *value] if label and name else value
        for name, value in named
        if value[0][0]
    ]
    if detail >= 4:
        parts = parts[:1] if needs else []
    parts.append(_money(overview))
    return [span for index, part in enumerate(parts) for span in ([_GAP] if index else []) + part]


def _walls(overview: Mapping[str, Any]) -> list[Span]:
    """The sandbox's level, and how many hosts commands of the model reach from in there."""
    level = safe(overview.get("sandbox"))
    spans: list[Span] = [(level, "green" if level == "bwrap" else "amber")]
    if hosts := len({str(place).rpartition(":")[0] for place in overview.get("network") or ()}):
        spans.append((f" +{count(hosts, 'host')}", "amber"))
    return spans


def _money(overview: Mapping[str, Any]) -> list[Span]:
    cap = overview.get("cap_usd")
    spent: list[Span] = [(money(overview.get("cost_usd")), "text @app.usage")]
    return [*spent, (f"/{cap:.2f}", "dim")] if isinstance(cap, int | float) and cap else spent


def _width(spans: list[Span]) -> int:
    return sum(cells(text) for text, _ in spans)


def workers_line(overview: Mapping[str, Any]) -> str:
    """What starting the workers means: how many tasks, which model, which cap."""
    queued = int((overview.get("counts") or {}).get("queued") or 0)
    cap = overview.get("cap_usd")
    limit = f"at most {money(cap)}" if cap else "no cap on money"
    crew = count(int(overview.get("worker_limit") or 1), "worker")
    scripted = overview.get("scripted")
    model = "the scripted model, free" if scripted else f"{safe(overview.get('model'))}, {limit}"
    return f"{crew} for {count(queued, 'queued task')}, with {model}, policy {_policy(overview)}."


def _policy(overview: Mapping[str, Any]) -> str:
    return safe(overview.get("policy")) or "manual"
