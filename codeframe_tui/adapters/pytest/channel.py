"""The engine's end of the result pipe: lines are believed only when signed and in order."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

__all__ = ["Channel"]

LONGEST = 2**20


class Channel:
    """Turns bytes into events.

    Attributes:
        broken: why the stream is not believed any more; empty while it is.
    """

    def __init__(self, key: bytes) -> None:
        self.broken = ""
        self._key = key
        self._rest = b""
        self._number = 0

    def feed(self, chunk: bytes) -> Iterator[dict[str, Any]]:
        """Events of the lines that are complete with this piece."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST:
            self.broken = self.broken or "a line without end on the result pipe"
            self._rest = b""
        for line in lines:
            event = None if self.broken else self._open(line)
            if event is not None:
                yield event

    def end(self) -> None:
        """No more pieces come."""
        if self._rest:
            self.broken = self.broken or "the result pipe ended inside a line"

    def _open(self, line: bytes) -> dict[str, Any] | None:
        mac, _, body = line.partition(b" ")
        expected = hmac.new(self._key, body, hashlib.sha256).hexdigest().encode()
        if not hmac.compare_digest(mac, expected):
            self.broken = "something else than our plugin wrote to the result pipe"
            return None
        self._key = hashlib.sha256(self._key).digest()
        self._number += 1
        event: dict[str, Any] = json.loads(body)
        if event["seq"] != self._number:
            self.broken = "an event is missing on the result pipe"
            return None
        return event
