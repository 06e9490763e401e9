"""What is known about a question: attempts side by side, what failed, and what an answer does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from codeframe_tui.core.text import clean
from codeframe_tui.tui.present.rows import BLANK, Row, Span, cells, heading, row, safe, wrap
from codeframe_tui.tui.present.tested import GOOD, failed_of
from codeframe_tui.tui.present.times import money
from codeframe_tui.tui.present.words import count

__all__ = ["answer_rows", "attempt_rows", "failing_of", "first_failing"]

_WIDTH = 66
_NAMES = 4
"""Failing tests that are named."""
_OUTPUT = 8
"""Last lines of an output."""
_VERDICTS: Mapping[str, Span] = {
    "proven": ("✔ proven", "green"),
    "failed": ("✘ failed", "red"),
    "not_verified": ("○ not verified", "amber"),
}
_DOES: Mapping[str, str] = {
    "question": "Your answer goes to the worker, and the task goes on.",
    "command": "allow runs it this once; anything else tells the worker to do without.",
    "corrections": "Your answer goes to the worker, who makes one more attempt.",
    "budget": "An amount is the new cap; anything else allows the same amount again.",
    "hand": "Your answer goes to the worker, who builds on what you did.",
    "answer": "Your answer goes to the worker, who tries again.",
}
_LONGER = (
    "Once is this command, now. Always is written into your config.toml. "
    "Anything else tells the worker to do without."
)
_OTHERS: Mapping[str, str] = {
    "hand": "goes on by hand",
    "approve": "applies the newest attempt as it is",
    "raise": "raises the limit",
    "skip": "puts it aside",
    "split": "splits the task",
}
"""Other ways to go on -> what they do."""
_KEYS = {"hand": "E", "approve": "A", "raise": "l", "skip": "s", "split": "S"}
_ASYNC = "The worker goes on meanwhile; your answer reaches it with its next turn."
_TRIES = "Any answer lets it try again; what you say reaches the worker."


def failing_of(attempt: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Tests that fail on what an attempt proposes: (run, test document), each test once."""
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for run in ("green", "regression"):
        tests = ((attempt.get("verification") or {}).get(run) or {}).get("tests") or ()
        for test in tests:
            if test.get("outcome") not in GOOD:
                found.setdefault(str(test.get("id")), (run, test))
    return list(found.values())


def first_failing(task: Mapping[str, Any]) -> tuple[int, str, str] | None:
    """Number of the newest attempt, run and id of its first failing test."""
    attempts = list(task.get("attempts") or ())
    failing = failing_of(attempts[-1]) if attempts else []
    if not failing:
        return None
    run, test = failing[0]
    return int(attempts[-1].get("attempt") or len(attempts)), run, str(test.get("id"))


def attempt_rows(task: Mapping[str, Any] | None, *, width: int) -> list[Row]:
    """One row an attempt, then what fails in the newest; empty without attempts."""
    attempts: Sequence[Mapping[str, Any]] = (task or {}).get("attempts") or ()
    rows = [_attempt(each) for each in attempts]
    failing = failing_of(attempts[-1]) if attempts else []
    for _, test in failing[:_NAMES]:
        name, said = safe(test.get("id")), safe(test.get("message"))
        if cells(name) + 4 > width:
            name = name.rpartition("::")[2]
        rows.append(row(None, ("  ✘ ", "red"), (name, "text")))
        rows += [heading(f"    {line}", "dim") for line in wrap(said, width - 4, limit=2) if line]
    if len(failing) > _NAMES:
        rows.append(heading(f"    and {len(failing) - _NAMES} more", "faint"))
    return rows


def _attempt(attempt: Mapping[str, Any]) -> Row:
    found = attempt.get("verification") or {}
    verdict = _VERDICTS.get(safe(found.get("verdict")), ("○ not tested", "dim"))
    failing = failed_of(found)
    named = count(failing, "test fails", "tests fail") if failing else safe(found.get("reason"))
    who = "  by hand" if attempt.get("cause") == "hand" else ""
    cost = attempt.get("cost_usd")
    paid = [(money(cost), "dim")] if cost else []
    return row(
        None,
        (f"{safe(attempt.get('attempt'))}  ", "dim"),
        (verdict[0].ljust(16), verdict[1]),
        (named.replace("_", " "), "dim"),
        (who, "violet"),
        right=paid,
    )


def answer_rows(
    blocker: Mapping[str, Any],
    task: Mapping[str, Any] | None = None,
    output: str = "",
    *,
    keys: Mapping[str, str] = _KEYS,
) -> list[Row]:
    """A question in full, its evidence, and what happens on each answer.

    Args:
        blocker: of `ShowBlockers`.
        task: `ShowTask` of its task.
        output: of the first failing test.
        keys: other ways to go on -> the keys that a person has for them.
    """
    question = clean(str(blocker.get("question") or ""), limit=20_000)
    rows = [heading(line, "text") for line in wrap(question, _WIDTH)]
    if blocker.get("assumption"):
        said = f"It goes on with this assumption: {safe(blocker['assumption'])}"
        rows += [heading(line, "dim") for line in wrap(said, _WIDTH, limit=4)]
    rows += [BLANK, *_consequences(blocker, keys)]
    tried = attempt_rows(task, width=_WIDTH)
    if tried:
        rows += [BLANK, heading("WHAT WAS TRIED", "dim"), *tried]
    last = [line for line in clean(output).split("\n") if line.strip()][-_OUTPUT:]
    if last:
        rows += [BLANK, heading("LAST OUTPUT", "dim")]
        rows += [heading(line.expandtabs(4), "faint") for line in last]
    if facts := _facts(blocker):
        rows += [BLANK, heading(facts, "faint")]
    return rows


def _consequences(blocker: Mapping[str, Any], keys: Mapping[str, str]) -> list[Row]:
    """What an answer does, and which other keys of the inbox do what."""
    waits = blocker.get("kind") != "ASYNC"
    does = _DOES.get(str(blocker.get("cause")), _TRIES) if waits else _ASYNC
    does = _LONGER if blocker.get("allows") else does
    rows = [row(None, ("→ ", "blue"), (line, "dim")) for line in wrap(does, _WIDTH - 2)]
    lacks = {"approve": not blocker.get("attempts"), "raise": not blocker.get("limit")}
    others = [f"{keys[name]} {what}" for name, what in _OTHERS.items() if not lacks.get(name)]
    said = f"back in the inbox: {', '.join(others)}"
    return [*rows, *(heading(f"  {line}", "faint") for line in wrap(said, _WIDTH - 2))]


def _facts(blocker: Mapping[str, Any]) -> str:
    facts = []
    if blocker.get("cost_usd"):
        facts.append(f"{money(blocker['cost_usd'])} spent")
    limit = blocker.get("limit") or {}
    if limit.get("cap_usd"):
        facts.append(f"{money(limit.get('spent_usd'))} of {money(limit['cap_usd'])}")
    holds = blocker.get("holds")
    held = len(holds) if isinstance(holds, list) else holds
    if held:
        facts.append(f"holds {count(int(held), 'task')}")
    return " · ".join(facts)
