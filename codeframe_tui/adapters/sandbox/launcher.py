"""Starts sandboxed programs for the engine; run as ``python -I -S launcher.py``, never imported.

Theory of operation: the engine is large and has threads, forking it is slow and ``bwrap
--die-with-parent`` follows a thread. So one small process waits at a socket (fd 3). Each message
is one byte with descriptors: control socket, standard input, output, extra pipes. A *warden*,
forked ahead of time, takes it, reads the order (length, then JSON) from the control socket, spawns
the program and stays with it. When the control socket ends (a cancel, a timeout, a dead engine)
the warden kills the program, and so it does when the run exceeds a total (`totals.Watch`); every
way it ends, the warden ends what is left of it, then reports ``{"wait": code, "status": lines of
bwrap, "exceeded": name of a total or nothing, "given": text}`` or ``{"error": text}``.

The order: ``argv`` (tokens ``@status`` and ``@NAME`` of ``data`` become descriptor numbers),
``command`` (appended as it is), ``env``, ``cwd``, ``limits`` (name -> value), ``totals``,
``private`` and ``watched`` (folders) as `totals.Watch` takes them, ``filter`` (of system calls,
latin-1 text, or nothing), ``data`` (name -> latin-1 text, given as a memory file), and when started
as root ``stage`` (directories bound below ``stage_at`` as 0, 1, …, reachable after the drop),
``uid``, ``give`` (a folder that shall belong to it) and ``given`` (what was reported of it last,
which none but `owner.give` reads).
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import importlib.util
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any, NoReturn

DOOR = 3
HIGH = 100  # received descriptors move up here, away from the fixed numbers below
FIRST_EXTRA, FIRST_DATA = 10, 40
WAITING = 2
"""Wardens: with a second one, none must be forked while the first begins its work."""
MOMENT = 0.007
"""Seconds for the first process of a sandbox to die by itself."""
NONE_YET = (0, 0)

_AT_FDCWD, _AT_RECURSIVE, _AT_EMPTY_PATH, _OPEN_TREE_CLONE = -100, 0x8000, 4, 1
_OPEN_TREE, _MOVE_MOUNT = 428, 429
_CLONE_NEWNS, _MS_NOSUID, _MS_NODEV, _MS_REC, _MS_PRIVATE = 0x20000, 2, 4, 0x4000, 0x40000
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 36, 38, 22
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_libc = ctypes.CDLL(None, use_errno=True)

REHEARSAL: dict[str, Any] = {"argv": ["word"] * 100, "data": {"code": "0" * 1000}, "uid": None}
REHEARSAL |= {"cwd": "/", "limits": {"RLIMIT_CORE": 0}, "env": {}, "private": {}, "totals": {}}
REHEARSAL |= dict.fromkeys(("filter", "give", "stage", "watched"), "")
"""An order that comes to nothing."""


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("lines", ctypes.c_ushort), ("first", ctypes.c_void_p))


def _neighbour(name: str) -> Any:  # noqa: ANN401 - what is loaded by hand has no type
    """Load a module of this folder without the package, which is large."""
    path = os.path.join(os.path.dirname(__file__), f"{name}.py")  # noqa: PTH118, PTH120
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_owner, _totals = _neighbour("owner"), _neighbour("totals")


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def serve() -> None:
    """Keep some wardens waiting until the engine closes the socket or dies.

    One that is taken is replaced when none is left, else when one has ended: until then a fork, and
    what the new one does to be ready, would take time from the program.
    """
    os.setsid()
    _let_go()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    door = socket.socket(fileno=DOOR)
    os.set_inheritable(DOOR, False)
    gc.freeze()
    poll = select.poll()
    waiting = {_hire(door, poll) for _ in range(WAITING)}
    while True:
        for warden, _ in poll.poll():
            if os.read(warden, 1):
                waiting.discard(warden)
                if waiting:
                    continue
            elif warden in waiting:  # it heard the end of the socket, or came to harm
                return
            else:
                poll.unregister(warden)
                os.close(warden)
            while len(waiting) < WAITING:
                waiting.add(_hire(door, poll))


def _hire(door: socket.socket, poll: select.poll) -> int:
    """Start a warden; what is returned, and polled, is read when it is taken, and ends with it."""
    reading, taken = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        _warden(door, taken)
    os.close(taken)
    poll.register(reading, select.POLLIN)
    return reading


def _let_go() -> None:
    """Close what whoever started the engine left open for its children, and ours."""
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - a closerange may count to a million
        if int(name) > DOOR:
            try:
                os.close(int(name))
            except OSError:  # of the list itself
                continue


def _warden(door: socket.socket, taken: int) -> NoReturn:
    wake = _listen()
    _rehearse()
    _, fds, _, _ = socket.recv_fds(door, 1, 16)
    door.close()
    if not fds:
        os._exit(0)
    try:  # noqa: SIM105 - contextlib is not worth its import here
        os.write(taken, b"1")
    except BrokenPipeError:  # the launcher died: what the engine ordered is done all the same
        pass
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH) for fd in fds]
    for fd in fds:
        os.close(fd)
    control = socket.socket(fileno=moved[0])
    report: dict[str, Any]
    try:
        report = _run(control, moved[1:], wake)
    except (OSError, ValueError) as error:
        report = {"error": str(error)}
    try:
        control.sendall(json.dumps(report).encode() + b"\n")
    finally:
        os._exit(0)


def _listen() -> int:
    """Have orphans come to us, and each end of a child heard; returns what then can be read."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    return wake


def _rehearse() -> None:
    """Go through an order while nobody waits.

    After a fork each page of memory is fetched when it is first touched: that takes longer than
    what is done there.
    """
    engine, control = socket.socketpair()
    with engine, control:
        text = json.dumps(REHEARSAL).encode()
        engine.sendall(len(text).to_bytes(8, "big") + text)
        _settle_down(_receive(control))
        control.sendall(json.dumps({"wait": 0, "status": "", "exceeded": ""}).encode())


def _receive(control: socket.socket) -> dict[str, Any]:
    size = int.from_bytes(control.recv(8, socket.MSG_WAITALL), "big")
    order: dict[str, Any] = json.loads(control.recv(size, socket.MSG_WAITALL))
    return order


def _run(control: socket.socket, fds: list[int], wake: int) -> dict[str, Any]:
    status, low = os.pipe()
    status_end = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, HIGH)
    os.close(low)
    order = _receive(control)
    given = ""
    if order["give"]:
        seen = json.loads(order["given"] or "null")
        given = json.dumps(_owner.give(order["give"], order["uid"], seen))
    watch = _settle_down(order)
    pid = _spawn(order, fds, status_end)
    for fd in (status_end, *fds):
        os.close(fd)
    try:
        code = _attend(control, wake, pid, watch)
    finally:  # also when the watch fails: nothing goes on that nobody would end
        _sweep(pid, wake)
    lines = os.read(status, 65536).decode("utf-8", "replace")
    return {"wait": code, "status": lines, "exceeded": watch.exceeded, "given": given}


def _settle_down(order: dict[str, Any]) -> Any:  # noqa: ANN401 - see `_neighbour`
    """Take on what the program inherits: mounts, folder, limits, user; returns a `totals.Watch`.

    The warden does it itself, because a spawn is much cheaper than a fork with work after it.
    """
    folders = [os.open(path, _FOLDER) for path in order["watched"]]  # out of reach afterwards
    if order["stage"]:
        _stage(order["stage"], order["stage_at"])
    os.chdir(order["cwd"])
    for name, value in order["limits"].items():
        _limit(getattr(resource, name), value)
    if order["uid"] is not None:
        os.setgroups([])
        os.setresgid(order["uid"], order["uid"], order["uid"])
        os.setresuid(order["uid"], order["uid"], order["uid"])
    if order["filter"]:
        _filter(order["filter"].encode("latin-1"))
    return _totals.Watch(order["totals"], folders, order["private"])


def _spawn(order: dict[str, Any], fds: list[int], status: int) -> int:
    targets = {0: fds[0], 1: fds[1], 2: fds[1]}
    targets |= {FIRST_EXTRA + index: fd for index, fd in enumerate(fds[2:])}
    tokens: dict[str, str] = {}
    memories = {name: _memory(name, text) for name, text in order["data"].items()}
    for number, (name, fd) in enumerate({"status": status, **memories}.items(), FIRST_DATA):
        targets[number] = fd
        tokens[f"@{name}"] = str(number)
    argv = [tokens.get(word, word) for word in order["argv"]] + order["command"]
    os.environ["PATH"] = order["env"]["PATH"]
    pid = os.posix_spawnp(
        argv[0],
        argv,
        order["env"],
        file_actions=[(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in targets.items()],
        setsid=True,
        setsigdef=[signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ],
    )
    for fd in memories.values():
        os.close(fd)
    return pid


def _attend(control: socket.socket, wake: int, pid: int, watch: Any) -> int:  # noqa: ANN401
    """Wait for the program.

    It is killed when the engine's end of the control socket closes, and when a total is exceeded.
    """
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(wake, select.POLLIN)
    while True:
        for fd, _ in poll.poll(watch.pause()):
            if fd == wake:
                os.read(wake, 512)
            else:
                poll.unregister(control)
                _kill(pid)
        if watch.step():
            _kill(pid)
        while True:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if ended == pid:
                return os.waitstatus_to_exitcode(status)
            if ended == 0:
                break


def _sweep(pid: int, wake: int) -> None:
    """End what is left: the group, then every orphan that came to us, until there is none.

    The first process of a sandbox dies by itself with bwrap, so it gets a moment before the search.
    """
    _kill(-pid)
    poll = select.poll()
    poll.register(wake, select.POLLIN)
    search = time.monotonic() + MOMENT
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG) != NONE_YET:
                continue
            if (left := search - time.monotonic()) > 0:
                if poll.poll(left * 1000):
                    os.read(wake, 512)
                continue
            for child in _children():
                _kill(child)
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _kill(pid: int) -> None:
    """Kill a process, or a group by its negative number; not an error when it is gone."""
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return


def _children() -> Iterator[int]:
    """Ours, the newest first: what is always another process is caught before it is the next."""
    own = str(os.getpid())
    names = os.listdir("/proc")  # noqa: PTH208 - pathlib is not worth its import here
    for pid in sorted((int(name) for name in names if name.isdigit()), reverse=True):
        try:
            with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
                if file.read().rpartition(")")[2].split()[1] == own:
                    yield pid
        except OSError:
            continue


def _memory(name: str, text: str) -> int:
    with os.fdopen(os.memfd_create(name), "wb") as file:
        file.write(text.encode("latin-1"))
        file.seek(0)
        return fcntl.fcntl(file.fileno(), fcntl.F_DUPFD_CLOEXEC, HIGH)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def _filter(code: bytes) -> None:
    """Take away system calls and the right to gain rights, from us and all that we start."""
    lines = ctypes.create_string_buffer(code)
    program = _Program(len(code) // 8, ctypes.cast(lines, ctypes.c_void_p))
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    _check(_libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0), "system calls")


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
