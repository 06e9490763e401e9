"""Rules of the person about commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from codeframe_tui.core.permission import Rules


class CommandRules(Protocol):
    """What a person set about commands of the model; no file of a repository has a say."""

    @property
    def rules(self) -> Rules:
        """Those in force."""
        ...

    async def allow(self, patterns: Sequence[str]) -> None:
        """Allow more, for good: in the person's settings, and in force at once.

        Raises:
            Lacking: the settings cannot be written.
        """
        ...
