"""Variables that a text sets, and whether a shell may calculate with what it holds.

A shell that calculates with a variable runs what stands in brackets in its value: only variables
that hold numbers, or come from outside of the text, are calculated with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from codeframe_tui.core.shell.parts import Hidden, Part, Word

__all__ = ["MAKERS", "NAME", "NUMBER", "SETS", "check_counted", "set_by", "set_to"]

NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
SETS = re.compile(r"([A-Za-z_]\w*)\+?=", re.ASCII)
"""The start of a word that sets a variable."""
NUMBER = re.compile(
    r'"?(?:-?\d*|\{\d+\.\.\d+\}|\$[#?]|\$\{#\w+(?:\[[@*]\])?\}|\$\(\([^()`]*\)\))"?', re.ASCII
)
"""A number, or what a shell calculates, as it stands in the text."""
_KEEPERS = frozenset({"export", "declare", "typeset", "local", "readonly", "unset"})
MAKERS = _KEEPERS | {"read", "getopts", "mapfile", "readarray", "let", "printf"}
"""Builtins that set the variables that they are told."""
_BY_ITSELF = frozenset({"_", "REPLY", "OPTARG", "PWD", "OLDPWD", "MAPFILE", "BASH_REMATCH"})


def set_to(part: Part, name: str, value: str) -> None:
    """Keep that a part sets a variable to a text."""
    part.sets.append(name)
    if not NUMBER.fullmatch(value):
        part.texts.append(name)


def set_by(part: Part) -> None:
    """Keep what one of `MAKERS` sets.

    Raises: Hidden, where it calculates with what is not known.
    """
    words = [word for word in part.words[1:] if word.open or not word.text.startswith("-")]
    if part.name == "let":
        if not all(word.known for word in words):
            raise Hidden("it calculates with what is only known when it runs")
        part.counts += [name for word in words for name in NAME.findall(word.text)]
    elif part.name == "printf":
        names = _printed(part.words[1:3])
        part.sets += names
        part.texts += names
        return
    for word in words:
        name, equals, value = word.text.partition("=")
        part.sets.append(name)
        if part.name == "let" or (not equals and word.known and part.name in _KEEPERS):
            continue
        if not (equals and word.known and NUMBER.fullmatch(value)):
            part.texts.append(name)


def _printed(words: Sequence[Word]) -> list[str]:
    """What ``printf -v NAME`` sets, from its first two words."""
    option = words[0] if words else Word("")
    if option.open and "-v".startswith(option.text):
        return [""]
    if not option.text.startswith("-v"):
        return []
    return [option.text[2:] or "".join(word.text for word in words[1:])]


def check_counted(parts: Iterable[Part]) -> None:
    """Raises: Hidden, where a variable that is calculated with may hold what a shell runs."""
    parts = list(parts)
    counted = {name for part in parts for name in part.counts}
    if not counted:
        return
    unsafe = _BY_ITSELF.union(*(part.texts for part in parts))
    if "" in unsafe or counted & unsafe:
        raise Hidden("it calculates with a variable that may hold more than a number")
