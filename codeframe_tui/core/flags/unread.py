"""Files that the worker changed without having looked at them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import flag
from codeframe_tui.core.hand import BY_HAND
from codeframe_tui.core.progress import Attempt, Turn

__all__ = ["unread_flags"]

_GIVEN = re.compile(r"^## (.+?) \((?:body|skeleton);", re.MULTILINE)
"""How the context tells a file that it shows."""
_LISTS = frozenset({"Glob", "Write"})
"""Tools that name a file without showing it."""


def unread_flags(attempts: Sequence[Attempt], turns: Sequence[Turn]) -> Iterator[Flag]:
    """Flags of the newest attempt.

    A file counts as looked at when the context showed it, when any tool but a listing was asked
    about it or told of it, or when an earlier attempt changed it: of that the worker was told.

    Args:
        attempts: of a task, oldest first.
        turns: the whole conversation.
    """
    newest = attempts[-1]
    if newest.cause == BY_HAND:
        return
    known = {file.path for attempt in attempts[:-1] for file in attempt.files}
    seen = _Seen(turns)
    for file in newest.files:
        was_there = file.action is not Action.CREATE
        if was_there and file.path not in known and not seen.holds(file.path):
            yield flag("never_read", file.path)


class _Seen:
    """What a conversation showed."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._given: set[str] = set()
        self._texts: list[str] = []
        names: dict[str, str] = {}
        for block in (block for turn in turns for block in turn.content):
            self._take(block, names)

    def _take(self, block: Mapping[str, Any], names: dict[str, str]) -> None:
        match block.get("type"):
            case "text":
                self._given.update(_GIVEN.findall(str(block.get("text") or "")))
            case "tool_use":
                names[str(block.get("id"))] = str(block.get("name"))
                if block.get("name") not in _LISTS:
                    self._texts.append(str(block.get("input")))
            case "tool_result":
                if names.get(str(block.get("tool_use_id"))) not in _LISTS:
                    self._texts.append(str(block.get("content")))

    def holds(self, path: str) -> bool:
        """Whether a file was shown, or spoken of where it could be."""
        return path in self._given or any(path in text for text in self._texts)
