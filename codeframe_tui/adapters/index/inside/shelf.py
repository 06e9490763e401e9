"""Everything that is known of contents, kept by content, and trees over it."""

from __future__ import annotations

import gc
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from codeframe_tui.adapters.index.inside.database import transaction
from codeframe_tui.adapters.index.inside.describe import NOTHING, Known, describe
from codeframe_tui.adapters.index.inside.git import Objects
from codeframe_tui.adapters.index.inside.languages import edition
from codeframe_tui.adapters.index.inside.postings import Posting, forget, packed, unpacked
from codeframe_tui.adapters.index.inside.questions import DEATHS, Interrupted
from codeframe_tui.adapters.index.inside.reading import PYTHON, read_as
from codeframe_tui.core.code.imports import Import, Modules, beside
from codeframe_tui.core.code.words import words

__all__ = ["Shelf", "Tree", "Watch"]

MAX_BYTES = 512 * 1024
"""Larger files are not described; generated files are the rule there."""
_ROWS = 300_000
"""Rows that are written at once: sorted, which is what makes them cheap."""
_MANY = 500
"""Contents of a build, rather than of a save."""
_TREES = 4
_SPARE = 10_000
"""Contents that are kept although the tree that was asked for last has no use for them."""
_NONE = -1
Watch = Callable[[int, int], bool]
"""Is told how many files of how many are read; says whether reading may go on."""


@dataclass(frozen=True)
class Tree:
    """A tree's described files; a file is a number here.

    Attributes:
        paths: of the files, sorted.
        documents: of each file its document.
        files: of a document its files.
        left: how many files are not described yet.
        every: all paths, sorted, also of what is not described.
    """

    paths: tuple[str, ...]
    documents: tuple[int, ...]
    files: Mapping[int, tuple[int, ...]]
    blobs: tuple[str, ...]
    left: int
    every: tuple[str, ...]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """File by path."""
        return {path: number for number, path in enumerate(self.paths)}

    @cached_property
    def folded(self) -> tuple[tuple[str, str], ...]:
        """Of every path how it is compared: the whole, and the name alone."""
        whole = map(str.casefold, self.every)
        return tuple((path, path.rpartition("/")[2]) for path in whole)


class Shelf:
    """Reads contents once, and answers for any tree.

    Args:
        database: as `open_database` gives it.
        at_work: a file that says what is being read, so that what kills us is not read again.
    """

    def __init__(self, database: sqlite3.Connection, objects: Objects, at_work: Path) -> None:
        self.database = database
        self.objects = objects
        self.lengths: dict[int, tuple[int, int, int]] = {}
        self._ids: dict[str, int] = {}
        self._imports: dict[int, tuple[Import, ...]] = {}
        self._links: tuple[tuple[str, ...], dict[tuple[int, int], tuple[int, ...]]] = ((), {})
        self._near: tuple[Tree | None, dict[int, tuple[int, ...]]] = (None, {})
        self._trees: dict[str, Tree] = {}
        for key, *known in database.execute("SELECT key, id, words, names, docs FROM document"):
            self._ids[key] = known[0]
            self.lengths[known[0]] = (known[1], known[2], known[3])
        self._at_work = os.open(at_work, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._suspect, self._deaths = self._read_suspect()
            if self._deaths >= DEATHS:
                self._pass_over(self._suspect)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of files; the database is the caller's."""
        os.close(self._at_work)

    def tree(
        self, tree: str, until: float, watch: Watch | None = None, *, first: Iterable[str] = ()
    ) -> Tree:
        """A tree with what is known of it.

        Args:
            first: paths that are read before others.
            until: when, on the monotonic clock, reading of new contents has to stop.
            watch: see `Watch`.

        Raises:
            Interrupted: by ``watch``; what was read is kept.
            AbsentError: the store has no such tree, or not all of it.
        """
        known = self._trees.pop(tree, None)
        if known is None or known.left:
            entries = self.objects.tree(tree)
            keys = {path: _key(path, blob) for path, blob in entries.items()}
            ordered = chain((keys[path] for path in first if path in keys), keys.values())
            missing = dict.fromkeys(key for key in ordered if key not in self._ids)
            self._learn(missing, until, watch, of=len(keys))
            known = self._over(entries, keys)
        self._trees[tree] = known
        while len(self._trees) > _TREES:
            del self._trees[next(iter(self._trees))]
        if len(self._ids) > 4 * len(known.paths) + _SPARE:
            self._forget(known)
        return known

    def postings(self, word: str) -> Iterator[Posting]:
        """How often a word stands in each document: in all, in names, in comments."""
        query = "SELECT counts FROM posting WHERE word = ?"
        for (counts,) in self.database.execute(query, (word,)):
            yield from unpacked(counts)

    def holding(self, name: str) -> set[int]:
        """Documents in which all words of a name stand; all, when it has none that say anything."""
        found: set[int] | None = None
        for word in words(name):
            rows = {document for document, *_ in self.postings(word)}
            found = rows if found is None else found & rows
        return set(self.lengths) if found is None else found

    def imports(self, document: int) -> tuple[Import, ...]:
        """What a document imports."""
        if document not in self._imports:
            query = "SELECT imports FROM document WHERE id = ?"
            (text,) = self.database.execute(query, (document,)).fetchone()
            self._imports[document] = tuple(
                Import(level, module, tuple(names)) for level, module, names in json.loads(text)
            )
        return self._imports[document]

    def imported(self, tree: Tree) -> dict[int, tuple[int, ...]]:
        """For each file of a tree the files that it imports."""
        paths, found = self._links
        modules = None
        if paths != tree.paths:
            self._links = (tree.paths, found := {})
        links = {}
        for number, document in enumerate(tree.documents):
            path = tree.paths[number]
            if not (language := read_as(path)):
                continue
            if (number, document) not in found:
                if language == PYTHON:
                    modules = modules or Modules(tree.paths)
                    files = modules.imported(path, self.imports(document))
                else:
                    files = beside(path, self.imports(document), tree.numbers)
                found[number, document] = tuple(sorted(tree.numbers[file] for file in files))
            links[number] = found[number, document]
        return links

    def linked(self, tree: Tree) -> dict[int, tuple[int, ...]]:
        """For each file of a tree those that it imports and those that import it."""
        if self._near[0] is not tree:
            near: dict[int, set[int]] = {}
            for number, files in self.imported(tree).items():
                for file in files:
                    near.setdefault(number, set()).add(file)
                    near.setdefault(file, set()).add(number)
            self._near = (tree, {number: tuple(sorted(files)) for number, files in near.items()})
        return self._near[1]

    def _over(self, entries: Mapping[str, str], keys: Mapping[str, str]) -> Tree:
        rows = [
            (path, self._ids[key], entries[path])
            for path, key in sorted(keys.items())
            if key in self._ids and self.lengths[self._ids[key]][0] != _NONE
        ]
        files: dict[int, tuple[int, ...]] = {}
        for number, (_, document, _) in enumerate(rows):
            files[document] = (*files.get(document, ()), number)
        left = sum(key not in self._ids for key in keys.values())
        paths, documents, blobs = zip(*rows, strict=True) if rows else ((), (), ())
        return Tree(paths, documents, files, blobs, left, tuple(sorted(keys)))

    # -- learning -----------------------------------------------------------------------------

    def _learn(
        self, keys: Iterable[str], until: float, watch: Watch | None = None, *, of: int = 0
    ) -> None:
        """Read contents until the time is over; what was read is kept. Raises: Interrupted."""
        wanted = list(keys)
        interrupted = False
        if not wanted:
            return
        batch: list[tuple[str, Known | None]] = []
        rows = done = 0
        read = self.objects.read((key.partition(":")[2] for key in wanted), MAX_BYTES)
        with closing(read) as contents, _without_collector():
            try:
                for key, content in zip(wanted, contents, strict=True):
                    self._works_on(key)
                    known = None if content is None else describe(content, key.partition("@")[0])
                    batch.append((key, known))
                    rows += len(known.words) if known else 1
                    if rows > _ROWS:
                        self._store(batch)
                        batch, rows = [], 0
                    done += 1
                    interrupted = watch is not None and not watch(of - len(wanted) + done, of)
                    if interrupted or (done < len(wanted) and time.monotonic() > until):
                        break
            finally:
                self._works_on("")
        self._store(batch)
        if len(wanted) > _MANY:  # the journal would stay as large as all that was written
            self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if interrupted:
            raise Interrupted

    def _pass_over(self, key: str) -> None:
        if key not in self._ids:
            self._store([(key, None)])
        self._works_on("")

    def _works_on(self, key: str) -> None:
        deaths = self._deaths if key == self._suspect else 0
        os.pwrite(self._at_work, f"{deaths} {key:<98}".encode("ascii"), 0)

    def _read_suspect(self) -> tuple[str, int]:
        """What a process before this one died of, and the how manyth it is."""
        deaths, _, key = os.pread(self._at_work, 100, 0).decode("ascii", "replace").partition(" ")
        key = key.strip()
        return (key, int(deaths) + 1) if key and deaths.isdigit() else ("", 0)

    def _store(self, batch: list[tuple[str, Known | None]]) -> None:
        first = max(self.lengths, default=0) + 1
        numbered = [(n, key, known) for n, (key, known) in enumerate(batch, first)]
        texts = [(n, known) for n, _, known in numbered if known]
        documents = [(n, key, *_lengths(known), _imports(known)) for n, key, known in numbered]
        write = self.database.executemany
        with transaction(self.database):
            write("INSERT INTO document VALUES(?,?,?,?,?,?)", documents)
            write("INSERT INTO posting VALUES(?,?,?)", packed(first, texts))
            write(
                "INSERT INTO symbol VALUES(?,?,?,?,?,?,?,?,?)",
                (
                    (n, place, s.name, s.qualified, s.kind, s.line, s.last, s.signature, s.doc)
                    for n, known in texts
                    for place, s in enumerate(known.symbols)
                ),
            )
        for n, key, known in numbered:
            self._ids[key] = n
            self.lengths[n] = _lengths(known)

    def _forget(self, tree: Tree) -> None:
        """Drop what other trees had, when it is far more than what is in use."""
        live = {_key(path, blob) for path, blob in zip(tree.paths, tree.blobs, strict=True)}
        gone = [(n,) for key, n in self._ids.items() if key not in live]
        with transaction(self.database):
            self.database.execute("CREATE TEMP TABLE gone(id INTEGER PRIMARY KEY)")
            self.database.executemany("INSERT INTO gone VALUES(?)", gone)
            self.database.execute("DELETE FROM symbol WHERE document IN gone")
            forget(self.database, {n for (n,) in gone})
            self.database.execute("DELETE FROM document WHERE id IN gone")
            self.database.execute("DROP TABLE gone")
        self._ids = {key: n for key, n in self._ids.items() if key in live}
        self.lengths = {n: self.lengths[n] for n in self._ids.values()}
        self._imports.clear()
        self._links = ((), {})
        self._trees.clear()


@contextmanager
def _without_collector() -> Iterator[None]:
    """What is read has no circles, and is looked through for them again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _key(path: str, blob: str) -> str:
    """What a content is kept under: what the same bytes say depends on what reads them."""
    language = read_as(path)
    return f"{language}@{edition(language)}:{blob}"


def _lengths(known: Known | None) -> tuple[int, int, int]:
    if known is None:
        return _NONE, 0, 0
    return tuple(sum(c.values()) for c in (known.words, known.names, known.docs))  # type: ignore[return-value]


def _imports(known: Known | None) -> str:
    return json.dumps([[i.level, i.module, i.names] for i in (known or NOTHING).imports])
