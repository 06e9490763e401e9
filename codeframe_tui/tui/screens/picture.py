"""What each part of the cockpit shows, drawn from the state whenever the app says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from textual import on
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from codeframe_tui.tui.keymap import find, key_names, keys_at
from codeframe_tui.tui.present.activity import Timeline, money_spans
from codeframe_tui.tui.present.blockers import blocker_rows, open_count
from codeframe_tui.tui.present.countdown import time_left
from codeframe_tui.tui.present.coverage import Signs
from codeframe_tui.tui.present.draft import Verdict
from codeframe_tui.tui.present.draft_name import DraftName
from codeframe_tui.tui.present.files import FileRows, Marks, place_row
from codeframe_tui.tui.present.flags import flag_places, flags_of
from codeframe_tui.tui.present.focus import evidence_rows, title_row
from codeframe_tui.tui.present.footer import Offer, footer_row
from codeframe_tui.tui.present.header import banner_rows, header_row, slow_words
from codeframe_tui.tui.present.proof import Proof, Shown
from codeframe_tui.tui.present.queue import queue_rows, queue_title
from codeframe_tui.tui.present.risk import by_risk
from codeframe_tui.tui.present.rows import Row, Span, row
from codeframe_tui.tui.present.state import ENDED, State, label_of, works
from codeframe_tui.tui.present.tests import newest_attempt, proof_title
from codeframe_tui.tui.present.welcome import nothing_written
from codeframe_tui.tui.screens.arrangement import parts
from codeframe_tui.tui.widgets.areas import Area, Surface
from codeframe_tui.tui.widgets.diff.view import DiffView
from codeframe_tui.tui.widgets.labels import Footer, Label
from codeframe_tui.tui.widgets.log import LogView
from codeframe_tui.tui.widgets.panes import (
    ActivityPane,
    BlockersPane,
    FileList,
    TestsPane,
)
from codeframe_tui.tui.widgets.queue import QueuePane

__all__ = ["Picture"]

NOTICE_SECONDS = 20.0
"""How long the line above the footer stays."""
TALL_ROWS = 30
"""From where on rows are spent on space between groups."""
_GIVEN = (Verdict.ACCEPTED, Verdict.REJECTED, Verdict.PARTLY)
_ROOMY = 8
"""Rows of the tests from where on the reason of the verdict may take some."""
W = TypeVar("W", bound=Widget)

_LEAD = ("app.search_next", "app.back", "diff.whitespace")
"""Keys that stand first: they are shown only while there is something to go on with or to end."""


class Picture(Screen[None], Surface):
    """The parts and their looks; what stands where, and who has the keys, is `Cockpit`'s.

    Args:
        state: read whenever a part is drawn; the app changes it.
        now: the time in the person's time zone.
        chosen: a person's own keys: action -> keys.
    """

    def __init__(
        self, state: State, *, now: Callable[[], datetime], chosen: Mapping[str, str]
    ) -> None:
        super().__init__(classes="-at-queue")
        self.state = state
        self._now = now
        self._chosen = chosen
        self.pane = "queue"
        self._parts: dict[str, Widget] = parts()
        self._complete = False
        self._proof = Proof()
        self._signs = Signs()
        self._timeline = Timeline()
        self._listed: tuple[Sequence[Any], Sequence[Any], FileRows] = ((), (), FileRows(()))
        self._notice_ends: Timer | None = None
        self._noticed: tuple[Span, ...] = ()
        self._aside: tuple[Span, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether all parts are there: not before the first layout, not while the app ends."""
        return self._complete and self.app.is_running

    @property
    def _columns(self) -> int:
        return self.size.width or self.app.size.width  # the screen's own comes with its layout

    @property
    def front(self) -> str:
        """Id of the part that stands in the pane: the tests give their place to the raw log."""
        raw = self.pane == "tests" and self.part("proof", Area).has_class("-log")
        return "log" if raw else self.pane

    def part(self, name: str, kind: type[W]) -> W:
        """A part by its id, also before it is mounted."""
        part = self._parts[name]
        assert isinstance(part, kind)
        return part

    # -- drawing --------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw everything from the state."""
        self.draw_header()
        self.draw_queue()
        self.draw_blockers()
        self.draw_task()
        self.draw_tests()
        self.draw_activity()
        self.draw_footer()

    def draw_header(self) -> None:
        """The top line and the banner."""
        header = self.part("header", Label)
        width, now = max(self._columns - 2, 1), self._now()
        left = {number: time_left(data, now) for number, data in self.state.waits.items()}
        slow = slow_words(self.state.slow, now)
        overview, lost = self.state.overview, self.state.lost
        header.show(header_row(overview, width=width, lost=lost, left=left, slow=slow))
        banner = banner_rows(self.state.overview, refused=self.state.refused, width=width)
        self.part("banner", Label).show(*banner)

    def draw_queue(self) -> None:
        """The queue with the running times."""
        pane = self.part("queue", QueuePane)
        height = self.size.height
        room = 0 if height >= TALL_ROWS else height - 6
        width, now, waits = pane.line_width, self._now(), self.state.waits
        pane.set_rows(queue_rows(self.state.queue, width=width, now=now, room=room, waits=waits))
        self.draw_titles()

    def draw_blockers(self) -> None:
        """The inbox."""
        pane = self.part("blockers", BlockersPane)
        chosen = self.state.blocker if self.pane == "blockers" else None
        pane.set_rows(
            blocker_rows(
                self.state.blockers,
                width=pane.line_width,
                now=self._now(),
                chosen=chosen,
                task=self.state.task,
            )
        )
        self.draw_titles()

    def draw_task(self) -> None:
        """Title, file list and evidence of the focus."""
        diff, task = self.part("diff", DiffView), self.state.task
        self._allow()
        proposal = str((self.state.diff or {}).get("proposal"))
        diff.mark(self._signs.look_at(task, proposal), proposal)
        self._flag()
        draft = diff.draft
        title = self.part("title", Label)
        width, hunks = title.line_width - 2, len(draft.units)
        given = {each.value: draft.count(each) for each in _GIVEN}
        title.show(title_row(task, width=width, hunks=hunks, reading=self.state.reading, **given))
        self._draw_files(task)
        evidence = self.part("evidence", Label)
        evidence.show(*evidence_rows(task, width=max(evidence.line_width, 20)))

    def _draw_files(self, task: Mapping[str, Any] | None) -> None:
        """The files that differ in what is shown; of a change on its way, those it will have."""
        diff, listed = self.part("diff", DiffView), self.part("files", FileList)
        shown = self.state.shows_focus and not diff.is_live and diff.draft.proposal
        files = diff.document["files"] if shown else (newest_attempt(task) or {}).get("files") or ()
        if files is not self._listed[0] or diff.flags is not self._listed[1]:
            self._listed = files, diff.flags, FileRows(files, flags_of(task))
        listed.set_class(not files, "-empty")
        here, seen = diff.place.path if diff.place else "", len(diff.draft.seen) if shown else 0
        listed.show(self._listed[2].showing(Marks(diff.draft.file_verdict, here, seen)))

    def _allow(self) -> None:
        """What may be done with the change that is shown."""
        diff = self.part("diff", DiffView)
        diff.reviewable, diff.sendable = self.state.reviewable, self.state.sendable

    @on(DiffView.Scrolled)
    def draw_place(self) -> None:
        """The file whose bar is out of sight, on the line between title and diff."""
        diff = self.part("diff", DiffView)
        self.part("place", Label).show(place_row(diff.file_above, seen=len(diff.draft.seen)))

    def draw_diff(self) -> None:
        """The proposal of the focus, or the file being written for it."""
        diff = self.part("diff", DiffView)
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
        diff, review = self.part("diff", DiffView), self.state.review or {}
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
        diff, flags = self.part("diff", DiffView), flag_places(self.state.task)
        if flags == diff.flags:
            return
        moved = [each[:2] for each in flags] != [each[:2] for each in diff.flags]
        diff.flags = flags
        if moved and self.state.shown and not diff.is_live:
            self.draw_diff()

    def draw_writing(self) -> None:
        """The file being written; once it is not any more the proposal, when that is there."""
        ended = self.part("diff", DiffView).is_live and not self.state.diff_is_due
        if self.state.writing is not None or ended:
            self.draw_diff()

    def draw_tests(self) -> None:
        """The evidence, recorded or live."""
        live = self.state.in_hand
        pane, proof = self.part("tests", TestsPane), self.part("proof", Area)
        if proof.has_class("-log"):
            self.part("log", LogView).show(live.log if live else None)
        else:
            state, width = self.state, pane.line_width
            lines = 3 if pane.size.height >= _ROOMY else 1
            shown = Shown(width, state.failures, state.unfolded, pane.sought, lines)
            pane.set_rows(self._proof.rows(state.proof, live, shown, self._now()))
            pane.found = self._proof.found
        self.draw_proof_title()

    def draw_activity(self) -> None:
        """The timeline."""
        pane, live = self.part("activity", ActivityPane), self.state.in_hand
        rows = self._timeline.rows(
            self.state.activity,
            now=self._now(),
            width=pane.line_width,
            waiting=live.waiting if live else None,
            doing=live.doing if live else None,
        )
        pane.set_rows(rows)
        self.draw_proof_title()

    def draw_titles(self) -> None:
        """Titles of panes; the one with the keys stands out."""
        title = self.part("queue-title", Label)
        known = queue_title(self.state.queue, width=max(title.line_width - 8, 8))
        title.show(row(None, ("QUEUE", self._weight("queue")), right=known))
        asks = open_count(self.state.blockers)
        right: list[Span] = [(str(asks), "amber"), (" open", "faint")] if asks else []
        self.part("blockers-title", Label).show(
            row(None, ("BLOCKERS", self._weight("blockers")), right=right)
        )
        self.draw_proof_title()

    @on(TestsPane.Filtered)
    def _filtered(self) -> None:
        self.draw_tests()
        self.post_message(TestsPane.Sought())

    @on(LogView.Moved)
    def draw_proof_title(self) -> None:
        """The tabs, and the verdict as a sentence."""
        self.part("proof-title", Label).show(*self._proof_title())

    def _proof_title(self) -> list[Row]:
        proof = self.part("proof", Area)
        shown = "activity" if proof.has_class("-activity") else "tests"
        tabs: list[Span] = []
        for name in ("tests", "activity"):
            if name == shown:
                tabs.append((name.upper(), f"{self._weight(name)} @app.pane_{name}"))
            else:
                tabs.append((name, f"faint @app.pane_{name}"))
            tabs.append((" ", ""))
        if proof.has_class("-log"):
            tabs += [("raw log", "dim"), *self.part("log", LogView).where, (" ", "")]
        if shown == "activity":
            return [row(None, *tabs, right=money_spans(self.state.activity))]
        verdict = self._proof.verdict(self.state.proof, self.state.in_hand)
        width = self.part("proof-title", Label).line_width
        return proof_title(tabs, verdict, width=width)

    def _weight(self, pane: str) -> str:
        return "bold" if pane == self.pane else "dim"

    def draw_footer(self) -> None:
        """The keys that work here; where no change is to be seen, the key that leads to one."""
        state = self.state
        self.part("diff", DiffView).placeholder = nothing_written(state)
        keys = [key for key in (*keys_at(self.pane), *keys_at("app")) if key.label]
        keys.sort(key=lambda key: key.action not in _LEAD)
        offers = [
            Offer(key.action, self._key(key.action), label)
            for key in keys
            if key.action != "app.help" and works(key.action, state)
            if (label := label_of(key.action, key.label, state))
        ]
        line = footer_row(
            offers,
            Offer("app.palette", self._key("app.palette"), "all"),
            width=max(self._columns - 2, 1),
            always=[Offer("app.help", self._key("app.help"), "help")],
        )
        self.part("footer", Footer).show(line)

    def notice(self, *spans: Span) -> None:
        """One line above the footer for a while; nothing takes it away at once."""
        if self._notice_ends is not None:
            self._notice_ends.stop()
            self._notice_ends = None
        self._noticed = spans
        if self.ready:
            self.part("notice", Label).show(*([row(None, *spans)] if spans else []))
            if spans:
                self._notice_ends = self.set_timer(NOTICE_SECONDS, self.notice)

    def aside(self, *spans: Span) -> None:
        """A notice of something that stands elsewhere too: it takes the line from no other one."""
        if not self._noticed or self._noticed == self._aside:
            self._aside = spans
            self.notice(*spans)

    def _key(self, action: str) -> str:
        keys: Any = self._chosen.get(action) or find(action).keys
        return key_names(str(keys).split(",")[0])
