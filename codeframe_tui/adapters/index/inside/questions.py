"""Questions from a pipe; those that cannot wait come before those that can."""

from __future__ import annotations

import json
import os
import select
from typing import Any

__all__ = ["DEATHS", "AbsentError", "Interrupted", "Questions", "UnfitError"]

_CHUNK = 2**16
DEATHS = 3
"""Of processes at the same content, after which it is passed over."""


class Interrupted(Exception):
    """Reading stopped, because a question has come that cannot wait for its end."""


class AbsentError(LookupError):
    """There is no such tree, content or file."""


class UnfitError(ValueError):
    """The question is none, or one that would take too long."""


class Questions:
    """JSON objects, one a line. One with ``"seconds": 0`` is answered from what is known.

    Args:
        pipe: a descriptor; nobody else reads it.

    Attributes:
        ended: nobody is there any more who could ask, or hear an answer.
    """

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._rest = b""
        self._waiting: list[dict[str, Any]] = []
        self.ended = False

    def next(self) -> dict[str, Any] | None:
        """The question to be answered now; waits for one. None when there will be none any more."""
        while not self._waiting and not self.ended:
            self._read()
        self.is_pressed()
        if not self._waiting:
            return None
        pressing = (n for n, each in enumerate(self._waiting) if _presses(each))
        return self._waiting.pop(next(pressing, 0))

    def again(self, question: dict[str, Any]) -> None:
        """Give a question back that was interrupted; it is the first of those that can wait."""
        self._waiting.insert(0, question)

    def is_pressed(self) -> bool:
        """Whether a question has come that cannot wait; does not wait itself."""
        while not self.ended and select.select([self._pipe], [], [], 0)[0]:
            self._read()
        return any(map(_presses, self._waiting))

    def _read(self) -> None:
        chunk = os.read(self._pipe, _CHUNK)
        self.ended = not chunk
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._waiting += map(json.loads, lines)


def _presses(question: dict[str, Any]) -> bool:
    return question.get("seconds") == 0
