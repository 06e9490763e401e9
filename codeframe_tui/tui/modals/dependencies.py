"""What waits for what, and changing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from codeframe_tui.core.commands import EditTask
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.queries import CheckDependencies, ShowDependencies
from codeframe_tui.core.task import is_task_number
from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.modals.choices import Ask, Choices, tasks_like
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.dependencies import dependency_rows, needs_in, number_at
from codeframe_tui.tui.present.rows import Row, row, safe
from codeframe_tui.tui.present.task_fields import choice_row, wrong_row
from codeframe_tui.tui.present.words import why_words
from codeframe_tui.tui.widgets.labels import Label
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["DependenciesDialog"]


class _Tree(LineList):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]


class DependenciesDialog(Dialog[str]):
    """Gives the number of a task back that the person wants to go to.

    Args:
        document: the answer to `ShowDependencies`.
        ask: answers a question. Raises: CodeframeError.
        submit: sends a wish. Raises: CodeframeError.
        editable: whether the task can wait for others than it does.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", show=False),
        Binding("a", "add", show=False),
        Binding("x,delete", "remove", show=False),
        Binding("down", "choice(1)", show=False),
        Binding("up", "choice(-1)", show=False),
    ]

    def __init__(
        self,
        document: Mapping[str, Any],
        *,
        ask: Ask,
        submit: Callable[[EditTask], Awaitable[Any]],
        editable: bool,
    ) -> None:
        task = document.get("task") or {}
        self._number = str(task.get("number"))
        keys = [("a", "add"), ("x", "take out")] if editable else []
        title = f"{safe(self._number)} {safe(task.get('title'))}"
        super().__init__(title, [("enter", "go to it"), *keys])
        self._document = document
        self._ask = ask
        self._submit = submit
        self._editable = editable

    def content(self) -> Iterable[Widget]:
        """The trees, a field to add a task by, and what is offered or wrong."""
        yield _Tree(classes="dialog-page", id="tree")
        with Horizontal(classes="form-row", id="adding"):
            yield Label(id="add-label", classes="form-label")
            yield Input(compact=True, id="field-after", placeholder="a number, or words of a title")
        yield Choices(id="said-after", classes="form-said")

    def on_mount(self) -> None:
        """Show the trees."""
        super().on_mount()
        self.query_one("#add-label", Label).show(row(None, ("must wait for", "dim")))
        self.query_one("#adding").display = False
        self._say()
        self._draw()
        self._tree.focus()

    @property
    def _tree(self) -> _Tree:
        return self.query_one(_Tree)

    @property
    def _adding(self) -> bool:
        return self.query_one("#adding").display

    def _draw(self) -> None:
        self._tree.set_rows(dependency_rows(self._document))
        if self._tree.cursor is None:
            self._tree.move_by(1)

    def _say(self, *rows: Row) -> None:
        self.query_one(Choices).offer(rows)

    # -- keys -----------------------------------------------------------------------------------

    def action_go(self) -> None:
        """Go to the task under the cursor."""
        if not self._adding and self._tree.cursor is not None:
            self.decide(number_at(self._tree.cursor))

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A click on what is offered takes it; a double click in a tree goes there."""
        event.stop()
        if isinstance(event.lines, Choices):
            self._change((*needs_in(self._document), event.key))
        else:
            self.decide(number_at(event.key))

    def action_add(self) -> None:
        """Begin to add a task that must be done first."""
        if self._editable and not self._adding:
            self.query_one("#adding").display = True
            field = self.query_one("#field-after", Input)
            field.value = ""
            field.focus()
            self._hint([("enter", "add"), ("↓", "choose")])

    def action_remove(self) -> None:
        """Let the task not wait any more for the one under the cursor."""
        key = self._tree.cursor or ""
        needs = list(needs_in(self._document))
        if not self._editable or self._adding:
            return
        if not key.startswith("needs:") or number_at(key) not in needs:
            self._say(wrong_row("only what it waits for itself can be taken out"))
            return
        self._change(tuple(need for need in needs if need != number_at(key)))

    def action_choice(self, step: int) -> None:
        """Another of the tasks that are offered."""
        if self._adding:
            self.query_one(Choices).move_by(step)

    def action_leave(self) -> None:
        """Leave the field, else the dialogue."""
        if self._adding:
            self._end_adding()
        else:
            super().action_leave()

    def _end_adding(self) -> None:
        self.query_one("#adding").display = False
        self._say()
        self._hint(self._hints[:-1])
        self._tree.focus()

    def _hint(self, keys: list[tuple[str, str]]) -> None:
        self.tell_keys([*keys, ("esc", "back")])

    # -- adding ---------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        text = event.value.strip()
        self.in_turn("offer", partial(self._offer, text))

    async def _offer(self, text: str) -> None:
        try:
            found = await tasks_like(self._ask, text, but=self._number) if text else []
            said = [choice_row(task) for task in found]
            if is_task_number(text):
                checked = await self._ask(CheckDependencies(self._number, (text,)))
                wrong = [each["problem"] for each in checked["needs"] if each.get("problem")]
                said = [*(wrong_row(safe(each)) for each in wrong), *said]
            elif text and not found:
                said = [wrong_row("no task is like that")]
        except CodeframeError as error:
            said = [wrong_row(safe(error.message))]
        self._say(*said)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        text, chosen = event.value.strip(), self.query_one(Choices).cursor
        if is_task_number(text) or chosen is not None:
            number = text if is_task_number(text) else str(chosen)
            self._change((*needs_in(self._document), number))

    def _change(self, needs: tuple[str, ...]) -> None:
        self.in_turn("send", partial(self._send, needs))

    async def _send(self, needs: tuple[str, ...]) -> None:
        """Change what it waits for; what is refused is said, and nothing typed is lost."""
        try:
            await self._submit(EditTask(self._number, depends_on=needs))
            self._document = await self._ask(ShowDependencies(self._number))
        except CodeframeError as error:
            self._say(wrong_row(safe(why_words(error))))
            return
        if self._adding:
            self._end_adding()
        self._draw()
