"""What a diff shows that its document does not hold, asked for when it comes into sight.

Theory of operation: rows are drawn at once with what there is: a guess at their colours, and three
dots for text that has not come. A supply knows what rows in sight lack, as the next question to
ask, and keeps the answers: pages of hunks that were only outlined, and the exact colours of blocks
of lines, each bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from codeframe_tui.core import queries
from codeframe_tui.tui.present.diff.pages import PAGE, PagedHunks, Pages
from codeframe_tui.tui.present.diff.python import Token

__all__ = ["Answer", "InSight", "Side", "Supply", "is_about", "opened"]

BLOCK = 64
"""Lines that are coloured together."""
_KEPT = 1_024  # blocks of colours
_WHO = ("task", "attempt", "since", "base", "proposal", "space", "tree")

Side = Literal["base", "proposal"]
Answer = Mapping[str, Any] | None
"""To a question; None when there is none to be had."""
Tokens = tuple[Token, ...]


class InSight(NamedTuple):
    """Lines of a file that are in sight, or close to it.

    Attributes:
        pages: number of a hunk and of a page in it.
        lines: side and number of a line.
    """

    path: str
    pages: Collection[tuple[int, int]]
    lines: Collection[tuple[Side, int]]


class Supply:
    """Texts and colours of one diff.

    Args:
        who: task, attempt and since of its document; nothing of what has no task can be asked for.
    """

    def __init__(self, who: Mapping[str, Any]) -> None:
        self.who = who
        self.pages = Pages()
        self._colours: OrderedDict[tuple[str, Side, int], Sequence[Tokens] | None] = OrderedDict()

    # -- what there is ----------------------------------------------------------------------------

    def tokens(self, path: str, side: Side, number: int) -> Tokens | None:
        """The exact colours of a line; None where they have not come or cannot be known."""
        block = self._colours.get((path, side, (number - 1) // BLOCK))
        at = (number - 1) % BLOCK
        return block[at] if block is not None and at < len(block) else None

    # -- what is lacking --------------------------------------------------------------------------

    def lacks_text(self, seen: Iterable[InSight]) -> queries.ShowHunkLines | None:
        """The next page to ask for."""
        if not self.who.get("task"):
            return None
        for file in seen:
            for k, page in file.pages:
                self.pages.look(file.path, k, page)
                if not self.pages.has(file.path, k, page):
                    first, since = page * PAGE, self.who["since"]
                    number, attempt = str(self.who["task"]), self.who["attempt"]
                    space = self.who["space"] is not False
                    return queries.ShowHunkLines(
                        number, attempt, since, file.path, k, first, PAGE, space=space
                    )
        return None

    def lacks_colours(self, seen: Iterable[InSight]) -> queries.ShowSide | None:
        """The next lines to ask the colours of: blocks in a row of one side of a file."""
        if not self.who.get("task"):
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

    def _side(self, path: str, wanted: Sequence[tuple[Side, int]]) -> queries.ShowSide:
        side, first = wanted[0]
        last = first
        for other, block in wanted[1:]:
            if (other, block) == (side, last + 1):
                last = block
        return queries.ShowSide(
            str(self.who["task"]),
            self.who["attempt"],
            path,
            side,
            first * BLOCK + 1,
            (last + 1) * BLOCK,
            since=self.who["since"],
        )

    # -- what comes -------------------------------------------------------------------------------

    def put(self, asked: queries.ShowHunkLines | queries.ShowSide, answer: Answer) -> bool:
        """Keep an answer; whether rows look different now.

        None is kept too, so that what cannot be had is not asked for again and again.
        """
        if isinstance(asked, queries.ShowSide):
            return self._put_colours(asked, answer)
        self.pages.put(asked.path, asked.k, asked.first, answer["lines"] if answer else ())
        if answer:
            self.pages.name(asked.path, asked.k, answer["heading"])
        return answer is not None

    def _put_colours(self, asked: queries.ShowSide, answer: Answer) -> bool:
        tokens = answer["tokens"] if answer else None
        for first in range(asked.first, asked.last + 1, BLOCK):
            at = first - asked.first
            lines = tokens and [tuple(map(_token, line)) for line in tokens[at : at + BLOCK]]
            self._colours[asked.path, asked.side, (first - 1) // BLOCK] = lines
        while len(self._colours) > _KEPT:
            self._colours.popitem(last=False)
        return tokens is not None


def is_about(asked: queries.ShowHunkLines | queries.ShowSide, seen: Iterable[InSight]) -> bool:
    """Whether a question is about any of these lines."""
    for file in seen:
        if file.path != asked.path:
            continue
        if isinstance(asked, queries.ShowHunkLines):
            return (asked.k, asked.first // PAGE) in file.pages
        first, last = asked.first, asked.last
        return any(side == asked.side and first <= number <= last for side, number in file.lines)
    return False


def opened(document: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A diff document in which outlined hunks are among those of their file.

    Its `Supply` stands under ``supply``.

    Args:
        document: as it came, or opened already.
        before: an opened one; of the same diff, it hands over its supply.
    """
    if "supply" in document:
        return {**document}
    who = {name: document.get(name) for name in _WHO}
    supply = (before or {}).get("supply")
    if supply is None or supply.who != who:
        supply = Supply(who)
    files = [
        {**_without_more(file), "hunks": PagedHunks(file, supply.pages)} if "more" in file else file
        for file in document["files"]
    ]
    return {**document, "files": files, "supply": supply}


def _without_more(file: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in file.items() if name != "more"}


def _token(span: Sequence[Any]) -> Token:
    start, end, kind = span
    return int(start), int(end), str(kind)
