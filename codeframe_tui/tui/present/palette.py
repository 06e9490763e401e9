"""Every action with its key, what works here and now first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from codeframe_tui.tui.present.reasons import why_not
from codeframe_tui.tui.present.rows import Span, cells
from codeframe_tui.tui.present.state import State

__all__ = ["GROUPS", "Entry", "Known", "entries", "left_of", "right_of"]

GROUPS = ("HERE AND NOW", "ELSEWHERE", "NOT JUST NOW")
_KEYS = 12
"""Cells of the column of keys."""


class Entry(NamedTuple):
    """One line of the palette.

    Attributes:
        action: what it does.
        keys: as a person reads them; empty for none.
        text: what it does, in words.
        typed: what is typed for.
        place: where it belongs.
        why: why it makes no sense now; empty when it does.
        group: position in `GROUPS`.
    """

    action: str
    keys: str
    text: str
    typed: str
    place: str
    why: str
    group: int


class Known(NamedTuple):
    """What the table of keys says of an action.

    Attributes:
        action: ``PLACE.NAME``.
        keys: as a person reads them.
        label: a few words; may be empty.
        help: what it does.
    """

    action: str
    keys: str
    label: str
    help: str


def entries(
    table: Iterable[Known],
    places: Mapping[str, str],
    state: State,
    pane: str,
    themes: Iterable[str],
) -> list[Entry]:
    """All there is to do, in the order in which it is offered while nothing is typed.

    Args:
        table: every action, most useful first in each place.
        places: place -> what it is called.
        state: decides what makes sense.
        pane: where the person is; those of other places come after its own.
        themes: short names; each is an entry.
    """
    found = [_entry(known, places, state, pane) for known in table]
    looks = (Entry(f"theme.{t}", "", f"Theme: {t}", f"Theme: {t}", "look", "", 1) for t in themes)
    order = (pane, "app", "list")

    def rank(entry: Entry) -> tuple[int, int]:
        where = entry.action.partition(".")[0]
        return entry.group, order.index(where) if where in order else len(order)

    return sorted([*found, *looks], key=rank)


def _entry(known: Known, places: Mapping[str, str], state: State, pane: str) -> Entry:
    why, where = why_not(known.action, state), known.action.partition(".")[0]
    place = "" if where in {pane, "app"} else places[where]
    typed = f"{known.label} {known.help}" if known.label else known.help
    group = 2 if why else 0 if where in {pane, "app", "list"} else 1
    return Entry(known.action, known.keys, known.help, typed, place, why, group)


def left_of(entry: Entry) -> tuple[Span, ...]:
    """The key and the words; dimmed where it makes no sense."""
    room = " " * max(_KEYS - cells(entry.keys), 1)
    strong, plain = ("faint", "faint") if entry.why else ("bold", "text")
    return (entry.keys, strong), (room, ""), (entry.text, plain)


def right_of(entry: Entry) -> tuple[Span, ...]:
    """Why not, else where it belongs."""
    return ((entry.why, "dim") if entry.why else (entry.place, "faint"),)
