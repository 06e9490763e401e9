"""The parts about the task in focus: its change, its evidence, and what the worker does for it.

They load after the first rows of the queue, or when something of them is needed first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from textual.widget import Widget

from codeframe_tui.tui.present.activity import Timeline
from codeframe_tui.tui.present.coverage import Signs
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.supply import opened
from codeframe_tui.tui.present.draft import Verdict
from codeframe_tui.tui.present.draft_name import DraftName
from codeframe_tui.tui.present.files import FileRows, Marks, place_row
from codeframe_tui.tui.present.flags import flag_places, flags_of
from codeframe_tui.tui.present.focus import ReviewNow, evidence_rows, title_row
from codeframe_tui.tui.present.left import Left
from codeframe_tui.tui.present.proof import UNCHANGED, Proof, Shown
from codeframe_tui.tui.present.risk import by_risk
from codeframe_tui.tui.present.rows import Span
from codeframe_tui.tui.present.state import State
from codeframe_tui.tui.present.tests import newest_attempt
from codeframe_tui.tui.present.welcome import no_task, nothing_written
from codeframe_tui.tui.present.words import ENDED
from codeframe_tui.tui.widgets.areas import Area
from codeframe_tui.tui.widgets.diff.view import DiffView
from codeframe_tui.tui.widgets.labels import Label
from codeframe_tui.tui.widgets.log import LogView
from codeframe_tui.tui.widgets.task_panes import ActivityPane, FileList, TestsPane

__all__ = ["Surroundings", "TaskParts"]

_GIVEN = (Verdict.ACCEPTED, Verdict.REJECTED, Verdict.PARTLY)
_ROOMY = 8
"""Rows of the tests from where on the reason of the verdict may take some."""
W = TypeVar("W", bound=Widget)
_Listed = tuple[Sequence[Any], Sequence[Any], str, FileRows]
"""Files, flags and filter, and the rows that are made of them."""


class Surroundings(Protocol):
    """The picture that they stand in."""

    def part(self, name: str, kind: type[W]) -> W:
        """A part by its id."""

    def draw_proof_title(self) -> None:
        """What stands above the evidence."""


class TaskParts:
    """The parts, drawn from the state.

    Args:
        state: read whenever a part is drawn.
        now: the time in the person's time zone.
        frame: the picture that they stand in.

    Attributes:
        change: what stands beside each other below the title of the change.
        evidence: what changes places below the title of the evidence.
    """

    def __init__(self, state: State, *, now: Callable[[], datetime], frame: Surroundings) -> None:
        self.state = state
        self._now = now
        self._frame = frame
        self.files, self.diff = FileList(id="files"), DiffView(id="diff")
        self._facts = Label(id="evidence")
        self.tests, self.log = TestsPane(id="tests"), LogView(id="log")
        self.activity = ActivityPane(id="activity")
        self.change: tuple[Widget, ...] = (self.files, self.diff, self._facts)
        self.evidence: tuple[Widget, ...] = (self.tests, self.log, self.activity)
        self._proof = Proof()
        self._signs = Signs()
        self._timeline = Timeline()
        self._left = Left()
        self._listed: _Listed = ((), (), "", FileRows(()))

    def draw(self) -> None:
        """Draw everything from the state."""
        self.draw_task()
        self.draw_tests()
        self.draw_activity()

    def opened(self, slot: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """A `ShowDiff` document ready to be shown after the one before in its slot."""
        return opened(document, getattr(self.state, slot))

    def reach_file(self, path: str) -> None:
        """Show a file from its top."""
        self.diff.reach(Place(path), top=True)

    def draw_task(self) -> None:
        """Title, file list and evidence of the focus."""
        diff, task = self.diff, self.state.task
        self._allow()
        proposal = str((self.state.diff or {}).get("proposal"))
        diff.mark(self._signs.look_at(task, proposal), proposal)
        self._flag()
        diff.show_explanation(self.state.explanation)
        self.draw_decided()
        self._facts.show(*evidence_rows(task, width=max(self._facts.line_width, 20)))

    def draw_decided(self) -> None:
        """What a verdict changes beside the diff: the title's counts and the file list."""
        draft, task = self.diff.draft, self.state.task
        title = self._frame.part("title", Label)
        accepted, rejected, partly = (draft.count(each) for each in _GIVEN)
        left = self._left.words(draft, self.diff.document) if self.diff.reviewable else ""
        given = len(draft.units), accepted, rejected, partly
        now = ReviewNow(*given, self.state.reading, self.diff.only, left)
        width = title.line_width - 2
        title.show(title_row(task, now, width=width) if task else no_task(self.state))
        self.draw_files()

    def draw_files(self) -> None:
        """The files that differ in what is shown; of a change on its way, those it will have."""
        diff, listed, task = self.diff, self.files, self.state.task
        shown = self.state.shows_focus and not diff.is_live and diff.draft.proposal
        files = diff.document["files"] if shown else (newest_attempt(task) or {}).get("files") or ()
        about = files, diff.flags, diff.only if shown else ""
        if any(new is not old for new, old in zip(about, self._listed, strict=False)):
            if about[2]:
                files = [file for file in files if diff.shows(file["path"])]
            self._listed = *about, FileRows(files, flags_of(task), about[2])
        listed.set_class(not files, "-empty")
        here, seen = diff.place.path if diff.place else "", len(diff.draft.seen) if shown else 0
        listed.show(self._listed[3].showing(Marks(diff.draft.file_verdict, here, seen)))

    def _allow(self) -> None:
        """What may be done with the change that is shown."""
        self.diff.reviewable, self.diff.sendable = self.state.reviewable, self.state.sendable

    def draw_place(self) -> None:
        """The file whose bar is out of sight, on the line between title and diff."""
        row = place_row(self.diff.file_above, seen=len(self.diff.draft.seen))
        self._frame.part("place", Label).show(row)

    def draw_diff(self) -> None:
        """The proposal of the focus, or the file being written for it."""
        diff = self.diff
        self._allow()
        writing = self.state.writing
        if writing is None:
            shown = self.state.shown
            diff.show(self._by_risk(shown) if shown else None)
        elif (base := self.state.base_of(writing[0])) is not None:
            diff.show_live(*writing, base["text"])
        self.draw_review()
        self.draw_place()

    def draw_review(self) -> None:
        """Comments and kept verdicts of what the diff shows, once both are there."""
        diff, review = self.diff, self.state.review or {}
        shown = self.state.shown or {}
        same = all(review.get(name) == shown.get(name) for name in ("task", "proposal"))
        fits = bool(review) and same and not diff.is_live
        diff.show_comments(review["comments"] if fits else ())
        if fits and self.state.is_newest and self.state.row().get("status") not in ENDED:
            diff.restore(review["draft"], DraftName.of(shown))

    def _by_risk(self, document: Mapping[str, Any]) -> dict[str, Any]:
        flags = flags_of(self.state.task)
        return {**document, "files": by_risk(document["files"], flags)}

    def _flag(self) -> None:
        """Take flags over; when there are others the files may stand in another order."""
        diff, flags = self.diff, flag_places(self.state.task)
        if flags == diff.flags:
            return
        moved = [each[:2] for each in flags] != [each[:2] for each in diff.flags]
        diff.flags = flags
        if moved and self.state.shown and not diff.is_live:
            self.draw_diff()

    def draw_writing(self) -> None:
        """The file being written; once it is not any more the proposal, when that is there."""
        ended = self.diff.is_live and not self.state.diff_is_due
        if self.state.writing is not None or ended:
            self.draw_diff()

    def draw_tests(self) -> None:
        """The evidence, recorded or live."""
        live, pane = self.state.in_hand, self.tests
        if self._frame.part("proof", Area).has_class("-log"):
            self.log.show(live.log if live else None)
        else:
            state, width = self.state, pane.line_width
            lines = 3 if pane.size.height >= _ROOMY else 1
            shown = Shown(width, state.failures, state.unfolded, pane.sought, lines)
            proof = {} if self._without_task else state.proof
            pane.begin(str((proof or {}).get("number") or ""))
            pane.set_rows(self._proof.rows(proof, live, shown, self._now()))
            pane.found = self._proof.found
        self._frame.draw_proof_title()

    def draw_activity(self) -> None:
        """The timeline."""
        pane, live = self.activity, self.state.in_hand
        pane.earlier = bool((self.state.activity or {}).get("earlier"))
        rows = self._timeline.rows(
            {} if self._without_task else self.state.activity,
            now=self._now(),
            width=pane.line_width,
            waiting=live.waiting if live else None,
            doing=live.doing if live else None,
        )
        pane.set_rows(rows)
        self._frame.draw_proof_title()

    @property
    def _without_task(self) -> bool:
        """Whether there is no task at all: then the panes say what will stand in them."""
        return self.state.queue is not None and self.state.focus is None

    def verdict(self) -> list[Span]:
        """How the evidence came out, or how far it is."""
        return self._proof.verdict(self.state.proof, self.state.in_hand)

    def tell_why_empty(self) -> None:
        """Where no change is to be seen, the key that leads to one."""
        self.diff.placeholder = nothing_written(self.state)
        if self.state.task is None:
            self._frame.part("title", Label).show(no_task(self.state))

    def text_to_copy(self) -> str:
        """The id of the test under the cursor, or what is in sight of the raw log."""
        if self._frame.part("proof", Area).has_class("-log"):
            log = self.log
            top = log.scroll_offset.y
            last = min(top + log.size.height, log.count())
            return "\n".join(log.text_at(line) for line in range(top, last))
        return (self.tests.cursor or "").partition("::")[2]

    @property
    def at_unchanged(self) -> bool:
        """Whether the cursor is on the row that stands for tests about which nothing is to say."""
        return self.tests.cursor == UNCHANGED
