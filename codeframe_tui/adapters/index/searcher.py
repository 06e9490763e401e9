"""Search by pattern in a workspace, in a process that can be ended."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Sequence
from typing import Any

from codeframe_tui.adapters.index.child import PACKAGE, run_script
from codeframe_tui.core.errors import WrongUse
from codeframe_tui.core.paths import check_path
from codeframe_tui.ports import Found, Hit, Workspace

__all__ = ["Searcher"]

MAX_HITS = 300
MAX_PATHS = 1_000
MAX_BYTES = 4 * 2**20
"""Larger files are not searched."""


class Searcher:
    """The two searches of the port CodeIndex.

    Args:
        seconds: limit of one search.
    """

    def __init__(self, seconds: float = 10.0) -> None:
        self._seconds = seconds

    async def search(
        self,
        workspace: Workspace,
        pattern: str,
        *,
        path: str = "",
        glob: str = "",
        among: Sequence[str] | None = None,
    ) -> Found:
        """Lines that match a regular expression; see the port.

        Args:
            among: the only files that are meant; None = all below ``path``.
        """
        below = path.rstrip("/").removeprefix("./")
        below = "" if below in {"", "."} else check_path(below)
        wanted = {"pattern": pattern, "path": below, "glob": glob, "limit": MAX_HITS}
        wanted["among"] = among
        return await self._run(workspace, wanted)

    async def paths(self, workspace: Workspace, glob: str) -> Found:
        """Files whose path matches; see the port."""
        wanted = {"pattern": None, "path": "", "glob": glob, "limit": MAX_PATHS}
        return await self._run(workspace, wanted)

    async def _run(self, workspace: Workspace, wanted: dict[str, Any]) -> Found:
        hits: list[Hit] = []
        notes: list[str] = []
        errors: list[str] = []

        def take(line: dict[str, Any]) -> None:
            if "error" in line:
                errors.append(line["error"])
            elif "note" in line:
                notes.append(line["note"])
            else:
                hits.append(Hit(**line))

        bounds = {"bytes": MAX_BYTES, "cpu": math.ceil(self._seconds)}
        place = {"package": str(PACKAGE), "root": str(workspace.root)}
        with tempfile.TemporaryFile() as feed:
            feed.write(json.dumps({**place, **bounds, **wanted}).encode("ascii"))
            ended = await run_script("search", feed, take, seconds=self._seconds)
        if errors:
            raise WrongUse(f"the pattern is not valid: {errors[0]}")
        if ended.timed_out:
            notes.append(
                f"stopped after {self._seconds:g} seconds; use a simpler pattern or a narrower path"
            )
        return Found(tuple(hits), tuple(notes))
