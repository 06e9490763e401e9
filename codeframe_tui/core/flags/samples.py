"""Rules of what tests read beside their code: cases, golden files, snapshots."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import Change, flag

__all__ = ["sample_flags"]

_CODE = re.compile(
    r".*\.(?:pyi?|[cm]?[jt]sx?|go|rs|java|kt|cs|rb|php|sh|c|cc|cpp|h|hpp|toml|ini|cfg)|readme.*"
)
_FOLDERS = frozenset({"__snapshots__", "snapshots", "testdata", "test_data", "golden", "goldens"})
_MUCH = 0.5


def sample_flags(change: Change) -> Iterator[Flag]:
    """Flags of a file that tests read, where it was there before."""
    folders = change.path.lower().split("/")[:-1]
    is_sample = change.is_support or not _FOLDERS.isdisjoint(folders)
    if not is_sample or change.diff.action is not Action.MODIFY or _CODE.fullmatch(change.name):
        return
    if _size(change, " +") < _size(change, " -") * _MUCH:
        yield flag("cases_removed", change.path, None, "much of what tests read here is gone")
    else:
        yield flag("test_data", change.path)


def _size(change: Change, signs: str) -> int:
    """Characters of one side where it changed: the texts of such files are not at hand."""
    lines = (line for hunk in change.diff.hunks for line in hunk.lines)
    return sum(len(text.strip()) for sign, text in lines if sign in signs)
