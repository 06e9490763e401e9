"""What happened to a task, as lines that a person can read; each opens to all of it."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from codeframe_tui.core.errors import InvalidAnswer, NotFound
from codeframe_tui.core.events import Event
from codeframe_tui.core.progress import Turn
from codeframe_tui.core.queries import ShowActivity, ShowEntry
from codeframe_tui.core.secrets import NOTHING
from codeframe_tui.core.talk.answer import find_answer
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.activity_lines import detail, line, went_well
from codeframe_tui.service.unit import find_task

__all__ = ["activity", "entry"]

EVENTS = 300
"""Of a page."""
_NOTES = 1_000
"""Of a task that can be told as joined, newest first."""
SHORT, WHOLE = 300, 256 * 1024
"""Characters of a text in the list, and where it is opened."""
_LOOKED_AT = 4_096
"""Characters of a text in the list that are searched for tokens: what is told may cut one."""


class _Talk:
    """Of the conversation what some events tell of, and no more of it is read.

    A call's id alone does not name it, for some servers count those of each reply from 0: it is
    one of the newest reply when its event was stored.
    """

    def __init__(self, tables: Tables, number: str, events: Sequence[Event]) -> None:
        self._places = tables.turns.replies(number)
        first = events[0].seq if events else 0
        before = tables.events.typed(number, ("turn.recorded",), 1, before=first)
        self._turns: dict[int, int] = {}
        turn = before[0].data["turn"] if before else -1
        for event in events:
            turn = event.data["turn"] if event.type == "turn.recorded" else turn
            self._turns[event.seq] = turn
        spoken = {e.data["turn"] for e in events if e.type == "turn.recorded"}
        self.replies = tables.turns.some(number, spoken)
        ran = {self._turns[e.seq] for e in events if e.type == "tool.ended"}
        self._results = tables.tools.results(number, ran)

    def number(self, index: int) -> int:
        """Which reply from 1 a turn is, or which one it will get."""
        return bisect_right(self._places, index - 1) + 1

    def turn(self, event: Event) -> int:
        """Index of the reply that an event came after, or is; -1 before the first."""
        return self._turns[event.seq]

    def result(self, event: Event) -> str | None:
        """What the call of a ``tool.ended`` gave."""
        return self._results.get((self.turn(event), event.data["tool_use"]))


def activity(tables: Tables, query: ShowActivity, now: str) -> Document:
    """See `core.queries.ShowActivity`; `entry` has the texts whole."""
    task = find_task(tables, query.number)
    page = tables.events.of(task.number, EVENTS + 1, after=query.after, before=query.before)
    whole, events = len(page) <= EVENTS, page[-EVENTS:]
    told = _told_notes(tables, task.number, events)
    after = query.after if whole else 0
    again = _joined_since(tables, task.number, events, after)
    talk = _Talk(tables, task.number, events)
    joined = {note: talk.number(turn) for note, turn in told.items()}
    items = (_item(event, talk, joined) for event in (*again, *events))
    return {
        "task": task.number,
        "items": [each for each in items if each is not None],
        "first": events[0].seq if events else query.after,
        "last": events[-1].seq if events else query.after,
        "after": after,
        "earlier": not whole,
        "task_usd": task.cost_usd,
        "today_usd": tables.turns.spent(f"{now[:10]}T00:00:00.000Z"),
    }


def _told_notes(tables: Tables, number: str, events: Sequence[Event]) -> dict[int, int]:
    """Notes that joined a turn, and which, as far as events tell of notes."""
    if not any(event.type.startswith("note.") for event in events):
        return {}
    told = tables.events.typed(number, ("note.told",), _NOTES)
    return {note: event.data["turn"] for event in told for note in event.data["notes"]}


def _joined_since(tables: Tables, number: str, events: Sequence[Event], after: int) -> list[Event]:
    """Notes written until then that joined a turn since."""
    told = {n for event in events if event.type == "note.told" for n in event.data["notes"]}
    if not told or not after:
        return []
    added = tables.events.typed(number, ("note.added",), _NOTES, before=after + 1)
    return [event for event in added if event.data["note"] in told]


def entry(tables: Tables, query: ShowEntry) -> Document:
    """All of one line: ``{"title", "at", "text"}``."""
    number = find_task(tables, query.number).number
    event = next(iter(tables.events.after(query.event - 1, 1)), None)
    found = line(event) if event is not None and event.task == number else None
    if event is None or found is None:
        raise NotFound(f"task {number} has no such entry", hint="look at its activity again")
    text = "\n\n".join(_parts(tables, number, event))
    return {"title": found[1], "at": event.at, "text": NOTHING.redact(text)[:WHOLE]}


def _item(event: Event, talk: _Talk, joined: Mapping[int, int]) -> Document | None:
    found = line(event)
    if found is None:
        return None
    kind, title = found
    text = detail(event)
    document: Document = {
        "seq": event.seq,
        "at": event.at,
        "kind": kind,
        "title": title,
        "thinking": "",
        "turn": None,
        "tokens": None,
        "usage": None,
        "cost_usd": None,
        "ok": went_well(event),
    }
    match event.type:
        case "turn.recorded":
            reply = talk.replies.get(event.data["turn"])
            said = _said(reply, "text")
            text = _in_words(said) or said
            usage = event.data["usage"]
            document["turn"] = talk.number(event.data["turn"])
            document["thinking"] = _short(_said(reply, "thinking"))
            document["usage"] = usage
            document["tokens"] = sum(usage.values()) if usage else None
            document["cost_usd"] = event.data["cost_usd"]
        case "tool.ended":
            result = talk.result(event)
            text = text if result is None else result
        case "note.added":
            turn = joined.get(event.data["note"])
            document["turn"] = turn
            document["title"] = f"{title}, joined turn {turn}" if turn else f"{title}, waits"
        case _:
            pass
    return {**document, "detail": _short(text), "cut": len(text) > SHORT}


def _short(text: str) -> str:
    """What the list tells of it, without anybody's token: the model alone has it as it is."""
    return NOTHING.redact(text[:_LOOKED_AT])[:SHORT]


def _parts(tables: Tables, number: str, event: Event) -> Iterable[str]:
    """What stands behind a line, part by part."""
    talk = _Talk(tables, number, [event])
    match event.type:
        case "turn.recorded":
            reply = talk.replies.get(event.data["turn"])
            if thought := _said(reply, "thinking"):
                yield f"THINKING\n{thought}"
            said = _said(reply, "text")
            if words := _in_words(said):
                yield words
                said = f"AS IT CAME\n{said}"
            yield said or "It said nothing."
            if usage := event.data["usage"]:
                yield _spent(usage, event.data["cost_usd"])
        case "tool.ended":
            turn = talk.turn(event)
            asked, answered = "tool_use", "tool_result"
            turns = tables.turns.some(number, (turn, turn + 1))
            given = _block(turns.get(turn), asked, "id", event)
            if given is not None:
                yield f"INPUT\n{_written(given.get('input'))}"
            told = _block(turns.get(turn + 1), answered, "tool_use_id", event)
            result = talk.result(event) if told is None else _plain(told.get("content"))
            yield f"RESULT\n{'not kept' if result is None else result}"
        case _:
            yield detail(event) or "There is no more to it."


def _block(turn: Turn | None, kind: str, name: str, event: Event) -> Mapping[str, Any] | None:
    """The block of a turn that is about the call of an event."""
    use = event.data["tool_use"]
    blocks = turn.content if turn else ()
    return next((b for b in blocks if b.get("type") == kind and b.get(name) == use), None)


def _spent(usage: Mapping[str, int], cost: float | None) -> str:
    named = (f"{name.removesuffix('_tokens').replace('_', ' ')} {n:,}" for name, n in usage.items())
    money = "unknown price" if cost is None else f"${cost:.4f}"
    return f"TOKENS\n{' · '.join(named)} · {money}"


def _written(given: object) -> str:
    """What a tool was given: texts as they are, the rest as JSON."""
    if not isinstance(given, dict):
        return json.dumps(given, ensure_ascii=False, indent=2)
    lines = []
    for name, value in given.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines.append(f"{name}:\n{text}" if "\n" in text else f"{name}: {text}")
    return "\n".join(lines)


def _said(turn: Turn | None, kind: str) -> str:
    blocks = turn.content if turn else ()
    return "\n".join(str(block.get(kind, "")) for block in blocks if block.get("type") == kind)


def _in_words(text: str) -> str:
    """What an answer says of itself, and what it does to which files; empty of any other text."""
    return _read(text) if '"files"' in text else ""


@lru_cache(maxsize=32)
def _read(text: str) -> str:
    """Read once: the same answers stand in every page that is asked for while a worker goes on."""
    try:
        answer = find_answer(text)
    except InvalidAnswer:
        return ""
    files = answer["files"] if isinstance(answer["files"], list) else []
    named = [f"{f.get('action')} {f.get('path')}" for f in files if isinstance(f, dict)]
    return "\n".join(filter(None, (str(answer.get("explanation") or ""), " · ".join(named))))


def _plain(content: object) -> str:
    """The text of a tool's result, whichever form it has."""
    if isinstance(content, list):
        return "\n".join(str(block.get("text", "")) for block in content if isinstance(block, dict))
    return "" if content is None else str(content)
