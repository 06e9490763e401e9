"""What a diff shows that its document does not hold, asked for when it comes into sight.

Theory of operation: rows are drawn at once with what there is: a guess at their colours, and three
dots for text that has not come. A supply knows what rows in sight lack, as the next question to
ask, and keeps the answers: pages of hunks that were only outlined, and the exact colours of blocks
of lines, each bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from codeframe_tui.core.queries import ShowHunkLines, ShowSide
from codeframe_tui.tui.present.diff_pages import PAGE, PagedHunks, Pages
from codeframe_tui.tui.present.diff_python import Token

__all__ = ["InSight", "Side", "Supply"]

BLOCK = 64
"""Lines that are coloured together."""
_KEPT = 1_024  # blocks of colours
_WHO = ("task", "attempt", "since", "base", "proposal")

Side = Literal["base", "proposal"]
Tokens = tuple[Token, ...]


class InSight(NamedTuple):
    """Lines of a file that are in sight, or close to it.

    Attributes:
        pages: number of a hunk and of a page in it.
        lines: side and number of a line.
    """

    path: str
    pages: Iterable[tuple[int, int]]
    lines: Iterable[tuple[Side, int]]


class Supply:
    """Texts and colours of one diff document.

    Args:
        document: as `ShowDiff` gives it.
        before: another supply; of the same diff, it hands over what it has.
    """

    def __init__(self, document: Mapping[str, Any], before: Supply | None = None) -> None:
        self._who = {name: document.get(name) for name in _WHO}
        kept = before if before is not None and before._who == self._who else None
        self._pages = Pages() if kept is None else kept._pages
        self._colours: OrderedDict[tuple[str, Side, int], Sequence[Tokens] | None] = (
            OrderedDict() if kept is None else kept._colours
        )
        self.document: Mapping[str, Any] = {
            **document, "files": [self._file(file) for file in document["files"]]
        }  # fmt: skip
        """The document, in which every hunk is one of its file."""

    def _file(self, file: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**file, "hunks": PagedHunks(file, self._pages)} if "more" in file else file

    # -- what there is ----------------------------------------------------------------------------

    def tokens(self, path: str, side: Side, number: int) -> Tokens | None:
        """The exact colours of a line; None where they have not come or cannot be known."""
        block = self._colours.get((path, side, (number - 1) // BLOCK))
        at = (number - 1) % BLOCK
        return block[at] if block is not None and at < len(block) else None

    # -- what is lacking --------------------------------------------------------------------------

    def lacks_text(self, seen: Iterable[InSight]) -> ShowHunkLines | None:
        """The next page to ask for."""
        if not self._who["task"]:
            return None
        for file in seen:
            for k, page in file.pages:
                self._pages.look(file.path, k, page)
                if not self._pages.has(file.path, k, page):
                    first, since = page * PAGE, self._who["since"]
                    number, attempt = str(self._who["task"]), self._who["attempt"]
                    return ShowHunkLines(number, attempt, since, file.path, k, first, PAGE)
        return None

    def lacks_colours(self, seen: Iterable[InSight]) -> ShowSide | None:
        """The next lines to ask the colours of: blocks in a row of one side of a file."""
        if not self._who["task"]:
            return None
        for file in seen:
            wanted = {
                (side, (number - 1) // BLOCK)
                for side, number in file.lines
                if (file.path, side, (number - 1) // BLOCK) not in self._colours
            }
            if wanted:
                return self._side(file.path, sorted(wanted))
        return None

    def _side(self, path: str, wanted: Sequence[tuple[Side, int]]) -> ShowSide:
        side, first = wanted[0]
        last = first
        for other, block in wanted[1:]:
            if (other, block) == (side, last + 1):
                last = block
        return ShowSide(
            str(self._who["task"]),
            self._who["attempt"],
            path,
            side,
            first * BLOCK + 1,
            (last + 1) * BLOCK,
            since=self._who["since"],
        )

    # -- what comes -------------------------------------------------------------------------------

    def put_text(self, asked: ShowHunkLines, answer: Mapping[str, Any] | None) -> None:
        """Keep a page; None leaves it empty, so that it is not asked for again and again."""
        lines = answer["lines"] if answer else ()
        self._pages.put(asked.path, asked.k, asked.first, lines)
        if answer:
            self._pages.headings[asked.path, asked.k] = answer["heading"]

    def put_colours(self, asked: ShowSide, answer: Mapping[str, Any] | None) -> None:
        """Keep the colours of blocks of lines, or that there are none."""
        tokens = answer["tokens"] if answer else None
        for first in range(asked.first, asked.last + 1, BLOCK):
            at = first - asked.first
            lines = None if tokens is None else tokens[at : at + BLOCK]
            key = (asked.path, asked.side, (first - 1) // BLOCK)
            self._colours[key] = lines and [tuple(map(_token, line)) for line in lines]
        while len(self._colours) > _KEPT:
            self._colours.popitem(last=False)


def _token(span: Sequence[Any]) -> Token:
    start, end, kind = span
    return int(start), int(end), str(kind)
