"""Scripts: which turn follows a conversation.

A script is a function of the conversation alone, so a restarted engine, or a call that is repeated
after a fault, gets the same turn again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from codeframe_tui.core.talk.prompt import ONLY_WORDS

__all__ = [
    "Conversation",
    "Fault",
    "Line",
    "Script",
    "Step",
    "Talks",
    "Text",
    "Thinking",
    "ToolCall",
    "Turn",
]

_HEADER = re.compile(r"^\W*Task (\S+): (.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Text:
    """A text block."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """A thinking block."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool_use block.

    Attributes:
        raw: sent as its input JSON, however broken it is.
        ident: its id; None = one that no other reply has.
    """

    name: str
    input: Mapping[str, Any]
    raw: str | None = None
    ident: str | None = None

    @property
    def json(self) -> str:
        """The input as it goes over the wire."""
        return json.dumps(dict(self.input)) if self.raw is None else self.raw


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with a turn.

    Attributes:
        kind: ``status`` (an HTTP error instead), ``html``, ``empty``; or after ``after`` frames:
            ``error`` (an error event), ``cut`` (a clean end), ``cut_inside`` (a clean end inside
            the next frame), ``reset``, ``stall``, ``pings`` (nothing but pings), ``malformed``
            (the next frame is no JSON), ``skip`` (the next frame is left out).
        status: for ``status``.
        error: ``error.type`` for ``status`` and ``error``.
        message: ``error.message`` for both.
        retry_after: seconds, as a header.
        times: how often the same conversation meets it; None = always.
    """

    kind: str
    after: int = 3
    status: int = 500
    error: str = "overloaded_error"
    message: str = "as the script says"
    retry_after: float | None = None
    times: int | None = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """One reply; its stop reason follows from its blocks unless it is given."""

    blocks: tuple[Text | Thinking | ToolCall, ...]
    stop_reason: str | None = None
    fault: Fault | None = None

    @property
    def stop(self) -> str:
        """The stop reason."""
        if self.stop_reason is not None:
            return self.stop_reason
        uses = any(isinstance(block, ToolCall) for block in self.blocks)
        return "tool_use" if uses else "end_turn"


class Conversation:
    """A request, as a script looks at it.

    Args:
        messages: of the Messages API.
        tools: definitions of the tools that may be called.
    """

    def __init__(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self._messages = messages
        self.tools = tools

    @property
    def title(self) -> str:
        """Title of the task, from the line ``Task NUMBER: TITLE`` of the first message."""
        found = _HEADER.search(_text(self._messages[0])) if self._messages else None
        return found.group(2) if found else ""

    @property
    def replies(self) -> int:
        """How many replies the model gave so far."""
        return sum(message["role"] == "assistant" for message in self._messages)

    @property
    def answers(self) -> int:
        """How many of them called no tool: final answers, one per attempt."""
        asked = [False, *map(_wants_words, self._messages)]
        return sum(
            _is_answer(each) and not words
            for each, words in zip(self._messages, asked, strict=False)
        )

    @property
    def wants_words(self) -> bool:
        """Whether a person asks about a proposal, which is to stay as it is."""
        return bool(self._messages) and _wants_words(self._messages[-1])

    @property
    def since_answer(self) -> int:
        """How many replies were given since the last final answer."""
        count = 0
        for message in self._messages:
            if message["role"] == "assistant":
                count = 0 if _is_answer(message) else count + 1
        return count

    def result_of(self, tool: str) -> str:
        """What the newest call of a tool gave back; empty if there is none."""
        blocks = [block for message in self._messages for block in _blocks(message)]
        calls = [block["id"] for block in blocks if block.get("name") == tool]
        results = {block.get("tool_use_id"): _block_text(block) for block in blocks}
        return results.get(calls[-1], "") if calls else ""


class Script(Protocol):
    """Says what comes next."""

    def turn(self, conversation: Conversation) -> Turn:
        """The next turn; the same for the same conversation."""
        ...


class Line:
    """Turns by their number in the conversation; the last one repeats."""

    def __init__(self, *turns: Turn) -> None:
        self._turns = turns

    def turn(self, conversation: Conversation) -> Turn:
        """See `Script`."""
        return self._turns[min(conversation.replies, len(self._turns) - 1)]


Step = Turn | Callable[[Conversation], Turn]
"""A turn, or how to find it."""


class Talks:
    """Tasks by title; each is a list of attempts, each attempt the turns up to its final answer.

    The last attempt repeats: a script has no new ideas.

    Args:
        talks: title -> attempts -> steps.
        otherwise: the turn for a task that is not in the script.
        explains: the turn when a person asks about a proposal; None = as any other.
    """

    def __init__(
        self,
        talks: Mapping[str, Sequence[Sequence[Step]]],
        otherwise: Turn,
        explains: Turn | None = None,
    ) -> None:
        self._talks = talks
        self._otherwise = otherwise
        self._explains = explains

    def turn(self, conversation: Conversation) -> Turn:
        """See `Script`."""
        if conversation.wants_words and self._explains is not None:
            return self._explains
        attempts = self._talks.get(conversation.title)
        if attempts is None:
            return self._otherwise
        steps = attempts[min(conversation.answers, len(attempts) - 1)]
        step = steps[min(conversation.since_answer, len(steps) - 1)]
        return step if isinstance(step, Turn) else step(conversation)


def _wants_words(message: Mapping[str, Any]) -> bool:
    return message["role"] == "user" and ONLY_WORDS in _text(message)


def _is_answer(message: Mapping[str, Any]) -> bool:
    if message["role"] != "assistant":
        return False
    return not any(block["type"] == "tool_use" for block in _blocks(message))


def _blocks(message: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _text(message: Mapping[str, Any]) -> str:
    return "\n".join(_block_text(block) for block in _blocks(message))


def _block_text(block: Mapping[str, Any]) -> str:
    if block["type"] == "text":
        return str(block["text"])
    content = block.get("content", "")
    if isinstance(content, str):
        return content
    return "\n".join(str(inner.get("text", "")) for inner in content)
