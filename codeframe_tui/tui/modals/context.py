"""Reading what the worker of a task is shown, and choosing what of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.context import (
    about_rows,
    choice_about,
    context_rows,
    context_title,
    first_file,
    is_file,
)
from codeframe_tui.tui.present.rows import heading, safe
from codeframe_tui.tui.present.words import why_words
from codeframe_tui.tui.widgets.labels import Label
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["ContextDialog", "Wish"]

_KEYS = (
    ("p", "pin"),
    ("x", "exclude"),
    ("P X", "for all tasks"),
    ("a", "pin another"),
    ("enter", "open in editor"),
    ("y", "copy path"),
)
_WIDTH = 60
"""Cells of a line before the first layout."""
Choose = Callable[[str, str | None, bool], Awaitable[Mapping[str, Any]]]
"""Chooses about a path (for all tasks when True) and gives what is shown from then on."""


class Wish(NamedTuple):
    """What is to be done: ``open`` or ``copy`` a path, or ``add`` another one."""

    what: str
    path: str


class _Files(LineList):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]


class ContextDialog(Dialog[Wish]):
    """Gives back what is to be done elsewhere.

    Args:
        document: the answer to `ShowTaskContext`.
        choose: carries a choice out. Raises: CodeframeError.
        now: the time in the person's time zone.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "choose('pinned', False)", show=False),
        Binding("x", "choose('excluded', False)", show=False),
        Binding("P", "choose('pinned', True)", show=False),
        Binding("X", "choose('excluded', True)", show=False),
        Binding("a", "add", show=False),
        Binding("enter", "wish('open')", show=False),
        Binding("y", "wish('copy')", show=False),
    ]

    def __init__(
        self, document: Mapping[str, Any], *, choose: Choose, now: Callable[[], datetime]
    ) -> None:
        super().__init__(context_title(document), _KEYS)
        self._document = document
        self._choose = choose
        self._now = now
        self._turn = asyncio.Lock()

    def content(self) -> Iterable[Widget]:
        """The files, and all that is to be said of the one under the cursor."""
        yield _Files(classes="dialog-body", id="shown")
        yield Label(id="whole")

    def on_mount(self) -> None:
        """Begin at the best file."""
        super().on_mount()
        files = self._show()
        files.move_to(first_file(self._document), tell=False)
        self._tell()
        files.focus()

    def on_resize(self) -> None:
        """Say all of the file in lines as long as there is room."""
        self.call_after_refresh(self._tell)

    def _show(self) -> _Files:
        files = self.query_one(_Files)
        files.set_rows(context_rows(self._document, self._now()))
        return files

    @property
    def _path(self) -> str | None:
        """The file under the cursor."""
        key = self.query_one(_Files).cursor
        return key if is_file(key) else None

    def _tell(self) -> None:
        label = self.query_one("#whole", Label)
        width = label.line_width or _WIDTH
        key = self.query_one(_Files).cursor
        label.show(*about_rows(self._document, key, width))

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Say all of it."""
        event.stop()
        self._tell()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A double click opens."""
        event.stop()
        self.action_wish("open")

    def action_add(self) -> None:
        """Leave to pin a file that is not listed."""
        self.decide(Wish("add", ""))

    def action_wish(self, what: str) -> None:
        """Leave with a wish about the file under the cursor."""
        if (path := self._path) is not None:
            self.decide(Wish(what, path))

    def action_choose(self, choice: str, for_all: bool) -> None:
        """Choose about the file under the cursor; the same choice again takes it back."""
        path = self._path
        if path is not None:
            carry_out: Any = partial(self._chosen, path, choice, for_all)
            self.run_worker(carry_out, group="choose")

    async def _chosen(self, path: str, choice: str, for_all: bool) -> None:
        async with self._turn:  # whether it takes back depends on what the one before it made
            held = choice_about(self._document, path, "project" if for_all else "task")
            wanted = None if held == choice else choice
            try:
                self._document = await self._choose(path, wanted, for_all)
            except CodeframeError as error:
                said = heading(f"✘ {safe(why_words(error))}", "red")
                self.query_one("#whole", Label).show(said)
                return
            self._show()
            self._tell()
