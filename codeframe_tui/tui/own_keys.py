"""A person's own keys, checked: what cannot work is left out, and each problem says what to do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from textual.keys import Keys, _character_to_key

from codeframe_tui.tui.keymap import KEYS, PLACES, Key, key_names

__all__ = ["checked"]

_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+[": "esc"}
"""What a terminal sends for them."""
_TAKEN = {"ctrl+c": "copies", "ctrl+q": "leaves", "escape": "goes back and never decides"}
"""Keys that keep their one meaning."""
_MODIFIERS = ("ctrl", "shift", "alt", "super", "meta", "hyper")
_NAMED = {key.value for key in Keys} | {_character_to_key(chr(code)) for code in range(33, 127)}


def checked(
    chosen: Mapping[str, str], table: Iterable[Key] = KEYS
) -> tuple[dict[str, str], list[str]]:
    """The keys that can be used, and what is wrong with others, one line each.

    Args:
        chosen: action -> keys, from the settings of the user.
        table: the actions there are.
    """
    known = {key.action: key for key in table}
    used: dict[str, str] = {}
    found: list[str] = []
    for action, keys in chosen.items():
        wrong = _unknown(action, known) or next(filter(None, map(_unusable, _split(keys))), "")
        if not wrong and not _split(keys):
            wrong = "no key is named; leave the line out for the default"
        if wrong:
            found.append(f"keys: {action}: {wrong}")
        else:
            used[action] = ",".join(_split(keys))
    return used, found + _clashes(used, known)


def _split(keys: str) -> list[str]:
    return [part.strip() for part in keys.split(",") if part.strip()]


def _unknown(action: str, known: Mapping[str, Key]) -> str:
    if action in known:
        return ""
    near = get_close_matches(action, known, n=1)
    ask = f"did you mean {near[0]}?" if near else "docs/keys.md and `?` list them all"
    return f"there is no such action; {ask}"


def _unusable(key: str) -> str:
    if key in _SAME:
        return f"{key} is {_SAME[key]} for a terminal; choose another key"
    if key in _TAKEN:
        return f"{key_names(key)} {_TAKEN[key]}; choose another key"
    *modifiers, base = key.split("+") if len(key) > 1 else [key]
    if _is_key(base) and all(modifier in _MODIFIERS for modifier in modifiers):
        return ""
    lower = key.lower().replace("-", "+")
    lower = lower.replace("control+", "ctrl+").replace("c+", "ctrl+", lower.startswith("c+"))
    right = lower != key and not _unusable(lower)
    ask = f"write it as {lower}" if right else "write it as a, space, f7 or ctrl+x"
    return f"no key is called {key!r}; {ask}"


def _is_key(base: str) -> bool:
    if len(base) == 1 or base in _NAMED:
        return True
    try:
        unicodedata.lookup(base.replace("_", " "))
    except KeyError:
        return False
    return True


def _clashes(used: Mapping[str, str], known: Mapping[str, Key]) -> list[str]:
    """Keys that do two things in a place; the first has it, and a place before everywhere."""
    found = []
    taken: dict[tuple[str, str], str] = {}
    for action, key in known.items():
        for one in _split(used.get(action, key.keys)):
            other = taken.setdefault((key.where, one), action)
            if other != action:
                found.append(
                    f"keys: {key_names(one)} is {other} already, so {action} has no key; "
                    "give one of them another"
                )
    for (where, one), action in taken.items():
        everywhere = taken.get(("app", one))
        if where != "app" and everywhere and {action, everywhere} & used.keys():
            found.append(
                f"keys: {key_names(one)} in {PLACES[where].lower()} is {action}, "
                f"so {everywhere} does not work there; give one of them another"
            )
    return found
