"""By what a draft of a review is found again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from codeframe_tui.core.hand import COPY

__all__ = ["DraftName"]


class DraftName(NamedTuple):
    """What tells a draft from all others: two tasks may propose the same.

    Attributes:
        task: its number; empty in a document that does not say.
        proposal: hash of what is shown.
        look: how it is shown, where nothing can be decided: compared, without white space, or as a
            copy that a person has in hand.
    """

    task: str
    proposal: str
    look: str = ""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> DraftName:
        """The name of the draft of a diff document."""
        since = document.get("since")
        looks = (
            f"since {since}" if since else "",
            "copy" if document.get("attempt") == COPY else "",
            "" if document.get("space", True) else "no space",
        )
        look = " ".join(filter(None, looks))
        return cls(str(document.get("task") or ""), document["proposal"], look)

    @property
    def decided(self) -> DraftName:
        """The name of the draft in which the same proposal is decided."""
        return self._replace(look="")
