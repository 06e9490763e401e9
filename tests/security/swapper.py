"""Somebody who swaps names without a pause while others work below a folder."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["seen", "swapping"]

_PROGRAM = """
import ctypes, os, random, stat, sys, threading, time
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0))).start()
libc = ctypes.CDLL(None)
names = [os.fsencode(name) for name in sys.argv[1:]]
pairs = list(zip(names[::2], names[1::2]))
print("begun", flush=True)
while True:
    one, other = random.choice(pairs)
    libc.renameat2(-100, one, -100, other, 2)
    for name in (one, other) if b"shut" in other else ():
        try:
            fd = os.open(name, os.O_PATH | os.O_NOFOLLOW)
        except OSError:
            continue
        if not stat.S_ISLNK(os.fstat(fd).st_mode):
            os.chmod(f"/proc/self/fd/{fd}", 0)
        os.close(fd)
    if random.random() < 0.5:
        time.sleep(random.random() / 500)
"""


@contextmanager
def swapping(root: Path, pairs: Sequence[tuple[str, str]]) -> Iterator[None]:
    """While this is open, two names each are swapped again and again, by another process.

    What is swapped with a name that has ``shut`` in it loses its mode each time.
    """
    if not hasattr(ctypes.CDLL(None), "renameat2"):
        pytest.skip("names cannot be swapped here")
    names = [str(root / name) for pair in pairs for name in pair]
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *names], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as swapper:
        assert swapper.stdout is not None
        assert swapper.stdin is not None
        swapper.stdout.readline()
        try:
            yield
        finally:
            swapper.stdin.close()
            swapper.wait(20)


def seen(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """All of a folder, by name: mode, inode and content."""
    found = {".": (folder.stat().st_mode, folder.stat().st_ino, b"")}
    for path in folder.rglob("*"):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        found[path.relative_to(folder).as_posix()] = (status.st_mode, status.st_ino, content)
    return found
