"""What people trust of the repository."""

from __future__ import annotations

from typing import Protocol

from codeframe_tui.core.trust import Look, Record


class Trust(Protocol):
    """Files of the repository that may loosen something, and what people decided about them."""

    def look(self) -> Look:
        """All of them as they are now, each read once, and the records."""
        ...

    def stamp(self) -> object:
        """Equal to an earlier one while `look` gives the same, without reading the files."""
        ...

    def keep(self, record: Record) -> None:
        """Record a decision, there after a power cut, in the place of the one before.

        Raises:
            Refused: the state lies in the project, so that nothing counts.
            Lacking: the disk takes nothing.
        """
        ...

    def forget(self, path: str) -> None:
        """Drop what was decided about a path; nothing when nothing was."""
        ...
