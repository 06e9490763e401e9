"""Code that a proposal brings and its own tests do not run."""

from __future__ import annotations

from collections.abc import Iterator

from codeframe_tui.core.evidence.coverage import Coverage, lines_in
from codeframe_tui.core.evidence.testfiles import TestFiles
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import flag

__all__ = ["uncovered_flags"]


def uncovered_flags(coverage: Coverage, tests: TestFiles) -> Iterator[Flag]:
    """One flag of each file of the code under test, at the first line that does not run."""
    for file in coverage.files:
        if file.missed and not tests.is_support(file.path):
            lines = lines_in(file.missed)
            what = "one changed line that" if lines == 1 else f"{lines:,} changed lines that"
            text = f"{what} no test of the proposal runs"
            yield flag("not_covered", file.path, file.missed[0][0], text)
