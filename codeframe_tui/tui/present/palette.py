"""Every action with its key, what works here and now first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from codeframe_tui.tui.keymap import KEYS, PLACES, Key, key_names
from codeframe_tui.tui.present.reasons import why_not
from codeframe_tui.tui.present.rows import Span, cells
from codeframe_tui.tui.present.state import State

__all__ = ["GROUPS", "Entry", "entries", "left_of", "right_of"]

GROUPS = ("HERE AND NOW", "ELSEWHERE", "NOT JUST NOW")
_KEYS = 15
"""Cells of the column of keys, as in the help."""


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


def entries(
    state: State, pane: str, chosen: Mapping[str, str], themes: Iterable[str]
) -> list[Entry]:
    """All there is to do, in the order in which it is offered while nothing is typed.

    Args:
        state: decides what makes sense.
        pane: where the person is; those of other places come after its own.
        chosen: a person's own keys.
        themes: short names; each is an entry.
    """
    found = [_entry(key, state, pane, chosen) for key in KEYS if key.action != "app.palette"]
    looks = (Entry(f"theme.{t}", "", f"Theme: {t}", f"Theme: {t}", "look", "", 1) for t in themes)
    order = (pane, "app", "list")

    def rank(entry: Entry) -> tuple[int, int]:
        where = entry.action.partition(".")[0]
        return entry.group, order.index(where) if where in order else len(order)

    return sorted([*found, *looks], key=rank)


def _entry(key: Key, state: State, pane: str, chosen: Mapping[str, str]) -> Entry:
    why = why_not(key.action, state)
    here = key.where in {pane, "app", "list"}
    keys = key_names(chosen.get(key.action, key.keys))
    place = "" if key.where == "app" else PLACES[key.where]
    typed = f"{key.label} {key.help}" if key.label else key.help
    group = 2 if why else 0 if here else 1
    return Entry(key.action, keys, key.help, typed, place, why, group)


def left_of(entry: Entry) -> tuple[Span, ...]:
    """The key and the words; dimmed where it makes no sense."""
    room = " " * max(_KEYS - cells(entry.keys), 1)
    strong, plain = ("faint", "faint") if entry.why else ("bold", "text")
    return (entry.keys, strong), (room, ""), (entry.text, plain)


def right_of(entry: Entry) -> tuple[Span, ...]:
    """Why not, else where it belongs."""
    return ((entry.why, "dim") if entry.why else (entry.place, "faint"),)
