"""The service port with documents made by hand, which a test changes as it likes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from codeframe_tui import __version__
from codeframe_tui.core.commands import Command, FinishByHand, LayOver, TakeInHand
from codeframe_tui.core.errors import CodeframeError, NotFound
from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.hand import COPY
from codeframe_tui.core.queries import (
    CheckDependencies,
    Query,
    ShowActivity,
    ShowBase,
    ShowBlockers,
    ShowDependencies,
    ShowDiff,
    ShowEntry,
    ShowFile,
    ShowHand,
    ShowHistory,
    ShowHits,
    ShowIssues,
    ShowLetter,
    ShowMerge,
    ShowOverview,
    ShowPlaces,
    ShowQueue,
    ShowSide,
    ShowTask,
    ShowTaskContext,
    ShowTestOutput,
    ShowUndo,
)
from codeframe_tui.ports import Document
from codeframe_tui.tui.present.tested import counts_of, failed_of

NOW = datetime(2026, 3, 2, 14, 20, 0, tzinfo=UTC)
"""The time in all documents below."""


def at(minutes: float) -> str:
    """A moment so many minutes before `NOW`."""
    moment = datetime.fromtimestamp(NOW.timestamp() - minutes * 60, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def task(number: str, title: str, status: str = "pending", **more: Any) -> Document:
    """A row of the queue."""
    return {
        "number": number,
        "title": title,
        "status": status,
        "phase": None,
        "held": False,
        "priority": 2,
        "workflow_step": 0,
        "issue": None,
        "depends_on": [],
        "agent": None,
        "attempt": 0,
        "verdict": None,
        "waiting_on": [],
        "cost_usd": 0.0,
        "since": at(3),
        "reason": None,
        "why": "",
        "blocker": None,
    } | more


def queue() -> Document:
    """The queue of the drawings."""
    groups = {
        "needs_you": [
            task("1.2.3", "Retry on 429", "in_review", attempt=2, verdict="proven", cost_usd=0.21),
            task("1.2.1", "Currency rounding", "blocked", attempt=3, blocker="b1", cost_usd=0.31,
                 reason="tests disagree", since=at(18)),
        ],
        "working": [
            task("1.2.4", "Paginate /orders", "in_progress", phase="verifying", attempt=2,
                 since=at(0.2), cost_usd=0.18),
            task("1.3.1", "Audit log table", "in_progress", phase="proposing", attempt=0,
                 since=at(41 / 60), cost_usd=0.14),
        ],
        "queued": [
            task("1.3.2", "Audit log API", waiting_on=["1.3.1"], depends_on=["1.3.1"]),
            task("1.4.1", "Rate limiter", priority=1),
            task("1.4.2", "Limits per key", waiting_on=["1.4.1"], depends_on=["1.4.1"]),
        ],
        "done": [
            task("1.1.4", "Health endpoint", "completed", since=at(18), attempt=1),
            task("1.1.3", "Settings model", "completed", since=at(33), attempt=1),
        ],
    }  # fmt: skip
    return {"groups": [{"key": k, "total": len(v), "rows": v} for k, v in groups.items()]}


def overview() -> Document:
    """The header of the drawings."""
    return {
        "project": "shop-api",
        "path": "/srv/shop-api",
        "branch": "main",
        "dirty": 3,
        "policy": "manual",
        "sandbox": "bwrap",
        "sandbox_why": "",
        "model": "claude-sonnet-5-5",
        "key": None,
        "scripted": False,
        "paused": False,
        "workers": [
            {"task": "1.2.4", "title": "Paginate /orders", "phase": "verifying", "since": at(0.2)},
            {"task": "1.3.1", "title": "Audit log table", "phase": "proposing", "since": at(0.6)},
        ],
        "worker_limit": 2,
        "cost_usd": 0.84,
        "cap_usd": 5.0,
        "counts": {"needs_you": 2, "working": 2, "queued": 3, "done": 2},
        "ready": True,
        "last_event": 40,
        "pid": 4242,
        "version": __version__,
        "keep": False,
    }


def blockers() -> Document:
    """One open question."""
    return {
        "blockers": [
            {
                "id": "b1",
                "task": "1.2.1",
                "kind": "SYNC",
                "question": "Round half up or half even for JPY amounts? Tests disagree.",
                "options": ["half up", "half even"],
                "assumption": None,
                "status": "open",
                "answer": None,
                "created_at": at(18),
                "title": "Currency rounding",
                "holds": ["1.5.1", "1.5.2", "1.5.3"],
                "cost_usd": 0.31,
                "attempts": 3,
                "cause": "question",
                "limit": None,
                "by_hand": False,
            }
        ]
    }


_NEW = ("stops_when_budget_is_spent", "retries_429_with_retry_after", "never_retries_400")


def _tests(outcome: str) -> list[Document]:
    times = (0.008, 0.011, 0.006)
    return [
        {"id": f"tests/test_retry.py::test_{name}", "outcome": outcome, "duration": seconds,
         "message": "AttributeError: limit" if outcome == "failed" else ""}
        for name, seconds in zip(_NEW, times, strict=True)
    ]  # fmt: skip


def verification() -> Document:
    """Proven."""
    rest = [
        {"id": f"tests/test_old.py::test_{n}", "outcome": "passed", "duration": 0.02, "message": ""}
        for n in range(209)
    ]
    return {
        "verdict": "proven",
        "reason": "",
        "message": "",
        "red": {"verdict": "red", "tests": _tests("failed")},
        "green": {"verdict": "green", "tests": _tests("passed")},
        "regression": {"verdict": "clean", "tests": [*_tests("passed"), *rest]},
        "lint": {"verdict": "clean", "message": "ruff: nothing new", "tests": []},
    }


FILES = [
    {"path": "client/retry.py", "action": "modify", "added": 8, "removed": 3},
    {"path": "client/limit.py", "action": "create", "added": 6, "removed": 0},
    {"path": "tests/test_retry.py", "action": "modify", "added": 4, "removed": 0},
    {"path": "pyproject.toml", "action": "modify", "added": 1, "removed": 0},
]


def shown() -> Document:
    """The task in review."""
    failed = verification() | {"verdict": "failed", "reason": "regression"}
    failed["green"] = {"verdict": "failing", "tests": [
        *_tests("passed")[:2], {"id": "tests/test_retry.py::test_never_retries_400",
                                "outcome": "failed", "duration": 0.01, "message": ""}]}  # fmt: skip
    attempt = {
        "explanation": "Retries now spend a time budget instead of a fixed count: a slow upstream "
        "cannot hold a request for longer than the caller allowed.",
        "files": FILES,
        "base": "b" * 40,
        "tree": "c" * 40,
        "usage": {},
    }
    return task("1.2.3", "Retry on 429", "in_review", attempt=2, verdict="proven") | {
        "description": "Honour Retry-After.",
        "evidence": "tdd",
        "history": [],
        "attempts": [
            attempt | {"attempt": 1, "proposal": "p1", "verification": failed, "flags": []},
            attempt | {"attempt": 2, "proposal": "p2", "verification": verification(), "flags": [
                {"rule": "new dependency", "severity": "amber", "path": "pyproject.toml",
                 "line": 14, "message": "tenacity was not a dependency before"}]},
        ],
    }  # fmt: skip


def _hunk(k: int, start: int, heading: str, lines: list[list[str]]) -> Document:
    old = sum(sign != "+" for sign, _ in lines)
    new = sum(sign != "-" for sign, _ in lines)
    return {"k": k, "old_start": start, "old_lines": old, "new_start": start, "new_lines": new,
            "heading": heading, "lines": lines, "verdict": None}  # fmt: skip


def diff() -> Document:
    """The proposal in review."""
    retry = [
        _hunk(1, 41, "class Retry", [
            [" ", "    def run(self, call: Callable[[], Response]) -> Response:"],
            ["-", "        for attempt in range(3):"],
            ["+", "        for attempt in self.limit.attempts():"],
            [" ", "            response = call()"],
            ["-", "            if response.status != 500:"],
            ["+", "            if response.status not in RETRYABLE:"],
            [" ", "                return response"],
            ["+", '            log.info("retry %d after %.1fs", attempt, delay)'],
            [" ", "        raise RetriesExhausted(self.limit)"],
        ]),
        _hunk(2, 88, "", [
            ["-", "DEFAULT = Retry()"],
            ["+", "DEFAULT = Retry(Limit(seconds=30))"],
        ]),
    ]  # fmt: skip
    limit = [_hunk(1, 1, "", [
        ["+", "class Limit:"],
        ["+", '    """A budget of retries, spent by elapsed time."""'],
        ["+", ""],
        ["+", "    def __init__(self, seconds: float) -> None:"],
        ["+", "        self.left = seconds"],
    ])]  # fmt: skip
    tests = [_hunk(1, 10, "", [["+", "def test_never_retries_400() -> None:"],
                               ["+", "    assert run(400).calls == 1"]])]  # fmt: skip
    build = [_hunk(1, 12, "dependencies", [["+", '  "tenacity>=9",']])]
    hunks = [retry, limit, tests, build]
    return {
        "base": "b" * 40,
        "proposal": "p2",
        "attempt": 2,
        "files": [
            {
                "path": f["path"],
                "action": f["action"],
                "mode": "100644",
                "binary": False,
                "hunks": h,
            }
            for f, h in zip(FILES, hunks, strict=True)
        ],
    }


def activity() -> Document:
    """What the worker did."""
    return {
        "items": [
            {"seq": 3, "at": at(13), "kind": "state", "title": "started work", "detail": "",
             "ok": None},
            {"seq": 5, "at": at(12), "kind": "context", "title": "gathered 6 files",
             "detail": "client/retry.py: names Retry\nclient/api.py: calls it", "ok": None},
            {"seq": 8, "at": at(11), "kind": "model", "turn": 1, "title": "replied, asked for Grep",
             "detail": "I look for the callers first.", "thinking": "Who calls Retry?",
             "usage": {"input_tokens": 1_900, "output_tokens": 240, "cache_read_tokens": 0,
                       "cache_write_tokens": 6_300}, "cost_usd": 0.03, "ok": None},
            {"seq": 10, "at": at(11), "kind": "tool", "title": "Grep Retry(",
             "detail": "client/api.py:12: retry = Retry()\nclient/api.py:40: Retry()", "ok": True},
            {"seq": 12, "at": at(10), "kind": "tool", "title": "Bash pytest -q",
             "detail": "1 failed, 211 passed", "ok": False},
            {"seq": 14, "at": at(10), "kind": "note", "turn": 2, "detail": "mind Retry-After",
             "title": "note from a person, joined turn 2", "ok": None},
            {"seq": 15, "at": at(9), "kind": "model", "turn": 2, "title": "replied",
             "detail": "Retries spend a budget now.", "thinking": "",
             "usage": {"input_tokens": 300, "output_tokens": 2_140, "cache_read_tokens": 8_200,
                       "cache_write_tokens": 900}, "cost_usd": 0.05, "ok": None},
            {"seq": 17, "at": at(8), "kind": "review", "title": "decided by policy: review",
             "detail": "policy: manual\nverdict: proven", "ok": None},
        ],
        "task_usd": 0.31,
        "today_usd": 0.84,
    }  # fmt: skip


def history() -> Document:
    """The story of the task in review."""

    def line(minutes: float, title: str, detail: str = "") -> Document:
        return {"at": at(minutes), "kind": "state", "title": title, "detail": detail,
                "attempt": None}  # fmt: skip

    def attempt(minutes: float, number: int, verdict: str, said: str) -> Document:
        return line(minutes, f"attempt {number}", said) | {
            "kind": "attempt", "attempt": number, "cause": "correction" if number > 1 else "first",
            "verdict": verdict, "message": "", "files": 4, "added": 19, "removed": 3,
            "cost_usd": 0.1 * number}  # fmt: skip

    items = [
        line(60 * 24, "added"),
        line(40, "started work"),
        attempt(30, 1, "failed", "Retries stop after three."),
        attempt(12, 2, "proven", "Retries now spend a time budget."),
        line(3, "waits for review"),
    ]
    return {"number": "1.2.3", "title": "Retry on 429", "status": "in_review", "items": items,
            "cut": False}  # fmt: skip


PLACES = [
    {"kind": "file", "name": "retry.py", "path": "client/retry.py", "line": 0},
    {"kind": "class", "name": "Retry", "path": "client/retry.py", "line": 12, "signature": "class"},
    {"kind": "method", "name": "Retry.run", "path": "client/retry.py", "line": 41},
    {"kind": "function", "name": "fetch", "path": "client/api.py", "line": 7},
]


def context() -> Document:
    """What the worker of the task in review was shown."""

    def file(path: str, form: str, tokens: int, *reasons: str) -> Document:
        return {"path": path, "form": form, "tokens": tokens, "reasons": list(reasons)}

    return {
        "number": "1.2.3",
        "title": "Retry on 429",
        "at": at(12),
        "files": [
            file("client/retry.py", "body", 1_204, "pinned by you", "words: retry, 429"),
            file("client/api.py", "body", 980, "uses names of the task", "linked to others"),
            file("client/limit.py", "skeleton", 310, "names: limit"),
            file("tests/test_retry.py", "skeleton", 116, "tests client/retry.py"),
            file("docs/retry.md", "name", 4, "words: retry"),
        ],
        "earlier": [
            {
                "task": "1.1.3",
                "title": "Settings model",
                "kind": "answer",
                "tokens": 31,
                "reasons": ["words: retry, budget"],
                "text": "Task 1.1.3 (Settings model), the worker asked: Is the budget per call?\n"
                "A person answered: per request of the caller",
            }
        ],
        "cut": ["client/huge.py: body of 40,000 tokens did not fit"],
        "budget": 24_000,
        "tokens_by": "model",
        "tokens": 2_614,
        "pinned": [{"path": "client/retry.py", "whose": "project"}],
        "excluded": [],
    }


def part_of(found: Document, query: ShowTask) -> Document:
    """What the engine gives of a task: one attempt is whole, unless the asker has it."""
    found = deepcopy(found)
    attempts = found["attempts"]
    number = query.attempt or (attempts[-1]["attempt"] if attempts else 0)
    shown = [each for each in attempts if each["attempt"] == number]
    names = ("files", "verification", "again")
    stamp = f"{number}:{[[each.get(name) for name in names] for each in shown]}"
    same = stamp == query.known
    for each in attempts:
        verification = each["verification"] or {}
        if verification:
            verification["failed"] = failed_of(verification)
        runs = [run for run in verification.values() if isinstance(run, dict)]
        for run in [*runs, each.get("again") or {}]:
            run["counts"] = dict(counts_of(run))
            if same or each["attempt"] != number:
                run["tests"] = []
        each["file_count"] = len(each["files"])
        if same or each["attempt"] != number:
            each["files"] = []
    return found | {"shown": {"attempt": number, "stamp": stamp, "same": same}}


@dataclass
class FakeService:
    """Answers from its documents, records commands, sends what a test says.

    Attributes:
        tasks: number -> `ShowTask` document; others are made from the queue.
        refuse: raised by the next `submit`.
        files: path -> text in the newest proposal, None where it is deleted.
        page: most items of an activity or a history that are told at once.
        hand: of `ShowHand`; `TakeInHand` gives its path.
        copies: of `ShowDiff` of the copy in hand.
        undo: what `ShowUndo` tells besides its kind.
        merge: what `ShowMerge` tells besides the text that was given.
        laid: what `LayOver` tells.
        held: text -> what its answer of `ShowPlaces` waits for.
        left: how many files the next answers of it say are not read yet.
        late: what `FinishByHand` tells is kept.
    """

    overview: Document = field(default_factory=overview)
    queue: Document = field(default_factory=queue)
    blockers: Document = field(default_factory=blockers)
    tasks: dict[str, Document] = field(default_factory=lambda: {"1.2.3": shown()})
    page: int = 1_000
    refuse_base: bool = False
    bases: dict[str, str] = field(default_factory=dict)
    sides: dict[str, list[str]] = field(default_factory=dict)
    diffs: dict[str, Document] = field(default_factory=lambda: {"1.2.3": diff()})
    activity: Document = field(default_factory=activity)
    outputs: dict[str, Document] = field(default_factory=dict)
    output: Document = field(default_factory=lambda: {"text": "E  assert 1 == 2", "outcome": "x"})
    files: dict[str, str | None] = field(default_factory=dict)
    hand: Document = field(default_factory=dict)
    copies: dict[str, Document] = field(default_factory=dict)
    undo: Document = field(default_factory=lambda: {"files": FILES, "decision": 7})
    merge: Document = field(
        default_factory=lambda: {"proposal": "p3", "attempt": 3, "conflict": None}
    )
    laid: Document = field(default_factory=lambda: {"attempt": 3, "conflicts": {}})
    late: str | None = None
    submitted: list[Command] = field(default_factory=list)
    asked: list[Query] = field(default_factory=list)
    followed: list[int | None] = field(default_factory=list)
    refuse: CodeframeError | None = None
    issues: list[Document] = field(default_factory=lambda: [{"number": "1.2", "title": "Client"}])
    loops: set[str] = field(default_factory=set)
    history: Document = field(default_factory=history)
    context: Document = field(default_factory=context)
    places: list[Document] = field(default_factory=lambda: deepcopy(PLACES))
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    floods: list[asyncio.Task[None]] = field(default_factory=list)
    _events: asyncio.Queue[Event | None] = field(default_factory=asyncio.Queue)
    _signals: asyncio.Queue[Signal | None] = field(default_factory=asyncio.Queue)
    _seq: int = 40
    _told: dict[int, Document] = field(default_factory=dict)

    async def submit(self, command: Command) -> Document:
        self.submitted.append(command)
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error
        if isinstance(command, TakeInHand):
            if not self.hand:
                raise NotFound("no copy can be made here")
            return {"task": command.number, "path": self.hand["path"]}
        if isinstance(command, LayOver):
            return self.laid
        if isinstance(command, FinishByHand):
            return {"attempt": 3, "proposal": "p3", "kept": self.late}
        return {"number": "1.9.9", "decision": 1, "attempt": 3, "tasks": ["1.9.8", "1.9.9"],
                "path": "/srv/copy"}  # fmt: skip

    async def query(self, query: Query) -> Document:
        self.asked.append(query)
        match query:
            case ShowOverview():
                found = self.overview
            case ShowQueue():
                found = self._windows(query)
            case ShowBlockers():
                found = self.blockers
            case ShowActivity():
                found = self._activity(query)
            case ShowEntry():
                found = {"title": "", "text": f"all of entry {query.event}\n  indented"}
            case ShowTestOutput():
                if self.outputs and query.run not in self.outputs:
                    raise NotFound("there is no such run")
                found = self.outputs.get(query.run, self.output)
            case ShowBase() if not self.refuse_base:
                text = self.bases.get(query.path)
                found = {"task": query.number, "path": query.path, "text": text}
            case ShowHits():
                found = {"hits": [["client/limit.py", 1, 0]], "all": True}
            case ShowSide() if query.path in self.sides:
                lines = self.sides[query.path]
                shown = lines[query.first - 1 : query.last]
                about = {"first": query.first, "total": len(lines)}
                found = about | {"lines": shown, "tokens": None}
            case ShowDiff() if query.attempt == COPY:
                if query.number not in self.copies:
                    raise NotFound("there is no copy")
                found = self.copies[query.number]
            case ShowMerge():
                found = {"task": query.number, "path": query.path, "text": query.text} | self.merge
            case ShowDiff() if query.number in self.diffs:
                found = self.diffs[query.number]
            case ShowLetter(_, kind, overall, parts):
                said = [overall, parts.text] if kind == "changes" else []
                found = {"text": "\n".join(filter(None, said)), "comments": []}
            case ShowFile() if query.path in self.files:
                found = self._file(query.number, query.path)
            case ShowHand():
                found = self.hand
            case ShowUndo():
                found = {"kind": query.kind} | self.undo
            case CheckDependencies(_, needs):
                found = {"needs": [self._need(number) for number in needs]}
            case ShowDependencies(number):
                found = self._dependencies(number)
            case ShowHistory():
                found = self._history(query)
            case ShowPlaces(text):
                found = await self._places(text)
            case ShowTaskContext():
                found = self.context
            case ShowIssues(text):
                issues = [each for each in self.issues if text in each["number"] + each["title"]]
                found = {"issues": issues}
            case ShowTask():
                found = part_of(self._task(query.number), query)
            case _:
                raise NotFound("there is no such thing")
        return deepcopy(found)

    def _activity(self, query: ShowActivity) -> Document:
        """A page; an item that was told and is another now is told again."""
        items = self.activity["items"]
        if query.after:
            page = [i for i in items if i["seq"] > query.after or self._told.get(i["seq"], i) != i]
            earlier = False
        else:
            older = [i for i in items if query.before is None or i["seq"] < query.before]
            page, earlier = older[-self.page :], len(older) > self.page
        self._told |= {item["seq"]: deepcopy(item) for item in page}
        numbers = [item["seq"] for item in page] or [query.after]
        return self.activity | {"task": query.number, "items": page, "after": query.after,
                                "earlier": earlier, "first": numbers[0],
                                "last": max(query.after, numbers[-1])}  # fmt: skip

    async def _places(self, text: str) -> Document:
        """Those whose path or name has the text; one that is held back waits until it is let go."""
        if text in self.held:
            await self.held[text].wait()
        found = [p for p in self.places if text.casefold() in f"{p['name']} {p['path']}".casefold()]
        left = self.left.pop(0) if self.left else 0
        return {"places": found, "more": 0, "files": 9, "left": left}

    def _history(self, query: ShowHistory) -> Document:
        items = [item | {"seq": at} for at, item in enumerate(self.history["items"], 1)]
        older = [each for each in items if query.before is None or each["seq"] < query.before]
        page = older[-self.page :]
        first = page[0]["seq"] if page else 0
        return self.history | {"items": page, "first": first, "cut": len(older) > self.page}

    def _need(self, number: str) -> Document:
        known = {row["number"]: row for group in self.queue["groups"] for row in group["rows"]}
        if number in self.loops:
            return {**known[number], "problem": f"{number} itself waits for it"}
        if number not in known:
            return {"number": number, "problem": f"there is no task {number}"}
        return {**known[number], "problem": None}

    def _dependencies(self, number: str) -> Document:
        rows = {row["number"]: row for group in self.queue["groups"] for row in group["rows"]}
        node = {"depth": 0, "again": False}
        return {
            "task": rows[number],
            "needs": [rows[each] | node for each in rows[number]["depends_on"]],
            "holds": [row | node for row in rows.values() if number in row["depends_on"]],
            "cut": {"needs": False, "holds": False},
        }

    def _file(self, number: str, path: str) -> Document:
        proposal = self.diffs[number]["proposal"]
        return {"task": number, "proposal": proposal, "path": path, "text": self.files[path]}

    def _windows(self, query: ShowQueue) -> Document:
        """What a question about the queue gets: words of a filter are sought in titles only."""
        windows = {key: (first, rows) for key, first, rows in query.windows}
        groups: list[Document] = []
        places: Document = dict.fromkeys(query.at)
        for group in self.queue["groups"]:
            fitting = group["rows"]
            if query.filter:
                fitting = [r for r in fitting if query.filter.lower() in r["title"].lower()]
            for at_, row in enumerate(fitting):
                if row["number"] in query.at:
                    places[row["number"]] = [group["key"], at_]
            first, rows = windows.get(group["key"], (0, query.limit))
            total = len(fitting) if query.filter else max(group["total"], len(fitting))
            shown = fitting[first : first + rows]
            groups.append({"key": group["key"], "total": total, "first": first, "rows": shown})
        return {
            "groups": groups,
            "all": sum(group["total"] for group in self.queue["groups"]),
            "places": places,
            "filter": query.filter,
            "sort": query.sort.value,
            "last_event": self.queue.get("last_event", self._seq),
        }

    def _task(self, number: str) -> Document:
        if number in self.tasks:
            return self.tasks[number]
        for group in self.queue["groups"]:
            for row in group["rows"]:
                if row["number"] == number:
                    return {**row, "attempts": [], "history": [], "description": ""}
        raise NotFound(f"there is no task {number}")

    async def events(self, after: int | None = None) -> AsyncIterator[Event]:
        self.followed.append(after)
        while (event := await self._events.get()) is not None:
            yield event

    async def signals(self) -> AsyncIterator[Signal]:
        while (signal := await self._signals.get()) is not None:
            yield signal

    def happen(self, type_: str, number: str | None = None, **data: Any) -> None:
        """Send an event."""
        self._seq += 1
        self._events.put_nowait(Event(self._seq, at(0), type_, number, data))

    def signal(self, kind: str, number: str | None, *, key: str = "", append: bool = False,
               **data: Any) -> None:  # fmt: skip
        """Send a signal."""
        self._signals.put_nowait(Signal(kind, number, data, key, append))

    def die(self) -> None:
        """End both streams, as a dying engine does."""
        self._events.put_nowait(None)
        self._signals.put_nowait(None)
