"""Ignore rules, read as git reads them."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from codeframe_tui.adapters.workspace.walk import Folder, NotRegular, read_file

__all__ = ["LIMIT", "OutsideRules", "Rules", "parse_rules"]

_NAME = ".gitignore"
LIMIT = 2**20
"""Bytes of a file of rules."""


def parse_rules(content: bytes) -> GitIgnoreSpec:
    """The patterns of a file; lines that are no pattern are passed over, as git does."""
    text = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class OutsideRules:
    """Rules from above the project and from the user, strongest first.

    Attributes:
        specs: pairs of rules and where they see the project: ``""`` or ``sub/project/``.
    """

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()


class Rules:
    """Says what is ignored during a walk from the top down.

    Args:
        outside: rules that are weaker than every file of the walk.
    """

    def __init__(self, outside: OutsideRules) -> None:
        self._outside = outside
        self._inside: list[tuple[str, GitIgnoreSpec]] = []

    def enter(self, folder: Folder) -> None:
        """Read the folder's own rules; called for each folder of the walk before its entries."""
        prefix = f"{folder.path}/" if folder.path else ""
        while self._inside and not prefix.startswith(self._inside[-1][0]):
            self._inside.pop()
        if any(name == _NAME and stat.S_ISREG(state.st_mode) for name, state in folder.files):
            try:
                content, _ = read_file(folder.fd, _NAME, LIMIT)
            except (NotRegular, OSError):
                return
            self._inside.append((prefix, parse_rules(content)))

    def ignored(self, path: str, *, folder: bool = False) -> bool:
        """Whether a path below the entered folders is ignored; the nearest rule decides."""
        name = f"{path}/" if folder else path
        for prefix, spec in reversed(self._inside):
            verdict = spec.check_file(name[len(prefix) :]).include
            if verdict is not None:
                return verdict
        return self._ignored_outside(name, self._outside.specs)

    @staticmethod
    def _ignored_outside(name: str, specs: Sequence[tuple[str, GitIgnoreSpec]]) -> bool:
        for prefix, spec in specs:
            verdict = spec.check_file(prefix + name).include
            if verdict is not None:
                return verdict
        return False
