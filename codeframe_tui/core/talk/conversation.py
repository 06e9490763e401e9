"""The conversation as the model gets it: always valid, and never larger than its window.

What no longer fits is left out, oldest first: results of tools, then long inputs of tools, then
earlier replies and corrections. The task, what people said and the newest exchange stay whole.
Each place says what stood there and how to get it back.

Room is made in steps: once the budget is exceeded, until half of it is free. Between two steps
the messages only grow, so the cached prefix holds. The steps follow from the stored turns and what
a token is reckoned as, which seldom moves: the same turns give the same messages, whoever asks.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codeframe_tui.core.progress import Turn
from codeframe_tui.core.tokens import GUESS, Gauge

__all__ = ["WINDOW_FULL", "Sent", "sent"]

WINDOW_FULL = "model_context_window_exceeded"
"""The stop reason of a reply that was cut because the window was full."""
_SHORT = 400
"""Characters that are not worth leaving out."""
_MARK = "left out to make room"
_Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """What the next call sends.

    Attributes:
        messages: as the Messages API wants them: neighbours of one role are merged, a reply is
            never empty, every tool call is followed by its result.
        tokens: rather too many than too few.
        left_out: how many blocks are left out, in all.
        is_step: whether this call leaves more out than the call before it.
    """

    messages: list[dict[str, Any]]
    tokens: int
    left_out: int
    is_step: bool


def sent(turns: Sequence[Turn], budget: int, gauge: Gauge = GUESS) -> Sent:
    """What the model is sent of a conversation.

    Args:
        turns: all that is stored, oldest first.
        budget: tokens that the messages may have; where even the least is more, they have more.
        gauge: what a block costs.
    """
    room = _Room(turns, budget, gauge)
    is_step = False
    for index, turn in enumerate(turns):
        is_step = room.grow(index) if turn.role == "user" else False
    return Sent(_messages(turns, room.blocks), room.size, room.left_out, is_step)


class _Room:
    """The blocks of the turns as they shrink."""

    def __init__(self, turns: Sequence[Turn], budget: int, gauge: Gauge) -> None:
        self._turns = turns
        self._cost = gauge.at_most
        self._budget = budget
        self.blocks = [[_sendable(block) for block in turn.content] for turn in turns]
        self._sizes = [[self._cost(block) for block in blocks] for blocks in self.blocks]
        self._calls = {
            block["id"]: block
            for turn in turns
            for block in turn.content
            if block["type"] == "tool_use"
        }
        self._seen = 0
        self.size = 0
        self.left_out = 0

    def grow(self, index: int) -> bool:
        """Take the turns up to a message of the user; whether room had to be made for it."""
        new = range(self._seen, index + 1)
        self._seen = index + 1
        self.size += sum(sum(self._sizes[turn]) for turn in new)
        full = any(self._turns[turn].stop_reason == WINDOW_FULL for turn in new)
        if self.size <= self._budget and not full:
            return False
        before = self.left_out
        target = min(self._budget, self.size) // 2
        newest = max((n for n in range(index) if self._turns[n].role == "assistant"), default=0)
        for turn, place, short in self._candidates(newest):
            if self.size <= target:
                break
            saved = self._sizes[turn][place] - self._cost(short)
            if saved > 0:
                self.blocks[turn][place] = short
                self._sizes[turn][place] -= saved
                self.size -= saved
                self.left_out += 1
        return self.left_out > before

    def _candidates(self, newest: int) -> Iterator[tuple[int, int, _Block]]:
        """Blocks of the turns before one, with what stands for them; the cheapest loss first."""
        for kind in ("tool_result", "tool_use", "text"):
            for turn in range(1, newest):
                for place, block in enumerate(self.blocks[turn]):
                    short = self._short(self._turns[turn], block) if block["type"] == kind else None
                    if short is not None:
                        yield turn, place, short

    def _short(self, turn: Turn, block: _Block) -> _Block | None:
        """What stands for a block; None when it stays."""
        match block["type"]:
            case "tool_result":
                return self._short_result(block)
            case "tool_use":
                return _short_call(block)
        return _short_text(turn, block)

    def _short_result(self, block: _Block) -> _Block | None:
        if _is_short(block["content"]):
            return None
        call = self._calls.get(block["tool_use_id"], {})
        what = f"{call.get('name', 'a tool')} {_brief(call.get('input', {}))}"
        said = f"({_MARK}: what {what} gave, {_count(block['content'])}; call it again to see it)"
        return {**block, "content": said}


def _short_call(block: _Block) -> _Block | None:
    given = {
        name: f"({_MARK}: {_count(value)}; read the file to see what it holds now)"
        if isinstance(value, str) and not _is_short(value)
        else value
        for name, value in block["input"].items()
    }
    return None if given == block["input"] else {**block, "input": given}


def _short_text(turn: Turn, block: _Block) -> _Block | None:
    """Earlier replies and corrections; never the words of people."""
    is_ours = turn.role == "assistant" or turn.purpose == "correction"
    if not is_ours or _is_short(block["text"]):
        return None
    whose = "your reply" if turn.role == "assistant" else "what failed then"
    return {**block, "text": f"({_MARK}: {whose}, {_count(block['text'])}; read the files)"}


def _is_short(value: object) -> bool:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return len(text) <= _SHORT or text.startswith(f"({_MARK}")


def _count(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"{len(text):,} characters"


def _brief(given: Mapping[str, Any]) -> str:
    text = json.dumps(dict(given), ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:119]}…"


def _messages(turns: Sequence[Turn], blocks: Sequence[list[_Block]]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    for turn, content in zip(turns, blocks, strict=True):
        if messages and messages[-1]["role"] == turn.role:
            messages[-1]["content"].extend(content)
        else:
            nothing = [{"type": "text", "text": "(nothing)"}]
            messages.append({"role": turn.role, "content": list(content) or nothing})
    for reply, following in itertools.pairwise(messages):
        if reply["role"] == "assistant":
            following["content"][:0] = _missing_results(reply, following)
    return messages


def _missing_results(reply: Mapping[str, Any], following: Mapping[str, Any]) -> list[_Block]:
    """Results for calls that were not run because the reply was cut."""
    calls = [block["id"] for block in reply["content"] if block["type"] == "tool_use"]
    known = {block.get("tool_use_id") for block in following["content"]}
    return [
        {"type": "tool_result", "tool_use_id": i, "content": "not run", "is_error": True}
        for i in calls
        if i not in known
    ]


def _sendable(block: _Block) -> _Block:
    """A stored block without what only we know."""
    return {key: value for key, value in block.items() if not key.startswith("_")}
