"""What happened to a task, as lines that a person can read; each opens to all of it."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from codeframe_tui.core.errors import NotFound
from codeframe_tui.core.events import Event
from codeframe_tui.core.progress import ToolResult, Turn
from codeframe_tui.core.queries import ShowActivity, ShowEntry
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.activity_lines import detail, line, went_well
from codeframe_tui.service.unit import find_task

__all__ = ["activity", "entry"]

EVENTS = 1_000
SHORT, WHOLE = 300, 256 * 1024
"""Characters of a text in the list, and where it is opened."""


class _Talk:
    """The conversation, by what events call its parts."""

    def __init__(self, turns: Sequence[Turn], newest: Iterable[ToolResult]) -> None:
        replies = [turn for turn in turns if turn.role == "assistant"]
        self._places = [turn.index for turn in replies]
        self.replies = {turn.index: turn for turn in replies}
        self.inputs: dict[str, Any] = {}
        self.results: dict[str, str] = {}
        for turn in turns:
            for block in turn.content:
                if block.get("type") == "tool_use":
                    self.inputs[str(block.get("id"))] = block.get("input")
                elif block.get("type") == "tool_result":
                    self.results[str(block.get("tool_use_id"))] = _plain(block.get("content"))
        for result in newest:
            if result.content is not None:
                self.results[result.tool_use] = result.content

    def number(self, index: int) -> int:
        """Which reply from 1 a turn is, or which one it will get."""
        return bisect_right(self._places, index - 1) + 1


def activity(tables: Tables, query: ShowActivity, now: str) -> Document:
    """What the worker read, ran, wrote and said, oldest first.

    ``{"items": [{"seq", "at", "kind", "title", "detail", "cut", "thinking", "turn", "tokens",
    "usage", "cost_usd", "ok"}], "task_usd", "today_usd"}``; `entry` has the texts whole.
    """
    task = find_task(tables, query.number)
    talk = _talk(tables, task.number)
    events = tables.events.of(task.number, EVENTS)
    joined = {
        note: talk.number(event.data["turn"])
        for event in events
        if event.type == "note.told"
        for note in event.data["notes"]
    }
    items = (_item(event, talk, joined) for event in events)
    return {
        "items": [each for each in items if each is not None],
        "task_usd": task.cost_usd,
        "today_usd": tables.turns.spent(f"{now[:10]}T00:00:00.000Z"),
    }


def entry(tables: Tables, query: ShowEntry) -> Document:
    """All of one line: ``{"title", "at", "text"}``."""
    number = find_task(tables, query.number).number
    event = next(iter(tables.events.after(query.event - 1, 1)), None)
    found = line(event) if event is not None and event.task == number else None
    if event is None or found is None:
        raise NotFound(f"task {number} has no such entry", hint="look at its activity again")
    text = "\n\n".join(_parts(event, _talk(tables, number)))
    return {"title": found[1], "at": event.at, "text": text[:WHOLE]}


def _talk(tables: Tables, number: str) -> _Talk:
    return _Talk(tables.turns.all(number), tables.tools.of_newest_turn(number))


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
            text = _said(reply, "text")
            usage = event.data["usage"]
            document["turn"] = talk.number(event.data["turn"])
            document["thinking"] = _said(reply, "thinking")[:SHORT]
            document["usage"] = usage
            document["tokens"] = sum(usage.values()) if usage else None
            document["cost_usd"] = event.data["cost_usd"]
        case "tool.ended":
            text = talk.results.get(event.data["tool_use"], text)
        case "note.added":
            turn = joined.get(event.data["note"])
            document["turn"] = turn
            document["title"] = f"{title}, joined turn {turn}" if turn else f"{title}, waits"
        case _:
            pass
    return {**document, "detail": text[:SHORT], "cut": len(text) > SHORT}


def _parts(event: Event, talk: _Talk) -> Iterable[str]:
    """What stands behind a line, part by part."""
    match event.type:
        case "turn.recorded":
            reply = talk.replies.get(event.data["turn"])
            if thought := _said(reply, "thinking"):
                yield f"THINKING\n{thought}"
            yield _said(reply, "text") or "It said nothing."
            if usage := event.data["usage"]:
                yield _spent(usage, event.data["cost_usd"])
        case "tool.ended":
            given = talk.inputs.get(event.data["tool_use"])
            if given is not None:
                yield f"INPUT\n{_written(given)}"
            yield f"RESULT\n{talk.results.get(event.data['tool_use'], 'not kept')}"
        case _:
            yield detail(event) or "There is no more to it."


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


def _plain(content: object) -> str:
    """The text of a tool's result, whichever form it has."""
    if isinstance(content, list):
        return "\n".join(str(block.get("text", "")) for block in content if isinstance(block, dict))
    return "" if content is None else str(content)
