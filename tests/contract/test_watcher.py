"""The Watcher port: the real one, and the fake that tests of followers may use."""

from __future__ import annotations

import asyncio
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
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

    async def changes(
        self, root: Path, slower: Callable[[str], None]
    ) -> AsyncGenerator[frozenset[str]]:
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
    async with aclosing(watcher.changes(tmp_path, pytest.fail)) as bursts:
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


LIMITED = """
import asyncio, pathlib, sys
from contextlib import aclosing
from codeframe_tui.adapters.watch import FileWatcher

async def follow(root):
    async with aclosing(FileWatcher().changes(root, lambda why: print("slower:", why))) as bursts:
        async for burst in bursts:
            for path in sorted(burst):
                print(path)
            sys.stdout.flush()

asyncio.run(follow(pathlib.Path(sys.argv[1])))
"""


def limited(name: str, most: int) -> list[str]:
    """A command in which the system watches no more than so many."""
    write = f'echo {most} > /proc/sys/user/{name}; exec "$@"'
    return ["unshare", "-U", "-r", "sh", "-c", write, "-"]


def can_limit() -> bool:
    command = [*limited("max_inotify_watches", 3), "true"]
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_limit(), reason="no limit of our own can be set here")
@pytest.mark.parametrize(
    ("name", "most", "why"),
    [
        ("max_inotify_watches", 1, "OS file watch limit reached"),
        ("max_inotify_watches", 3, "OS file watch limit reached"),
        ("max_inotify_instances", 0, "Error creating recommended watcher: Too many open files"),
    ],
    ids=["at the start", "by a new folder", "no watcher at all"],
)
def test_where_the_system_watches_no_more_files_saves_are_told_more_slowly(
    tmp_path: Path, name: str, most: int, why: str
) -> None:
    root = tmp_path / "copy"
    (root / "a").mkdir(parents=True)
    (root / "b").mkdir()
    command = [*limited(name, most), sys.executable, "-c", LIMITED, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, bufsize=1) as following:
        assert following.stdout is not None
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        reader = threading.Thread(target=lambda: [*map(lines.put, following.stdout or ())])
        reader.start()
        try:
            told = saved_until(lines, root, "slower: ")
            assert told.startswith(f"slower: {why}")
            saved_until(lines, root, "new/deep/x.py")
        finally:
            following.kill()
            reader.join()


def saved_until(lines: queue.SimpleQueue[str], root: Path, start: str) -> str:
    """Save in a new folder until a line that begins so is told."""
    for count in range(100):
        (root / "new/deep").mkdir(parents=True, exist_ok=True)
        (root / "new/deep/x.py").write_text(f"{count}\n")
        with suppress(queue.Empty):
            while not (line := lines.get(timeout=0.3)).startswith(start):
                pass
            return line
    raise AssertionError(f"{start} is never told")
