"""Reviews that are half done: each stands as it was left when a person comes back to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.draft import ReviewDraft
from codeframe_tui.tui.present.draft_name import DraftName

__all__ = ["KeptDrafts"]

_KEPT = 64
"""Drafts that are kept while others are looked at; the engine has what is older."""


class KeptDrafts:
    """Drafts that are not on the screen, by name, and what of the engine's has arrived."""

    def __init__(self) -> None:
        self._drafts: dict[DraftName, ReviewDraft] = {}
        self._places: dict[DraftName, Place] = {}
        self._restored: set[DraftName] = set()

    def leave(self, draft: ReviewDraft, place: Place | None) -> None:
        """Keep a draft, and where the cursor was; of those left longest ago nothing is kept."""
        self._drafts.pop(draft.name, None)
        self._drafts[draft.name] = draft
        if place is not None:
            self._places[draft.name] = place
        for oldest in list(self._drafts)[:-_KEPT]:
            del self._drafts[oldest]
            self._places.pop(oldest, None)
            self._restored.discard(oldest)  # it begins anew, and what was kept is due again

    def draft_of(self, document: Mapping[str, Any]) -> ReviewDraft:
        """The draft of a document, as it was left, or a fresh one."""
        return self._drafts.get(DraftName.of(document)) or ReviewDraft.of(document)

    def place_in(self, name: DraftName) -> Place | None:
        """Where the cursor was."""
        return self._places.get(name)

    def is_restored(self, name: DraftName) -> bool:
        """Whether what the engine keeps of it has arrived."""
        return name in self._restored

    def note_restored(self, name: DraftName) -> None:
        """What the engine keeps of it has arrived."""
        self._restored.add(name)

    def decided(self, shown: ReviewDraft) -> ReviewDraft | None:
        """The draft in which what is shown is decided, with all that was kept of it, if known."""
        if not shown.look:
            return shown
        name = shown.name.decided
        return self._drafts.get(name) if self.is_restored(name) else None
