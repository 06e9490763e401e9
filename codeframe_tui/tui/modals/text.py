"""Asking for words: one text, and the answer to a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import TextArea

from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.rows import BLANK, Row, row, safe
from codeframe_tui.tui.widgets.labels import Label
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["READING", "AnswerDialog", "AskText", "Options", "Words", "refusal"]

READING: list[BindingType] = [
    Binding("pagedown", "scroll_facts('page_down')", show=False, priority=True),
    Binding("pageup", "scroll_facts('page_up')", show=False, priority=True),
]
"""Keys that scroll the facts above a field which has all others."""


class Words(TextArea):
    """A small text; ``enter`` sends it, ``ctrl+j`` begins another line unless it has only one."""

    one_line = False

    class Sent(Message):
        """The text is complete."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def send(self) -> None:
        """The text is complete."""
        self.post_message(self.Sent(self.text.strip()))

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.send()
        elif event.key == "ctrl+j":
            event.stop()
            event.prevent_default()
            if not self.one_line:
                self.insert("\n")
        else:
            await super()._on_key(event)


def refusal(wrong: str) -> Row:
    """Why something was not taken."""
    return row(None, ("✘ ", "red"), (safe(wrong), "text"))


class AskText(Dialog[str]):
    """Gives the text back; an empty one only when that is allowed.

    Args:
        title: what it is about.
        rows: what the person should know.
        send: what ``enter`` does, in a word or two.
        text: what stands there at first.
        optional: an empty text is an answer too.
        one_line: nobody needs another line of it.
        wrong: why the text was refused, when it stands here again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*READING]

    def __init__(
        self,
        title: str,
        rows: Sequence[Row] = (),
        *,
        send: str = "send",
        text: str = "",
        optional: bool = False,
        one_line: bool = False,
        wrong: str = "",
    ) -> None:
        super().__init__(title, [("enter", send), *([] if one_line else [("ctrl+j", "new line")])])
        self._rows = [refusal(wrong)] if wrong else rows
        self._text = text
        self._optional = optional
        self._one_line = one_line

    def content(self) -> Iterable[Widget]:
        """Facts and a field."""
        yield Label(classes="dialog-body")
        words = Words(self._text, compact=True, classes="dialog-words")
        words.one_line = self._one_line
        yield words

    def on_mount(self) -> None:
        """Show the facts, write at once."""
        super().on_mount()
        self.query_one(".dialog-body", Label).show(*self._rows)
        field = self.query_one(Words)
        field.move_cursor(field.document.end)
        field.focus()

    @on(Words.Sent)
    def _sent(self, event: Words.Sent) -> None:
        if event.text or self._optional:
            self.decide(event.text)


class Options(LineList):
    """Suggested answers; letters begin an answer of one's own in the field below.

    All keys that were sent here are handled here: those that follow a first letter are for the
    field too, though the focus had not moved yet when they were pressed. In its first moment an
    ``enter`` alone answers nothing: it may be a second one for the list behind.
    """

    writing = False
    chosen = False

    def on_key(self, event: events.Key) -> None:
        """Digits and arrows choose, enter answers, letters write."""
        event.stop()
        typed = event.character if event.is_printable else None
        if event.key in {"tab", "escape"}:
            event.stop(False)
        elif typed and (self.writing or not (typed.isdigit() or typed == " ")):
            self.writing = True
            field = self.screen.query_one(Words)
            self.screen.set_focus(field)
            field.insert(typed)
        elif event.key == "enter" and self.writing:
            self.screen.query_one(Words).send()
        elif event.key == "enter":
            if self.chosen or (isinstance(self.screen, Dialog) and self.screen.is_for_here(event)):
                self.action_choose()
        elif event.key in {"down", "up"}:
            self.chosen = True
            self.move_by(1 if event.key == "down" else -1)
        elif typed:
            self.chosen = True
            self.move_to(typed)


class AnswerDialog(Dialog[int | str]):
    """A question with its suggested answers by number, and room for any other.

    Gives the index of an option back, or a text. What is known may be longer than its place; it
    scrolls, whatever has the keys.

    Args:
        title: which task asks.
        rows: the question and what is known about it.
        options: suggested answers, as they may be shown.
        given: the option or the text that stands there at first.
        wrong: why that was refused, when it stands here again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*READING]

    def __init__(
        self,
        title: str,
        rows: Sequence[Row],
        options: Sequence[str],
        *,
        given: int | str | None = None,
        wrong: str = "",
    ) -> None:
        keys = [("1-9", "choose"), ("tab", "own words")] if options else []
        super().__init__(title, [("enter", "answer"), *keys])
        self._rows = [*rows, BLANK, refusal(wrong)] if wrong else rows
        self._text = given if isinstance(given, str) else ""
        self._option = given if isinstance(given, int) else 0
        self._options = options

    def content(self) -> Iterable[Widget]:
        """Question, options, a field."""
        yield Label(classes="dialog-body")
        if self._options:
            yield Options(classes="dialog-options")
        yield Words(
            self._text,
            compact=True,
            classes="dialog-words",
            placeholder="or in your own words" if self._options else "your answer",
        )

    def on_mount(self) -> None:
        """Show the question; the keys go to the options, else to the field."""
        super().on_mount()
        self.query_one(".dialog-body", Label).show(*self._rows)
        if self._options:
            self._offer(self.query_one(Options))
        if self._text or not self._options:
            field = self.query_one(Words)
            field.move_cursor(field.document.end)
            field.focus()

    def _offer(self, options: Options) -> None:
        """Show the options, with the keys for them."""
        options.set_rows(
            [
                row(str(number), (f"{number}  ", "amber"), (text, "text"))
                for number, text in enumerate(self._options, 1)
            ]
        )
        options.move_to(str(self._option + 1))
        options.focus()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A double click on an option."""
        event.stop()
        self._choose(event.key)

    @on(Words.Sent)
    def _sent(self, event: Words.Sent) -> None:
        if event.text:
            self.decide(event.text)

    def _choose(self, key: str) -> None:
        self.decide(int(key) - 1)
