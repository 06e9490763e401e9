"""Output of a command while it runs: redacted, and no more of it than a person can see."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Callable

from codeframe_tui.core.secrets import Secrets, Stream

__all__ = ["LiveOutput"]

_PAUSE = 0.1
_MOST = 16 * 1024
"""Bytes that are shown at once; of a flood the newest."""


class LiveOutput:
    """Passes output on at most every 100 ms; what comes faster than that is cut in front.

    Args:
        tell: gets what may be shown.
    """

    def __init__(self, secrets: Secrets, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._stream = Stream(secrets)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._waiting = bytearray()
        self._cut = 0
        self._timer: asyncio.TimerHandle | None = None

    def feed(self, chunk: bytes) -> None:
        """Take more of it."""
        self._waiting += chunk
        if len(self._waiting) > 2 * _MOST:
            self._cut += len(self._waiting) - _MOST
            del self._waiting[:-_MOST]
        if self._timer is None:
            self._show()
            self._timer = asyncio.get_running_loop().call_later(_PAUSE, self._later)

    def close(self) -> None:
        """Show what is left."""
        if self._timer is not None:
            self._timer.cancel()
        self._show(self._stream.rest)

    def _later(self) -> None:
        self._timer = None
        if self._waiting:
            self.feed(b"")

    def _show(self, rest: Callable[[], str] = str) -> None:
        cut = f"\n… {self._cut} bytes cut …\n" if self._cut else ""
        told = self._stream.feed(cut + self._decoder.decode(bytes(self._waiting))) + rest()
        self._waiting.clear()
        self._cut = 0
        if told:
            self._tell(told)
