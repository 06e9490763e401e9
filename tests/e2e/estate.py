"""What a killed engine leaves behind, compared with what it had told and what others saw."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.project import Project
from tests.worker.room import git_digest

__all__ = ["ENDED", "Estate", "Tally"]

ENDED = {"completed", "cancelled"}
"""States in which nothing more happens to a task by itself."""

REPLIES = (
    "SELECT title, count(*) FROM turns JOIN tasks ON tasks.number = turns.task "
    "WHERE role = 'assistant' GROUP BY title"
)
UNDECIDED = (
    "SELECT title, status FROM tasks WHERE number NOT IN "
    "(SELECT task FROM decisions WHERE state = 'pending')"
)
STATUSES = "SELECT title, status FROM tasks ORDER BY number"
REFUSED = "SELECT data FROM events WHERE type = 'change.refused'"
PHASES = "SELECT phase FROM tasks WHERE status = 'in_progress'"
EVENTS = "SELECT seq, type, task FROM events ORDER BY seq"
REVIEWS = "SELECT number, proposal FROM tasks WHERE status = 'in_review' ORDER BY number"
QUESTIONS = "SELECT id, task, question FROM blockers WHERE status = 'open' ORDER BY id"


class Estate:
    """The database and the tree of a project, read from outside.

    Args:
        project: whose engines are killed.
        files_of: title of a task -> the paths that its change creates.

    Attributes:
        asked: (title, replies so far) of every request that the model's server got.
        heard: number of each event that a client was told -> (type, task).
        added: titles of the tasks whose addition was acknowledged.
        lost: one line for everything that is not as it must be.
        looked: how many facts were compared.
    """

    def __init__(self, project: Project, files_of: Callable[[str], Iterable[str]]) -> None:
        self._project = project
        self._files_of = files_of
        self.asked: list[tuple[str, int]] = []
        self.heard: dict[int, tuple[str, str | None]] = {}
        self.added: set[str] = set()
        self.lost: list[str] = []
        self.looked = 0
        self._git = git_digest(project.root)
        self._billed = 0
        self._replies: dict[str, int] = {}
        self._begun: list[Path] = []
        self._waiting: list[tuple[Any, ...]] = []

    def phases(self) -> list[str]:
        """What the tasks in hand are in."""
        return [phase or "starting" for (phase,) in self._rows(PHASES)] or ["idle"]

    def titles(self, status: str) -> list[str]:
        """Titles of the tasks in a state."""
        return [title for title, now in self._rows(STATUSES) if now == status]

    def refused(self) -> Counter[str]:
        """Why changes were not made, each with its count."""
        return Counter(json.loads(data)["code"] for (data,) in self._rows(REFUSED))

    def look_at_the_dead(self) -> None:
        """All that was told is there, nothing stored was paid for again, no change is half made.

        Nothing was written into ``.git``.

        A tree may be half changed only where a journal says how it goes on.
        """
        self.must(self._rows("PRAGMA quick_check") == [("ok",)], "the database is damaged")
        self.must(self._rows("PRAGMA foreign_key_check") == [], "rows are torn apart")
        self.must(git_digest(self._project.root) == self._git, "`.git` is not as it was")
        log = {seq: (type_, task) for seq, type_, task in self._rows(EVENTS)}
        self.must(list(log) == list(range(1, len(log) + 1)), "the log of events has a gap")
        for seq, told in self.heard.items():
            self.must(log.get(seq) == told, f"event {seq} {told} was told and is lost")
        titles = Counter(title for (title,) in self._rows("SELECT title FROM tasks"))
        for title in self.added:
            self.must(titles[title] == 1, f"{title} was acknowledged and is there {titles[title]}x")
        for title, replies in self.asked[self._billed :]:
            stored = self._replies.get(title, 0)
            self.must(replies >= stored, f"{title}: a stored reply was asked for again")
        self._begun = [*(self._project.state / "apply").glob("*/journal")]
        for title in titles if not self._begun else ():
            self.must(len(self._there(title)) == 1, f"{title} is half applied without a journal")
        self._billed = len(self.asked)
        self._replies = dict(self._rows(REPLIES))
        self._waiting = self._questions()

    def look_at_the_heir(self) -> None:
        """Before it works: what was begun is ended, and the same questions wait."""
        for journal in self._begun:
            self.must(not journal.exists(), f"{journal} is not ended by the restart")
        self.must(self._questions() == self._waiting, "another question after the restart")
        for title, status in self._rows(UNDECIDED):
            if status in ENDED:
                there = self._there(title)
                self.must(there == {status == "completed"}, f"{title}, {status}: {there}")

    def _there(self, title: str) -> set[bool]:
        """Whether files of a task are in the tree; two answers when only some are."""
        return {(self._project.root / path).exists() for path in self._files_of(title)}

    def must(self, right: bool, what: str) -> None:
        """Compare one fact."""
        self.looked += 1
        if not right:
            self.lost.append(what)

    def _questions(self) -> list[tuple[Any, ...]]:
        return [*self._rows(REVIEWS), *self._rows(QUESTIONS)]

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._project.database)) as database:
            return database.execute(statement).fetchall()


class Tally:
    """A table of kills: where, how many, how many facts were compared, how many were lost."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._rows: dict[str, list[int]] = {}
        self._before = (0, 0)

    def add(self, places: Iterable[str]) -> None:
        """Count a kill that was looked at, in every place it hit."""
        looked, lost = self._estate.looked, len(self._estate.lost)
        for place in places:
            row = self._rows.setdefault(place, [0, 0, 0])
            for column, more in enumerate((1, looked - self._before[0], lost - self._before[1])):
                row[column] += more
        self._before = looked, lost

    def __str__(self) -> str:
        head = f"{'killed in':<14}{'kills':>7}{'compared':>10}{'lost':>6}"
        rows = [f"{place:<14}{k:>7}{c:>10}{lost:>6}" for place, (k, c, lost) in self._rows.items()]
        return "\n".join([head, *rows])
