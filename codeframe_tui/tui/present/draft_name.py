"""By what a draft of a review is found again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["DraftName"]


class DraftName(NamedTuple):
    """What tells a draft from all others: two tasks may propose the same.

    Attributes:
        task: its number; empty in a document that does not say.
        proposal: hash of what is shown.
        look: how it is shown, where nothing can be decided: compared, or without white space.
    """

    task: str
    proposal: str
    look: str = ""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> DraftName:
        """The name of the draft of a diff document."""
        since = document.get("since")
        looks = (f"since {since}" * bool(since), "" if document.get("space", True) else "no space")
        return cls(str(document.get("task") or ""), document["proposal"], " ".join(looks).strip())

    @property
    def decided(self) -> DraftName:
        """The name of the draft in which the same proposal is decided."""
        return self._replace(look="")
