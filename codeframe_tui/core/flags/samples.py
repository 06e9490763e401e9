"""Rules of what tests read beside their code: cases, golden files, snapshots."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.testconfig import is_test_config
from codeframe_tui.core.evidence.testfiles import is_data
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import Change, flag

__all__ = ["sample_flags"]

_CODE = re.compile(r".*\.(?:pyi?|[cm]?[jt]sx?|go|rs|java|kt|cs|rb|php|sh|c|cc|cpp|h|hpp)|readme.*")
_MUCH = 0.5


def sample_flags(change: Change) -> Iterator[Flag]:
    """Flags of a file that tests read, where it was there before."""
    is_sample = change.is_support or is_data(change.path)
    is_other = is_test_config(change.path) or _CODE.fullmatch(change.name)
    if not is_sample or change.diff.action is not Action.MODIFY or is_other:
        return
    if _size(change, " +") < _size(change, " -") * _MUCH:
        yield flag("cases_removed", change.path, None, "much of what tests read here is gone")
    else:
        yield flag("test_data", change.path)


def _size(change: Change, signs: str) -> int:
    """Characters of one side where it changed: the texts of such files are not at hand."""
    lines = (line for hunk in change.diff.hunks for line in hunk.lines)
    return sum(len(text.strip()) for sign, text in lines if sign in signs)
