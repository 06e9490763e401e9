"""Everything a question needs, opened once; made anew when the database is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.index.inside import finding
from codeframe_tui.adapters.index.inside.context import context
from codeframe_tui.adapters.index.inside.database import (
    is_damaged,
    open_database,
    passes,
    remove_database,
)
from codeframe_tui.adapters.index.inside.git import Objects
from codeframe_tui.adapters.index.inside.past import Past
from codeframe_tui.adapters.index.inside.places import places
from codeframe_tui.adapters.index.inside.questions import AbsentError, UnfitError
from codeframe_tui.adapters.index.inside.shelf import MAX_BYTES, Shelf, Tree, Watch
from codeframe_tui.core.code.chosen import Chosen
from codeframe_tui.core.tokens import Gauge

__all__ = ["Room"]

_UNREAD = f"binary, made by a program or over {MAX_BYTES // 1024} KiB"
_ALIKE = 3
"""Files of the same name that are told where there is none at a path."""
_MISREAD = (
    sqlite3.Error,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
)
"""What comes of reading what is not as it was written, where the database itself is in order."""


@dataclass(frozen=True, slots=True)
class _Open:
    """The database and what reads it."""

    database: sqlite3.Connection
    shelf: Shelf
    past: Past

    def close(self) -> None:
        self.shelf.close()
        self.database.close()


class Room:
    """Answers questions by name.

    Args:
        objects: the private store.
        database: the index's own file, which may be missing or damaged.
        project: where the past is read.
    """

    def __init__(self, objects: Path, database: Path, project: Path) -> None:
        self._objects = Objects(objects)
        self._file = database
        self._project = project
        self._opened: _Open | None = None
        self._is_renewed = False

    def answer(
        self,
        ask: str,
        tree: str,
        until: float,
        watch: Watch | None = None,
        **about: Any,  # noqa: ANN401
    ) -> dict[str, Any]:
        """The answer to one question.

        Args:
            ask: ``context``, ``find``, ``outline``, ``importers``, ``callers``, ``tests``,
                ``places`` or ``read``.
            tree: the tree it is about.
            until: when reading of new contents stops, on the monotonic clock.
            watch: see `Watch`.
            about: what the question needs.

        Raises:
            Interrupted: by ``watch``.
            AbsentError: there is no such tree, or no such file in it.
            UnfitError: the question is none.
            OSError: the disk does not do what it should now.
            sqlite3.Error: neither does the database, which is not damaged.
        """
        first = about.get("pinned", ())
        try:
            return self._answer(ask, self._tree(tree, until, watch, first), about)
        except (AbsentError, UnfitError):
            raise
        except _MISREAD as error:
            if not self._is_rotten(error):
                raise
        self._close()
        remove_database(self._file)
        return self._answer(ask, self._tree(tree, until, watch, first), about)

    def _is_rotten(self, error: Exception) -> bool:
        """Whether it may help to begin from nothing.

        Of what is no error of the database that is tried once: it may be one of ours.
        """
        if isinstance(error, sqlite3.Error) and (is_damaged(error) or passes(error)):
            return is_damaged(error)
        was_renewed, self._is_renewed = self._is_renewed, True
        return not was_renewed

    def _tree(self, name: str, until: float, watch: Watch | None, first: Iterable[str]) -> Tree:
        return self._here().shelf.tree(name, until, watch, first=first)

    def _answer(self, ask: str, tree: Tree, about: dict[str, Any]) -> dict[str, Any]:
        here = self._here()
        shelf, past = here.shelf, here.past
        match ask:
            case "read":
                return {"files": len(tree.every), "left": tree.left}
            case "places":
                return places(shelf, tree, about["name"])
            case "context":
                past.follow("HEAD")
                chosen = Chosen(tuple(about.get("pinned", ())), tuple(about.get("excluded", ())))
                text, budget = about["text"], about["budget"]
                gauge = Gauge(about["bytes_each"])
                return context(shelf, past, tree, text, budget, chosen=chosen, gauge=gauge)
            case "find":
                found = finding.find(shelf, tree, about["name"], **about["among"])
                dark = len(tree.every) - len(tree.paths) - tree.left
                if dark > 0 and not found["symbols"]:
                    some = f"{dark} file{'s' if dark > 1 else ''}"
                    found["cut"].append(f"{some} of which nothing is indexed: {_UNREAD}")
            case "callers":
                found = finding.callers(shelf, tree, about["name"])
            case "outline" | "importers" | "tests":
                if about["name"] not in tree.numbers:
                    raise AbsentError(_absent(tree, about["name"]))
                of_file = {
                    "outline": finding.outline,
                    "importers": finding.importers,
                    "tests": finding.tests_for,
                }
                found = of_file[ask](shelf, tree, about["name"])
            case _:
                raise UnfitError(f"{ask!r} is no question")
        if tree.left:
            found["cut"].append(f"{tree.left} files that are not indexed yet; ask again soon")
        return found

    def close(self) -> None:
        """Let go of everything."""
        self._objects.close()
        self._close()

    def _here(self) -> _Open:
        """What is open, from the first question on: what is in its way then may pass."""
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> _Open:
        database = open_database(self._file)
        try:
            past = Past(database, self._project)
            shelf = Shelf(database, self._objects, self._file.with_suffix(".at-work"))
            return _Open(database, shelf, past)
        except BaseException:
            database.close()
            raise

    def _close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()


def _absent(tree: Tree, path: str) -> str:
    if tree.left and path in tree.every:
        return f"{path} is not read yet; ask again in a moment"
    if path in tree.every:
        return f"nothing is indexed of {path}: {_UNREAD}"
    folder = f"{path.rstrip('/')}/"
    if any(each.startswith(folder) for each in tree.every):
        return f"{path} is a folder; name a file in it"
    name = f"/{path.rpartition('/')[2]}"
    like = [each for each in tree.every if f"/{each}".endswith(name)][:_ALIKE]
    return f"the project has no file {path}, or it is ignored or a link" + (
        f"; of that name there is {', '.join(like)}" if like else ""
    )
