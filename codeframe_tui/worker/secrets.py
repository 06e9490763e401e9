"""Our keys in what the model answers: hidden before it is stored, refused where it would act."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from codeframe_tui.core.change.proposal import ChangeSet, FileChange
from codeframe_tui.core.errors import InvalidAnswer
from codeframe_tui.core.events import Signal
from codeframe_tui.core.progress import Turn
from codeframe_tui.core.secrets import HIDDEN, Secrets, Stream
from codeframe_tui.ports import Reply
from codeframe_tui.ports.files import Snapshot

__all__ = ["Discreet", "check_answer", "check_written", "storable"]

_HOLDS = "_holds"
"""Beside a block of text: the name of the key that stood in it."""
_INSTEAD = "which goes nowhere; read the variable where it is needed, or use a placeholder"


class Discreet:
    """Publishes what a model says piece by piece, which may cut a key of ours in two."""

    def __init__(self, secrets: Secrets, publish: Callable[[Signal], None]) -> None:
        self._secrets = secrets
        self._publish = publish
        self._streams: dict[tuple[str, str], tuple[Signal, Stream]] = {}

    def publish(self, signal: Signal) -> None:
        """Pass a signal on, or hold its end back."""
        if not signal.append:
            self._publish(signal)
            return
        place = (signal.kind, signal.key)
        _, stream = self._streams.get(place) or (signal, Stream(self._secrets, ours=True))
        self._streams[place] = signal, stream
        self._tell(signal, stream.feed(signal.data[_text_of(signal)]))

    def close(self) -> None:
        """Tell what was held back."""
        for signal, stream in self._streams.values():
            if rest := stream.rest():
                self._tell(signal, rest)
        self._streams.clear()

    def _tell(self, signal: Signal, text: str) -> None:
        self._publish(replace(signal, data={**signal.data, _text_of(signal): text}))


def _text_of(signal: Signal) -> str:
    return "partial_json" if "partial_json" in signal.data else "text"


def storable(reply: Reply, secrets: Secrets) -> tuple[dict[str, Any], ...]:
    """Blocks with the reason beside each tool call whose input is broken, and without our keys.

    What holds one says so beside it: whoever reads it must refuse what it would have done.
    """
    return tuple(block for each in reply.content for block in _stored(reply, each, secrets))


def _stored(reply: Reply, block: Mapping[str, Any], secrets: Secrets) -> Iterator[dict[str, Any]]:
    broken = reply.broken_tools.get(block.get("id", ""))
    name = secrets.name_in(block)
    if not name:
        yield {**block, "_broken": broken} if broken else dict(block)
    elif block["type"] == "tool_use":
        yield {
            **secrets.withhold(block),
            "_broken": f"its input holds the value of {name}, {_INSTEAD}",
        }
    elif block["type"] == "text":  # a thought is signed as it is: it goes as a whole
        yield {**secrets.withhold(block), _HOLDS: name}


def check_answer(reply: Turn, answer: ChangeSet) -> None:
    """Refuse files in which one of our keys stood. Raises: InvalidAnswer."""
    names = [block[_HOLDS] for block in reply.content if _HOLDS in block]
    for change in answer.files if names else ():
        if _has_gap(change):
            raise InvalidAnswer(f"{change.path} would hold the value of {names[0]}, {_INSTEAD}")


def _has_gap(change: FileChange) -> bool:
    texts = [(change.content or b"").decode("utf-8", "replace")]
    return any(HIDDEN in text for text in (*texts, *(edit.new for edit in change.edits)))


def check_written(captured: Snapshot) -> None:
    """Refuse files of ours that a command wrote a key into. Raises: InvalidAnswer."""
    if captured.held:
        raise InvalidAnswer(f"{captured.held[0]}, {_INSTEAD}")
