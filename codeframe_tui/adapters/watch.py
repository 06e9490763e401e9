"""Saves in a folder, through watchfiles, which the engine loads when the first copy is followed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing, suppress
from itertools import chain, islice
from pathlib import Path

from codeframe_tui.core.code.ignore import is_cache, is_repository_data

__all__ = ["FileWatcher"]

_MOST = 1_000
"""Files of one new folder that are told."""
_BURST_MS, _QUIET_MS = 600, 80
"""A burst is told when nothing follows for so long, at the latest after the first time."""
_POLL_MS = 1_000
"""Between two looks at all files where the system tells of no saves."""


class FileWatcher:
    """Fulfils `ports.Watcher`."""

    async def changes(
        self, root: Path, slower: Callable[[str], None]
    ) -> AsyncGenerator[frozenset[str]]:
        """See the port."""
        try:
            async with aclosing(_bursts(root)) as bursts:
                async for told in bursts:
                    yield told
        except (OSError, RuntimeError) as error:  # the system watches no more files or folders
            if not root.is_dir():  # noqa: ASYNC240 - one look, as below
                return
            slower(_reason(error))
        else:
            return
        async with aclosing(_bursts(root, polling=True)) as bursts:
            async for told in bursts:
                yield told


async def _bursts(root: Path, *, polling: bool = False) -> AsyncGenerator[frozenset[str]]:
    from watchfiles import Change, awatch  # noqa: PLC0415 - loads when first used

    top = f"{root.resolve()}/"  # noqa: ASYNC240 - one look, as below
    changes = awatch(
        root,
        watch_filter=None,
        debounce=_BURST_MS,
        step=_QUIET_MS,
        recursive=True,
        force_polling=polling or None,
        poll_delay_ms=_POLL_MS,
    )
    async with aclosing(changes):
        async for burst in changes:
            paths = {path.removeprefix(top): kind for kind, path in burst if path.startswith(top)}
            told = await asyncio.to_thread(_files, root, frozenset(paths))
            if told:
                yield told
            if not root.is_dir():  # noqa: ASYNC240 - one look at what is in the cache
                return
            added = [path for path, kind in paths.items() if kind is Change.added]
            if not polling and added:
                await _require_watched(root, added)


async def _require_watched(root: Path, added: Iterable[str]) -> None:
    """Watch new folders once more. Raises: OSError when the system does not watch them.

    The watch of what is above them is silent about that.
    """
    from watchfiles import awatch  # noqa: PLC0415 - loads when first used

    for folder in [root / path for path in added if not _is_noise(path)]:
        with suppress(FileNotFoundError):
            if folder.is_dir() and not folder.is_symlink():
                async with aclosing(awatch(folder, rust_timeout=1, yield_on_timeout=True)) as once:
                    await anext(once)


def _reason(error: OSError | RuntimeError) -> str:
    """The library's words without the names of files."""
    said = str(error).partition(" about [")[0].strip().rstrip(".")
    return said or type(error).__name__


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
