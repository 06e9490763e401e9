"""What the cockpit knows just now, and which keys make sense in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from codeframe_tui.core.hand import COPY
from codeframe_tui.tui.present.live import Live
from codeframe_tui.tui.present.queue import task_rows
from codeframe_tui.tui.present.tests import newest_attempt
from codeframe_tui.tui.present.words import DECIDABLE, ENDED

if TYPE_CHECKING:  # it comes with the forms
    from codeframe_tui.core.events import Signal
    from codeframe_tui.tui.present.task_fields import TaskFields

__all__ = ["OF_A_TASK", "State", "lacks_engine", "works"]

_HEARD = 64
"""Tasks of which is kept what signals told: far more than there are workers."""

_Document = Mapping[str, Any]


@dataclass(slots=True, eq=False, repr=False)
class State:
    """The newest documents; each None until it has arrived.

    Attributes:
        focus: number of the task that diff, tests and activity are about.
        task: `ShowTask` of the focus.
        base: `ShowBase` of the file being written for the focus.
        live: task number -> what signals told.
        ended: tasks that have ended since the cockpit opened; nothing is live about them.
        slow: what has been waited for since a moment; None while nothing is slow.
        indexed: how many files of how many the index has read; the same while it reads none.
        lost: what is wrong with the engine; empty while all is well.
        refused: why no engine takes this cockpit, and what to do; it does not try again.
        failures: only failing tests are shown.
        unfolded: tests about which nothing is to say are rows of their own.
        blocker: id of the question under the cursor.
        copy: `ShowDiff` of the copy of the focus that a person has in hand.
        attempt_shown: attempt of the focus that the diff shows; None = what waits for the person,
            the newest or the copy they have in hand; `COPY` = that copy.
        since: earlier attempt that it is compared with; None = with the files as they were.
        space: what differs in white space only is shown too; without it the diff is only read.
        review: `ShowReview` of what the diff shows.
        choosing: lines are being chosen in the diff.
        found: which hit of the search the pane with the keys is at; empty while there is none.
        filtered: the pane with the keys shows only what a filter leaves.
        unsent: what was begun in a form and left, by the task's number or ``new``.
        sort: how the queue is ordered; see `core.queries.Sort`.
    """

    overview: _Document | None = None
    queue: _Document | None = None
    blockers: _Document | None = None
    focus: str | None = None
    task: _Document | None = None
    diff: _Document | None = None
    copy: _Document | None = None
    attempt_shown: int | None = None
    since: int | None = None
    space: bool = True
    review: _Document | None = None
    choosing: bool = False
    base: _Document | None = None
    activity: _Document | None = None
    live: dict[str, Live] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    slow: tuple[str, datetime] | None = None
    indexed: tuple[int, int] = (0, 0)
    lost: str = ""
    refused: str = ""
    failures: bool = False
    unfolded: bool = False
    blocker: str | None = None
    found: str = ""
    filtered: bool = False
    sort: str = "turn"
    unsent: dict[str, list[TaskFields]] = field(default_factory=dict)
    _rows: tuple[_Document | None, Mapping[str, _Document]] = (None, {})

    @property
    def waits(self) -> Mapping[str, _Document]:
        """What the worker of each task waits for, by the task's number."""
        return {number: live.waiting for number, live in self.live.items() if live.waiting}

    def row(self, number: str | None = None) -> _Document:
        """The queue's row of a task (of the focus by default); empty when it has none."""
        wanted = number or self.focus
        if self._rows[0] is not self.queue:  # looked up for every key of the footer
            known = {str(task.get("number")): task for task in task_rows(self.queue or {})}
            self._rows = (self.queue, known)
        if (found := self._rows[1].get(wanted or "")) is not None:
            return found
        return self.task if self.task and self.task.get("number") == wanted else {}

    def question(self, key: str | None = None) -> _Document:
        """An open question by id (the one under the cursor by default), or of a task; or empty."""
        wanted = key or self.blocker
        return next((b for b in self._open() if b.get("id") == wanted), {})

    def question_of(self, number: str) -> _Document:
        """The open question of a task, or empty."""
        return next((b for b in self._open() if b.get("task") == number), {})

    def _open(self) -> list[_Document]:
        found = (self.blockers or {}).get("blockers", ())
        return [blocker for blocker in found if blocker.get("status", "open") == "open"]

    def hear(self, number: str) -> Live:
        """What signals told of a task, which now has more; what is heard of longest ago goes."""
        live = self.live.pop(number) if number in self.live else Live()
        self.live[number] = live
        while len(self.live) > _HEARD:
            del self.live[next(each for each in self.live if each not in {number, self.focus})]
        return live

    def hear_index(self, signals: Iterable[Signal]) -> bool:
        """Take over how much of the code is read; whether any of the signals told of it."""
        told = [signal.data for signal in signals if signal.kind == "index"]
        if told:
            self.indexed = (int(told[-1]["done"]), int(told[-1]["files"]))
        return bool(told)

    @property
    def in_hand(self) -> Live | None:
        """What signals told of the focus."""
        return self.live.get(self.focus or "")

    @property
    def writing(self) -> tuple[str, str] | None:
        """Path and content so far of the file being written for the task that is shown."""
        number = str((self.task or {}).get("number"))
        live = self.live.get(number)
        being = self.row(number).get("status") == "in_progress"
        return live.writing if live and being else None

    @property
    def is_by_hand(self) -> bool:
        """Whether a person goes on with the task that is shown in a copy of their own."""
        return bool((self.task or {}).get("by_hand"))

    @property
    def is_undoable(self) -> bool:
        """Whether something of the task in focus can be taken out, of a task at rest."""
        task = self.task or {}
        at_rest = self.row().get("status") not in {None, "in_progress"}
        return at_rest and task.get("number") == self.focus and bool(task.get("undoable"))

    @property
    def shows_copy(self) -> bool:
        """Whether the diff shows the copy that a person has in hand: what they changed in it."""
        copy = self.copy or {}
        there = self.is_by_hand and copy.get("task") == self.focus and bool(copy.get("files"))
        waits = self.attempt_shown is None and self.row().get("status") == "blocked"
        return there and self.since is None and (waits or self.attempt_shown == COPY)

    @property
    def shown(self) -> _Document | None:
        """What the diff shows."""
        return self.copy if self.shows_copy else self.diff

    @property
    def proof(self) -> _Document | None:
        """The task whose evidence is shown: as far as the attempt that the diff shows.

        Without that of any attempt while tests run that are newer than all of them.
        """
        live = self.in_hand
        if self.task and self.attempt_shown:
            attempts = self.task.get("attempts") or ()
            upto = [each for each in attempts if each.get("attempt") == self.attempt_shown]
            return {**self.task, "attempts": upto or attempts}
        if self.task and self.is_by_hand and live and live.by_hand:
            return {**self.task, "attempts": []}
        return self.task

    def base_of(self, path: str) -> _Document | None:
        """The file as it was before it is written anew; None until that is known."""
        base, number = self.base or {}, (self.task or {}).get("number")
        return base if (base.get("task"), base.get("path")) == (number, path) else None

    @property
    def diff_is_due(self) -> bool:
        """Whether the task has a newer proposal than the diff that has arrived."""
        wanted = self.attempt_shown or self.newest
        return bool(wanted) and (self.diff or {}).get("attempt") != wanted

    @property
    def newest(self) -> int:
        """Number of the newest attempt; 0 before the first."""
        attempts = list((self.task or {}).get("attempts") or ())
        return int(attempts[-1].get("attempt") or len(attempts)) if attempts else 0

    @property
    def decidable(self) -> bool:
        """Whether the proposal in focus waits for a decision."""
        return self.row().get("status") in DECIDABLE

    @property
    def reviewable(self) -> bool:
        """Whether what the diff shows can be decided: the newest proposal, and nothing else."""
        return self.sendable and self.is_newest

    @property
    def sendable(self) -> bool:
        """Whether a review can be sent from here: of the newest proposal, however it is shown."""
        newest = self.attempt_shown in {None, COPY, self.newest} and not self.shows_copy
        return self.decidable and newest and self.shows_focus

    @property
    def shows_focus(self) -> bool:
        """Whether the diff is of the task in focus, and not still of the one before it."""
        return bool((self.diff or {}).get("task", self.focus) == self.focus)

    @property
    def is_newest(self) -> bool:
        """Whether the diff shows the newest proposal, and nothing else."""
        newest = self.attempt_shown in {None, COPY, self.newest} and not self.shows_copy
        return self.since is None and self.space and newest

    @property
    def reading(self) -> str:
        """What the diff shows when it is not the newest proposal, in words; else empty."""
        shown = self.attempt_shown or self.newest
        if self.shows_copy:
            return "your copy" + ("" if self.space else " without changes of white space")
        words = [] if self.space else ["without changes of white space"]
        if self.since is not None:
            words.append(f"attempt {shown} since attempt {self.since}")
        elif shown != self.newest:
            words.append(f"attempt {shown} of {self.newest}")
        return " · ".join(words)

    @property
    def explanation(self) -> str:
        """What the worker says of the attempt that the diff shows."""
        shown = (self.diff or {}).get("attempt") if self.shows_focus else None
        attempts: Sequence[_Document] = (self.task or {}).get("attempts") or ()
        found = (a for a in attempts if a.get("attempt") == shown and a.get("cause") != "hand")
        return next((str(a.get("explanation") or "") for a in found), "")

    def counted(self, name: str) -> int:
        """One of the overview's counts."""
        return int(((self.overview or {}).get("counts") or {}).get(name) or 0)


_WHERE_STATUS: Mapping[str, tuple[str, ...]] = {
    "queue.edit": ("pending", "blocked"),
    "queue.retry": ("blocked", "failed", "cancelled", "in_review"),
    "queue.undo": ("completed",),
    "queue.redo": ("cancelled",),
    "queue.note": ("pending", "in_progress", *DECIDABLE),
    "queue.hold": ("pending", "in_progress"),
    "queue.cancel": ("pending", "in_progress", *DECIDABLE),
    "queue.raise": ("pending", "blocked"),
    "queue.lower": ("pending", "blocked"),
}
_NEEDS: Mapping[str, str] = {"approve": "attempts", "raise": "limit"}
"""Actions of the inbox -> the field without which they make no sense."""
OF_A_TASK = frozenset(
    {
        *_WHERE_STATUS,
        *("queue.open", "queue.after", "queue.history", "queue.hand", "queue.context"),
        "activity.context",
    }
)
"""Actions that are about the task under the cursor of the queue, which is the focus."""
_READING = (
    *("next_hunk", "previous_hunk", "next_file", "previous_file", "cursor_down", "cursor_up"),
    *("page_down", "page_up", "top", "bottom", "shift_right", "shift_left", "fold", "fold_all"),
    *("copy_place", "next_comment", "previous_comment", "comments", "intent", "explanation"),
    "whole_file",
    *("split", "wrap", "open", "jump", "symbols", "next_flag", "whitespace"),
)


_WITHOUT_ENGINE: Mapping[str, frozenset[str]] = {
    "app": frozenset(
        {
            *("pane_queue", "pane_diff", "pane_tests", "pane_blockers", "pane_activity"),
            *("next_pane", "previous_pane", "search", "search_next", "search_previous"),
            *("full", "theme", "back", "help", "palette", "quit"),
        }
    ),
    "diff": frozenset(_READING) - {"whole_file", "whitespace"},
    "tests": frozenset({"failures", "copy", "log"}),
    "reading": frozenset({"jump", "symbols", "intent", "comments"}),
    "review": frozenset({"open"}),
}
"""What can be done with what is here, place by place; all else goes to the engine."""


def lacks_engine(action: str, state: State) -> bool:
    """Whether an action needs an engine, and none takes this cockpit."""
    place, _, name = action.partition(".")
    if not state.refused or place in {"list", "theme"}:
        return False
    return name not in _WITHOUT_ENGINE.get(place, ())


def works(action: str, state: State) -> bool:
    """Whether an action makes sense now; the footer shows those that do."""
    return not lacks_engine(action, state) and _makes_sense(action, state)


def _makes_sense(action: str, state: State) -> bool:
    place, _, name = action.partition(".")
    if action in _WHERE_STATUS:
        undone = state.row().get("reason") == "undone"
        fits = state.row().get("status") in _WHERE_STATUS[action]
        partly = action == "queue.undo" and state.is_undoable
        return partly or (fits and (undone or action != "queue.redo"))
    if action in OF_A_TASK:
        return bool(state.row()) and (state.is_by_hand or action != "queue.hand")
    if place == "diff":
        return _works_in_diff(name, state)
    if place == "tests":
        return _tests_work(name, state)
    if place == "blockers":
        asked = state.question()
        return bool(asked.get(_NEEDS[name]) if name in _NEEDS else asked)
    if action == "activity.open":
        return bool((state.activity or {}).get("items"))
    if action in {"app.search_next", "app.search_previous"}:
        return bool(state.found)
    return action != "app.urgent" or state.counted("needs_you") > 0


def _works_in_diff(name: str, state: State) -> bool:
    if name == "attempts":
        return state.newest > 0
    if state.shows_copy:
        return name in {*_READING, "edit"}
    if name == "interdiff":
        return state.since is not None or (state.review or {}).get("since") is not None
    files = bool((state.diff or {}).get("files"))
    if name == "acknowledge":
        return files and bool((newest_attempt(state.task) or {}).get("flags"))
    if name in {"comment", "comment_file"}:
        return files and state.row().get("status") not in ENDED
    if name in {"send", "copy_letter"}:
        return state.sendable and (files or not state.is_newest)
    return files and (name in _READING or state.reviewable)


def _tests_work(name: str, state: State) -> bool:
    task = state.task or {}
    attempts = task.get("attempts") or ()
    if name == "stop":
        return bool(task.get("testing"))
    if not attempts:
        return name in {"failures", "log"}
    if name not in {"run", "run_failed", "run_all"}:
        return True
    failed = (attempts[-1].get("verification") or {}).get("verdict") == "failed" or bool(
        (attempts[-1].get("again") or {}).get("failed")
    )
    ready = task.get("status") != "in_progress" and not task.get("testing")
    return ready and (failed or name != "run_failed")
