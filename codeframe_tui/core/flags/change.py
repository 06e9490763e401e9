"""One changed file as the rules see it, and how a flag is made."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.testfiles import USUAL, TestFiles
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.table import RULES

__all__ = ["Change", "Lines", "flag", "parse"]

Lines = Sequence[tuple[str, int | None, str]]
"""Changed lines as (sign, line number on the new side or None, text)."""
_LONGEST = 400_000
_DEEPEST = 150
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Change:
    """A changed file.

    Attributes:
        old: its text on the base; None where it is absent, binary or not at hand.
        new: its text on the proposal, the same.
        tests: which files of the base are tests.
    """

    diff: FileDiff
    old: str | None = None
    new: str | None = None
    tests: TestFiles = USUAL

    @property
    def path(self) -> str:
        """Where it lies."""
        return self.diff.path

    @property
    def name(self) -> str:
        """Its name in lower case."""
        return self.path.rpartition("/")[2].lower()

    @property
    def is_deleted(self) -> bool:
        """Whether it is gone."""
        return self.diff.action is Action.DELETE

    @property
    def is_test(self) -> bool:
        """Whether pytest looks for tests in it."""
        return self.tests.is_test(self.path) or USUAL.is_test(self.path.lower())

    @property
    def is_support(self) -> bool:
        """Whether it serves only tests, a conftest included."""
        usual = USUAL.is_support(self.path.lower()) or self.name == "conftest.py"
        return usual or self.tests.is_support(self.path)

    @property
    def is_python(self) -> bool:
        """Whether it is Python by its name."""
        return self.name.endswith(".py")

    def lines(self) -> Lines:
        """What was added and removed, in order."""
        lines: list[tuple[str, int | None, str]] = []
        for hunk in self.diff.hunks:
            number = hunk.new_start
            for sign, text in hunk.lines:
                if sign in "+-":
                    lines.append((sign, number if sign == "+" else None, text.rstrip("\r")))
                number += sign in "+ "
        return lines


def flag(
    rule: str,
    path: str,
    line: int | None = None,
    text: str = "",
    *,
    before: str = "",
    after: str = "",
) -> Flag:
    """A flag of a rule of the table; without a text it says what the rule says."""
    known = RULES[rule]
    cut = [side if len(side) <= _SHOWN else side[: _SHOWN - 1] + "…" for side in (before, after)]
    return Flag(rule, known.severity, path, line, text or known.what, cut[0], cut[1])


@lru_cache(maxsize=4)  # all rules look at one file after the other
def parse(text: str | None) -> ast.Module | None:
    """The syntax tree, not to be changed.

    None for what is absent, too long or too deep, or no Python that can be read here.
    """
    if text is None or len(text) > _LONGEST:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None if _is_deep(tree) else tree


def _is_deep(tree: ast.AST) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True
