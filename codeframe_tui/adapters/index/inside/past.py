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
_REASONS = 8
"""Files of a commit that is a reason to name each of them; those of more are about none."""
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


@dataclass(frozen=True, slots=True)
class _Sums:
    """What every question needs of all commits together.

    Attributes:
        frequencies: word -> how much it says.
        lengths: of each commit, the square root of the squares of what its words say.
        said: path -> how many words were said of it, what is long ago the less.
    """

    frequencies: Mapping[str, float]
    lengths: Sequence[float]
    said: Mapping[str, float]


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
        self._sums = _sums(self._commits)
        followed = database.execute("SELECT head FROM followed").fetchone()
        self._head: str = followed[0] if followed else ""

    @property
    def is_empty(self) -> bool:
        """Whether no change is known that tells of its files."""
        return not self._sums.said

    def follow(self, head: str) -> None:
        """Come to where the project's history stands; what is known stays when git fails."""
        try:
            newest, goes_on, found = read_commits(self._project, head, self._head, COMMITS)
        except UnreadError:
            return
        if newest == self._head:
            return
        known = self._commits if goes_on else []
        fresh = [
            Commit(commit, message.partition("\n")[0][:200], _words(message), tuple(files))
            for commit, message, files in found
        ]
        self._keep([*known, *fresh][-COMMITS:], newest)

    def numbers(self, numbers: Mapping[str, int]) -> dict[str, int]:
        """File by path, today's and those that it had before it was moved."""
        files = (path for commit in self._commits for path in commit.files)
        gone = dict.fromkeys(path for path in files if path not in numbers)
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
        known = self._sums.frequencies
        idf = {word: known[word] for word in wanted if word in known}
        own = math.sqrt(sum((wanted[word] * weight) ** 2 for word, weight in idf.items()))
        for age, commit in enumerate(reversed(self._commits)):
            shared = idf.keys() & commit.words
            if not shared or not _is_telling(commit):
                continue
            length = self._sums.lengths[-1 - age]
            product = math.fsum(wanted[word] * idf[word] ** 2 for word in shared)
            cosine = product / (own * length)
            value = cosine**2 * 0.5 ** (age / _HALF_LIFE)
            is_reason = len(commit.files) <= _REASONS
            for path in commit.files:
                if (number := numbers.get(path)) is not None:
                    scores[number] = scores.get(number, 0.0) + value
                    if is_reason and value > best.get(number, (0.0, ""))[0]:
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
        said: dict[str, dict[int, float]] = {
            word: {} for word in wanted if word in self._sums.frequencies
        }
        for age, commit in enumerate(reversed(self._commits)):
            shared = said.keys() & commit.words
            if not shared or not _is_telling(commit):
                continue
            value = _worth(age, commit)
            files = [numbers[path] for path in commit.files if path in numbers]
            for word in shared:
                held = said[word]
                for file in files:
                    held[file] = held.get(file, 0.0) + value
        lengths: dict[int, float] = {}
        for path, length in self._sums.said.items():
            if (number := numbers.get(path)) is not None:
                lengths[number] = lengths.get(number, 0.0) + length
        every = len(set(numbers.values()))
        idf = inverse_frequencies({word: len(held) for word, held in said.items()}, every)
        most: dict[int, tuple[float, str]] = {}
        for word, held in said.items():
            for file, value in held.items():
                most[file] = max(most.get(file, (0.0, "")), (value * idf[word], word))
        scores = bm25(said, lengths, wanted, every)
        return scores, {file: word for file, (_, word) in most.items()}

    def recent(self, numbers: Mapping[str, int]) -> dict[int, float]:
        """How much each file was touched of late."""
        scores: dict[int, float] = {}
        for age, commit in enumerate(reversed(self._commits[-_RECENT:])):
            if _is_telling(commit):
                value = _FADING**age / math.sqrt(len(commit.files))
                for path in commit.files:
                    if (number := numbers.get(path)) is not None:
                        scores[number] = scores.get(number, 0.0) + value
        return scores

    def _keep(self, commits: Sequence[Commit], head: str) -> None:
        with transaction(self._database):
            self._database.execute("DELETE FROM followed")
            self._database.execute("INSERT INTO followed VALUES(?)", (head,))
            self._database.execute("DELETE FROM past")
            self._database.executemany(
                "INSERT INTO past VALUES(?,?,?,?,?)",
                (
                    (place, c.id, c.subject, _json(c.words), _json(c.files))
                    for place, c in enumerate(commits)
                ),
            )
        self._head = head
        self._commits = list(commits)
        self._sums = _sums(self._commits)


def _sums(commits: Sequence[Commit]) -> _Sums:
    counts = Counter(word for commit in commits for word in commit.words)
    frequencies = {word: math.log(1 + len(commits) / n) for word, n in counts.items()}
    squares = {word: value**2 for word, value in frequencies.items()}
    said: dict[str, float] = {}
    for age, commit in enumerate(reversed(commits)):
        if _is_telling(commit):
            length = _worth(age, commit) * len(commit.words)
            for path in commit.files:
                said[path] = said.get(path, 0.0) + length
    lengths = [math.sqrt(math.fsum(squares[word] for word in commit.words)) for commit in commits]
    return _Sums(frequencies, lengths, said)


def _is_telling(commit: Commit) -> bool:
    """Whether a commit is about files in particular."""
    return 0 < len(commit.files) <= FILES


def _worth(age: int, commit: Commit) -> float:
    """How much what a commit says counts for each of its files."""
    return math.exp2(-age / _SAID_HALF_LIFE) / math.sqrt(len(commit.files))


def _words(message: str) -> frozenset[str]:
    return frozenset(words(message)[:_WORDS])


def _json(values: Collection[str]) -> str:
    return json.dumps(sorted(values))
