"""A diff of which only some files are shown; what is decided of the others stays as it is."""

from __future__ import annotations

from typing import Any

from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.widgets.diff.folds import DiffFolds
from codeframe_tui.tui.widgets.messages import Narrowed, Told

__all__ = ["DiffNarrowing"]


class DiffNarrowing(DiffFolds):
    """A diff whose files can be left out of sight.

    Attributes:
        only: what was typed to say which files are shown; empty = all.
    """

    only = ""

    @property
    def hidden(self) -> int:
        """How many files are out of sight."""
        return len(self._hidden)

    def shows(self, path: str) -> bool:
        """Whether a file is not out of sight."""
        return path not in self._hidden

    def narrow(self, text: str) -> None:
        """Show only files that fit a text, see `core.path_filter`; empty: all again."""
        hidden = _hidden(self.document, text)
        if hidden is None:
            self.post_message(Told("no file fits, so all that were shown still are"))
            return
        self.only = text.strip() if hidden else ""
        self.hide(hidden)
        self.look_for_hits()
        self.post_message(Narrowed())

    def load(self, document: dict[str, Any]) -> None:
        """Take the rows of another document over; where no file fits any more, all are shown."""
        live = bool(document.get("live"))
        hidden = frozenset[str]() if live else _hidden(document, self.only)
        if hidden is None:
            self.only = ""
        self._hidden = hidden or frozenset()
        super().load(document)

    def reach(self, place: Place, *, top: bool = False) -> None:
        """Put the cursor on a place; when it is in a file out of sight, all are shown again."""
        if place.path in self._hidden:
            self.narrow("")
        super().reach(place, top=top)

    def look_for_hits(self) -> None:
        """What is sought is sought in the files that are shown."""


def _hidden(document: dict[str, Any], text: str) -> frozenset[str] | None:
    """The files that a text leaves out; None when no file would be left."""
    if not text.strip():
        return frozenset()
    from codeframe_tui.core.path_filter import parse_path_filter  # noqa: PLC0415 - seldom used

    found = parse_path_filter(text)
    paths = [file["path"] for file in document["files"]]
    hidden = frozenset(path for path in paths if not found.fits(path))
    return None if len(hidden) == len(paths) else hidden
