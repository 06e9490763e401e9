"""The diff under review, and the verdicts a person gives in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from codeframe_tui.tui.present.diff_actions import DIFF_ACTIONS
from codeframe_tui.tui.present.diff_kinds import FileRow, Place
from codeframe_tui.tui.present.diff_live import live_document
from codeframe_tui.tui.present.diff_supply import opened
from codeframe_tui.tui.present.draft import ReviewDraft, Unit, Verdict
from codeframe_tui.tui.present.rows import Span
from codeframe_tui.tui.widgets.diff_rows import NOTHING
from codeframe_tui.tui.widgets.diff_search import DiffSearch
from codeframe_tui.tui.widgets.lines import filtered

__all__ = ["GUARD", "DiffView"]

GUARD = 0.3
"""Seconds in which no verdict acts after a proposal appeared or changed."""
_DRAFTS = 64
"""Proposals whose half-done review is kept while others are looked at."""


class DiffView(DiffSearch):
    """Shows a diff document, moves a cursor in it and gathers verdicts in a draft.

    Args:
        clock: seconds that only grow; tests bring their own.

    Attributes:
        draft: the verdicts so far; replaced, never changed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(each.keys, each.name, each.label or each.help, id=each.action, tooltip=each.help)
        for each in DIFF_ACTIONS
    ]

    reviewable: reactive[bool] = reactive(True)
    """Whether verdicts can be given; a diff of the past is only read."""
    placeholder: reactive[str] = reactive("No proposal to look at yet.")
    """The line shown while there is nothing to show."""

    @dataclass
    class DraftChanged(Message):
        """A verdict was given or taken back, or a file was seen first."""

        draft: ReviewDraft

    class ApproveAllAsked(Message):
        """A person wants to accept everything; nothing is decided yet."""

    @dataclass
    class SendAsked(Message):
        """A person wants to send the draft; nothing is decided yet."""

        draft: ReviewDraft

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.draft = ReviewDraft("")
        self._clock = clock
        self._appeared = clock()
        self._live = ""
        self._painted = True
        self._drafts: dict[str, ReviewDraft] = {}

    # -- what is shown --------------------------------------------------------------------------

    def show(self, document: dict[str, Any] | None) -> None:
        """Show a diff document (CONTRACT §9), or nothing.

        The same proposal shown again keeps verdicts, folds, cursor and scroll. Another one has its
        own draft, which stands when a person comes back to it.
        """
        shown = opened(document, self.document) if document else NOTHING
        same = shown["proposal"] == self.draft.proposal
        if self._live or not same:
            self._painted = False  # it appears when it is painted, however long that takes
            self.call_after_refresh(self._note_painted)
        if same and not self._live:
            self.keep(lambda: self.load(shown))
            return
        self._live = ""
        if not same:
            self._drafts[self.draft.proposal] = self.draft
            for oldest in list(self._drafts)[:-_DRAFTS]:
                del self._drafts[oldest]
            kept = self._drafts.get(shown["proposal"])
            self.draft = ReviewDraft.of(shown) if kept is None else kept
            self._folded = self.quiet_paths(shown)
        self._shift = 0
        self.load(shown)
        self.scroll_to_row(0)
        first = self.draft.next_undecided()
        self.move_to(self.row_of(first)[0] if first else 0)

    def show_live(self, path: str, content: str, base_text: str | None) -> None:
        """Show a file as far as the model has written it; the end stays in sight if it was.

        Args:
            path: of the file.
            content: all that has arrived so far.
            base_text: the file as it was; None when it is new or not known.
        """
        follow = self._live != path or self.scroll_offset.y >= self.max_scroll_y
        self._live = path
        self.load(live_document(path, content, base_text))
        if follow:
            self.move_to(self.count() - 1)

    @property
    def is_live(self) -> bool:
        """Whether it shows a file that is being written."""
        return bool(self._live)

    @property
    def can_decide(self) -> bool:
        """Whether a verdict would act now: on a shown proposal, not in its first moment."""
        shown = self.reviewable and not self._live and bool(self.draft.units)
        return shown and self._painted and self._clock() - self._appeared >= GUARD

    def _note_painted(self) -> None:
        self._painted = True
        self._appeared = self._clock()

    def on_show(self) -> None:
        """A diff that just came to the front is new to the person."""
        self._appeared = self._clock()

    # -- drawing --------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A row, or the placeholder where there is none."""
        if y or self.count():
            return super().render_line(y)
        style = self.visual_style.rich_style + self.named_style("dim")
        strip = Strip([Segment(f" {self.placeholder}", style)])
        return filtered(self, strip.adjust_cell_length(self.line_width, style))

    def verdict_of(self, unit: Unit) -> Verdict | None:
        """The draft's, while there is something to decide."""
        return self.draft.verdict(*unit) if self.reviewable and not self._live else None

    def state_of(self, file: FileRow) -> Sequence[Span]:
        """How many units of a file are accepted and rejected, or that it is being written."""
        if self._live:
            return [("● being written", "blue")]
        verdicts = [self.draft.verdict(*unit) for unit in self.draft.units_of(file.path)]
        accepted, rejected = verdicts.count(Verdict.ACCEPTED), verdicts.count(Verdict.REJECTED)
        if not self.reviewable or not accepted + rejected:
            return ()
        yes = [(f"✔ {accepted} ", "green")] if accepted else []
        no = [(f"✘ {rejected} ", "red")] if rejected else []
        return [*yes, *no, (f"of {len(verdicts)}", "dim")]

    def entered(self, place: Place) -> None:
        """A file under the cursor is seen."""
        if not self._live:
            self._take(self.draft.see(place.path))

    def watch_reviewable(self) -> None:
        """Verdicts are shown only where they can be given, and act only after a moment there."""
        self._appeared = self._clock()
        self.redraw()

    # -- deciding -------------------------------------------------------------------------------

    def action_accept_hunk(self) -> None:
        """Accept the hunk under the cursor, on a file's bar the file, and go on."""
        self._decide(Verdict.ACCEPTED, self._here())

    def action_reject_hunk(self) -> None:
        """Reject the hunk under the cursor, on a file's bar the file, and go on."""
        self._decide(Verdict.REJECTED, self._here())

    def action_accept_file(self) -> None:
        """Accept all of the file under the cursor and go on."""
        self._decide(Verdict.ACCEPTED, self._file())

    def action_reject_file(self) -> None:
        """Reject all of the file under the cursor and go on."""
        self._decide(Verdict.REJECTED, self._file())

    def action_take_back(self) -> None:
        """Take the last verdict back and go to what it was about."""
        draft, unit = self.draft.take_back()
        if unit is not None and self.can_decide:
            self._take(draft)
            self.go_to(unit)

    def action_next_undecided(self) -> None:
        """Go to the next unit without a verdict, going round."""
        here = (self.place.path, self.place.k) if self.place else None
        if not self._live and (unit := self.draft.next_undecided(here)):
            self.go_to(unit)

    def action_approve_all(self) -> None:
        """Ask to accept everything."""
        if self.can_decide:
            self.post_message(self.ApproveAllAsked())

    def action_send(self) -> None:
        """Ask to send the draft."""
        if self.can_decide:
            self.post_message(self.SendAsked(self.draft))

    def _here(self) -> Sequence[Unit]:
        place = self.place
        if place and place.k < 0:  # nothing changes there
            return ()
        return [(place.path, place.k)] if place and place.k else self._file()

    def _file(self) -> Sequence[Unit]:
        return self.draft.units_of(self.place.path) if self.place else ()

    def _decide(self, verdict: Verdict, units: Sequence[Unit]) -> None:
        if not units or not self.can_decide:
            return
        self._take(self.draft.give(verdict, units))
        if unit := self.draft.next_undecided(units[-1]):
            self.go_to(unit)

    def _take(self, draft: ReviewDraft) -> None:
        if draft is not self.draft:
            self.draft = draft
            self.redraw()
            if self.is_mounted:
                self.post_message(self.DraftChanged(draft))
