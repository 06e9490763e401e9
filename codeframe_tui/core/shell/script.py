"""What a text runs when a shell is given it.

Theory of operation. `Reader` follows the grammar of a POSIX shell and what is common beyond it, and
keeps every program that may be started, wherever it stands: in lists, pipes, loops, functions,
substitutions and here-documents. What it reads in another way than some shell would, or does not
know, is a problem of the whole text and never a guess. `started` then looks through programs that
start others. This is courtesy to whoever decides by rules: what a command can reach is held by the
sandbox, for a program may do whatever it likes once it runs.
"""

from __future__ import annotations

from codeframe_tui.core.shell.parts import Hidden, Part, Script, count
from codeframe_tui.core.shell.reader import Reader
from codeframe_tui.core.shell.started import started
from codeframe_tui.core.shell.variables import check_counted
from codeframe_tui.core.text import reveal

__all__ = ["read_script"]

MAX_LENGTH = 256 * 1024
"""Characters of a text that is read."""


def read_script(text: str) -> Script:
    """All programs that a text starts; never raises."""
    found: list[Part] = []
    try:
        _check(text)
        _read(text, found, 0)
        check_counted(found)
    except Hidden as problem:
        return Script(tuple(found), str(problem))
    return Script(tuple(found))


def _check(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise Hidden(f"it is longer than {MAX_LENGTH:,} characters")
    if any(reveal(line)[1] for line in text.split("\n")):
        raise Hidden("it has hidden characters")


def _read(text: str, found: list[Part], depth: int) -> None:
    first = len(found)
    Reader(text, found, depth).commands("")
    seen = found[first:]
    del found[first:]

    def read(script: str) -> None:
        _read(script, found, depth + 1)

    while seen:
        try:
            found += started(seen[0], read)
            count(found)
        except Hidden:
            found += seen
            raise
        seen.pop(0)
