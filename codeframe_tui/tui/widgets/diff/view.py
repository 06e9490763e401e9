"""The diff under review, and the verdicts a person gives in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.strip import Strip

from codeframe_tui.tui.present.comments import place_at
from codeframe_tui.tui.present.diff.actions import DIFF_ACTIONS
from codeframe_tui.tui.present.diff.kinds import FileRow, Place
from codeframe_tui.tui.present.diff.live import LiveDiff
from codeframe_tui.tui.present.diff.supply import opened
from codeframe_tui.tui.present.draft import ReviewDraft, Unit, Verdict
from codeframe_tui.tui.present.draft_name import DraftName
from codeframe_tui.tui.present.rows import Span
from codeframe_tui.tui.present.verdicts import LINE_MARKS, file_spans, unit_spans
from codeframe_tui.tui.widgets.diff.asking import DiffAsking
from codeframe_tui.tui.widgets.diff.drafts import KeptDrafts
from codeframe_tui.tui.widgets.diff.rows import NOTHING
from codeframe_tui.tui.widgets.lines import filtered
from codeframe_tui.tui.widgets.messages import (
    ApproveAllAsked,
    DraftChanged,
    OnlyToRead,
    SendAsked,
    Told,
)

__all__ = ["GUARD", "DiffView"]

GUARD = 0.3
"""Seconds in which no verdict acts after a proposal appeared or changed."""


class DiffView(DiffAsking):
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
    sendable: bool = False
    """Whether a review can be sent though what is shown is only read: it compares the proposal."""
    placeholder: reactive[str] = reactive("No proposal to look at yet.")
    """The line shown while there is nothing to show."""

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
        self._writes = LiveDiff("", None)
        self._painted = True
        self._kept = KeptDrafts()
        self._stays = False
        self._began: Place | None = None

    # -- what is shown --------------------------------------------------------------------------

    def show(self, document: dict[str, Any] | None) -> None:
        """Show a diff document (CONTRACT §9), or nothing.

        The same proposal shown again keeps verdicts, folds, cursor and scroll. Another one has its
        own draft, which stands when a person comes back to it.
        """
        shown = opened(document, self.document) if document else NOTHING
        same = DraftName.of(shown) == self.draft.name
        if self._live or not same:
            self._painted = False  # it appears when it is painted, however long that takes
            self.call_after_refresh(self._note_painted)
        if same and not self._live:
            self.draft = self.draft.in_order_of(shown)
            self.keep(lambda: self.load(shown))
            return
        self._live = ""
        stays, self._stays = self._stays and self.place is not None, False
        left = (self.place, self.index.line_number(self.cursor)) if self.place else None
        below = self.cursor - self.scroll_offset.y
        if DraftName.of(shown).task != self.draft.task:  # a file that was written has none
            self.only = ""
        if not same:
            self._take_up(shown)
        self._shift = 0
        self.load(shown)
        self.scroll_to_row(0)
        if stays and left is not None:
            place = self._kept.place_in(self.draft.name) or place_at(shown, left[0].path, left[1])
            self.move_to((self.index.find(place) if place else 0) or 0)
            self.scroll_to_row(self.cursor - below)
            return
        first = self.draft.next_undecided(None, self._hidden)
        self.move_to(self.row_of(first)[0] if first else 0)
        self._began = self.place

    def _take_up(self, shown: dict[str, Any]) -> None:
        """Go on with the draft of another document; one that compares attempts has none."""
        self._kept.leave(self.draft, self.place)
        self.draft = self._kept.draft_of(shown)
        self._folded = self.quiet_paths(shown)
        self._comments = ()
        self._extras = {}
        self.leave_range()

    def hide(self, hidden: Collection[str]) -> None:
        """The cursor may stand elsewhere then: a key on its way was about the hunk before."""
        super().hide(hidden)
        self._appeared = self._clock()

    def stay(self) -> None:
        """The next document is of the same task: the cursor stays where it is in the files."""
        self._stays = True

    def is_restored(self, name: DraftName) -> bool:
        """Whether what was kept of a draft has arrived."""
        return self._kept.is_restored(name)

    @property
    def sent_draft(self) -> ReviewDraft | None:
        """What would be sent now; None while what was kept of it has not arrived."""
        return self._kept.decided(self.draft)

    def restore(self, kept: Mapping[str, Any], name: DraftName) -> bool:
        """Take verdicts over that were kept, once for each proposal; whether it did so now.

        Args:
            kept: ``draft`` of a `ShowReview` document.
            name: of the draft that they are of.
        """
        shown = name == self.draft.name and not self._live and bool(self.draft.units)
        if not shown or self.is_restored(name):
            return False
        self._kept.note_restored(name)
        waits = not self.draft.moves and self.place == self._began
        self._take(self.draft.restored(kept, self.document))
        first = self.draft.next_undecided(None, self._hidden)
        if waits and first is not None and self.row_of(first)[0] != self.cursor:
            self.move_to(self.row_of(first)[0])
            self._appeared = self._clock()  # a key on its way was about the hunk before
        return True

    def show_live(self, path: str, content: str, base_text: str | None) -> None:
        """Show a file as far as the model has written it; the end stays in sight if it was.

        Args:
            path: of the file.
            content: all that has arrived so far.
            base_text: the file as it was; None when it is new or not known.
        """
        follow = self._live != path or self.scroll_offset.y >= self.max_scroll_y
        self._live = path
        if (self._writes.path, self._writes.base_text) != (path, base_text):
            self._shift = 0
            self._writes = LiveDiff(path, base_text)
        self.load(self._writes.document(content))
        if follow:
            self.move_to(self.count() - 1)

    @property
    def is_live(self) -> bool:
        """Whether it shows a file that is being written."""
        return bool(self._live)

    @property
    def can_decide(self) -> bool:
        """Whether a verdict would act now: on a shown proposal, not in its first moment."""
        return self.reviewable and bool(self.draft.units) and self._is_calm

    @property
    def _is_calm(self) -> bool:
        """Whether what is shown is no file being written, and stands longer than a moment."""
        stands = self._painted and self._clock() - self._appeared >= GUARD
        return stands and not self._live

    def _may_decide(self) -> bool:
        """As `can_decide`; a person who cannot decide at all on what is shown is told why."""
        if not self.reviewable and not self._live and self.count():
            self.post_message(OnlyToRead())
        return self.can_decide

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

    def verdict_of(self, unit: Unit) -> Sequence[Span]:
        """The draft's, while there is something to decide."""
        shown = self.reviewable and not self._live and bool(self.draft.units)
        return unit_spans(self.draft, unit) if shown else ()

    def gutter_of(self, place: Place) -> Span | None:
        """The verdict on a line, of a hunk that is decided line by line."""
        if not self.reviewable or self._live or place.k <= 0:
            return None
        return LINE_MARKS.get(self.draft.line_verdict(place.path, place.k, place.line))

    def state_of(self, file: FileRow) -> Sequence[Span]:
        """How many units of a file are accepted and rejected, or that it is being written."""
        if self._live:
            return [("● being written", "blue")]
        return file_spans(self.draft, file.path) if self.reviewable else ()

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
        """Accept the chosen lines or the hunk here, on a file's bar the file, and go on."""
        self._decide_here(Verdict.ACCEPTED)

    def action_reject_hunk(self) -> None:
        """Reject the chosen lines or the hunk here, on a file's bar the file, and go on."""
        self._decide_here(Verdict.REJECTED)

    def action_accept_file(self) -> None:
        """Accept all of the file under the cursor and go on."""
        self._decide(Verdict.ACCEPTED, self._file())

    def action_reject_file(self) -> None:
        """Reject all of the file under the cursor and go on."""
        self._decide(Verdict.REJECTED, self._file())

    def action_take_back(self) -> None:
        """Take the last verdict back and go to what it was about.

        Without one those under the cursor, which were given before this cockpit was opened.
        """
        if not self._may_decide():
            return
        draft, unit = self.draft.take_back()
        if unit is None:
            self._take(self.draft.forget(self._here()))
        else:
            self._take(draft)
            self.go_to(unit)

    def action_next_undecided(self) -> None:
        """Go to the next unit without a verdict, going round."""
        if not self._live:
            self._go_on((self.place.path, self.place.k) if self.place else None)

    def _go_on(self, after: Unit | None) -> None:
        """Go to the next unit without a verdict among the files that are shown."""
        if unit := self.draft.next_undecided(after, self._hidden):
            self.go_to(unit)
        elif self._hidden and self.draft.next_undecided(after):
            self.post_message(Told("what is shown is decided; other files are out of sight"))

    def action_approve_all(self) -> None:
        """Ask to accept everything."""
        if self._may_decide():
            self.post_message(ApproveAllAsked())

    def action_send(self) -> None:
        """Ask to send the draft, also from where the proposal is compared with another."""
        compared = bool(self.draft.look) and self.sendable
        if self._is_calm if compared else self._may_decide():
            self.post_message(SendAsked())

    def _decide_here(self, verdict: Verdict) -> None:
        if not self.has_range:
            self._decide(verdict, self._here())
        elif self._may_decide():
            self._decide_lines(verdict)

    def _decide_lines(self, verdict: Verdict) -> None:
        """Give a verdict on the chosen lines; the cursor stays, for the next lines are near."""
        chosen = [
            (unit, hunk, rows)
            for unit, rows in self.chosen_lines().items()
            if (hunk := self.hunk(unit)) is not None
        ]
        draft = self.draft.give_chosen(verdict, chosen)
        if draft is self.draft and not draft.is_given(verdict, chosen):
            self.post_message(Told("no line that changes is chosen"))
            return
        self.leave_range()
        if draft is self.draft:
            self.post_message(Told(f"these lines are {verdict} already"))
        self._take(draft)

    def _here(self) -> Sequence[Unit]:
        place = self.place
        if place and place.k < 0:  # nothing changes there
            return ()
        return [(place.path, place.k)] if place and place.k else self._file()

    def _file(self) -> Sequence[Unit]:
        return self.draft.units_of(self.place.path) if self.place else ()

    def _decide(self, verdict: Verdict, units: Sequence[Unit]) -> None:
        if not self._may_decide() or not units:
            return
        self._take(self.draft.give(verdict, units))
        self._go_on(units[-1])

    def _take(self, draft: ReviewDraft) -> None:
        if draft is not self.draft:
            self.draft = draft
            self.redraw()
            if self.is_mounted:
                self.post_message(DraftChanged(draft))
