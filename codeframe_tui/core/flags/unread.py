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
_FROM_HERE = r"(?<![\w./~+@-])(?:(?:\.{1,2}/)++|/(?:[\w./~+@-]*/)?)?"
"""What may stand before a path of the project: steps to its folder, or all folders above it."""
_TO_HERE = r"(?![\w/~-]|\.\w)"


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
        for turn in turns:
            for block in turn.content:
                self._take(turn, block, names)

    def _take(self, turn: Turn, block: Mapping[str, Any], names: dict[str, str]) -> None:
        match block.get("type"):
            case "text" if turn.purpose == "task":  # else it is not the program that speaks alone
                self._given.update(_GIVEN.findall(str(block.get("text") or "")))
            case "tool_use":
                names[str(block.get("id"))] = str(block.get("name"))
                if block.get("name") not in _LISTS:
                    self._texts += _texts(block.get("input"))
            case "tool_result":
                if names.get(str(block.get("tool_use_id"))) not in _LISTS:
                    self._texts += _texts(block.get("content"))

    def holds(self, path: str) -> bool:
        """Whether a file was shown, or spoken of where it could be."""
        if path in self._given:
            return True
        told = [text for text in self._texts if path in text]
        named = re.compile(_FROM_HERE + re.escape(path) + _TO_HERE) if told else None
        return named is not None and any(map(named.search, told))


def _texts(value: object) -> Iterator[str]:
    """Every text in a JSON value."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                yield text
            case Mapping() as found:
                waiting += found.values()
            case list() | tuple() as found:
                waiting += found
