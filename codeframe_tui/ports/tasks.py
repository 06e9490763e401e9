"""What a unit of work reads and writes about issues, tasks and their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from codeframe_tui.core.filters import EVERY, Filter
from codeframe_tui.core.queries import Sort
from codeframe_tui.core.task import Group, Issue, Status, Task

__all__ = ["IssueRows", "QueueRows", "TaskRows"]


class IssueRows(Protocol):
    """Issues by number."""

    def find(self, number: str) -> Issue | None:
        """One issue."""
        ...

    def known(self, numbers: Iterable[str]) -> set[str]:
        """Those of the numbers that exist."""
        ...

    def search(self, text: str, limit: int) -> list[Issue]:
        """First of those whose number begins with a text or whose title has it, naturally."""
        ...

    def add(self, issues: Sequence[Issue]) -> None:
        """Insert; the numbers are free."""
        ...


class TaskRows(Protocol):
    """Tasks and their dependencies."""

    def find(self, number: str) -> Task | None:
        """One task."""
        ...

    def known(self, numbers: Iterable[str]) -> set[str]:
        """Those of the numbers that exist."""
        ...

    def several(self, numbers: Sequence[str]) -> list[Task]:
        """Those of the numbers that exist, in their order."""
        ...

    def all(self) -> list[Task]:
        """Every task in queue order."""
        ...

    def last_in(self, issue: str | None) -> int:
        """Highest last part of the numbers below an issue (None: plain numbers); 0 if none."""
        ...

    def add(self, tasks: Sequence[Task]) -> None:
        """Insert tasks with their dependencies; all numbers are free, all dependencies known."""
        ...

    def save(self, task: Task) -> None:
        """Write every field but number and dependencies."""
        ...

    def depend(self, number: str, needs: Sequence[str]) -> None:
        """Replace the dependencies of a task."""
        ...

    def unmet(self, numbers: Sequence[str] | None) -> dict[str, dict[str, Status]]:
        """By task its dependencies that are not completed, in their order; None = of all."""
        ...

    def needs(self, number: str) -> set[str]:
        """Everything a task depends on, transitively."""
        ...

    def dependants(self, number: str) -> list[str]:
        """Tasks that depend on it directly, in natural order."""
        ...

    def held_up(self, numbers: Sequence[str]) -> dict[str, int]:
        """How many unfinished tasks wait for each, transitively; of very many only the nearest."""
        ...

    def next_ready(self, *, fresh: bool) -> str | None:
        """First task that can start; without ``fresh`` only those that were started before."""
        ...

    def next_revised(self) -> str | None:
        """First queued task whose newest attempt a person made and nobody has tested yet."""
        ...

    def begun(self) -> set[str]:
        """Queued tasks that were started before."""
        ...

    def statuses(self, numbers: Sequence[str]) -> dict[str, Status]:
        """The state of each of the numbers that exists."""
        ...

    def start(self, number: str, worker: str) -> bool:
        """Note who works on it; returns whether it is the first time."""
        ...

    def base(self, number: str) -> str | None:
        """Tree id of the snapshot in force."""
        ...

    def set_base(self, number: str, tree: str | None) -> None:
        """Replace the snapshot in force."""
        ...

    def strikes(self, number: str) -> int:
        """Invalid answers in a row."""
        ...

    def set_strikes(self, number: str, strikes: int) -> None:
        """Replace the number of invalid answers in a row."""
        ...


class QueueRows(Protocol):
    """Tasks in the groups of the queue, each group in an order; what a filter leaves of them."""

    def counts(self, only: Filter = EVERY) -> dict[Group, int]:
        """How many tasks each group has."""
        ...

    def window(
        self, group: Group, first: int, rows: int, *, sort: Sort = Sort.TURN, only: Filter = EVERY
    ) -> list[Task]:
        """So many tasks of a group from a place on, counted from 0.

        In their turn queued tasks stand in the order of claims, done ones newest first, others
        oldest first. By age: as they were added; by cost: dearest first, unknown prices last; by
        change: what changed last first.
        """
        ...

    def place(
        self, number: str, *, sort: Sort = Sort.TURN, only: Filter = EVERY
    ) -> tuple[Group, int] | None:
        """Group and place of a task; None when there is none, or the filter leaves it out."""
        ...
