"""What a review needs of the app: drafts that are kept, comments, and other attempts to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual import on

from codeframe_tui.core import queries
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.tui.feed import Connect
from codeframe_tui.tui.following import Follower
from codeframe_tui.tui.keeping import Keeper
from codeframe_tui.tui.keymap import key_names
from codeframe_tui.tui.present.rows import safe
from codeframe_tui.tui.widgets import messages

if TYPE_CHECKING:  # commands are loaded when the first one is given
    from codeframe_tui.core.commands import SaveDraft
    from codeframe_tui.tui.present.draft import ReviewDraft

__all__ = ["Reviewer"]


class Reviewer(Follower):
    """The follower that also goes on with reviews.

    Args:
        connect: as `Follower`'s.
        now: as `Follower`'s.
        chosen: as `Follower`'s.
    """

    def __init__(
        self, connect: Connect, *, now: Callable[[], datetime], chosen: Mapping[str, str]
    ) -> None:
        super().__init__(connect, now=now, chosen=chosen)
        self.keeper = Keeper(self.feed.submit, self.set_timer)

    def look_at(self, attempt: int | None = None, since: int | None = None) -> None:
        """Show an attempt of the task in focus, and how it differs from an earlier one.

        Args:
            attempt: its number; None = the newest.
            since: the earlier one; None = show what the attempt proposes.
        """
        other = attempt != self.state.attempt_shown
        self.state.attempt_shown, self.state.since = attempt, since
        self.cockpit.task_parts.diff.stay()
        if other:
            self.arrivals.want_task()
        self.want_change()
        if self.state.copy is not None:
            self.cockpit.task_parts.draw_diff()
            self.cockpit.task_parts.draw_task()
        self.cockpit.draw_footer()

    @on(messages.ProposalAsked)
    def _look_back(self) -> None:
        self.look_at(self.state.newest if self.state.shows_copy else None)

    @on(messages.OnlyToRead)
    def _only_to_read(self) -> None:
        state = self.state
        if state.reading:
            back = key_names(self._chosen.get("app.back", "escape"))
            said = (" shows the proposal, which you can decide on", "dim")
            self.tell(("this is only to read · ", "dim"), (back, "bold"), said)
        else:
            self.tell((f"{safe(state.focus)} does not wait for a decision", "dim"))

    @on(messages.SpaceAsked)
    def _toggle_space(self) -> None:
        self.state.space = not self.state.space
        self.look_at(self.state.attempt_shown, self.state.since)

    @on(messages.CompareAsked)
    def _compare(self) -> None:
        state = self.state
        if state.since is not None:
            self.look_at(state.attempt_shown)
        elif (since := (state.review or {}).get("since")) is not None:
            self.look_at(state.attempt_shown, since)
        else:
            self.tell(("there is no earlier attempt to compare with", "dim"))

    @on(messages.HitsAsked)
    def _hits_asked(self, message: messages.HitsAsked) -> None:
        self.run_worker(self._give_hits(message), group="hits")

    async def _give_hits(self, asked: messages.HitsAsked) -> None:
        """Hits in a diff of which not all text is here."""
        _, attempt, since, space, text = asked.about
        wanted = queries.ShowHits(self.state.focus or "", attempt, since, text, space)
        try:
            found = await self.feed.query(wanted)
        except CodeframeError as error:
            self.tell(("✘ ", "red"), (safe(error.message), "text"))
        else:
            self.cockpit.task_parts.diff.give_hits(asked, found)

    @on(messages.LinesAsked)
    def _lines_asked(self, message: messages.LinesAsked) -> None:
        self.run_worker(self._give_lines(message), group="lines")

    async def _give_lines(self, asked: messages.LinesAsked) -> None:
        """Unchanged lines that a person wants to see."""
        try:
            side = await self.feed.query(
                queries.ShowSide(
                    self.state.focus or "", asked.attempt, asked.place.path, "proposal",
                    asked.first, asked.last, asked.since,
                )
            )  # fmt: skip
        except CodeframeError as error:
            self.tell(("✘ ", "red"), (safe(error.message), "text"))
        else:
            self.cockpit.task_parts.diff.give_lines(asked, side)

    @on(messages.Choosing)
    def _choosing(self, message: messages.Choosing) -> None:
        self.state.choosing = message.on
        if self.cockpit.ready:
            self.cockpit.draw_footer()

    @on(messages.DraftChanged)
    def _draft_changed(self, message: messages.DraftChanged) -> None:
        if not self.cockpit.ready:
            return
        self.cockpit.task_parts.draw_decided()
        draft, diff = message.draft, self.cockpit.task_parts.diff
        if draft.look or not diff.is_restored(draft.name):
            return  # what was kept of it is still on its way, and must not be replaced
        self.keeper.keep(draft.name, partial(_kept, draft))


def _kept(draft: ReviewDraft) -> SaveDraft:
    from codeframe_tui.core.commands import SaveDraft  # noqa: PLC0415 - after the first picture

    seen = tuple(sorted(draft.seen))
    parts = draft.parts, draft.rejected_parts
    return SaveDraft(draft.task, draft.proposal, *parts, seen, draft.since)
