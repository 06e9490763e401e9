"""Starts sandboxed programs for the engine; run as ``python -I -S launcher.py``, never imported.

Theory of operation: the engine is large and has threads, forking it is slow and ``bwrap
--die-with-parent`` follows a thread. So one small process waits at a socket (fd 3). Each message
is one byte with descriptors: control socket, standard input, output, extra pipes. It forks a
*warden*, which reads the order (length, then JSON) from the control socket, forks the program and
stays with it. The control socket's end (a cancel, a timeout, a dead engine) makes the warden kill
the program; every way it ends, the warden ends what is left of it, then reports
``{"wait": status, "status": lines of bwrap}`` or ``{"error": text}``.

The order: ``argv`` (tokens ``@status`` and ``@NAME`` of ``data`` become descriptor numbers),
``command`` (appended as it is), ``env``, ``cwd``, ``limits`` (name -> value), ``data`` (name ->
latin-1 text, given as a memory file), and when started as root ``stage`` (directories bound
below ``stage_at`` as 0, 1, …, reachable after the drop) and ``uid``.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import socket
import sys
from typing import Any, NoReturn

DOOR = 3
HIGH = 100  # received descriptors move up here, away from the fixed numbers below
FIRST_EXTRA = 10

_AT_FDCWD, _AT_RECURSIVE, _AT_EMPTY_PATH, _OPEN_TREE_CLONE = -100, 0x8000, 4, 1
_OPEN_TREE, _MOVE_MOUNT = 428, 429
_CLONE_NEWNS, _MS_NOSUID, _MS_NODEV, _MS_REC, _MS_PRIVATE = 0x20000, 2, 4, 0x4000, 0x40000
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def serve() -> None:
    """Fork a warden for each message until the engine closes the socket or dies."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    door = socket.socket(fileno=DOOR)
    os.set_inheritable(DOOR, False)  # noqa: FBT003 - the name of the call says it
    while True:
        _, fds, _, _ = socket.recv_fds(door, 1, 16)
        if not fds:
            return
        if os.fork() == 0:
            door.close()
            _warden(fds)
        for fd in fds:
            os.close(fd)


def _warden(fds: list[int]) -> NoReturn:
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH) for fd in fds]
    for fd in fds:
        os.close(fd)
    control = socket.socket(fileno=moved[0])
    report: dict[str, Any]
    try:
        report = _run(control, _receive(control), moved[1:])
    except OSError as error:
        report = {"error": str(error)}
    try:
        control.sendall(json.dumps(report).encode() + b"\n")
    finally:
        os._exit(0)


def _receive(control: socket.socket) -> dict[str, Any]:
    with control.makefile("rb") as stream:
        size = int.from_bytes(stream.read(8), "big")
        order: dict[str, Any] = json.loads(stream.read(size))
        return order


def _run(control: socket.socket, order: dict[str, Any], fds: list[int]) -> dict[str, Any]:
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake, waker = os.pipe()
    os.set_blocking(waker, False)  # noqa: FBT003
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    status, status_end = os.pipe()
    failed, failed_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _become(order, fds, status_end)
        except BaseException as error:  # noqa: BLE001 - the last words of a forked child
            os.write(failed_end, str(error).encode()[:4000])
        os._exit(126)
    for fd in (status_end, failed_end, *fds):
        os.close(fd)
    code = _watch(control, wake, pid)
    _sweep(pid)
    error = os.read(failed, 4096)
    if error:
        return {"error": error.decode("utf-8", "replace")}
    return {"wait": code, "status": os.read(status, 65536).decode("utf-8", "replace")}


def _watch(control: socket.socket, wake: int, pid: int) -> int:
    """Wait for the program; kill it when the engine's end of the control socket closes."""
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(wake, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            if fd == wake:
                os.read(wake, 512)
            else:
                poll.unregister(control)
                _kill(pid)
        while True:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if ended == pid:
                return os.waitstatus_to_exitcode(status)
            if ended == 0:
                break


def _sweep(pid: int) -> None:
    """End what is left: the group, then every orphan that came to us, until there is none."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
            if ended == 0:
                for child in _children():
                    _kill(child)
                os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return


def _children() -> list[int]:
    own = str(os.getpid())
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib is not worth its import here
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:  # noqa: PTH123
                    if file.read().rpartition(")")[2].split()[1] == own:
                        found.append(int(name))
            except OSError:
                continue
    return found


def _become(order: dict[str, Any], fds: list[int], status: int) -> None:
    """Turn this process into the program; returns never, raises what went wrong."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(fds[0], 0)
    os.dup2(fds[1], 1)
    os.dup2(fds[1], 2)
    for index, fd in enumerate(fds[2:]):
        os.dup2(fd, FIRST_EXTRA + index)
    os.set_inheritable(status, True)  # noqa: FBT003
    tokens = {"@status": str(status)}
    for name, text in order["data"].items():
        tokens[f"@{name}"] = str(_memory(name, text.encode("latin-1")))
    argv = [tokens.get(word, word) for word in order["argv"]] + order["command"]
    if order["stage"]:
        _stage(order["stage"], order["stage_at"])
    os.chdir(order["cwd"])
    for name, value in order["limits"].items():
        _limit(getattr(resource, name), value)
    if order["uid"] is not None:
        os.setgroups([])
        os.setresgid(order["uid"], order["uid"], order["uid"])
        os.setresuid(order["uid"], order["uid"], order["uid"])
    os.execvpe(argv[0], argv, order["env"])  # noqa: S606 - no shell is wanted


def _memory(name: str, content: bytes) -> int:
    fd = os.memfd_create(name, 0)
    with os.fdopen(os.dup(fd), "wb") as file:
        file.write(content)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def _stage(sources: list[str], place: str) -> None:
    """Bind directories below ``place`` in a mount namespace of our own.

    All are opened before the place is covered, so that it may be an ancestor of them.
    """
    _check(_libc.unshare(_CLONE_NEWNS), "unshare")
    _check(_libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None), "mount / private")
    flags = _OPEN_TREE_CLONE | os.O_CLOEXEC | _AT_RECURSIVE
    trees = [
        _check(_libc.syscall(_OPEN_TREE, _AT_FDCWD, os.fsencode(source), flags), source)
        for source in sources
    ]
    at = os.fsencode(place)
    options = b"mode=755,size=1m"
    _check(_libc.mount(b"tmpfs", at, b"tmpfs", _MS_NOSUID | _MS_NODEV, options), place)
    for index, tree in enumerate(trees):
        target = f"{place}/{index}"
        os.mkdir(target)  # noqa: PTH102
        name = os.fsencode(target)
        _check(_libc.syscall(_MOVE_MOUNT, tree, b"", _AT_FDCWD, name, _AT_EMPTY_PATH), target)


if __name__ == "__main__":
    serve()
