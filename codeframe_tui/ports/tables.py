"""What a unit of work reads and writes: rows by kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from codeframe_tui.core.blocker import Blocker
from codeframe_tui.core.code.earlier import Piece
from codeframe_tui.core.events import Event
from codeframe_tui.core.evidence.verification import Flag, Run, TestCase, Verification
from codeframe_tui.core.progress import Attempt, Decision
from codeframe_tui.core.review.acknowledgement import Acknowledgement
from codeframe_tui.core.review.comment import Comment
from codeframe_tui.core.review.draft import Draft
from codeframe_tui.ports.talk import MessageRows, ReservationRows, ToolRows, TurnRows
from codeframe_tui.ports.tasks import IssueRows, QueueRows, TaskRows

Setting = str | int | bool | None


class AttemptRows(Protocol):
    """Proposals and their evidence."""

    def all(self, number: str) -> list[Attempt]:
        """Oldest first, with verification and flags, test cases included."""
        ...

    def outlines(self, number: str, files_of: Collection[int] | None = None) -> list[Attempt]:
        """Oldest first, without test cases and output: runs say how many there are.

        Args:
            files_of: the files of these attempts come; None = those of all.
        """
        ...

    def file_counts(self, number: str) -> dict[int, int]:
        """How many files each attempt changes."""
        ...

    def tests(self, number: str, attempt: int) -> dict[str, tuple[TestCase, ...]]:
        """Test cases by run, without what they printed."""
        ...

    def find(self, number: str, attempt: int) -> Attempt | None:
        """One attempt without its verification."""
        ...

    def add(self, number: str, attempt: Attempt, at: str) -> bool:
        """Insert; False when the number is taken."""
        ...

    def verify(
        self, number: str, attempt: int, verification: Verification, flags: Sequence[Flag]
    ) -> None:
        """Store evidence; replaces an earlier one of the same attempt."""
        ...

    def keep(self, number: str, attempt: int, name: str, run: Run) -> None:
        """Store one run beside the evidence; replaces an earlier one of its name."""
        ...

    def case(self, number: str, attempt: int, run: str, test: str) -> TestCase | None:
        """One test of a run."""
        ...

    def output(self, number: str, attempt: int, run: str) -> str | None:
        """Raw output of a run."""
        ...


class BlockerRows(Protocol):
    """Questions."""

    def find(self, blocker_id: str) -> Blocker | None:
        """One blocker."""
        ...

    def all(self) -> list[Blocker]:
        """Oldest first."""
        ...

    def open(self) -> list[Blocker]:
        """Those that wait, oldest first."""
        ...

    def open_of(self, numbers: Sequence[str]) -> list[Blocker]:
        """Those of some tasks that wait, oldest first."""
        ...

    def of(self, number: str) -> list[Blocker]:
        """Those of a task, oldest first."""
        ...

    def add(self, blocker: Blocker) -> str:
        """Insert; returns the id."""
        ...

    def save(self, blocker: Blocker) -> None:
        """Write status and answer."""
        ...


class DecisionRows(Protocol):
    """Approvals, undos and redos."""

    def find(self, decision_id: int) -> Decision | None:
        """One decision."""
        ...

    def pending(self) -> list[Decision]:
        """Not yet carried out, oldest first."""
        ...

    def of(self, number: str) -> list[Decision]:
        """Those of a task, oldest first."""
        ...

    def done_after(self, decision_id: int) -> list[Decision]:
        """Those of all tasks that were decided after one and are carried out, oldest first."""
        ...

    def refusal(self, decision_id: int) -> str | None:
        """The code with which it was refused."""
        ...

    def add(self, decision: Decision) -> int:
        """Insert, whatever id it carries; returns the id."""
        ...

    def save(self, decision: Decision, refusal: str | None = None) -> None:
        """Write state and trees."""
        ...


class CommentRows(Protocol):
    """What people say about proposals."""

    def find(self, comment_id: int) -> Comment | None:
        """One comment."""
        ...

    def of(self, number: str) -> list[Comment]:
        """Those of a task, oldest first."""
        ...

    def add(self, comment: Comment) -> int:
        """Insert, whatever id it carries; returns the id."""
        ...

    def save(self, comment: Comment) -> None:
        """Write type, text, whether it was told, and the answer."""
        ...

    def delete(self, comment_id: int) -> None:
        """Forget it."""
        ...


class DraftRows(Protocol):
    """Verdicts that are not sent yet, by task and attempt."""

    def of(self, number: str) -> dict[int, Draft]:
        """Those of a task by attempt, in order."""
        ...

    def save(self, number: str, attempt: int, draft: Draft) -> None:
        """Insert or replace."""
        ...


class AcknowledgementRows(Protocol):
    """What people say about flags."""

    def of(self, number: str) -> list[Acknowledgement]:
        """Those of a task, oldest first."""
        ...

    def add(self, said: Acknowledgement) -> None:
        """Append; the newest about a flag counts."""
        ...


class EarlierRows(Protocol):
    """What was said in all tasks."""

    def newest(self, limit: int) -> list[Piece]:
        """So many of each kind at most, the newest first of each.

        Answers to questions of workers, what reviews said, comments, and of each completed task
        what its worker says of its newest proposal.
        """
        ...


class EventRows(Protocol):
    """The log."""

    def add(self, at: str, type_: str, task: str | None, data: Mapping[str, Any]) -> Event:
        """Append; listeners hear of it after the commit."""
        ...

    def last(self) -> int:
        """Number of the newest event; 0 if none."""
        ...

    def after(self, seq: int, limit: int, room: int | None = None) -> list[Event]:
        """Events after a number, in order; at least one if there is one.

        Args:
            seq: the number.
            limit: how many at most.
            room: bytes of their data, as JSON; None = as many as there are.
        """
        ...

    def of(
        self,
        number: str,
        limit: int,
        *,
        but: Collection[str] = (),
        after: int = 0,
        before: int | None = None,
    ) -> list[Event]:
        """The newest events of a task, oldest first.

        Args:
            but: not those of these types.
            after: only later ones.
            before: only earlier ones.
        """
        ...

    def typed(
        self, number: str, types: Collection[str], limit: int, *, before: int | None = None
    ) -> list[Event]:
        """As `of`, those of some types only."""
        ...

    def several(self, numbers: Collection[str], types: Collection[str]) -> list[Event]:
        """All events of some types of these tasks, oldest first."""
        ...


class SettingRows(Protocol):
    """What people chose while it ran."""

    def get(self, name: str) -> Setting:
        """The value, or None."""
        ...

    def set(self, name: str, value: Setting) -> None:
        """Replace the value; None forgets it."""
        ...


class Tables(Protocol):
    """All rows, inside one unit."""

    @property
    def issues(self) -> IssueRows:
        """Issues by number."""
        ...

    @property
    def tasks(self) -> TaskRows:
        """Tasks and dependencies."""
        ...

    @property
    def queue(self) -> QueueRows:
        """Tasks in groups, in order."""
        ...

    @property
    def turns(self) -> TurnRows:
        """Conversations and their cost."""
        ...

    @property
    def reservations(self) -> ReservationRows:
        """Money held for calls."""
        ...

    @property
    def tools(self) -> ToolRows:
        """Tool calls."""
        ...

    @property
    def messages(self) -> MessageRows:
        """What people said to the worker."""
        ...

    @property
    def attempts(self) -> AttemptRows:
        """Proposals and their evidence."""
        ...

    @property
    def earlier(self) -> EarlierRows:
        """What was said in all tasks."""
        ...

    @property
    def blockers(self) -> BlockerRows:
        """Questions."""
        ...

    @property
    def decisions(self) -> DecisionRows:
        """Approvals, undos and redos."""
        ...

    @property
    def comments(self) -> CommentRows:
        """What people say about proposals."""
        ...

    @property
    def drafts(self) -> DraftRows:
        """Verdicts that are not sent yet."""
        ...

    @property
    def acknowledgements(self) -> AcknowledgementRows:
        """Flags that people looked at."""
        ...

    @property
    def events(self) -> EventRows:
        """The log."""
        ...

    @property
    def settings(self) -> SettingRows:
        """What people chose while it ran."""
        ...
