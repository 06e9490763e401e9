"""Files and definitions by a few letters, for a person who picks one while typing.

Files are found before they are read, and whether there is anything to read in them or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codeframe_tui.adapters.index.inside.finding import LONGEST, nearest
from codeframe_tui.adapters.index.inside.shelf import Shelf, Tree
from codeframe_tui.core.code.ranking import is_test

__all__ = ["MOST", "places"]

MOST = 100
"""Places that are told; who looks for another one types one more letter."""
_LETTERS = 3
"""How near what only has the letters in order is, see `nearest`."""
_Found = tuple[tuple[Any, ...], dict[str, Any]]
"""How near it is, and the place."""


def places(shelf: Shelf, tree: Tree, text: str) -> dict[str, Any]:
    """Exact names, then those that begin with the text, then those that hold it.

    Where there are none, those that have its letters in order; for no text the first files.

    Raises:
        ValueError: the text is longer than any name.
    """
    wanted = "".join(text.split())
    if len(wanted) > LONGEST:
        raise ValueError(f"at most {LONGEST} characters are looked for")
    found = list(_files(tree, wanted.casefold()))
    if wanted and "/" not in wanted:
        found += _definitions(shelf, tree, wanted)
    if wanted:
        found.sort(key=lambda each: each[0])
        near = [each for each in found if each[0][0] < _LETTERS]
        found = near or found
    return {
        "places": [place for _, place in found[:MOST]],
        "more": max(len(found) - MOST, 0),
        "files": len(tree.every),
        "left": tree.left,
    }


def _files(tree: Tree, wanted: str) -> Iterator[_Found]:
    for path in tree.every:
        folded = path.casefold()
        name = folded.rpartition("/")[2]
        stage = _stage(wanted, name, folded)
        if stage is not None:
            near = (stage, is_test(path), len(name), 0, path, 0)
            yield near, {"kind": "file", "name": path.rpartition("/")[2], "path": path, "line": 0}


def _stage(wanted: str, name: str, path: str) -> int | None:
    """How near a file is; as of `nearest`."""
    if wanted in {name, name.rpartition(".")[0]}:
        return 0
    if name.startswith(wanted):
        return 1
    if wanted in path:
        return 2
    return _LETTERS if _in_order(wanted, path) else None


def _in_order(wanted: str, text: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in wanted)


def _definitions(shelf: Shelf, tree: Tree, wanted: str) -> Iterator[_Found]:
    for stage, (path, symbol) in nearest(shelf, tree, wanted, MOST):
        near = (stage, is_test(path), len(symbol.name), 1, path, symbol.line)
        yield (
            near,
            {
                "kind": symbol.kind,
                "name": symbol.qualified,
                "path": path,
                "line": symbol.line,
                "signature": symbol.signature,
            },
        )
