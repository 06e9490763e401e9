"""What past changes were about and which files they touched."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codeframe_tui.adapters.index.inside.database import transaction
from codeframe_tui.adapters.index.inside.git import UnreadError, read_commits
from codeframe_tui.core.code.ranking import bm25, inverse_frequencies
from codeframe_tui.core.code.renamed import renamed
from codeframe_tui.core.code.words import words

__all__ = ["Commit", "Past"]

COMMITS = 3_000
FILES = 30
"""Commits that touch more are about no file in particular."""
_TELLING = 8
"""Files of a commit that says something of each; one that touched more is no reason to name."""
_HALF_LIFE = 1_500
"""Commits after which a past change counts half."""
_SAID_HALF_LIFE = 3_000
"""Commits after which what was said of a change counts half: what a file is about stays."""
_RECENT, _FADING = 400, 0.985
_WORDS = 200
"""Of a message; longer ones quote logs."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A past change.

    Attributes:
        id: its full id.
        words: of its message.
        files: paths that it touched.
    """

    id: str
    subject: str
    words: frozenset[str]
    files: tuple[str, ...]


class Past:
    """The newest commits of the project, kept in the database.

    Args:
        project: the project's folder, which may be no repository.
    """

    def __init__(self, database: sqlite3.Connection, project: Path) -> None:
        self._database = database
        self._project = project
        self._commits = [
            Commit(commit, subject, frozenset(json.loads(found)), tuple(json.loads(files)))
            for commit, subject, found, files in database.execute(
                "SELECT id, subject, words, files FROM past ORDER BY place"
            )
        ]
        self._counts = Counter(word for commit in self._commits for word in commit.words)

    def follow(self, head: str) -> None:
        """Come to where the project's history stands; what is known stays when git fails."""
        since = self._commits[-1].id if self._commits else ""
        try:
            goes_on, found = read_commits(self._project, head, since, COMMITS)
        except UnreadError:
            return
        known = self._commits if goes_on else []
        fresh = [
            Commit(commit, message.partition("\n")[0][:200], _words(message), tuple(files))
            for commit, message, files in found
        ]
        if fresh or len(known) < len(self._commits):
            self._keep([*known, *fresh][-COMMITS:])

    def numbers(self, numbers: Mapping[str, int]) -> dict[str, int]:
        """File by path, today's and those that it had before it was moved."""
        gone = {path for commit in self._commits for path in commit.files if path not in numbers}
        return {**numbers, **{old: numbers[new] for old, new in renamed(gone, numbers).items()}}

    def similar(
        self, wanted: Mapping[str, float], numbers: Mapping[str, int]
    ) -> tuple[dict[int, float], dict[int, str]]:
        """What past changes with a message like this touched, and for each file the likest one.

        A change of many files counts, but is not told: it is no reason for any of them.

        Args:
            wanted: words, and how much each counts.
            numbers: file by path, see `numbers`.
        """
        scores: dict[int, float] = {}
        best: dict[int, tuple[float, str]] = {}
        idf = {word: self._frequency(word) for word in wanted if self._counts[word]}
        own = math.sqrt(sum((wanted[word] * weight) ** 2 for word, weight in idf.items()))
        for age, commit in enumerate(reversed(self._commits)):
            shared = idf.keys() & commit.words
            if not shared or not 0 < len(commit.files) <= FILES:
                continue
            length = math.sqrt(sum(self._frequency(word) ** 2 for word in commit.words))
            cosine = sum(wanted[word] * idf[word] ** 2 for word in shared) / (own * length)
            value = cosine**2 * 0.5 ** (age / _HALF_LIFE)
            telling = len(commit.files) <= _TELLING
            for path in commit.files:
                if (number := numbers.get(path)) is not None:
                    scores[number] = scores.get(number, 0.0) + value
                    if telling and value > best.get(number, (0.0, ""))[0]:
                        best[number] = (value, commit.subject)
        return scores, {number: subject for number, (_, subject) in best.items()}

    def messages(
        self, wanted: Mapping[str, float], numbers: Mapping[str, int]
    ) -> tuple[dict[int, float], dict[int, str]]:
        """How much the messages of all that touched a file, put together, are about a text.

        Where `similar` asks for one change like this, here many may each say a part.

        Args:
            wanted: words, and how much each counts.
            numbers: file by path, see `numbers`.

        Returns:
            Files with their values, and for each the word that was said most.
        """
        said: dict[str, dict[int, float]] = {word: {} for word in wanted if self._counts[word]}
        lengths: dict[int, float] = {}
        for age, commit in enumerate(reversed(self._commits)):
            if not 0 < len(commit.files) <= FILES:
                continue
            value = 0.5 ** (age / _SAID_HALF_LIFE) / math.sqrt(len(commit.files))
            files = [numbers[path] for path in commit.files if path in numbers]
            for file in files:
                lengths[file] = lengths.get(file, 0.0) + value * len(commit.words)
            for word in said.keys() & commit.words:
                held = said[word]
                for file in files:
                    held[file] = held.get(file, 0.0) + value
        mean = sum(lengths.values()) / max(len(lengths), 1) or 1.0
        idf = inverse_frequencies({w: len(f) for w, f in said.items()}, len(set(numbers.values())))
        most: dict[int, tuple[float, str]] = {}
        for word, held in said.items():
            for file, value in held.items():
                most[file] = max(most.get(file, (0.0, "")), (value * idf[word], word))
        scores = bm25(said, lengths, mean, idf, wanted)
        return scores, {file: word for file, (_, word) in most.items()}

    def recent(self, numbers: Mapping[str, int]) -> dict[int, float]:
        """How much each file was touched of late."""
        scores: dict[int, float] = {}
        for age, commit in enumerate(reversed(self._commits[-_RECENT:])):
            if 0 < len(commit.files) <= FILES:
                value = _FADING**age / math.sqrt(len(commit.files))
                for path in commit.files:
                    if (number := numbers.get(path)) is not None:
                        scores[number] = scores.get(number, 0.0) + value
        return scores

    def _frequency(self, word: str) -> float:
        return math.log(1 + len(self._commits) / self._counts[word])

    def _keep(self, commits: Sequence[Commit]) -> None:
        with transaction(self._database):
            self._database.execute("DELETE FROM past")
            self._database.executemany(
                "INSERT INTO past VALUES(?,?,?,?,?)",
                (
                    (place, c.id, c.subject, _json(c.words), _json(c.files))
                    for place, c in enumerate(commits)
                ),
            )
        self._commits = list(commits)
        self._counts = Counter(word for commit in self._commits for word in commit.words)


def _words(message: str) -> frozenset[str]:
    return frozenset(words(message)[:_WORDS])


def _json(values: Collection[str]) -> str:
    return json.dumps(sorted(values))
