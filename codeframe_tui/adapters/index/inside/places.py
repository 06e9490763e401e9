"""Files and definitions by a few letters, for a person who picks one while typing.

Files are found before they are read, and whether there is anything to read in them or not.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

from codeframe_tui.adapters.index.inside.finding import LONGEST, nearest
from codeframe_tui.adapters.index.inside.questions import UnfitError
from codeframe_tui.adapters.index.inside.shelf import Shelf, Tree
from codeframe_tui.core.code.context import Symbol
from codeframe_tui.core.code.testnames import is_test

__all__ = ["MOST", "places"]

MOST = 100
"""Places that are told; who looks for another one types one more letter."""
_LETTERS = 3
"""How near what only has the letters in order is, see `nearest`."""
_Found = tuple[tuple[int, bool, int, int, str, int], Symbol | None]
"""How near it is (a path and a line at the end), and the definition; None for the file itself."""


def places(shelf: Shelf, tree: Tree, text: str) -> dict[str, Any]:
    """Exact names, then those that begin with the text, then those that hold it.

    Where there are none, those that have its letters in order; for no text the first files.

    Raises:
        UnfitError: the text is longer than any name.
    """
    wanted = "".join(text.split())
    if len(wanted) > LONGEST:
        raise UnfitError(f"at most {LONGEST} characters are looked for")
    if wanted:
        found = _found(shelf, tree, wanted)
        best = heapq.nsmallest(MOST, found, key=lambda each: each[0])
        more = len(found) - len(best)
    else:
        best = [_file(path) for path in tree.every[:MOST]]
        more = len(tree.every) - len(best)
    return {
        "places": [_place(*each) for each in best],
        "more": more,
        "files": len(tree.every),
        "left": tree.left,
    }


def _found(shelf: Shelf, tree: Tree, wanted: str) -> list[_Found]:
    folded = wanted.casefold()
    found = [
        _file(path, stage, len(name))
        for path, (whole, name) in zip(tree.every, tree.folded, strict=True)
        if (stage := _stage(folded, name, whole)) is not None
    ]
    if "/" not in wanted:
        found += _definitions(shelf, tree, wanted, letters=not found)
    if found and found[-1][0][0] < _LETTERS:
        return found
    lettered = zip(tree.every, tree.folded, strict=True)
    files = [_file(p, _LETTERS, len(n)) for p, (whole, n) in lettered if _in_order(folded, whole)]
    return found + files


def _file(path: str, stage: int = 0, length: int = 0) -> _Found:
    return (stage, is_test(path), length, 0, path, 0), None


def _place(near: tuple[int, bool, int, int, str, int], symbol: Symbol | None) -> dict[str, Any]:
    path = near[4]
    if symbol is None:
        return {"kind": "file", "name": path.rpartition("/")[2], "path": path, "line": 0}
    return {
        "kind": symbol.kind,
        "name": symbol.qualified,
        "path": path,
        "line": symbol.line,
        "signature": symbol.signature,
    }


def _stage(wanted: str, name: str, path: str) -> int | None:
    """How near a file is, as of `nearest`; None where at most the letters are in order."""
    if wanted not in path:
        return None
    if name.startswith(wanted):
        return 0 if wanted in {name, name.rpartition(".")[0]} else 1
    return 2


def _in_order(wanted: str, text: str) -> bool:
    at = 0
    for letter in wanted:
        at = text.find(letter, at) + 1
        if not at:
            return False
    return True


def _definitions(shelf: Shelf, tree: Tree, wanted: str, *, letters: bool) -> Iterator[_Found]:
    for stage, (path, symbol) in nearest(shelf, tree, wanted, MOST, letters=letters):
        yield (stage, is_test(path), len(symbol.name), 1, path, symbol.line), symbol
