"""The lines of a queue of any length, of which only windows are there.

Theory of operation: each group has a heading and one line per task, whether its row has arrived or
not, so a line is found by counting. Rows that are not there yet stand as faint placeholders, with
keys of their own (``queued#7``: place 7 of that group), so that the cursor can go there at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, overload

from codeframe_tui.tui.present.rows import BLANK, Row, safe

__all__ = ["QueueRows", "is_task"]

_STEP = 100
"""Windows begin and end at multiples of this, so that scrolling asks rarely."""
_MARGIN = 50
"""Lines above and below what is in sight that are wanted too: a page and more."""

Task = Mapping[str, Any]
Window = tuple[str, int, int]
"""Group, first place, rows; as `ShowQueue` takes it."""


def is_task(key: str | None) -> bool:
    """Whether a key of the queue is a task's number, and not the place of a row to come."""
    return key is not None and "#" not in key


class _Block(NamedTuple):
    """A group on the screen: its heading stands on ``line``, its tasks below."""

    key: str
    line: int
    total: int
    first: int
    tasks: Sequence[Task]

    @property
    def top(self) -> int:
        return self.line + 1

    @property
    def end(self) -> int:
        return self.top + self.total

    def near(self, top: int, height: int, margin: int) -> tuple[int, int]:
        """First place and the place after the last one within a margin of what is in sight."""
        low = max(top - margin - self.top, 0)
        high = min(top + height + margin - self.top, self.total)
        return (low, high) if low < high else (0, 0)


class QueueRows(Sequence[Row]):
    """Rows by line, each made when it is drawn. Fulfils `stops.Stops` too.

    Args:
        document: the answer to `ShowQueue`.
        head: makes the heading of a group from its key and total.
        draw: makes the row of a task.
        room: lines there are; the space between groups goes when they do not do; 0 = any number.

    Attributes:
        filter: what was asked for.
        counted: tasks that it leaves, and all there are.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        *,
        head: Callable[[str, int], Row],
        draw: Callable[[Task], Row],
        room: int = 0,
    ) -> None:
        groups = [group for group in document.get("groups", ()) if _total(group)]
        needed = sum(_total(group) + 2 for group in groups) - 1
        self._space = 1 if not room or needed <= room else 0
        self._blocks: list[_Block] = []
        line = 0
        for group in groups:
            key, first = str(group.get("key")), int(group.get("first") or 0)
            block = _Block(key, line, _total(group), first, group.get("rows", ()))
            self._blocks.append(block)
            line = block.end + self._space
        self._length = max(line - self._space, 0)
        self.filter = str(document.get("filter") or "")
        self.counted = (sum(block.total for block in self._blocks), int(document.get("all") or 0))
        self._places: Mapping[str, Sequence[Any] | None] = document.get("places") or {}
        self._head, self._draw = head, draw
        self._made: dict[int, Row] = {}
        self._lines: dict[str, int] | None = None

    # -- rows -----------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[line] for line in range(*index.indices(self._length))]
        line = index + self._length if index < 0 else index
        if not 0 <= line < self._length:
            raise IndexError(index)
        row = self._made.get(line)
        if row is None:
            row = self._made[line] = self._make(line)
        return row

    def _make(self, line: int) -> Row:
        block = next(block for block in reversed(self._blocks) if block.line <= line)
        if line == block.line:
            return self._head(block.key, block.total)
        if line >= block.end:
            return BLANK
        place = line - block.top
        if block.first <= place < block.first + len(block.tasks):
            return self._draw(block.tasks[place - block.first])
        return Row(f"{block.key}#{place}", (("  …", "faint"),))

    # -- where the cursor can stand -------------------------------------------------------------

    @property
    def first(self) -> int | None:
        """See `Stops`."""
        return self._blocks[0].top if self._blocks else None

    def line_of(self, key: str | None) -> int | None:
        """See `Stops`; also of a task that has no row here, when the engine told its place."""
        if key is None:
            return None
        group, mark, place = key.rpartition("#")
        if mark:
            return self._line(group, int(place)) if place.isdecimal() else None
        held = self._held().get(key)
        told = self._places.get(key) if held is None else None
        return self._line(*told) if told else held

    def tells(self, number: str) -> bool:
        """Whether it is known where a task stands, or that it stands nowhere."""
        return number in self._held() or number in self._places

    def beyond(self, line: int | None, steps: int) -> int | None:
        """See `Stops`."""
        total = self.counted[0]
        if not total:
            return None
        if line is None:
            at = 0 if steps > 0 else total
        else:
            at = steps + sum(min(max(line - block.top, 0), block.total) for block in self._blocks)
        at = max(0, min(at, total - 1))
        for block in self._blocks:
            if at < block.total:
                return block.top + at
            at -= block.total
        return None

    def _line(self, group: str, place: int) -> int | None:
        for block in self._blocks:
            if block.key == group and 0 <= place < block.total:
                return block.top + place
        return None

    def _held(self) -> Mapping[str, int]:
        if self._lines is None:
            self._lines = {
                safe(task.get("number")): block.top + block.first + at
                for block in self._blocks
                for at, task in enumerate(block.tasks)
            }
        return self._lines

    # -- what is to be fetched ------------------------------------------------------------------

    def holds(self, top: int, height: int) -> bool:
        """Whether all rows in sight are there."""
        for block in self._blocks:
            low, high = block.near(top, height, 0)
            if low < high and not block.first <= low <= high <= block.first + len(block.tasks):
                return False
        return True

    def windows(self, top: int, height: int) -> tuple[Window, ...]:
        """The part of each group that is in sight or near."""
        return tuple(self._windows(top, height))

    def _windows(self, top: int, height: int) -> Iterator[Window]:
        for block in self._blocks:
            low, high = block.near(top, height, _MARGIN)
            first = low // _STEP * _STEP
            yield block.key, first, -(-high // _STEP) * _STEP - first if high else 0


def _total(group: Mapping[str, Any]) -> int:
    return max(int(group.get("total") or 0), len(group.get("rows", ())))
