"""Writing or changing a task."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, TextArea

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.queries import CheckDependencies, ShowIssues
from codeframe_tui.core.task import is_issue_number, is_task_number
from codeframe_tui.tui.modals.choices import MOST_CHOICES, Ask, Choices, tasks_like
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.rows import Row, heading, row, safe
from codeframe_tui.tui.present.task_fields import (
    EVIDENCE,
    TaskFields,
    choice_row,
    need_rows,
    needs_of,
    problems,
    with_need,
    wrong_row,
)
from codeframe_tui.tui.widgets.labels import Label
from codeframe_tui.tui.widgets.lines import LineList
from codeframe_tui.tui.widgets.pick import Pick

__all__ = ["TaskForm"]

_FIELDS: Mapping[str, tuple[str, str]] = {
    "title": ("title", "what should be done"),
    "description": ("description", "what matters, examples, limits"),
    "priority": ("priority", ""),
    "after": ("after", "tasks that come first: numbers, or words of titles"),
    "issue": ("issue", "1.2, or words of its title"),
    "issue_title": ("its title", "the issue is new: what is it about?"),
    "step": ("step", "0 · of equal priority the lowest step goes first"),
    "evidence": ("evidence", ""),
    "agent": ("agent", "the built-in backend-worker"),
}
"""Field -> its name and what stands in it while it is empty."""


class TaskForm(Dialog[TaskFields]):
    """Gives the fields back.

    Args:
        title: of the dialogue.
        fields: what stands there at first.
        ask: answers a question about other tasks and issues. Raises: CodeframeError.
        at: the field to begin with.
        number: the task that is changed; None for a new one, which may choose an issue.
        save: what ``enter`` does, in a word.
        wrong: why the fields were refused, when they stand here again.
        was: what the fields were before anything was written; as ``fields`` when None.
        kept: whether the fields were begun and left before.
        keep: takes the fields when the form is left without sending them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "choice(1)", show=False),
        Binding("up", "choice(-1)", show=False),
        Binding("ctrl+r", "afresh", show=False),
    ]

    def __init__(
        self,
        title: str,
        fields: TaskFields | None = None,
        *,
        ask: Ask,
        at: str = "title",
        number: str | None = None,
        save: str = "add",
        wrong: str = "",
        was: TaskFields | None = None,
        kept: bool = False,
        keep: Callable[[TaskFields], None] = lambda _: None,
    ) -> None:
        hints = [("enter", save), ("tab", "next field"), *[("ctrl+r", "afresh")] * kept]
        super().__init__(title, hints)
        self._first = fields or TaskFields()
        self._was = was or TaskFields()
        self._ask = ask
        self._at = at
        self._number = number
        self._wrong = wrong
        self._kept = kept
        self._keep = keep
        self._touched: set[str] = set()
        self._names = [name for name in _FIELDS if number is None or "issue" not in name]

    # -- the fields -----------------------------------------------------------------------------

    def content(self) -> Iterable[Widget]:
        """A name before each field, and below it what is to be said about it."""
        yield Label(id="form-error", classes="-empty")
        with VerticalScroll(can_focus=False, classes="form"):
            for name in self._names:
                with Horizontal(classes="form-row", id=f"row-{name}"):
                    yield Label(id=f"{name}-label", classes="form-label")
                    yield self._field(name)
                yield Choices(id=f"said-{name}", classes="form-said")

    def _field(self, name: str) -> Widget:
        value, empty = str(getattr(self._first, name)), _FIELDS[name][1]
        key = f"field-{name}"
        match name:
            case "description":
                return TextArea(
                    value, compact=True, id=key, tab_behavior="focus", placeholder=empty
                )
            case "priority":
                return Pick("01234", value, id=key)
            case "evidence":
                return Pick(list(EVIDENCE), value, id=key)
            case "step":
                return Input(value, compact=True, id=key, restrict="[0-9]{0,7}", placeholder=empty)
            case _:
                return Input(value, compact=True, id=key, placeholder=empty)

    def on_mount(self) -> None:
        """Name the fields and say what is known about them."""
        super().on_mount()
        for name in self._names:
            label = self.query_one(f"#{name}-label", Label)
            label.show(row(None, (_FIELDS[name][0], "dim")))
        self._show_error()
        self._say_evidence()
        self._show_issue_title(new=bool(self._first.issue_title))
        self.query_one(f"#field-{self._at}").focus()
        if self._first.after:
            self._look_at_needs()

    def _show_error(self) -> None:
        rows = [wrong_row(safe(self._wrong))] if self._wrong else []
        if self._kept and not rows:
            rows = [heading("You began to write this before.", "dim")]
        self.query_one("#form-error", Label).show(*rows)

    @property
    def fields(self) -> TaskFields:
        """What stands in the fields now."""
        found = {name: self._value(name) for name in self._names}
        return replace(self._first, **found)

    def _value(self, name: str) -> str:
        field = self.query_one(f"#field-{name}")
        if isinstance(field, TextArea):
            return field.text
        assert isinstance(field, Input | Pick)
        return field.value

    # -- what is said below a field -------------------------------------------------------------

    def _say(self, name: str, *rows: Row) -> None:
        self.query_one(f"#said-{name}", Choices).offer(rows)

    def _local(self) -> dict[str, str]:
        return problems(self.fields, default_agent=not self._first.agent)

    def _recheck(self, name: str) -> None:
        """Say what is wrong with a field as it is typed in."""
        self._touched.add(name)
        wrong = self._local().get(name)
        self._say(name, *([wrong_row(wrong)] if wrong else []))

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self, event: Input.Changed | TextArea.Changed) -> None:
        name = str(event.control.id).removeprefix("field-")
        if self._value(name) == getattr(self._first, name) and name not in self._touched:
            return  # it only came to be there
        self._touched.add(name)
        match name:
            case "after":
                self._look_at_needs()
            case "issue":
                self._look_at_issue()
            case "issue_title":
                pass
            case _:
                self._recheck(name)

    @on(Pick.Changed)
    def _say_evidence(self) -> None:
        self._say("evidence", heading(EVIDENCE[self._value("evidence")], "faint"))

    def _look_at_needs(self) -> None:
        self.in_turn("after", self._needs)

    async def _needs(self) -> bool:
        """Say what the tasks are that must come first; whether they will do."""
        needs = self.fields.needs
        try:
            numbers = tuple(need for need in needs if is_task_number(need))
            found = await self._ask(CheckDependencies(self._number, numbers))
            checked = list(found.get("needs", ()))
            last = needs[-1] if needs else ""
            known = {each.get("number") for each in checked if not each.get("problem")}
            offered = (
                await tasks_like(self._ask, last, but=self._number)
                if last and last not in known
                else []
            )
        except CodeframeError:
            return True  # the engine will say what is wrong, when it is there again
        unclear = [need for need in needs if not is_task_number(need)]
        rows = need_rows([each for each in checked if not (offered and each["number"] == last)])
        rows += [
            wrong_row(f"there is no task like {safe(need)!r:.40}")
            for need in unclear
            if need != last or not offered
        ]
        self._say("after", *rows, *map(choice_row, offered))
        return not unclear and all(not each.get("problem") for each in checked)

    def _look_at_issue(self) -> None:
        self.in_turn("issue", self._issue)

    async def _issue(self) -> bool:
        """Say which issue it is, offer others, or ask for the title of a new one."""
        text = self._value("issue").strip()
        try:
            found = (await self._ask(ShowIssues(text))).get("issues", ()) if text else ()
        except CodeframeError:
            return True
        known = next((each for each in found if each.get("number") == text), None)
        new = bool(text) and known is None and is_issue_number(text)
        self._show_issue_title(new=new)
        rows: list[Row] = []
        if known is not None:
            rows = [row(None, ("✔ ", "green"), (safe(known.get("title")), "dim"))]
        elif text and not new and not found:
            rows = [wrong_row(self._local().get("issue", f"there is no issue {safe(text)}"))]
        if known is None and not new:
            rows += [
                row(safe(each.get("number")), (f"· {safe(each.get('number'))} ", "amber"),
                    (safe(each.get("title")), "text"))
                for each in found[:MOST_CHOICES]
            ]  # fmt: skip
        self._say("issue", *rows)
        return not text or known is not None or new

    def _show_issue_title(self, *, new: bool) -> None:
        if self._number is None:
            self.query_one("#row-issue_title").display = new
            if not new:
                self.query_one("#field-issue_title", Input).value = ""
                self._say("issue_title")

    # -- choosing -------------------------------------------------------------------------------

    @property
    def _choices(self) -> Choices | None:
        """What is offered below the field that has the keys."""
        name = str(self.focused.id if self.focused else "").removeprefix("field-")
        if name not in {"after", "issue"}:
            return None
        return self.query_one(f"#said-{name}", Choices)

    def action_choice(self, step: int) -> None:
        """Another of the tasks or issues that are offered."""
        if choices := self._choices:
            choices.move_by(step)

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A click on something that is offered."""
        event.stop()
        self._take(str(event.lines.id).removeprefix("said-"), event.key)

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """A click takes at once; the arrows only choose."""
        event.stop()

    def _take(self, name: str, key: str) -> None:
        field = self.query_one(f"#field-{name}", Input)
        field.value = with_need(field.value, key) if name == "after" else key
        field.cursor_position = len(field.value)
        field.focus()

    # -- the end --------------------------------------------------------------------------------

    @on(Input.Submitted)
    @on(Pick.Submitted)
    def _entered(self) -> None:
        """Enter takes what is offered, else the form is done, when all is right."""
        choices = self._choices
        if choices is not None and choices.cursor is not None:
            self._take(str(choices.id).removeprefix("said-"), choices.cursor)
        else:
            self.in_turn("send", self._send)

    async def _send(self) -> None:
        wrong = self._local()
        if "after" not in wrong and self.fields.needs and not await self._needs():
            wrong["after"] = ""
        if self._number is None and not await self._issue():
            wrong["issue"] = ""
        fields = self.fields
        new = self._number is None and self.query_one("#row-issue_title").display
        if new and (title := problems(TaskFields(title=fields.issue_title)).get("title")):
            wrong["issue_title"] = title
        if not wrong:
            self.decide(replace(fields, after=", ".join(needs_of(fields.after))))
            return
        for name, said in wrong.items():
            if said:
                self._say(name, wrong_row(said))
        first = next(name for name in self._names if name in wrong)
        self.query_one(f"#field-{first}").focus()

    def action_leave(self) -> None:
        """Back; what was written is kept."""
        if self.fields != self._was:
            self._keep(self.fields)
        super().action_leave()

    def action_afresh(self) -> None:
        """Empty fields instead of what was begun before."""
        if not self._kept:
            return
        for name in self._names:
            field, value = self.query_one(f"#field-{name}"), getattr(self._was, name)
            if isinstance(field, Pick):
                field.choose(value)
            elif isinstance(field, TextArea):
                field.text = value
            elif isinstance(field, Input):
                field.value = value
        self.query_one("#form-error", Label).show()
        self.query_one("#field-title").focus()
