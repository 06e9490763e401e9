"""Writing or changing a task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.widget import Widget
from textual.widgets import Input, TextArea

from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.rows import row, safe
from codeframe_tui.tui.widgets.labels import Label

__all__ = ["TaskFields", "TaskForm"]

_FIELDS = ("title", "description", "priority", "after")


@dataclass(frozen=True, slots=True)
class TaskFields:
    """What a person wrote about a task.

    Attributes:
        priority: 0 (highest) to 4.
        after: numbers of tasks that must be done first.
    """

    title: str = ""
    description: str = ""
    priority: int = 2
    after: tuple[str, ...] = ()


class TaskForm(Dialog[TaskFields]):
    """Gives the fields back.

    Args:
        title: of the dialogue.
        fields: what stands there at first.
        at: the field to begin with.
        wrong: why the fields were refused, when they stand here again.
    """

    def __init__(
        self,
        title: str,
        fields: TaskFields | None = None,
        *,
        at: str = "title",
        save: str = "add",
        wrong: str = "",
    ) -> None:
        super().__init__(title, [("enter", save), ("tab", "next field")])
        self._fields = fields or TaskFields()
        self._at = at
        self._wrong = wrong

    def content(self) -> Iterable[Widget]:
        """A label above each field."""
        fields = self._fields
        yield Label(id="title-label")
        yield Input(fields.title, placeholder="what should be done", compact=True, id="field-title")
        yield Label(id="description-label")
        yield TextArea(
            fields.description,
            compact=True,
            id="field-description",
            tab_behavior="focus",
            placeholder="what matters, examples, limits",
        )
        yield Label(id="priority-label")
        yield Input(str(fields.priority), compact=True, id="field-priority", restrict="[0-4]?")
        yield Label(id="after-label")
        yield Input(
            ", ".join(fields.after), compact=True, id="field-after", placeholder="1.2.3, 1.2.4"
        )
        yield Label(id="form-error")

    def on_mount(self) -> None:
        """Name the fields."""
        super().on_mount()
        said = {"priority": "priority, 0 is highest", "after": "only after these tasks"}
        for name in _FIELDS:
            text = said.get(name, name)
            self.query_one(f"#{name}-label", Label).show(row(None, (text, "dim")))
        self._say(self._wrong)
        self.query_one(f"#field-{self._at}").focus()

    def on_input_submitted(self) -> None:
        """Enter in a one-line field: done, when there is a title."""
        title = self.query_one("#field-title", Input).value.strip()
        if not title:
            self._say("A task needs a title.")
            self.query_one("#field-title").focus()
            return
        after = self.query_one("#field-after", Input).value.replace(",", " ").split()
        self.decide(
            TaskFields(
                title,
                self.query_one("#field-description", TextArea).text.strip(),
                int(self.query_one("#field-priority", Input).value or 2),
                tuple(after),
            )
        )

    def _say(self, wrong: str) -> None:
        rows = [row(None, (safe(wrong), "red"))] if wrong else []
        self.query_one("#form-error", Label).show(*rows)
