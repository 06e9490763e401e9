"""A host with everything that an attack from the sandbox could want, and an eye on all of it."""

from __future__ import annotations

import hashlib
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codeframe_tui.ports import Workspace
from tests.contract.sandbox_room import HOSTILE, KEY, Room

__all__ = ["Host", "open_host"]

PRELUDE = """
import ctypes, errno, os, platform, sys
libc = ctypes.CDLL(None, use_errno=True)
REFUSED = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH, errno.ENOSPC}
def machine(name): return platform.machine() == name
def call(what, *arguments):
    ctypes.set_errno(0)
    made = libc.syscall(what, *arguments) if type(what) is int else getattr(libc, what)(*arguments)
    if made >= 0 or ctypes.get_errno() not in REFUSED:
        print("ESCAPED", what, made, errno.errorcode.get(ctypes.get_errno()))
    return False
def attempt(function):
    try: made = function()
    except OSError: return
    if made is not False: print("ESCAPED")
"""
WATCHER = "import signal; signal.pause()"
SECONDS = 20.0


@dataclass
class Host:
    """Where the attack comes from, and what it must not reach."""

    room: Room
    outside: Path
    unix: str
    listeners: dict[str, socket.socket]
    victim: subprocess.Popen[bytes]
    before: dict[str, object] = field(default_factory=dict)

    def words(self, workspace: Path) -> Mapping[str, str]:
        """What stands for the places in a case; the workspace is where the attack begins."""
        ports = {name: self.listeners[name].getsockname()[1] for name in ("tcp", "tcp6", "udp")}
        return {
            "outside": str(self.outside),
            "relative": os.path.relpath(self.outside, workspace),
            "name": self.outside.name,
            "home": str(self.room.home),
            "state": str(self.room.state),
            "project": str(self.room.project),
            "pid": str(self.victim.pid),
            "unix": self.unix,
            "socket": str(self.outside.parent / "listening"),
            **{name: str(port) for name, port in ports.items()},
        }

    async def attack(self, case: Mapping[str, Any], *, network: bool = False) -> tuple[str, bytes]:
        """How an attack inside the sandbox ended, and its output."""
        workspace = self.room.workspace(secrets.token_hex(4))
        argv = _argv(case, self.words(self.room.project), "python")
        done = await self.room.sandbox.run(
            workspace, argv, timeout_seconds=SECONDS, network=network
        )
        return done.ended, done.output

    def attack_openly(self, case: Mapping[str, Any]) -> bytes:
        """The same, or its harmless twin, without any sandbox; the output."""
        workspace: Workspace = self.room.workspace(secrets.token_hex(4))
        twin = {**case, "sh": case["off"]} if "off" in case else case
        done = subprocess.run(
            _argv(twin, self.words(workspace.root), sys.executable),
            cwd=workspace.root,
            env={"PATH": os.environ["PATH"], "HOME": str(self.room.home), **HOSTILE},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            start_new_session=True,
            timeout=SECONDS,
        )
        return done.stdout

    def flags(self, output: bytes) -> set[str]:
        """What an attack did to the host."""
        ready, _, _ = select.select(list(self.listeners.values()), [], [], 0)
        for each in ready:
            with suppress(OSError):
                each.recv(1) if each.type == socket.SOCK_DGRAM else each.accept()[0].close()
        with suppress(subprocess.TimeoutExpired):
            self.victim.wait(0)
        found = {
            "written": self.look() != self.before,
            "read": KEY.encode() in output,
            "reached": bool(ready),
            "killed": self.victim.returncode is not None,
            "done": b"ESCAPED" in output,
        }
        return {name for name, is_so in found.items() if is_so}

    def look(self) -> dict[str, object]:
        """All that could be written: kinds, rights and contents."""
        found: dict[str, object] = {}
        for root in (self.room.home, self.room.project, self.outside.parent):
            for path in sorted(root.rglob("*")):
                info = path.lstat()
                content = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
                found[str(path)] = (info.st_mode, info.st_nlink, info.st_uid, content)
        return found

    def renew(self) -> None:
        """Put everything back, after an attack that was allowed to do something."""
        for folder in (self.room.home, self.room.project):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        for path in self.outside.parent.iterdir():
            if path.name != "listening":
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        (self.room.home / "canary").write_text(KEY)
        (self.room.home / "victim").write_text("[user]\n\tname = x\n")
        env = {"PATH": os.environ["PATH"], "HOME": str(self.room.home)}
        who = ("-c", "user.name=x", "-c", "user.email=x@x", "-C", str(self.room.project))
        for words in (["init", "-q", "-b", "main"], ["commit", "-q", "--allow-empty", "-m", "x"]):
            subprocess.run(["git", *who, *words], env=env, check=True)
        end(self.victim)
        self.victim = start_victim(self.room.home)
        self.before = self.look()


def _argv(case: Mapping[str, Any], words: Mapping[str, str], python: str) -> list[str]:
    text = case["sh"] if "sh" in case else PRELUDE + case["python"]
    for name, value in words.items():
        text = text.replace(f"{{{name}}}", value)
    return ["bash", "-c", text] if "sh" in case else [python, "-I", "-S", "-c", text]


def start_victim(home: Path) -> subprocess.Popen[bytes]:
    """A process of the person, with the key in its environment, its arguments and its input."""
    with (home / "canary").open() as canary:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", WATCHER, KEY],
            cwd=home,
            env={"PATH": os.environ["PATH"], "KEY": KEY},
            stdin=canary,
            start_new_session=True,
        )


def end(victim: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        victim.send_signal(signal.SIGKILL)
    victim.wait()


def _has_six() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@contextmanager
def open_host(room: Room) -> Iterator[Host]:
    """A host around a room."""
    outside = room.state / "outside" / "made"
    outside.parent.mkdir(parents=True)
    (room.home / "canary").write_text(KEY)
    six = (socket.AF_INET6, "::1") if _has_six() else (socket.AF_INET, "127.0.0.1")
    with ExitStack() as stack:
        made = {}
        for name, family, kind, address in (
            ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            ("tcp6", six[0], socket.SOCK_STREAM, (six[1], 0)),
            ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            ("unix", socket.AF_UNIX, socket.SOCK_STREAM, f"\0cft-{secrets.token_hex(8)}"),
            ("socket", socket.AF_UNIX, socket.SOCK_STREAM, str(outside.parent / "listening")),
        ):
            made[name] = stack.enter_context(socket.socket(family, kind))
            made[name].bind(address)
            if kind == socket.SOCK_STREAM:
                made[name].listen()
        host = Host(
            room, outside, made["unix"].getsockname()[1:].decode(), made, start_victim(room.home)
        )
        host.renew()
        try:
            yield host
        finally:
            end(host.victim)
