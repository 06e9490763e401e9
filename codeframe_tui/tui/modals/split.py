"""Writing the parts of a task that is split."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.modals.text import READING, Words
from codeframe_tui.tui.present.rows import heading, row, safe
from codeframe_tui.tui.widgets.labels import Label

__all__ = ["SplitForm", "SplitParts"]

_MARKS = "-*•"


@dataclass(frozen=True, slots=True)
class SplitParts:
    """What stands in the form.

    Attributes:
        text: one task a line; indented lines below one describe it.
        in_order: each waits for the one before it.
    """

    text: str
    in_order: bool = True

    @classmethod
    def of(cls, title: str, description: str) -> SplitParts:
        """A first draft: the points of the description, else the title twice to write on from."""
        lines = [line.strip() for line in description.splitlines()]
        points = [line.lstrip(_MARKS + " ") for line in lines if line[:1] in tuple(_MARKS)]
        if len(points) < 2:
            points = [f"{title}: first part", f"{title}: second part"]
        return cls("\n".join(points))

    @property
    def tasks(self) -> tuple[tuple[str, str], ...]:
        """Title and description of each task."""
        found: list[tuple[str, list[str]]] = []
        for line in self.text.splitlines():
            if not line.strip():
                continue
            if line[0] in " \t" and found:
                found[-1][1].append(line.strip())
            else:
                found.append((line.strip(" \t" + _MARKS), []))
        return tuple((title, "\n".join(described)) for title, described in found)


class SplitForm(Dialog[SplitParts]):
    """Gives the parts back.

    Args:
        title: of the dialogue.
        parts: what stands there at first.
        wrong: why they were refused, when they stand here again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *READING,
        Binding("ctrl+o", "order", show=False, priority=True),
    ]

    def __init__(self, title: str, parts: SplitParts, *, wrong: str = "") -> None:
        keys = [("enter", "split"), ("ctrl+j", "new line"), ("ctrl+o", "order")]
        super().__init__(title, keys)
        self._parts = parts
        self._in_order = parts.in_order
        self._wrong = wrong

    def content(self) -> Iterable[Widget]:
        """What it means, the tasks, their order."""
        yield Label(classes="dialog-body")
        yield Words(self._parts.text, compact=True, classes="dialog-words")
        yield Label(id="split-order")

    def on_mount(self) -> None:
        """Write at once."""
        super().on_mount()
        wrong = [row(None, ("✘ ", "red"), (safe(self._wrong), "text"))] if self._wrong else []
        self.query_one(".dialog-body", Label).show(
            heading("One task a line; indented lines below it describe it.", "dim"),
            heading("The task itself is cancelled, and what waited for it waits for these.", "dim"),
            *wrong,
        )
        self._show_order()
        field = self.query_one(Words)
        field.move_cursor(field.document.end)
        field.focus()

    def action_order(self) -> None:
        """One after the other, or all at once."""
        self._in_order = not self._in_order
        self._show_order()

    def _show_order(self) -> None:
        said = "each waits for the one before it" if self._in_order else "any of them may start"
        self.query_one("#split-order", Label).show(row(None, ("→ ", "blue"), (said, "dim")))

    @on(Words.Sent)
    def _sent(self, event: Words.Sent) -> None:
        parts = SplitParts(event.text, self._in_order)
        if parts.tasks:
            self.decide(parts)
