"""Writing a comment: words, and what they want of the worker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.binding import BindingType
from textual.widget import Widget

from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.modals.text import READING, Words, refusal
from codeframe_tui.tui.present.comments import SIGNS
from codeframe_tui.tui.present.rows import Row, Span, row
from codeframe_tui.tui.widgets.labels import Label

__all__ = ["CommentDialog", "Said"]

_MEANS = {
    "issue": "the worker has to change it",
    "question": "the worker explains it, and may do so without changing anything",
    "nit": "the worker may change it",
}


class Said(NamedTuple):
    """What a person wrote; an empty text takes the comment back."""

    text: str
    type: str = "issue"


class CommentDialog(Dialog[Said]):
    """Gives text and type back.

    Args:
        title: what it is about.
        rows: the commented line.
        said: what stands there at first.
        exists: it changes a comment; then an empty text is an answer too.
        wrong: why it was refused, when it stands here again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*READING]

    def __init__(
        self,
        title: str,
        rows: Sequence[Row],
        said: Said,
        *,
        exists: bool = False,
        wrong: str = "",
    ) -> None:
        more = [("enter on nothing", "delete")] if exists else []
        super().__init__(title, [("enter", "keep"), ("tab", "type"), ("ctrl+j", "new line"), *more])
        self._rows = [refusal(wrong)] if wrong else rows
        self._said = said
        self._type = said.type
        self._exists = exists

    def content(self) -> Iterable[Widget]:
        """The line, a field, the type."""
        yield Label(classes="dialog-body")
        yield Words(self._said.text, compact=True, classes="dialog-words", tab_behavior="focus")
        yield Label(classes="dialog-type")

    def on_mount(self) -> None:
        """Show the line, write at once."""
        super().on_mount()
        self.query_one(".dialog-body", Label).show(*self._rows)
        self._show_type()
        field = self.query_one(Words)
        field.move_cursor(field.document.end)
        field.focus()

    def on_key(self, event: events.Key) -> None:
        """Tab chooses the next type; there is nothing else to go to."""
        if event.key in {"tab", "shift+tab"}:
            event.stop()
            event.prevent_default()
            types = list(SIGNS)
            step = 1 if event.key == "tab" else -1
            self._type = types[(types.index(self._type) + step) % len(types)]
            self._show_type()

    def _show_type(self) -> None:
        spans: list[Span] = []
        for name, (sign, _) in SIGNS.items():
            style = "cyan bold" if name == self._type else "dim"
            spans += [("   ", "")] if spans else []
            spans.append((f"{sign} {name}", style))
        means = row(None, (_MEANS[self._type], "dim"))
        self.query_one(".dialog-type", Label).show(row(None, *spans), means)

    @on(Words.Sent)
    def _sent(self, event: Words.Sent) -> None:
        if event.text or self._exists:
            self.decide(Said(event.text, self._type))
