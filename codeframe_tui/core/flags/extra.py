"""The user's own rules, from the settings: more paths, more texts, and graver severities."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from codeframe_tui.core.code.globs import compile_glob
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import Change
from codeframe_tui.core.flags.table import RED

__all__ = ["OWN_RULES", "OwnRule", "OwnRules", "own_flags", "raised"]


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule of the user.

    Attributes:
        paths: globs; empty = every file.
        text: a regular expression that an added line has; empty = any change.
    """

    id: str
    severity: str
    message: str
    paths: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class OwnRules:
    """All of them.

    Attributes:
        red: ids of rules of the table that are red for this user.
    """

    rules: tuple[OwnRule, ...] = ()
    red: frozenset[str] = frozenset()


OWN_RULES = OwnRules()
"""None."""


def own_flags(changes: Sequence[Change], own: OwnRules) -> Iterator[Flag]:
    """Flags by the user's own rules: one a file, at the first line."""
    for rule in own.rules:
        paths = [compile_glob(glob) for glob in rule.paths]
        text = re.compile(rule.text)
        for change in changes:
            if paths and not any(path.fullmatch(change.path) for path in paths):
                continue
            if not rule.text:
                yield Flag(rule.id, rule.severity, change.path, None, rule.message)
                continue
            lines = (line for line in change.lines() if line[0] == "+" and text.search(line[2]))
            if hit := next(lines, None):
                after = hit[2].strip()[:300]
                yield Flag(rule.id, rule.severity, change.path, hit[1], rule.message, "", after)


def raised(flags: Iterable[Flag], own: OwnRules) -> Iterator[Flag]:
    """Flags with the severities that the user wants; never less than the table's."""
    for flag in flags:
        yield replace(flag, severity=RED) if flag.rule in own.red else flag
