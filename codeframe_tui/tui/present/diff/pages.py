"""Hunks of which only an outline came, with the text of the pages that were looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, islice, pairwise, repeat
from typing import TYPE_CHECKING, Any, overload

from codeframe_tui.core.change.outline import COLUMNS, unpack_numbers, unpack_signs

if TYPE_CHECKING:  # which verdicts need, and the first picture does not
    from codeframe_tui.core.change.diff import Hunk

__all__ = [
    "PAGE",
    "PagedHunks",
    "PagedLines",
    "Pages",
    "hunk_of",
    "line_count",
    "signs_of",
    "verdicts_of",
]

PAGE = 512
"""Lines of a page."""
_KEPT = 65_536  # lines of all pages that are kept
_HUNKS = 1_024  # of a file that are kept as documents
_NUMBERS = len(COLUMNS)

Line = Sequence[str]
"""Sign and text."""


class Pages:
    """The text of hunks that has come; what was looked at last is kept."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[str, int, int], Sequence[Line]] = OrderedDict()
        self._lines = 0
        self._headings: dict[tuple[str, int], str] = {}
        self.named = 0
        """Grows when a heading comes."""

    def heading(self, path: str, k: int) -> str:
        """The heading of a hunk, as far as it has come."""
        return self._headings.get((path, k), "")

    def name(self, path: str, k: int, heading: str) -> None:
        """Keep the heading of a hunk."""
        self._headings[path, k] = heading
        self.named += 1

    def text(self, path: str, k: int, line: int) -> str | None:
        """The text of a line of a hunk; None when it has not come."""
        page = self._pages.get((path, k, line // PAGE))
        at = line % PAGE
        return page[at][1] if page is not None and at < len(page) else None

    def has(self, path: str, k: int, page: int) -> bool:
        """Whether a page has come."""
        return (path, k, page) in self._pages

    def put(self, path: str, k: int, first: int, lines: Sequence[Line]) -> None:
        """Keep lines from the start of a page on."""
        for at in range(0, max(1, len(lines)), PAGE):
            key = (path, k, (first + at) // PAGE)
            self._lines += len(lines[at : at + PAGE]) - len(self._pages.pop(key, ()))
            self._pages[key] = lines[at : at + PAGE]
        while self._lines > _KEPT and len(self._pages) > 1:
            self._lines -= len(self._pages.popitem(last=False)[1])

    def look(self, path: str, k: int, page: int) -> None:
        """Keep a page longer than others."""
        if (path, k, page) in self._pages:
            self._pages.move_to_end((path, k, page))


class PagedLines(Sequence[Line]):
    """The lines of a hunk: every sign, and the text where it has come, else nothing."""

    def __init__(self, pages: Pages, path: str, k: int, signs: str) -> None:
        self._pages = pages
        self._place = path, k
        self.signs = signs

    def __len__(self) -> int:
        return len(self.signs)

    def text(self, line: int) -> str | None:
        """The text of a line; None when it has not come."""
        return self._pages.text(*self._place, line)

    @overload
    def __getitem__(self, line: int) -> Line: ...
    @overload
    def __getitem__(self, line: slice) -> Sequence[Line]: ...
    def __getitem__(self, line: int | slice) -> Line | Sequence[Line]:
        if isinstance(line, slice):
            return [self[at] for at in range(*line.indices(len(self)))]
        at = line + len(self) if line < 0 else line
        return self.signs[at], self.text(at) or ""


class PagedHunks(Sequence[Mapping[str, Any]]):
    """The hunks of a file: those that came whole, and after them those that are outlined.

    Args:
        file: of a diff document, with ``more``; see `core.change.diff.file_document`.
        pages: where the text is.
    """

    def __init__(self, file: Mapping[str, Any], pages: Pages) -> None:
        more = file["more"]
        self._path: str = file["path"]
        self._whole: Sequence[Mapping[str, Any]] = file["hunks"]
        self._numbers = unpack_numbers(more["outline"])
        self._packed: str = more["signs"]
        self._verdicts = _Runs(more["verdicts"])
        self._pages = pages
        self._large: dict[int, PagedLines] = {}
        self._hunks: dict[int, Mapping[str, Any]] = {}
        self._named = 0
        first = len(self._whole) + 1
        pages.name(self._path, first, more["heading"])
        if more["lines"]:  # only whole pages are kept: the rest of the last one comes with it
            end = len(more["lines"])
            end -= 0 if end == self._numbers[_NUMBERS - 1] else end % PAGE
            if end:
                pages.put(self._path, first, 0, more["lines"][:end])

    def __len__(self) -> int:
        return len(self._whole) + len(self._numbers) // _NUMBERS

    @property
    def whole(self) -> int:
        """How many of the first hunks came whole."""
        return len(self._whole)

    @property
    def line_count(self) -> int:
        """Lines of all hunks."""
        return sum(len(hunk["lines"]) for hunk in self._whole) + self._starts[-1]

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Mapping[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Mapping[str, Any] | Sequence[Mapping[str, Any]]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(index)
        at -= len(self._whole)
        return self._made(at) if at >= 0 else self._whole[at]

    def sizes(self, count: Callable[[str], int]) -> list[int]:
        """Rows of all hunks, and of the lines that tell what does not change above them.

        Args:
            count: tells the rows of lines by their signs.

        Returns:
            In turns what stands above a hunk, and the hunk with its bar.
        """
        new_start, new_lines, size = (
            self._numbers[COLUMNS.index(name) :: _NUMBERS]
            for name in ("new_start", "new_lines", "size")
        )
        starts = [*(hunk["new_start"] for hunk in self._whole), *new_start]
        lengths = [*(hunk["new_lines"] for hunk in self._whole), *new_lines]
        rows = [count(signs_of(hunk["lines"])) for hunk in self._whole]
        if count is len:
            rows += size
        else:
            rows += [count(self._signs[a:b]) for a, b in pairwise(self._starts)]
        found: list[int] = []
        end = 1
        for start, length, own in zip(starts, lengths, rows, strict=True):
            begin = start + (not length)
            found += (int(begin > end), 1 + own)
            end = begin + length
        return found

    def verdicts(self) -> Iterator[str | None]:
        """The verdict on each hunk, as the document tells it."""
        yield from (hunk.get("verdict") for hunk in self._whole)
        yield from islice(self._verdicts, len(self) - len(self._whole))

    def _made(self, at: int) -> Mapping[str, Any]:
        """An outlined hunk; those looked at last are kept."""
        if self._named != self._pages.named or len(self._hunks) > _HUNKS:
            self._hunks.clear()
            self._named = self._pages.named
        if at not in self._hunks:
            self._hunks[at] = self._outlined(at)
        return self._hunks[at]

    def _outlined(self, at: int) -> Mapping[str, Any]:
        k = len(self._whole) + at + 1
        old_start, old_lines, new_start, new_lines, _ = self._numbers[
            at * _NUMBERS : (at + 1) * _NUMBERS
        ]
        return {
            "k": k,
            "old_start": old_start,
            "old_lines": old_lines,
            "new_start": new_start,
            "new_lines": new_lines,
            "heading": self._pages.heading(self._path, k),
            "lines": self._lines_of(at, k),
            "verdict": self._verdicts.at(at),
        }

    def _lines_of(self, at: int, k: int) -> PagedLines:
        lines = self._large.get(at)
        if lines is None:
            signs = self._signs[self._starts[at] : self._starts[at + 1]]
            lines = PagedLines(self._pages, self._path, k, signs)
            if len(lines) > PAGE:  # others are made anew faster than they are kept
                self._large[at] = lines
        return lines

    @cached_property
    def _starts(self) -> Sequence[int]:
        """Where the lines of each outlined hunk begin among those of all."""
        return list(accumulate(self._numbers[_NUMBERS - 1 :: _NUMBERS], initial=0))

    @cached_property
    def _signs(self) -> str:
        return unpack_signs(self._packed, self._starts[-1])


class _Runs:
    """Values by position, from runs of equal ones."""

    def __init__(self, runs: Iterable[Sequence[Any]]) -> None:
        pairs = list(runs)
        self._pairs = pairs
        self._values = [value for value, _ in pairs]
        self._ends = list(accumulate(count for _, count in pairs))

    def __iter__(self) -> Iterator[str | None]:
        """Each value, and None for ever after the last one."""
        yield from (value for value, count in self._pairs for _ in range(count))
        yield from repeat(None)

    def at(self, position: int) -> str | None:
        """The value at a position; None beyond the last one."""
        run = bisect_right(self._ends, position)
        return self._values[run] if run < len(self._values) else None


def line_count(hunks: Sequence[Mapping[str, Any]]) -> int:
    """Lines of all hunks, without looking at each where that is known."""
    if isinstance(hunks, PagedHunks):
        return hunks.line_count
    return sum([len(hunk["lines"]) for hunk in hunks])


def signs_of(lines: Sequence[Line]) -> str:
    """The signs of lines, one character each."""
    return lines.signs if isinstance(lines, PagedLines) else "".join([line[0] for line in lines])


def verdicts_of(hunks: Sequence[Mapping[str, Any]]) -> Iterable[tuple[int, str | None]]:
    """Number and verdict of each hunk, without looking at each where that is known."""
    if isinstance(hunks, PagedHunks):
        return enumerate(hunks.verdicts(), 1)
    return ((hunk["k"], hunk.get("verdict")) for hunk in hunks)


def hunk_of(hunk: Mapping[str, Any]) -> Hunk:
    """A hunk of a diff document (CONTRACT §9) as a value, without the text of its lines."""
    from codeframe_tui.core.change.diff import Hunk  # noqa: PLC0415 - loads when first used

    return Hunk(
        hunk["k"],
        hunk["old_start"],
        hunk["old_lines"],
        hunk["new_start"],
        hunk["new_lines"],
        tuple((sign, "") for sign in signs_of(hunk["lines"])),
        hunk.get("heading") or "",
    )
