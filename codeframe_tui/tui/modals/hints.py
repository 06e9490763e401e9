"""The keys of a dialogue: all of them in sight, and each a place to click."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.keys import _character_to_key, key_to_character
from textual.message import Message

from codeframe_tui.tui.present.rows import Row, Span, cells
from codeframe_tui.tui.widgets.labels import Label

__all__ = ["Hints"]

_SPACE = "   "
_NAMED = {
    "esc": "escape",
    "pgdn": "pagedown",
    "pgup": "pageup",
    "↑": "up",
    "↓": "down",
    "enter": "enter",
    "tab": "tab",
}
"""Keys that are called otherwise than they are told, or are words."""


class Hints(Label):
    """``enter send   esc back``, in as many lines as it takes; a click on a key presses it."""

    class Pressed(Message):
        """A key was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key
            character = key_to_character(key) or ""
            self.character = character if character.isprintable() and character else None

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._keys: Sequence[tuple[str, str]] = ()

    def tell(self, keys: Iterable[tuple[str, str]]) -> None:
        """Show keys and what each does."""
        self._keys = tuple(keys)
        self._wrap()

    def on_resize(self) -> None:
        """What does not fit beside the others stands below them."""
        self.call_after_refresh(self._wrap)  # in the midst of a layout no other one can be asked

    def _wrap(self) -> None:
        lines: list[list[Span]] = [[]]
        used, width = 0, self.line_width
        for key, what in self._keys:
            spans = _spans(key, what)
            wide = sum(cells(text) for text, _ in spans)
            if used and width and used + len(_SPACE) + wide > width:
                lines.append([])
                used = 0
            elif used:
                lines[-1].append((_SPACE, ""))
                used += len(_SPACE)
            lines[-1] += spans
            used += wide
        self.show(*(Row(None, tuple(line)) for line in lines))

    def on_label_clicked(self, message: Label.Clicked) -> None:
        """Say which key was meant."""
        message.stop()
        pressed = self.Pressed(message.action)
        pressed.time = message.time
        self.post_message(pressed)


def _spans(key: str, what: str) -> list[Span]:
    """A key, or several of which each is pressed by itself, and what they do."""
    parts = key.split(" ")
    named = [_name(part) for part in parts]
    if not all(named):
        return [(key, "bold"), (f" {what}", "dim")]
    spans: list[Span] = []
    for part, name in zip(parts, named, strict=True):
        spans += [(" ", "")] if spans else []
        spans.append((part, f"bold @{name}"))
    return [*spans, (f" {what}", f"dim @{named[0]}" if len(named) == 1 else "dim")]


def _name(key: str) -> str:
    """What a key that is told is called; empty when it is no single key."""
    if key in _NAMED:
        return _NAMED[key]
    if len(key) == 1:
        return _character_to_key(key)
    return key if key.startswith("ctrl+") else ""
