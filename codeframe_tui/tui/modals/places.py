"""A file or definition of the project to pick from, asked for while a person types."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.tui.modals.picker import Pickable, Picker
from codeframe_tui.tui.present.places import place_items, said_below
from codeframe_tui.tui.present.rows import BLANK, Row, heading, safe
from codeframe_tui.tui.present.words import why_words
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["PlacePicker"]

_AGAIN = 1.0
"""Seconds until the same is asked again while the code is being read."""


class PlacePicker(Picker):
    """Gives the position of a place among `places`.

    Nothing waits for an answer: what was found for fewer letters stays until it is there, and of
    several letters typed meanwhile only the last are asked for. Only a wish waits: it is about what
    was typed before it, and is forgotten when a person goes on typing or moves.

    Args:
        title: what it is picked for.
        ask: gives the answer to `ShowPlaces`. Raises: CodeframeError.
        does: what ``enter`` does.
        keys: other keys, what each wishes and what the person is told of it.

    Attributes:
        places: of the newest answer.
        wish: of the key that was pressed; empty for ``enter``.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "wish('tab')", show=False, priority=True),
        Binding("ctrl+y", "wish('ctrl+y')", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        ask: Callable[[str], Awaitable[Mapping[str, Any]]],
        *,
        does: str,
        keys: Mapping[str, tuple[str, str]],
    ) -> None:
        more = [(key, said) for key, (_, said) in keys.items()]
        super().__init__(title, (), nothing="", more=more, does=does)
        self.places: list[Mapping[str, Any]] = []
        self.wish = ""
        self._ask = ask
        self._keys = keys
        self._shown: str | None = None
        self._waits: str | None = None
        self._said = BLANK
        self._asking = False

    def on_mount(self) -> None:
        """Say what can be typed."""
        super().on_mount()
        self.query_one(Input).placeholder = "letters, Class.method, folder/file"

    def found(self, typed: str) -> tuple[Sequence[int], Row]:
        """What the engine found, in its order."""
        del typed
        return range(len(self.places)), self._said

    def seek(self, typed: str) -> None:
        """Ask for it; it is shown when it is there."""
        if typed != self._wanted:
            self._waits = None
        self._wanted = typed
        if not self._asking:
            self._asking = True
            asking: Any = self._ask_on
            self.run_worker(asking, group="places")

    async def _ask_on(self) -> None:
        try:
            while True:
                typed = self._wanted
                left = await self._answer(typed)
                if typed == self._wanted and not left:
                    return
                if typed == self._wanted:
                    await asyncio.sleep(_AGAIN)
        finally:
            self._asking = False

    async def _answer(self, typed: str) -> int:
        """Offer what is found for a text; how many files are not read yet."""
        try:
            document = await self._ask(typed)
        except CodeframeError as error:
            document, self._said = {}, heading(f"✘ {safe(why_words(error))}", "red")
        else:
            self._said = said_below(document)
        if self._decided:  # what was picked is looked up among these places
            return 0
        before = self._under_cursor()
        self.places = list(document.get("places") or ())
        self._items = [Pickable(*item) for item in place_items(self.places)]
        same = typed == self._shown and before in self.places
        self._offer(typed, str(self.places.index(before)) if same else None)
        self._shown = typed
        if self._waits is not None and typed == self._wanted:
            self._take(self._waits)
        return int(document.get("left") or 0)

    def _under_cursor(self) -> Mapping[str, Any]:
        """The place under the cursor; empty without one."""
        key = self.query_one(LineList).cursor
        return self.places[int(key)] if key is not None else {}

    def action_step(self, steps: int) -> None:
        """Another row."""
        self._waits = None
        super().action_step(steps)

    def action_pick(self) -> None:
        """Take the row under the cursor."""
        self.when_typed(partial(self._take, ""))

    def action_wish(self, key: str) -> None:
        """Leave with another wish about the row under the cursor, where there is such a key."""
        if key in self._keys:
            self.when_typed(partial(self._take, self._keys[key][0]))

    def _take(self, wish: str) -> None:
        """Take the row under the cursor, as soon as the list is of what is typed."""
        self._waits = wish if self._shown != self._wanted else None
        if self._waits is None and self._under_cursor():
            self.wish = wish
            self._pick()
