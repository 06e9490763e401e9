"""Pasted text stays text, also when it holds escape sequences.

Textual looks for key sequences inside a bracketed paste: after an escape character up to 32
characters of it are handed on as keys, which would then accept, reject or quit. So the escape
characters of a paste are taken out before it is parsed; few terminals do that themselves.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.message import Message

__all__ = ["PasteParser", "install"]

_BEGIN = "\x1b[200~"
_END = "\x1b[201~"


class PasteParser(XTermParser):
    """Textual's parser behind a filter that knows when a paste begins and ends."""

    _inside = False
    _tail = ""
    _held = ""

    def feed(self, data: str) -> Iterable[Message]:
        """Parse; an empty text is the end of input, as in the parser behind."""
        kept = "".join(map(self._pass, data))
        return super().feed(kept) if kept or not data else ()

    def _pass(self, char: str) -> str:
        """What of the text so far goes on to the parser now."""
        if not self._inside:
            self._tail = (self._tail + char)[-len(_BEGIN) :]
            self._inside = self._tail == _BEGIN
            return char
        if char == "\x1b":
            dropped, self._held = self._held[1:], char
            return dropped
        if not self._held:
            return char
        self._held += char
        if self._held == _END:
            self._inside, self._tail, self._held = False, "", ""
            return _END
        if _END.startswith(self._held):
            return ""
        dropped, self._held = self._held[1:], ""
        return dropped


def install() -> None:
    """Let Textual's driver use it; there is no door for another parser."""
    linux_driver.XTermParser = PasteParser  # type: ignore[attr-defined] # only their own import of it
