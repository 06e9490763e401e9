"""What `/` does in a pane: it searches or filters; the prompt and its keys are the screen's."""

from __future__ import annotations

from typing import ClassVar

from textual.message import Message

__all__ = ["NO_HIT", "Seekable"]

NO_HIT = "no hit"
"""What `Seekable.found` says of a search that finds nothing."""


class Seekable:
    """A pane that `/` is for; a widget inherits it beside its own base.

    Attributes:
        SEEKS: what it does, before the prompt: ``search`` or ``filter``.
        sought: the text it goes by; empty = none.
    """

    SEEKS: ClassVar[str] = "search"
    sought: str = ""

    class Sought(Message):
        """Other hits, or another one of them: the footer tells `found`."""

    @property
    def found(self) -> str:
        """What came of it, e.g. ``3 of 17``; empty while nothing is sought."""
        return ""

    def seek(self, text: str) -> None:
        """Go by a text from now on; called while a person types. Empty: no more."""
        raise NotImplementedError

    def seek_by(self, step: int) -> None:
        """Go to the next (1) or previous (-1) hit, going round; a filter has none."""
