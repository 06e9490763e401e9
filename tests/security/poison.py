"""Documents of the engine with a hostile text in the place of every one that is not ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Any

from codeframe_tui.core.errors import Refused
from codeframe_tui.core.queries import (
    Query,
    ShowBase,
    ShowEntry,
    ShowHand,
    ShowLetter,
    ShowReview,
    ShowSide,
    ShowUndo,
)
from codeframe_tui.ports import Document
from tests.tui.fake_service import FakeService, task

__all__ = ["Hostile", "happenings", "poisoned", "poisoned_service"]

OURS = {
    *(
        "action",
        "at",
        "base",
        "created_at",
        "evidence",
        "key",
        "kind",
        "mode",
        "number",
        "old_mode",
    ),
    *("outcome", "phase", "policy", "proposal", "sandbox", "severity", "since", "status", "tree"),
    *("task", "until", "verdict", "version"),
}
"""Fields whose values the engine makes itself, or that name things to the program."""
NAMES = {"path", "id", "files"}
"""Fields that must stay different from each other."""


def poisoned(document: Any, texts: Iterator[str], field: str = "") -> Any:
    """A copy of a document with the next text in the place of every one from outside."""
    if isinstance(document, Mapping):
        return {name: _field(document, name, texts) for name in document}
    if isinstance(document, list) and field == "lines":
        return [[sign, next(texts).replace("\n", "")] for sign, _ in document]
    if isinstance(document, list | tuple):
        return [poisoned(each, texts, field) for each in document]
    if isinstance(document, str) and field not in OURS:
        return f"{document}{next(texts)}" if field in NAMES else next(texts)
    return document


def _field(document: Mapping[str, Any], name: str, texts: Iterator[str]) -> Any:
    """Numbers of tasks, and ids of anything but tests, are the engine's own."""
    own = name in {"depends_on", "waiting_on", "holds"} or (name == "id" and "kind" in document)
    return document[name] if own else poisoned(document[name], texts, name)


def poisoned_service(texts: Iterator[str]) -> FakeService:
    """Everything that the cockpit asks for, with a text from outside in every place."""
    service = FakeService()
    service.queue["groups"][3]["rows"] += [
        task("1.0.1", "x", "cancelled", reason="why"),
        task("1.0.2", "x", "failed", reason="why", why="it could not be done"),
        task("1.0.3", "x", "pending", held=True, why="it waits"),
    ]
    service.overview |= {"key": "set a key", "sandbox_why": "no walls"}
    service.blockers["blockers"][0]["assumption"] = "it is so"
    service.activity["items"][0]["detail"] = "several\nlines"
    for name in ("overview", "queue", "blockers", "activity", "output"):
        setattr(service, name, poisoned(getattr(service, name), texts))
    service.tasks["1.2.3"] = poisoned(service.tasks["1.2.3"], texts)
    service.diffs["1.2.3"] = poisoned(service.diffs["1.2.3"], texts)
    service.diffs["1.2.3"]["files"] += _odd_files(texts)
    service.undo = {
        "files": [{"path": "a.py", "action": "modify", "added": 1, "removed": 1}],
        "refused": {"code": "conflict", "message": "not now", "hint": "look"},
        "conflicts": [{"path": "b.py", "task": "1.2.4", "why": "edited since"}],
        "later": [{"task": "1.2.4", "title": "x", "files": ["b.py"], "imports": ["c.py"]}],
        "commits": ["c0ffee"],
        "by_commands": ["d.py"],
    }
    service.refuse = Refused(next(texts), hint=next(texts))
    return service


def _odd_files(texts: Iterator[str]) -> list[dict[str, Any]]:
    odd: tuple[dict[str, Any], ...] = (
        {"binary": True},
        {"mode": "100755", "old_mode": "100644"},
        {"action": "delete"},
    )
    plain: dict[str, Any] = {"action": "modify", "mode": "100644", "binary": False, "hunks": []}
    return [plain | {"path": f"odd{n}{next(texts)}"} | each for n, each in enumerate(odd)]


class Hostile(FakeService):
    """A poisoned service whose answers to what is asked on the way hold hostile texts too.

    Attributes:
        texts: what they hold.
    """

    texts: Iterator[str] = repeat("plain")

    async def query(self, query: Query) -> Document:
        texts = self.texts
        match query:
            case ShowReview():
                comments = [_comment(n, texts) for n in range(4)]
                parts: dict[str, list[str]] = {"files": [], "hunks": [], "lines": []}
                nothing: Document = {
                    "accepted": parts,
                    "rejected": parts,
                    "seen": [],
                    "since": None,
                }
                return {"task": "1.2.3", "attempt": 2, "proposal": "p2", "comments": comments,
                        "draft": nothing, "since": 1}  # fmt: skip
            case ShowSide():
                return {"lines": [next(texts).replace("\n", "")] * 3, "total": 60, "tokens": None}
            case ShowHand():
                return {"task": "1.2.3", "path": next(texts), "attempt": 2, "moved": True,
                        "files": [{"path": next(texts), "action": "modify"}]}  # fmt: skip
            case ShowEntry() | ShowUndo() | ShowLetter() | ShowBase():
                found: Document = poisoned(await super().query(query), texts)
                return found
            case _:
                return await super().query(query)


def _comment(number: int, texts: Iterator[str]) -> dict[str, Any]:
    path, line = (("client/retry.py", 42), ("client/retry.py", None), ("", None))[number % 3]
    return {
        "id": number, "type": ("issue", "question", "nit")[number % 3], "text": next(texts),
        "path": path, "side": "new", "first": line, "last": line, "attempt": 1, "sent": None,
        "state": "outdated" if number == 3 else "open", "stands": number != 3,
        "excerpt": [next(texts)], "answer": next(texts), "author": next(texts),
    }  # fmt: skip


def happenings(service: FakeService, texts: Iterator[str]) -> None:
    """Events and signals that carry the texts."""
    refused = {"code": "conflict", "kind": "apply", "paths": [next(texts)]}
    for type_, data in (
        ("change.applied", {"files": [next(texts)], "verdict": next(texts)}),
        ("command.changed", {"files": [next(texts)], "beyond": [next(texts)]}),
        ("change.refused", refused | {"message": next(texts)}),
        ("change.refused", {"code": "other", "message": next(texts)}),
        ("blocker.opened", {"kind": "SYNC", "question": next(texts), "title": next(texts)}),
        ("model.waiting", {"message": next(texts)}),
        ("problem", {"message": next(texts)}),
    ):
        service.happen(type_, "1.2.3", **data)
    more = f"{next(texts)}\n{next(texts)}\n"
    service.signal("test", "1.2.3", run="green", id=f"t{next(texts)}", outcome=next(texts))
    service.signal("test.progress", "1.2.3", run="green", done=1, total=2, text=next(texts))
    service.signal("test.output", "1.2.3", append=True, text=more)
    for kind in ("model.text", "model.thinking", "tool.output"):
        service.signal(kind, "1.2.3", key="u1", append=True, text=more)
    service.signal("model.tool", "1.2.3", key="u1", append=True, name=next(texts),
                   partial_json=next(texts))  # fmt: skip
    service.signal("file", "1.2.4", path=f"p{next(texts)}", content=more, turn=9)
    service.signal("waiting", "1.2.4", why=next(texts), since="2026-03-02T14:19:00.000Z",
                   until="2026-03-02T14:29:00.000Z")  # fmt: skip
