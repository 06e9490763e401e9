"""How often words stand in documents: of a word all that is written at once is one row.

A row for each word of each document would be most of what a first build writes.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator

from codeframe_tui.adapters.index.inside.describe import Known

__all__ = ["Posting", "forget", "packed", "unpacked"]

Posting = tuple[int, int, int, int]
"""A document, and how often a word stands in it, in names, in comments."""
_FIELDS = 4
_AT_ONCE = 1_000
"""Rows that are in memory while documents are taken out."""


def packed(first: int, texts: Iterable[tuple[int, Known]]) -> Iterator[tuple[str, int, bytes]]:
    """The rows of numbered texts, sorted, which is what makes writing cheap.

    Args:
        first: the number by which these rows are told from others.
    """
    rows: dict[str, list[int]] = {}
    for number, known in texts:
        in_names, in_docs = known.names.get, known.docs.get
        for word, count in known.words.items():
            counts = number, count, in_names(word, 0), in_docs(word, 0)
            if word in rows:
                rows[word] += counts
            else:
                rows[word] = list(counts)
    for word in sorted(rows):
        yield word, first, array("I", rows[word]).tobytes()


def unpacked(counts: bytes) -> Iterator[Posting]:
    """What a row holds."""
    numbers = iter(array("I", counts))
    return zip(*([numbers] * _FIELDS), strict=True)


def forget(database: sqlite3.Connection, gone: Collection[int]) -> None:
    """Take documents out of all rows. The caller holds the transaction."""
    query = (
        "SELECT word, first, counts FROM posting WHERE (word, first) > (?, ?)"
        " ORDER BY word, first LIMIT ?"
    )
    at = ("", -1)
    while rows := database.execute(query, (*at, _AT_ONCE)).fetchall():
        for word, first, counts in rows:
            _keep(database, word, first, counts, gone)
        at = rows[-1][:2]


def _keep(
    database: sqlite3.Connection, word: str, first: int, counts: bytes, gone: Collection[int]
) -> None:
    """Make a row hold what is not gone."""
    kept = array("I")
    for posting in unpacked(counts):
        if posting[0] not in gone:
            kept.extend(posting)
    if not kept:
        database.execute("DELETE FROM posting WHERE word = ? AND first = ?", (word, first))
    elif len(kept) * kept.itemsize < len(counts):
        database.execute(
            "UPDATE posting SET counts = ? WHERE word = ? AND first = ?",
            (kept.tobytes(), word, first),
        )
