"""Everything a question needs, opened once; made anew when the database is damaged."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.index.inside import finding
from codeframe_tui.adapters.index.inside.context import context
from codeframe_tui.adapters.index.inside.database import (
    DamagedError,
    open_database,
    remove_database,
)
from codeframe_tui.adapters.index.inside.git import Objects
from codeframe_tui.adapters.index.inside.past import Past
from codeframe_tui.adapters.index.inside.shelf import Shelf, Tree
from codeframe_tui.core.code.chosen import Chosen

__all__ = ["Room"]


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
        try:
            self._open()
        except DamagedError:
            remove_database(database)
            self._open()

    def answer(self, ask: str, tree: str, until: float, **about: Any) -> dict[str, Any]:  # noqa: ANN401
        """The answer to one question.

        Args:
            ask: ``context``, ``find``, ``outline``, ``importers``, ``callers`` or ``tests``.
            tree: the tree it is about.
            until: when reading of new contents stops, on the monotonic clock.
            about: what the question needs.

        Raises:
            LookupError: there is no such tree, or no such file in it.
            ValueError: the question is none.
        """
        try:
            return self._answer(ask, self._shelf.tree(tree, until), about)
        except DamagedError:
            self._open_anew()
            return self._answer(ask, self._shelf.tree(tree, until), about)

    def _answer(self, ask: str, tree: Tree, about: dict[str, Any]) -> dict[str, Any]:
        shelf = self._shelf
        match ask:
            case "context":
                self._past.follow(about.get("head") or "HEAD")
                chosen = Chosen(tuple(about["pinned"]), tuple(about["excluded"]))
                text, budget = about["text"], about["budget"]
                return context(shelf, self._past, tree, text, budget, chosen=chosen)
            case "find":
                found = finding.find(shelf, tree, about["name"], **about["among"])
            case "callers":
                found = finding.callers(shelf, tree, about["name"])
            case "outline" | "importers" | "tests":
                if about["name"] not in tree.numbers:
                    raise LookupError(f"{about['name']} is no indexed file of the project")
                of_file = {
                    "outline": finding.outline,
                    "importers": finding.importers,
                    "tests": finding.tests_for,
                }
                found = of_file[ask](shelf, tree, about["name"])
            case _:
                raise ValueError(f"{ask!r} is no question")
        if tree.left:
            found["cut"].append(f"{tree.left} files that are not indexed yet; ask again soon")
        return found

    def close(self) -> None:
        """Let go of everything."""
        self._objects.close()
        self._shelf.close()
        self._database.close()

    def _open(self) -> None:
        self._database: sqlite3.Connection = open_database(self._file)
        try:
            at_work = self._file.with_suffix(".at-work")
            self._shelf = Shelf(self._database, self._objects, at_work)
            self._past = Past(self._database, self._project)
        except BaseException:
            self._database.close()
            raise

    def _open_anew(self) -> None:
        self.close()
        remove_database(self._file)
        self._open()
