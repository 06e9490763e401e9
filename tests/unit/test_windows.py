"""A queue of which only windows are there, against the whole list of its lines."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.tui.present.rows import BLANK, Row, heading
from codeframe_tui.tui.present.stops import StopsOf
from codeframe_tui.tui.present.windows import QueueRows, is_task

KEYS = ("needs_you", "working", "queued", "done")
totals = st.tuples(*[st.integers(0, 400)] * 4)


def document(counts: tuple[int, ...], parts: dict[str, tuple[int, int]]) -> dict[str, Any]:
    groups, number = [], 0
    for key, total in zip(KEYS, counts, strict=True):
        numbers = [str(number + n) for n in range(1, total + 1)]
        number += total
        first, count = parts.get(key, (0, total))
        rows = [{"number": each} for each in numbers[first : first + count]]
        groups.append({"key": key, "total": total, "first": first, "rows": rows})
    return {"groups": groups}


def rows_of(found: dict[str, Any], room: int = 0) -> QueueRows:
    return QueueRows(
        found,
        head=lambda key, total: heading(f"{key} {total}"),
        draw=lambda task: Row(task["number"]),
        room=room,
    )


def listed(counts: tuple[int, ...]) -> list[Row]:
    """All lines, one after the other."""
    lines: list[Row] = []
    number = 0
    for key, total in zip(KEYS, counts, strict=True):
        if total:
            lines += [BLANK] if lines else []
            lines += [heading(f"{key} {total}")]
            lines += [Row(str(number + n)) for n in range(1, total + 1)]
        number += total
    return lines


@given(totals)
def test_lines_are_those_of_the_whole_list(counts: tuple[int, ...]) -> None:
    rows, whole = rows_of(document(counts, {})), listed(counts)
    assert list(rows) == whole
    assert rows[-3:] == whole[-3:]
    spare = rows_of(document(counts, {}), room=max(len(whole) - 1, 1))
    assert list(spare) == [line for line in whole if line is not BLANK]


@given(totals, st.integers(0, 1_700), st.integers(-1_700, 1_700))
def test_the_cursor_moves_as_in_the_whole_list(
    counts: tuple[int, ...], line: int, steps: int
) -> None:
    rows, stops = rows_of(document(counts, dict.fromkeys(KEYS, (0, 0)))), StopsOf(listed(counts))
    assert rows.first == stops.first
    assert rows.beyond(None, steps or 1) == stops.beyond(None, steps or 1)
    start = stops.beyond(None, line + 1)
    if start is not None:
        here = stops.beyond(start, line)
        assert rows.beyond(here, steps) == stops.beyond(here, steps)


@given(totals, st.integers(0, 1_700), st.integers(1, 80))
def test_what_is_asked_for_fills_what_is_in_sight(
    counts: tuple[int, ...], top: int, height: int
) -> None:
    empty = rows_of(document(counts, dict.fromkeys(KEYS, (0, 0))))
    parts = {key: (first, count) for key, first, count in empty.windows(top, height)}
    filled = rows_of(document(counts, {key: parts.get(key, (0, 0)) for key in KEYS}))
    assert filled.holds(top, height)
    whole = listed(counts)
    assert filled[top : top + height] == whole[top : top + height]
    assert sum(count for _, count in parts.values()) <= height + 4 * 300
    for line, row in enumerate(whole[top : top + height], top):
        if row.key is not None:
            assert filled.line_of(row.key) == line
            place = empty[line].key
            assert not is_task(place)
            assert filled.line_of(place) == line


def test_a_task_that_is_out_of_its_window_is_found_by_its_place() -> None:
    found = document((0, 0, 300, 0), {"queued": (0, 10)})
    assert rows_of(found).line_of("250") is None
    assert rows_of({**found, "places": {"250": ["queued", 249]}}).line_of("250") == 250
    assert rows_of({**found, "places": {"250": ["queued", 300]}}).line_of("250") is None


def test_a_key_that_is_no_place_has_no_line() -> None:
    rows = rows_of(document((1, 0, 5, 0), {}))
    assert [rows.line_of(key) for key in ("queued#x", "queued#9", "#", "no#1", None)] == [None] * 5
