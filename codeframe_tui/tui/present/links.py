"""From what a test printed to the line of the proposal that it speaks of."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.pages import signs_of

__all__ = ["Link", "definition", "links_of", "place_of"]

_Document = Mapping[str, Any]
_PYTHON = re.compile(r'File "([^"\n]{1,1000})", line (\d{1,9})')
_BREAKS = re.compile(r"""[\s"'()<>,]+""")
_PYTEST = re.compile(r"([^:]{1,1000}):(\d{1,9})(?::|$)")
"""``path:12: AssertionError`` at the begin of a word, so that a hostile text costs linear time."""


class Link(NamedTuple):
    """A line of a text that names a line of the proposal.

    Attributes:
        row: number of the text's line from 0.
        path: of the file, as the proposal calls it.
        line: of the file after the change.
        place: where that is in the diff; None when the diff does not show it.
    """

    row: int
    path: str
    line: int
    place: Place | None


def links_of(lines: Sequence[str], diff: _Document | None) -> list[Link]:
    """The lines of a traceback that point to files of the proposal.

    Args:
        lines: of the text.
        diff: the document that is shown; without one nothing is a link.
    """
    files = {str(file.get("path")): file for file in (diff or {}).get("files") or ()}
    found = []
    for row, text in enumerate(lines if files else ()):
        for name, line in _mentions(text):
            path = _known(name, files)
            if path:
                found.append(Link(row, path, line, _place(files[path], line)))
                break
    return found


def definition(diff: _Document | None, test: str) -> Place | None:
    """Where the change defines a test.

    Args:
        diff: the document that is shown.
        test: node id, e.g. ``tests/test_a.py::TestB::test_c[1]``.
    """
    path, _, names = test.partition("::")
    name = names.partition("[")[0].rpartition("::")[2]
    file = _file(diff, path)
    if file is None or not name:
        return None
    begins = re.compile(rf"\s*(?:async\s+)?def\s+{re.escape(name)}\s*\(")
    for hunk in file.get("hunks") or ():
        for at, (sign, text) in enumerate(hunk.get("lines") or ()):
            if sign != "-" and begins.match(text):
                return Place(path, int(hunk["k"]), at)
    return None


def place_of(diff: _Document | None, path: str, line: int) -> Place | None:
    """Where a line of the proposal stands in the diff; None where it does not."""
    file = _file(diff, path)
    return None if file is None else _place(file, line)


def _mentions(text: str) -> Iterator[tuple[str, int]]:
    for name, line in _PYTHON.findall(text):
        yield name, int(line)
    for word in _BREAKS.split(text):
        if found := _PYTEST.match(word):
            yield found[1], int(found[2])


def _known(name: str, files: Mapping[str, object]) -> str:
    """The path of the proposal that is meant, also where the name is absolute."""
    name = name.removeprefix("./")
    if name in files or not name.startswith("/"):
        return name if name in files else ""
    parts = name.split("/")
    ends = ("/".join(parts[at:]) for at in range(1, len(parts)))
    return next((end for end in ends if end in files), "")


def _file(diff: _Document | None, path: str) -> _Document | None:
    files = (diff or {}).get("files") or ()
    return next((file for file in files if file.get("path") == path), None)


def _place(file: _Document, line: int) -> Place | None:
    hunks = file.get("hunks") or ()
    before = bisect_right(hunks, line, key=lambda hunk: int(hunk["new_start"]))
    if not before:
        return None
    hunk = hunks[before - 1]
    number = int(hunk["new_start"])
    for at, sign in enumerate(signs_of(hunk["lines"])):
        if sign not in "-\\":
            if number == line:
                return Place(str(file["path"]), int(hunk["k"]), at)
            number += 1
    return None
