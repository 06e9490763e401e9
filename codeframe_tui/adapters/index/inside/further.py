"""Signals that find what others pass over; they count after the best files."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Mapping
from itertools import chain

from codeframe_tui.adapters.index.inside.postings import unpacked
from codeframe_tui.adapters.index.inside.shelf import Shelf, Tree
from codeframe_tui.core.code.ranking import bm25
from codeframe_tui.core.code.testnames import is_test, named_after, source_name

__all__ = ["like", "of_tests"]

_SHORTEST = 5
"""Letters of a word that begins others: shorter ones begin too many."""
_MOST_LIKE = 20
"""Words that begin alike; more have nothing in common."""


def like(
    shelf: Shelf, tree: Tree, wanted: Mapping[str, float]
) -> tuple[dict[int, float], dict[int, str]]:
    """Files with words that begin like those of a text, and for each file the word it is like.

    So ``config`` finds ``configuration``, and ``asyncio`` finds ``async``.

    Args:
        wanted: word -> how much it counts.
    """
    counts: dict[str, dict[int, float]] = {}
    best: dict[int, tuple[float, str]] = {}
    for word in wanted:
        held = counts[word] = {}
        rows = _beginning_alike(shelf.database, word, tree.files)
        for other, document, count in rows:
            part = min(len(word), len(other)) / max(len(word), len(other))
            for file in tree.files[document]:
                held[file] = held.get(file, 0.0) + part * count
                if part > best.get(file, (0.0, ""))[0]:
                    best[file] = (part, word)
    lengths = {file: shelf.lengths[document][0] for file, document in enumerate(tree.documents)}
    return bm25(counts, lengths, wanted), {f: word for f, (_, word) in best.items()}


def _beginning_alike(
    database: sqlite3.Connection, word: str, among: Container[int]
) -> list[tuple[str, int, int]]:
    """Other words that a word begins or that begin it: word, document and how often.

    Args:
        among: documents that count; where too many words stand in them, the answer is none.
    """
    if len(word) < _SHORTEST or word.isdigit():
        return []
    query = "SELECT word, counts FROM posting WHERE word "
    shorter = [word[:length] for length in range(_SHORTEST, len(word))]
    # words are of letters and digits, which all come before the brace
    longer = database.execute(f"{query} > ? AND word < ? ORDER BY word", (word, f"{word}{{"))
    those = f"{query} IN ({','.join('?' * len(shorter))}) ORDER BY word"
    rows: list[tuple[str, int, int]] = []
    found: set[str] = set()
    for other, held in chain(longer, database.execute(those, shorter)):
        here = [(other, n, count) for n, count, *_ in unpacked(held) if n in among]
        if here:
            rows += here
            found.add(other)
        if len(found) > _MOST_LIKE:
            return []
    return rows


def of_tests(tree: Tree, values: Mapping[int, float]) -> tuple[dict[int, float], dict[int, str]]:
    """What the tests that are named after a file give it, and the test that gives the most.

    The names and docstrings of tests speak as people who ask for changes do.

    Args:
        values: of all files, tests too.
    """
    tests: dict[str, tuple[float, str]] = {}
    sources: dict[str, list[int]] = {}
    for file, path in enumerate(tree.paths):
        if not is_test(path):
            if name := source_name(path):
                sources.setdefault(name, []).append(file)
        elif about := named_after(path):
            tests[about] = max(tests.get(about, (0.0, "")), (values.get(file, 0.0), path))
    scores: dict[int, float] = {}
    names: dict[int, str] = {}
    for about, (value, path) in tests.items():
        named = sources.get(about, ()) if value else ()
        for file in named:
            scores[file] = value / len(named)
            names[file] = path
    return scores, names
