"""A list to pick from by typing a few letters of what is meant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.fuzzy import ranked
from codeframe_tui.tui.present.rows import BLANK, Row, Span, heading
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["Pickable", "Picker"]


class Pickable(NamedTuple):
    """One thing to pick.

    Attributes:
        text: what is typed for, sanitised.
        left: its row.
        right: the right end of the row.
        group: heading above it and its like, while nothing is typed; empty = none.
    """

    text: str
    left: tuple[Span, ...]
    right: tuple[Span, ...] = ()
    group: str = ""


class _List(LineList, can_focus=False):
    """What is left of the list; the keys stay in the field."""

    def tone_at(self, index: int) -> str:
        """The cursor looks as if it had the keys."""
        line = self.rows[index]
        return (
            f"{line.tone} cursor" if line.key is not None and line.key == self.cursor else line.tone
        )


class Picker(Dialog[int]):
    """Gives the position of what was picked.

    Args:
        title: what is picked.
        items: all there are, in their order.
        nothing: what is said when there are none.
        more: other keys and what they do.
        does: what picking does.
        costs: of each item, see `ranked`.
        renewed: gives the same items again, in the same order, whenever more is known of them; no
            longer asked when the dialogue is left.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", show=False, priority=True),
        Binding("down,ctrl+j", "step(1)", show=False),
        Binding("up,ctrl+k", "step(-1)", show=False),
        Binding("pagedown", "step(10)", show=False),
        Binding("pageup", "step(-10)", show=False),
    ]

    def __init__(
        self,
        title: str,
        items: Sequence[Pickable],
        *,
        nothing: str,
        more: Sequence[tuple[str, str]] = (),
        does: str = "go there",
        costs: Sequence[float] = (),
        renewed: Callable[[], AsyncIterator[Sequence[Pickable]]] | None = None,
    ) -> None:
        super().__init__(title, [("enter", does), ("↑ ↓", "choose"), *more])
        self._items = items
        self._costs = costs
        self._nothing = nothing
        self._renewed = renewed
        self._wanted = ""

    def content(self) -> Iterable[Widget]:
        """The field and the list."""
        yield Input(compact=True, placeholder="type a few letters", classes="dialog-words")
        yield _List(classes="dialog-picks")

    def on_mount(self) -> None:
        """Offer all."""
        super().on_mount()
        self.seek("")
        self.query_one(Input).focus()
        if self._renewed is not None:
            self.in_turn("renewed", partial(self._renew, self._renewed))

    async def _renew(self, renewed: Callable[[], AsyncIterator[Sequence[Pickable]]]) -> None:
        async for items in renewed():
            self._items = items
            self._offer(self.query_one(Input).value, self.query_one(_List).cursor)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.seek(event.value)

    def seek(self, typed: str) -> None:
        """Look for what a text means, and show it."""
        self._wanted = typed
        self._offer(typed)

    def found(self, typed: str) -> tuple[Sequence[int], Row]:
        """Positions of what a text means, the likeliest first; what is said without or below."""
        found = ranked(typed, [item.text for item in self._items], costs=self._costs)
        nothing = "nothing like it" if self._items else self._nothing
        return found, BLANK if found else heading(nothing)

    def _offer(self, typed: str, chosen: str | None = None) -> None:
        """Show what a text means; the cursor is at the likeliest, or stays at what is chosen."""
        found, said = self.found(typed)
        rows: list[Row] = []
        group = ""
        for at in found:
            item = self._items[at]
            if item.group != group and not typed.strip():
                group = item.group
                rows += [BLANK] if rows else []
                rows.append(heading(group, "dim"))
            rows.append(Row(str(at), item.left, item.right))
        listed = self.query_one(_List)
        listed.set_rows(rows if rows and not said.left else [*rows, said])
        keys = [str(at) for at in found]
        listed.move_to(chosen if chosen in keys else keys[0] if keys else None)

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """The cursor of this list is of no concern to the cockpit."""
        event.stop()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A double click picks."""
        event.stop()
        self.decide(int(event.key))

    def action_step(self, steps: int) -> None:
        """Another row."""
        self.query_one(_List).move_by(steps)

    def action_pick(self) -> None:
        """Take the row under the cursor."""
        self.when_typed(self._pick)

    def when_typed(self, deed: Callable[[], None]) -> None:
        """Do something about what is typed: keys before this one may be on their way to the field.

        Nothing is done any more once something is picked.
        """
        self.query_one(Input).call_later(self._after_typing, deed)

    def _after_typing(self, deed: Callable[[], None]) -> None:
        if self._decided:
            return
        if (typed := self.query_one(Input).value) != self._wanted:
            self.seek(typed)
        deed()

    def _pick(self) -> None:
        key = self.query_one(_List).cursor
        if key is not None:
            self.decide(int(key))
