"""Writing an issue."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, TextArea

from codeframe_tui.core import fields as rules
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.rows import row, safe
from codeframe_tui.tui.present.task_fields import wrong_row
from codeframe_tui.tui.present.words import why_words
from codeframe_tui.tui.widgets.labels import Label

__all__ = ["IssueFields", "IssueForm"]

_CHECKS: dict[str, Callable[[str], object]] = {
    "number": rules.check_issue_number,
    "title": rules.check_title,
    "description": rules.check_description,
}


@dataclass(frozen=True, slots=True)
class IssueFields:
    """What a person wrote about an issue; ``number`` has the form ``X.Y``."""

    number: str = ""
    title: str = ""
    description: str = ""


class IssueForm(Dialog[IssueFields]):
    """Gives the fields back.

    Args:
        fields: what stands there at first.
        wrong: why they were refused, when they stand here again.
    """

    def __init__(self, fields: IssueFields, *, wrong: str = "") -> None:
        super().__init__("New issue", [("enter", "add"), ("tab", "next field")])
        self._first = fields
        self._wrong = wrong

    def content(self) -> Iterable[Widget]:
        """A name before each field, and below it what is wrong with it."""
        yield Label(id="form-error", classes="-empty")
        fields = {
            "number": Input(
                self._first.number, compact=True, placeholder="1.2", restrict="[0-9.]*"
            ),
            "title": Input(self._first.title, compact=True, placeholder="what it is about"),
            "description": TextArea(self._first.description, compact=True, tab_behavior="focus"),
        }
        for name, field in fields.items():
            field.id = f"field-{name}"
            with Horizontal(classes="form-row"):
                yield Label(id=f"{name}-label", classes="form-label")
                yield field
            yield Label(id=f"said-{name}", classes="form-said -empty")

    def on_mount(self) -> None:
        """Name the fields."""
        super().on_mount()
        for name in _CHECKS:
            self.query_one(f"#{name}-label", Label).show(row(None, (name, "dim")))
            self._say(name, "")
        rows = [wrong_row(safe(self._wrong))] if self._wrong else []
        self.query_one("#form-error", Label).show(*rows)
        self.query_one("#field-number").focus()

    @property
    def fields(self) -> IssueFields:
        """What stands in the fields now."""
        return IssueFields(
            self.query_one("#field-number", Input).value.strip(),
            self.query_one("#field-title", Input).value.strip(),
            self.query_one("#field-description", TextArea).text.strip(),
        )

    def _say(self, name: str, wrong: str) -> None:
        self.query_one(f"#said-{name}", Label).show(*([wrong_row(wrong)] if wrong else []))

    @on(Input.Submitted)
    def _entered(self) -> None:
        fields = self.fields
        wrong = {name: self._wrong_with(name, getattr(fields, name)) for name in _CHECKS}
        for name, said in wrong.items():
            self._say(name, said)
        first = next((name for name, said in wrong.items() if said), None)
        if first is None:
            self.decide(fields)
        else:
            self.query_one(f"#field-{first}").focus()

    @staticmethod
    def _wrong_with(name: str, value: str) -> str:
        try:
            _CHECKS[name](value)
        except CodeframeError as error:
            return why_words(error)
        return ""
