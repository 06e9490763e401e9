"""What takes longer than a second is said while it takes, and by whom it is waited for.

A request that is quick costs one timer that never fires.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from codeframe_tui.tui.messages import Slow

__all__ = ["SLOW", "Waiting", "words_for"]

SLOW = 1.0
"""Seconds from which on a person is told."""
_WORDS: Mapping[str, str] = {
    "ShowQueue": "reading the queue",
    "ShowTask": "opening the task",
    "ShowDiff": "opening the change",
    "ShowHunkLines": "opening the change",
    "ShowSide": "opening the change",
    "ShowBase": "opening the file",
    "ShowFile": "opening the file",
    "ShowTaskContext": "ranking the files",
    "ShowActivity": "reading the activity",
    "ShowEntry": "reading the entry",
    "ShowTestOutput": "reading the output",
    "ShowRelations": "counting callers",
    "ShowUndo": "looking at what would change",
    "Approve": "handing the approval over",
}


def words_for(request: object) -> str:
    """What a command or query does, as a person calls it."""
    return _WORDS.get(type(request).__name__, "waiting for the engine")


class Waiting:
    """Requests that are under way.

    Args:
        post: takes messages for the app; must not wait.
        slow: seconds after which one is told.
    """

    def __init__(self, post: Callable[[Slow], object], slow: float = SLOW) -> None:
        self._post = post
        self._slow = slow
        self._told: list[str] = []

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """While the block runs; the oldest of several slow ones is told."""
        timer = asyncio.get_running_loop().call_later(self._slow, self._tell, what)
        try:
            yield
        finally:
            timer.cancel()
            if timer.when() <= asyncio.get_running_loop().time() and what in self._told:
                self._told.remove(what)
                self._post(Slow(self._told[0] if self._told else ""))

    def _tell(self, what: str) -> None:
        self._told.append(what)
        self._post(Slow(self._told[0]))
