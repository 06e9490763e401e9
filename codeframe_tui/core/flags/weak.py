"""Rules of new tests that prove nothing but that something is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import flag
from codeframe_tui.core.flags.check import NOTHING, RUNS, Check
from codeframe_tui.core.flags.suite import Suites

__all__ = ["weak_tests"]

_ASKS = re.compile(r"(?:builtins\.)?callable\(.*\)", re.DOTALL)
_SOURCE = re.compile(
    r"\bgetsource\(|\b(?:open|Path)\((?:'[^'/][^']*\.py'|\w[\w.]*\.__file__)\)\.read"
)
"""Code of the project as text: as it lies there, not what a test has written."""


def weak_tests(suites: Suites) -> Iterator[Flag]:
    """Flags of new tests, where none of them and no changed one says more than that it exists."""
    fresh = [test for test in suites.added if test.is_test]
    if not fresh or any(not _is_weak(c) for pair in suites.changed for c in pair.extra):
        return
    said = [(test, suites.new.checks(test)) for test in fresh]
    if any(not _is_weak(check) for _, checks in said for check in checks):
        return
    for test, checks in said:
        if checks:
            text = f"{test.name}: asserts only that something exists, or is written"
            yield flag("only_exists", test.path, checks[0].line, text, after=checks[0].text)


def _is_weak(check: Check) -> bool:
    """Whether it holds for anything that is there."""
    if check.kind == RUNS:
        return False
    written = any(_SOURCE.search(side) for side in (check.subject, check.expected))
    there = written or check.op == "hasattr" or (check.op == "is not" and check.expected == "None")
    asked = check.op == "is true" and bool(_ASKS.fullmatch(check.subject))
    return there or asked or check.strength == NOTHING
