"""The Watcher port: the real one, and the fake that tests of followers may use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from codeframe_tui.adapters.watch import FileWatcher
from codeframe_tui.ports import Watcher


class FakeWatcher:
    """Tells what a test says, and nothing by itself."""

    def __init__(self) -> None:
        self._bursts: asyncio.Queue[frozenset[str]] = asyncio.Queue()

    def touched(self, *paths: str) -> None:
        """Somebody wrote these."""
        self._bursts.put_nowait(frozenset(paths))

    async def changes(self, root: Path) -> AsyncGenerator[frozenset[str]]:
        while root.is_dir():
            yield await self._bursts.get()


Save = Callable[[str, bytes | None], None]


@pytest.fixture(params=["watchfiles", "fake"])
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Watcher, Save]:
    fake = FakeWatcher()

    def save(path: str, content: bytes | None) -> None:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            target.unlink()
        else:
            beside = target.with_name(f"{target.name}~")
            beside.write_bytes(content)
            beside.replace(target)  # as editors do
        if "__pycache__" not in path:
            fake.touched(path)

    return (fake if request.param == "fake" else FileWatcher()), save


async def told(bursts: AsyncGenerator[frozenset[str]], path: str) -> None:
    """Wait until a path is told."""
    async with asyncio.timeout(20):
        async for burst in bursts:
            assert not any(name.startswith("/") or "__pycache__" in name for name in burst)
            if path in burst:
                return


async def test_every_save_below_the_folder_is_told(
    watched: tuple[Watcher, Save], tmp_path: Path
) -> None:
    watcher, save = watched
    async with aclosing(watcher.changes(tmp_path)) as bursts:
        first = asyncio.ensure_future(told(bursts, "a.py"))
        while not first.done():  # the first look may begin after a save
            save("a.py", b"%d" % id(object()))
            await asyncio.wait({first}, timeout=0.2)
        await first
        save("__pycache__/a.pyc", b"x")
        save("new folder/b.py", b"b")
        await told(bursts, "new folder/b.py")
        save("a.py", None)
        await told(bursts, "a.py")
