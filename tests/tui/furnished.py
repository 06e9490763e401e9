"""A project in which something of everything is there: talk, attempts, limits, spending."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from codeframe_tui.core.queries import Query, ShowDiff, ShowOrigins, ShowReview, ShowUsage
from codeframe_tui.core.review.draft import Draft
from codeframe_tui.ports import Document
from tests.tui.fake_service import FakeService, at, diff, shown, task

__all__ = ["Furnished"]


def _spent(calls: int, sent: int, written: int, cost: float, **more: Any) -> Document:
    return {"calls": calls, "input_tokens": sent, "output_tokens": written,
            "cache_write_tokens": sent // 3, "cache_read_tokens": sent * 4,
            "cost_usd": cost} | more  # fmt: skip


def usage() -> Document:
    """Money and tokens, with a cap of each kind and a price that nobody knows."""
    return {
        "total": _spent(210, 310_200, 64_100, 9.41),
        "periods": {
            "run": _spent(31, 41_000, 9_800, 0.84),
            "today": _spent(44, 62_500, 12_300, 1.37),
            "month": _spent(210, 310_200, 64_100, 9.41),
        },
        "caps": {"per_task": 0.5, "per_run": 5.0, "per_day": None},
        "budgets": [{"name": "per_run", "spent_usd": 0.84, "cap_usd": 5.0, "reserved_usd": 0.12}],
        "models": [
            _spent(180, 280_000, 60_000, 9.41, model="claude-sonnet-5-5"),
            _spent(30, 30_200, 4_100, 0.0, model="own-model") | {"cost_usd": None},
        ],
        "tasks": [
            _spent(12, 18_000, 3_900, 0.31, number="1.2.1"),
            _spent(9, 11_000, 2_400, 0.21, number="1.2.3"),
            _spent(6, 8_000, 1_900, 0.18, number="1.2.4", reserved_usd=0.12),
        ],
    }


def _comment(key: int, text: str, **more: Any) -> Document:
    return {"id": key, "attempt": 2, "path": "client/retry.py", "first": 42, "last": 42,
            "side": "new", "type": "issue", "text": text, "author": "human", "created_at": at(2),
            "excerpt": [], "state": "open", "sent": None, "answer": None,
            "stands": more.get("state") != "outdated"} | more  # fmt: skip


def review() -> Document:
    """Comments in every state, and an earlier attempt that was reviewed."""
    return {
        "task": "1.2.3",
        "attempt": 2,
        "proposal": "p2",
        "comments": [
            _comment(1, "why not three?", attempt=1, type="question", state="addressed", sent=1,
                     answer="A count says nothing about time."),
            _comment(2, "name the budget here", attempt=1, first=60, last=60,
                     state="outdated", sent=1),
            _comment(3, "log the host too: a delay alone tells nobody which upstream is slow",
                     first=46, last=46),
            _comment(4, "say it in the changelog", path="", first=0, last=0, type="nit"),
        ],
        "draft": Draft().document,
        "since": 1,
    }  # fmt: skip


def _flags() -> list[Document]:
    return [
        {"id": "f1", "rule": "network in tests", "severity": "red", "path": "client/retry.py",
         "line": 46, "message": "an address is logged where it was not before",
         "why": "What is logged may leave the machine: see that it holds no secret.",
         "before": "", "after": 'log.info("retry %d after %.1fs", attempt, delay)',
         "acknowledged": None},
        {"id": "f2", "rule": "new dependency", "severity": "amber", "path": "pyproject.toml",
         "line": 14, "message": "tenacity was not a dependency before", "why": "",
         "acknowledged": None},
    ]  # fmt: skip


def _tasks() -> dict[str, Document]:
    under_review, asks = shown(), shown()
    under_review["attempts"][-1]["flags"] = _flags()
    failed = asks["attempts"][0]
    asks["attempts"] = [failed | {"attempt": n, "proposal": f"q{n}"} for n in (1, 2, 3)]
    asks |= {"number": "1.2.1", "title": "Currency rounding", "status": "blocked", "attempt": 3}
    asks["description"] = "Round amounts of every currency as its country does."
    return {"1.2.3": under_review, "1.2.1": asks}


def _limit() -> Document:
    return {"id": "b2", "task": "1.2.2", "kind": "SYNC", "cause": "limit", "options": [],
            "question": "The cap of the task is reached.", "assumption": None, "status": "open",
            "answer": None, "created_at": at(9), "title": "Bulk refunds", "holds": [],
            "cost_usd": 0.52, "attempts": 0, "by_hand": False,
            "limit": {"name": "per_task", "cap_usd": 0.5, "spent_usd": 0.52}}  # fmt: skip


@dataclass
class Furnished(FakeService):
    """The project of the drawings with more in it."""

    tasks: dict[str, Document] = field(default_factory=_tasks)
    diffs: dict[str, Document] = field(
        default_factory=lambda: {
            "1.2.3": diff() | {"task": "1.2.3"},
            "1.2.1": diff() | {"task": "1.2.1", "proposal": "q3", "attempt": 3},
        }
    )
    hand: Document = field(
        default_factory=lambda: {
            "path": "/srv/state/hands/1.2.1-currency-rounding",
            "attempt": 3,
            "files": [{"path": "shop/money.py", "action": "modify", "added": 4, "removed": 2}],
        }
    )

    def __post_init__(self) -> None:
        needs, *_, done = self.queue["groups"]
        needs["rows"].append(task("1.2.2", "Bulk refunds", "blocked", blocker="b2", since=at(9)))
        done["rows"].append(
            task("1.1.2", "Log format", "cancelled", reason="undone", since=at(50), attempt=1)
        )
        for group in (needs, done):
            group["total"] = len(group["rows"])
        self.blockers["blockers"].append(_limit())
        lines = [f"    # line {n} of the client" for n in range(1, 121)]
        for hunk in self.diffs["1.2.3"]["files"][0]["hunks"]:
            new = [text for sign, text in hunk["lines"] if sign != "-"]
            lines[hunk["new_start"] - 1 : hunk["new_start"] - 1 + len(new)] = new
        self.sides["client/retry.py"] = lines

    async def query(self, query: Query) -> Document:
        match query:
            case ShowUsage():
                return usage()
            case ShowReview("1.2.3"):
                return review()
            case ShowOrigins():
                return {"runs": [[42, 42, 1], [44, 44, 2], [46, 46, 2], [88, 88, 1]]}
            case ShowDiff("1.2.3", since=int(since)):
                whole = await super().query(query)
                return whole | {"since": since, "files": whole["files"][:2]}
        return await super().query(query)
