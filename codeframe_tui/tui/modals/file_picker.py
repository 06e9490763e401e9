"""The files of a change to pick from, by letters and globs; what fits can be all that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from codeframe_tui.core.path_filter import parse_path_filter
from codeframe_tui.tui.modals.picker import Pickable, Picker
from codeframe_tui.tui.present.fuzzy import ranked
from codeframe_tui.tui.present.rows import BLANK, Row, heading, safe
from codeframe_tui.tui.present.words import count

__all__ = ["KEEP", "FilePicker"]

KEEP = -1
"""Given instead of a position: only what fits `FilePicker.typed` is to be shown."""
_MOST = 200
"""Rows that are offered; who looks for another file types one more letter."""


class FilePicker(Picker):
    """Gives the position of a file, or `KEEP`.

    Args:
        items: a row for each file.
        paths: of the files, in the same order.
        only: the filter by which files are shown now.

    Attributes:
        typed: what stood in the field when it was left with `KEEP`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "keep", show=False, priority=True)]

    def __init__(self, items: Sequence[Pickable], paths: Sequence[str], *, only: str = "") -> None:
        shown = f" · only {safe(only, limit=60)} is shown" if only else ""
        tab = ("tab", "show only these")
        title, nothing = f"Go to a file{shown}", "no file is changed"
        super().__init__(title, items, nothing=nothing, more=[tab])
        self._paths = paths
        self.typed = ""

    def on_mount(self) -> None:
        """Say what can be typed."""
        super().on_mount()
        self.query_one(Input).placeholder = "letters, *.py, tests/**, !docs"

    def found(self, typed: str) -> tuple[Sequence[int], Row]:
        """The files that fit, and how many more there are; or what is wrong with what is typed."""
        wanted = parse_path_filter(typed)
        if wanted.wrong:
            return (), heading(wanted.wrong, "amber")
        fitting = [at for at, path in enumerate(self._paths) if wanted.fits(path)]
        shown = ranked(wanted.letters, [self._paths[at] for at in fitting], limit=_MOST)
        more = len(fitting) - len(shown)
        said = f"and {count(more, 'file')} more" if more else "" if fitting else "no file fits"
        return [fitting[at] for at in shown], heading(said, "faint") if said else BLANK

    def action_keep(self) -> None:
        """Leave all others out of sight; with nothing typed show all again."""
        self.when_typed(self._keep)

    def _keep(self) -> None:
        self.typed = self.query_one(Input).value
        if not parse_path_filter(self.typed).wrong:
            self.decide(KEEP)
