"""What waits for a slow reader: lines in order and bounded, signals merged. Stdlib only."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from codeframe_tui.core.events import Signal

__all__ = ["Outbox", "SignalBuffer", "merge"]

MAX_TEXT = 64 * 1024
"""Characters of joined text that are kept of one signal: the newest."""
MAX_BUFFERED_TEXT = 2**20
"""Characters of all texts that wait for one reader; beyond it the oldest signals are dropped."""


class SignalBuffer:
    """The newest signal of each key, oldest first; pieces of text are joined.

    Args:
        max_signals: of different keys; beyond it the oldest is dropped.
        max_text: characters of all together; beyond it the oldest are dropped, never the newest.
    """

    def __init__(self, max_signals: int = 4096, max_text: int = MAX_BUFFERED_TEXT) -> None:
        self._max_signals = max_signals
        self._max_text = max_text
        self._text = 0
        self._signals: dict[tuple[int, str, str | None, str], Signal] = {}

    def put(self, signal: Signal, reader: int = 0) -> None:
        """Add a signal for one of several readers, or merge it into the one that waits."""
        key = (reader, signal.kind, signal.task, signal.key)
        waiting = self._signals.get(key)
        merged = signal if waiting is None else merge(waiting, signal)
        self._text += _length(merged) - (0 if waiting is None else _length(waiting))
        self._signals[key] = merged
        while len(self._signals) > self._max_signals or (
            self._text > self._max_text and len(self._signals) > 1
        ):
            self._text -= _length(self._signals.pop(next(iter(self._signals))))

    def take(self) -> list[tuple[int, Signal]]:
        """All that wait, with their readers."""
        taken = [(key[0], signal) for key, signal in self._signals.items()]
        self._signals.clear()
        self._text = 0
        return taken


class Outbox:
    """Lines in order, and behind them the signals.

    Args:
        max_bytes: of waiting lines; replies always fit, events and new requests have to
            wait for room.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lines: list[bytes] = []
        self._bytes = 0
        self._signals = SignalBuffer()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._empty = asyncio.Event()
        self._empty.set()

    def put(self, line: bytes) -> None:
        """Add a line, whatever waits."""
        self._lines.append(line)
        self._bytes += len(line)
        if self._bytes >= self._max_bytes:
            self._room.clear()
        self._empty.clear()
        self._filled.set()

    async def put_patiently(self, line: bytes, patience_seconds: float) -> None:
        """Add a line when there is room. Raises: TimeoutError when there is none for so long."""
        if not self._room.is_set():
            async with asyncio.timeout(patience_seconds):
                await self.roomy()
        self.put(line)

    async def roomy(self) -> None:
        """Return when there is room."""
        await self._room.wait()

    def put_signal(self, signal: Signal, reader: int) -> None:
        """Add a signal, or merge it."""
        self._signals.put(signal, reader)
        self._filled.set()

    async def filled(self) -> None:
        """Return when something waits."""
        await self._filled.wait()

    async def emptied(self) -> None:
        """Return when everything was taken."""
        await self._empty.wait()

    def take(self) -> tuple[list[bytes], list[tuple[int, Signal]]]:
        """All that waits."""
        lines, self._lines, self._bytes = self._lines, [], 0
        self._filled.clear()
        self._room.set()
        self._empty.set()
        return lines, self._signals.take()


def _length(signal: Signal) -> int:
    return sum(len(value) for value in signal.data.values() if isinstance(value, str))


def merge(old: Signal, new: Signal) -> Signal:
    """Two signals of one key as one: texts joined when they are pieces, else the newer one."""
    if not (old.append and new.append):
        return new
    return replace(new, data={k: _joined(k, old.data.get(k), v) for k, v in new.data.items()})


def _joined(name: str, old: object, new: object) -> object:
    if name in {"text", "partial_json"} and isinstance(old, str) and isinstance(new, str):
        return (old + new)[-MAX_TEXT:]
    return new
