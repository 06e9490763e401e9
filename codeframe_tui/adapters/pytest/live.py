"""What a person sees while tests run: bounded, coalesced signals."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from codeframe_tui.core.events import Signal
from codeframe_tui.core.evidence.verification import TestCase
from codeframe_tui.core.secrets import NOTHING, Secrets, Stream
from codeframe_tui.core.text import clean

__all__ = ["Live"]

PAUSE = 0.1
MOST = 16 * 1024


class Live:
    """Sends signals of one run: each test's end, progress and output at most every 100 ms."""

    def __init__(
        self, run: str, send: Callable[[Signal], None], secrets: Secrets = NOTHING
    ) -> None:
        self._run = run
        self._send = send
        self._output = bytearray()
        self._told_of = Stream(secrets)
        self._cut = 0
        self._timer: asyncio.TimerHandle | None = None
        self._told = 0.0
        self._later: asyncio.TimerHandle | None = None

    def output(self, chunk: bytes) -> None:
        """Raw output; what comes faster than it can be shown is cut in front."""
        self._output += chunk
        if len(self._output) > 2 * MOST:
            self._cut += len(self._output) - MOST
            del self._output[:-MOST]
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self._flush)

    def _flush(self) -> None:
        self._timer = None
        text = clean(self._told_of.feed(self._output.decode("utf-8", "replace")))
        if self._cut:
            text = f"[... {self._cut} bytes cut ...]\n{text}"
        self._output.clear()
        self._cut = 0
        self._show(text)

    def _show(self, text: str) -> None:
        if text:
            data = {"run": self._run, "text": text}
            self._send(Signal("test.output", None, data, self._run, append=True))

    def ended(self, case: TestCase) -> None:
        """One test has its outcome."""
        data = {
            "run": self._run,
            "id": case.id,
            "outcome": case.outcome.value,
            "duration": case.duration,
        }
        self._send(Signal("test", None, data, self._run + case.id))

    def progress(self, done: int, total: int, running: str) -> None:
        """How far it is; the last call of a run must have ``done == total`` or none is running."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        data = {"run": self._run, "done": done, "total": total, "running": running}
        wait = self._told + PAUSE - time.monotonic() if running else 0.0
        if wait > 0:  # told all the same: the test that hangs is the one that comes last
            self._later = asyncio.get_running_loop().call_later(wait, self._progress, data)
        else:
            self._progress(data)

    def _progress(self, data: dict[str, Any]) -> None:
        self._told = time.monotonic()
        self._send(Signal("test.progress", None, data, self._run))

    def close(self) -> None:
        """Send what is left."""
        if self._timer is not None:
            self._timer.cancel()
            self._flush()
        self._show(clean(self._told_of.rest()))
