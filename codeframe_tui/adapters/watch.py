"""Saves in a folder, through watchfiles, which the engine loads when the first copy is followed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import chain, islice
from pathlib import Path

from codeframe_tui.core.ignore import is_cache, is_repository_data

__all__ = ["FileWatcher"]

_MOST = 1_000
"""Files of one new folder that are told."""
_BURST_MS, _QUIET_MS = 600, 80
"""A burst is told when nothing follows for so long, at the latest after the first time."""


class FileWatcher:
    """Fulfils `ports.Watcher`."""

    async def changes(self, root: Path) -> AsyncGenerator[frozenset[str]]:
        """See the port."""
        from watchfiles import awatch  # noqa: PLC0415 - loads when first used

        top = f"{root.resolve()}/"  # noqa: ASYNC240 - one look, as below
        bursts = awatch(root, watch_filter=None, debounce=_BURST_MS, step=_QUIET_MS, recursive=True)
        async with aclosing(bursts):
            async for burst in bursts:
                paths = (path.removeprefix(top) for _, path in burst if path.startswith(top))
                told = await asyncio.to_thread(_files, root, frozenset(paths))
                if told:
                    yield told
                if not root.is_dir():  # noqa: ASYNC240 - one look at what is in the cache
                    return


def _files(root: Path, paths: frozenset[str]) -> frozenset[str]:
    """The paths with what is in new folders: it may have been saved before those were watched."""
    below = (
        str(each.relative_to(root))
        for path in paths
        if not _is_noise(path)
        for each in islice((root / path).rglob("*"), _MOST)
    )
    return frozenset(path for path in chain(paths, below) if not _is_noise(path))


def _is_noise(path: str) -> bool:
    """What programs keep for themselves."""
    name = path.rpartition("/")[2]
    own = name.endswith(("~", ".swx")) or name.startswith(".#") or name == "4913"
    return own or is_cache(path) or is_repository_data(path)
