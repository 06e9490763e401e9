"""What a person accepts or rejects of a proposal, when it is not all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["ALL", "FileParts", "Parts"]


@dataclass(frozen=True, slots=True)
class FileParts:
    """What is named of one file: all of it, or hunks and line ranges."""

    whole: bool = False
    hunks: frozenset[int] = frozenset()
    lines: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """A part of a proposal.

    Attributes:
        files: whole files.
        hunks: path and number, from 1 per file.
        lines: path, first and last line of the proposed file, from 1; see
            `core.change.patch.select`.
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

    def by_path(self) -> Mapping[str, FileParts]:
        """What is named of each file; build it once, a proposal can have many files."""
        files = frozenset(self.files)
        hunks: dict[str, list[int]] = {}
        for path, k in self.hunks:
            hunks.setdefault(path, []).append(k)
        lines: dict[str, list[tuple[int, int]]] = {}
        for path, first, last in self.lines:
            lines.setdefault(path, []).append((first, last))
        return {
            path: FileParts(
                path in files, frozenset(hunks.get(path, ())), tuple(lines.get(path, ()))
            )
            for path in {*files, *hunks, *lines}
        }

    @property
    def document(self) -> dict[str, Any]:
        """As it stands in events and rows."""
        hunks, lines = [list(each) for each in self.hunks], [list(each) for each in self.lines]
        return {"files": list(self.files), "hunks": hunks, "lines": lines}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Parts:
        """Read `document`; rows of earlier releases have no lines."""
        return cls(
            tuple(document["files"]),
            tuple((path, k) for path, k in document["hunks"]),
            tuple((path, first, last) for path, first, last in document.get("lines", ())),
        )

    @property
    def text(self) -> str:
        """The part in words, for people and the model."""
        hunks = (f"{path} hunk {k}" for path, k in self.hunks)
        lines = (f"{path} lines {first}-{last}" for path, first, last in self.lines)
        return ", ".join((*self.files, *hunks, *lines))


ALL = Parts()
"""No part is named: all of the proposal."""
