"""Reach: find which files of tests a change can reach, by the imports of a whole tree."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path

from codeframe_tui.core.evidence.reach import imported_names, reached
from codeframe_tui.ports import TreeEntry
from codeframe_tui.worker.kept import Kept

__all__ = ["Imports"]

_MOST_FILES = 20_000
"""Of a larger tree only the changed files run first."""
_LONGEST = 2**20
_KEPT = 50_000


class Imports:
    """Reads each content once, whatever tree it belongs to."""

    def __init__(self) -> None:
        self._names: Kept[tuple[str, str], frozenset[str]] = Kept(_KEPT)

    async def reached(
        self, folder: Path, entries: Mapping[str, TreeEntry], changed: Collection[str]
    ) -> frozenset[str]:
        """What a change can reach, itself included.

        Args:
            folder: holds exactly ``entries``; no test has run in it yet.
            entries: files of the tree.
            changed: paths.
        """
        return await asyncio.to_thread(self._reached, folder, entries, changed)

    def _reached(
        self, folder: Path, entries: Mapping[str, TreeEntry], changed: Collection[str]
    ) -> frozenset[str]:
        python = [p for p, entry in entries.items() if p.endswith(".py") and entry.mode != "120000"]
        if len(python) > _MOST_FILES:
            return frozenset(changed)
        names = {path: self._names_of(folder, path, entries[path].blob) for path in python}
        return reached(changed, names)

    def _names_of(self, folder: Path, path: str, blob: str) -> frozenset[str]:
        known = self._names.get((path, blob))
        if known is None:
            known = imported_names(path, _text(folder / path))
            self._names.keep((path, blob), known)
        return known


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_LONGEST).decode("utf-8", "replace")
    except OSError:
        return ""
