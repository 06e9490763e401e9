"""What a person accepts or rejects of a proposal, when it is not all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["ALL", "Parts"]


@dataclass(frozen=True, slots=True)
class Parts:
    """A part of a proposal.

    Attributes:
        files: whole files.
        hunks: path and number, from 1 per file.
        lines: path, first and last line of the proposed file, from 1; see `core.patch.select`.
    """

    files: tuple[str, ...] = ()
    hunks: tuple[tuple[str, int], ...] = ()
    lines: tuple[tuple[str, int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.hunks or self.lines)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that is named, with repetitions."""
        return (*self.files, *(each[0] for each in self.hunks), *(each[0] for each in self.lines))

    def lines_of(self, path: str) -> tuple[tuple[int, int], ...]:
        """The line ranges of one file."""
        return tuple((first, last) for name, first, last in self.lines if name == path)

    def hunks_of(self, path: str) -> frozenset[int]:
        """The numbers of one file's hunks."""
        return frozenset(k for name, k in self.hunks if name == path)

    @property
    def document(self) -> dict[str, Any]:
        """As it stands in events and rows."""
        hunks, lines = [list(each) for each in self.hunks], [list(each) for each in self.lines]
        return {"files": list(self.files), "hunks": hunks, "lines": lines}

    @property
    def text(self) -> str:
        """The part in words, for people and the model."""
        hunks = (f"{path} hunk {k}" for path, k in self.hunks)
        lines = (f"{path} lines {first}-{last}" for path, first, last in self.lines)
        return ", ".join((*self.files, *hunks, *lines))


ALL = Parts()
"""No part is named: all of the proposal."""
