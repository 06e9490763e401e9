"""What the feed tells the app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.events import Event, Signal

if TYPE_CHECKING:  # all ports at once would delay the first picture
    from codeframe_tui.core.queries import Query
    from codeframe_tui.ports import Document

__all__ = ["Arrived", "EngineFound", "EngineLost", "Happened", "Missing", "Slow", "Streamed"]


class Arrived(Message, bubble=False):
    """A document is there, or is newer than the one before."""

    def __init__(self, slot: str, query: Query, document: Document) -> None:
        super().__init__()
        self.slot = slot
        self.query = query
        self.document = document


class Missing(Message, bubble=False):
    """A document could not be had."""

    def __init__(self, slot: str, query: Query, error: CodeframeError) -> None:
        super().__init__()
        self.slot = slot
        self.query = query
        self.error = error


class Happened(Message, bubble=False):
    """A durable fact."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class Streamed(Message, bubble=False):
    """What came in one tick, merged."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        super().__init__()
        self.signals = signals


class EngineLost(Message, bubble=False):
    """There is no engine; ``final`` when trying again cannot help."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__()
        self.why = why
        self.final = final


class EngineFound(Message, bubble=False):
    """There is an engine (again), and what its overview says."""

    def __init__(self, overview: Document) -> None:
        super().__init__()
        self.overview = overview


class Slow(Message, bubble=False):
    """What a person waits for, for more than a moment; empty when it is over."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what
