"""What a text runs when a shell is given it.

Theory of operation. `Reader` follows the grammar of a POSIX shell and what is common beyond it, and
keeps every program that may be started, wherever it stands: in lists, pipes, loops, functions,
substitutions and here-documents. What it reads in another way than some shell would, or does not
know, is a problem of the whole text and never a guess. `started` then looks through programs that
start others. This is courtesy to whoever decides by rules: what a command can reach is held by the
sandbox, for a program may do whatever it likes once it runs.
"""

from __future__ import annotations

from collections.abc import Mapping

from codeframe_tui.core.shell.parts import Hidden, Part, Script, count
from codeframe_tui.core.shell.reader import Reader
from codeframe_tui.core.shell.started import started
from codeframe_tui.core.shell.variables import check_counted, keeps, set_at_first
from codeframe_tui.core.text import reveal

__all__ = ["read_script"]

MAX_LENGTH = 256 * 1024
"""Characters of a text that is read."""


def read_script(text: str) -> Script:
    """All programs that a text starts; never raises."""
    try:
        _check(text)
    except Hidden as problem:
        return Script((), str(problem))
    values = set_at_first(text)
    if values:
        found, why = _parts(text, values)
        if not why and keeps(found, values):
            return Script(tuple(found))
    found, why = _parts(text, {})
    return Script(tuple(found), why)


def _parts(text: str, values: Mapping[str, str]) -> tuple[list[Part], str]:
    """All parts of a text, where some variables hold what is known, and why there are no more."""
    found: list[Part] = []
    try:
        _read(text, found, 0, values)
        check_counted(found)
    except Hidden as problem:
        return found, str(problem)
    return found, ""


def _check(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise Hidden(f"it is longer than {MAX_LENGTH:,} characters")
    if any(reveal(line)[1] for line in text.split("\n")):
        raise Hidden("it has hidden characters")


def _read(text: str, found: list[Part], depth: int, values: Mapping[str, str]) -> None:
    first = len(found)
    Reader(text, found, depth, values).commands("")
    seen = found[first:]
    del found[first:]

    def read(script: str) -> None:
        _read(script, found, depth + 1, {})  # another shell may know nothing of them

    while seen:
        try:
            found += started(seen[0], read)
            count(found)
        except Hidden:
            found += seen
            raise
        seen.pop(0)
