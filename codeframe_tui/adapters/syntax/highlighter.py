"""Asks a process beside ours how lines of a file are coloured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.beside import Beside, import_paths
from codeframe_tui.ports.running import Tokens

__all__ = ["Highlighter"]

SCRIPT = Path(__file__).with_name("inside") / "lex.py"
MAX_BYTES = 8 * 2**20
"""Larger files are not lexed: it would take minutes."""
MAX_SENT = 4_096
"""Files of which it is remembered that they were sent."""


class Highlighter:
    """The port Syntax over pygments, which is imported only in the process that is asked.

    The process starts with the first question, is niced, and ends with `close` or with ours.
    """

    def __init__(self) -> None:
        self._sent: set[tuple[str, str]] = set()
        self._lexer = Beside(
            "syntax colours",
            SCRIPT,
            lambda: {"paths": import_paths("pygments")},
            when_gone=self._sent.clear,
        )

    async def tokens(
        self, blob: str, path: str, content: bytes, first: int, last: int
    ) -> Tokens | None:
        """How lines are coloured; see the port."""
        if len(content) > MAX_BYTES or first >= last:
            return None
        request = {"blob": blob, "path": path, "first": first, "last": last}
        key = (blob, path)
        answer = await self._ask(request, b"" if key in self._sent else content)
        if answer.get("missing"):
            answer = await self._ask(request, content)
        if len(self._sent) >= MAX_SENT:
            self._sent.clear()
        self._sent.add(key)
        tokens = answer.get("tokens")
        return tokens and [[(*span,) for span in line] for line in tokens]

    async def close(self) -> None:
        """End the process."""
        await self._lexer.close()

    async def _ask(self, request: Mapping[str, object], content: bytes) -> dict[str, Any]:
        return await self._lexer.ask({**request, "size": len(content) or -1}, content)
