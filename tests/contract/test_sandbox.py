"""Port Sandbox: what every level keeps, and what only bubblewrap keeps."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.sandbox import NoSandbox, bwrap, open_sandbox, opening
from codeframe_tui.adapters.sandbox.advice import advise, look_around
from codeframe_tui.adapters.sandbox.closure import look_up
from codeframe_tui.adapters.sandbox.command import Command
from codeframe_tui.adapters.sandbox.opening import CONSENT
from codeframe_tui.bootstrap import doctor
from codeframe_tui.ports import Finished, Workspace
from codeframe_tui.settings import Settings
from tests.contract.sandbox_room import (
    KEY,
    Room,
    alive,
    hostile_environment,
    make_environment,
    make_room,
    need_bwrap,
)

SECONDS = 20.0


@pytest.fixture(scope="module", params=["bwrap", "rlimits"])
def room(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    if request.param == "bwrap":
        need_bwrap()
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "home").mkdir()
    with hostile_environment(folder / "home"):
        yield make_room(folder, request.param)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    need_bwrap()
    folder = tmp_path_factory.mktemp("sealed")
    (folder / "home").mkdir()
    (folder / "home" / "canary").write_text(KEY)
    with hostile_environment(folder / "home"):
        yield make_room(folder, "bwrap")


async def sh(room: Room, script: str, *, workspace: Workspace | None = None) -> Finished:
    where = workspace or room.workspace(secrets.token_hex(4))
    return await room.sandbox.run(where, ["/bin/sh", "-c", script], timeout_seconds=SECONDS)


async def python(room: Room, script: str) -> Finished:
    where = room.workspace(secrets.token_hex(4))
    return await room.sandbox.run(where, ["python", "-c", script], timeout_seconds=SECONDS)


async def test_no_descriptor_of_whoever_started_us_is_inherited(room: Room) -> None:
    reading, writing = os.pipe()
    try:
        os.set_inheritable(writing, True)
        room.sandbox._launcher.close()
        name = str(Path(f"/proc/self/fd/{writing}").readlink())
        said = await sh(room, "ls -l /proc/self/fd")
    finally:
        os.close(reading)
        os.close(writing)
    assert b"pipe:[" in said.output
    assert name.encode() not in said.output


@pytest.fixture
def mark() -> str:
    """A duration for sleep that no other process has."""
    return f"3{secrets.randbelow(10**8):08d}"


ESCAPEES = """
(setsid sleep {mark} &)
(nohup sleep {mark} >/dev/null 2>&1 &)
python -c 'import os,signal,sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: os.execvp("sleep", ["sleep", "{mark}"])
    os._exit(0)
os.wait()'
(trap '' TERM HUP; sleep {mark}) &
until [ $(grep -slz '^{mark}$' /proc/[0-9]*/cmdline | wc -l) -ge 4 ]; do :; done
echo ready
"""


async def test_a_command_runs_in_the_workspace_and_says_how_it_ended(room: Room) -> None:
    workspace = room.workspace("plain")
    (workspace.root / "in.txt").write_text("in")
    result = await sh(room, "cat in.txt; echo out > out.txt; exit 3", workspace=workspace)
    assert (result.exit_code, result.ended, result.output) == (3, "exit", b"in")
    assert (workspace.root / "out.txt").read_text() == "out\n"
    assert not list(room.project.iterdir())


async def test_a_signal_a_missing_program_and_the_clock_have_their_own_words(room: Room) -> None:
    assert (await sh(room, "kill -9 $$")).ended == "signal"
    where = room.workspace("missing")
    missing = await room.sandbox.run(where, ["no-such-program"], timeout_seconds=SECONDS)
    assert missing.ended == "not_started"
    assert "No such file" in missing.message
    late = await room.sandbox.run(where, ["sleep", "100"], timeout_seconds=0.2)
    assert (late.ended, late.exit_code) == ("timeout", None)


async def test_a_tree_of_any_depth_does_not_stop_the_next_command(room: Room) -> None:
    where = room.workspace("deep")
    deeper = "import os\nfor _ in range(1500): os.mkdir('x'); os.chdir('x')"
    made = await room.sandbox.run(where, ["python", "-c", deeper], timeout_seconds=SECONDS)
    assert made.exit_code == 0
    assert (await sh(room, "rm -r x && echo gone", workspace=where)).output == b"gone\n"


async def test_what_we_write_between_two_commands_belongs_to_the_second(room: Room) -> None:
    where = room.workspace("between")
    for name in ("one", "two"):
        (where.root / name).mkdir()
        (where.root / name / "file").write_text(name)
        result = await sh(room, "for each in */file; do echo more >> $each; done", workspace=where)
        assert (result.exit_code, result.output) == (0, b"")


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
async def test_what_was_seen_of_a_workspace_is_told_to_the_next_command(sealed: Room) -> None:
    where = sealed.workspace("seen")
    await sh(sealed, "mkdir one two", workspace=where)
    command = Command(where, ["true"], SECONDS)
    await sealed.sandbox.launch(command)
    assert isinstance(sealed.sandbox, bwrap.BwrapSandbox)
    seen = json.loads(sealed.sandbox._order(command, sealed.sandbox.closure).given)
    assert (seen[0], seen[2].keys()) == (where.root.stat().st_ino, {"one", "two"})


async def test_output_arrives_in_chunks_and_is_bounded(room: Room) -> None:
    seen = 0

    def take(chunk: bytes) -> None:
        nonlocal seen
        seen += len(chunk)

    script = "echo first; head -c 30000000 /dev/zero; printf '\\377\\n'; echo last"
    workspace = room.workspace("flood")
    result = await room.sandbox.run(
        workspace, ["/bin/sh", "-c", script], timeout_seconds=SECONDS, on_output=take
    )
    assert seen > 30_000_000
    assert len(result.output) < 400_000
    assert result.cut_bytes > 29_000_000
    assert result.output.startswith(b"first\n")
    assert result.output.endswith(b"last\n")
    assert b"bytes cut" in result.output


async def test_standard_input_is_empty_and_no_key_is_inherited(room: Room) -> None:
    result = await sh(room, "cat; env; cat /proc/self/environ")
    assert result.exit_code == 0
    for word in (KEY, "/nowhere", "-k nothing"):
        assert word.encode() not in result.output


@pytest.mark.fault(
    "tests",
    "a command leaves processes behind",
    sees="nothing",
    kept="no process survives its end",
)
@pytest.mark.parametrize("end", ["normal", "timeout", "cancel"])
async def test_nothing_survives_any_end(room: Room, mark: str, end: str) -> None:
    ready = asyncio.Event()

    def take(chunk: bytes) -> None:
        if b"ready" in chunk:
            ready.set()

    script = ESCAPEES.format(mark=mark) + ("" if end == "normal" else "wait; sleep 100")
    task = asyncio.create_task(
        room.sandbox.run(
            room.workspace(f"escape-{end}"),
            ["/bin/sh", "-c", script],
            timeout_seconds=2.0 if end == "timeout" else SECONDS,
            on_output=take,
        )
    )
    async with asyncio.timeout(SECONDS):
        await ready.wait()
    if end == "cancel":
        assert len(alive(mark)) >= 4
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    else:
        assert (await task).ended == ("exit" if end == "normal" else end)
    assert alive(mark) == []


async def test_a_dead_engine_leaves_nothing(room: Room, mark: str) -> None:
    """The end of the control socket is all the launcher hears of an engine that is killed."""
    ready = asyncio.Event()
    script = ESCAPEES.format(mark=mark) + "sleep 100"
    task = asyncio.create_task(
        room.sandbox.run(
            room.workspace("orphan"),
            ["/bin/sh", "-c", script],
            timeout_seconds=SECONDS,
            on_output=lambda chunk: ready.set() if b"ready" in chunk else None,
        )
    )
    async with asyncio.timeout(SECONDS):
        await ready.wait()
        room.sandbox._launcher.close()
        assert not task.done(), "a dead launcher does not end what runs"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert alive(mark) == []
    assert (await sh(room, "echo again")).output == b"again\n"


async def test_no_level_gives_rights_or_calls_that_tests_do_not_need(room: Room) -> None:
    status = await sh(room, "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status")
    assert status.output.split() == [b"NoNewPrivs:", b"1", b"Seccomp:", b"2"]
    calls = """
import ctypes, fcntl, pty, socket
libc = ctypes.CDLL(None)
print(libc.ptrace(0, 0, 0, 0), end=" ")
for attempt in (
    lambda: fcntl.ioctl(pty.openpty()[1], 0x5412, b"x"),
    lambda: socket.socket(socket.AF_VSOCK),
):
    try: attempt(); print("done", end=" ")
    except OSError: print("refused", end=" ")
"""
    assert (await python(room, calls)).output.split() == [b"-1", b"refused", b"refused"]


async def test_runs_side_by_side_do_not_disturb_each_other(room: Room) -> None:
    results = await asyncio.gather(*(sh(room, f"echo {n}") for n in range(6)))
    assert [r.output for r in results] == [b"%d\n" % n for n in range(6)]


async def test_without_bubblewrap_and_consent_nothing_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "project").mkdir()
    sandbox = await open_sandbox(tmp_path / "project", tmp_path / "state", None)
    assert isinstance(sandbox, NoSandbox)
    result = await sandbox.run(Workspace("w", tmp_path), ["true"], timeout_seconds=1)
    assert result.ended == "not_started"
    assert "--sandbox rlimits" in result.message
    place = Project(tmp_path / "project", tmp_path / "state")
    check, _ = await doctor._sandbox(place, Settings(), sandbox)
    assert check["detail"] == "none: bubblewrap (bwrap) is not installed"
    assert check["hint"] == f"{advise(sandbox.why, look_around())}, {CONSENT}"
    assert check["hint"] in result.message


async def test_doctor_parts_what_is_from_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "project/.venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(tmp_path / "gone")
    (tmp_path / "project/.venv/pyvenv.cfg").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox = await open_sandbox(tmp_path / "project", tmp_path / "state", "rlimits")
    assert sandbox.level == "rlimits"
    place = Project(tmp_path / "project", tmp_path / "state")
    check, _ = await doctor._sandbox(place, Settings(), sandbox)
    assert "bubblewrap (bwrap) is not installed; .venv/bin/python" in check["detail"]
    assert check["hint"] == advise("bubblewrap (bwrap) is not installed", look_around())


@pytest.mark.fault(
    "tests",
    "bubblewrap does not work here",
    sees="the reason, and what to do; nothing runs without consent",
    kept="the host",
)
async def test_a_bubblewrap_that_fails_is_told_and_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions' >&2\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "project").mkdir()
    sandbox = await open_sandbox(tmp_path / "project", tmp_path / "state", None)
    assert sandbox.level == "none"
    assert "does not start here" in sandbox.why


@pytest.mark.parametrize(
    ("wall", "told"),
    [
        ("--unshare-net", "it reached the machine's network"),
        ("environment", "it read more of our environment than it needs"),
        ("--disable-userns", "it made a user namespace"),
        ("trial", "the network was not tried"),
    ],
)
async def test_the_trial_notices_a_wall_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wall: str, told: str
) -> None:
    need_bwrap()
    if wall == "environment":
        monkeypatch.setattr(bwrap, "ENVIRONMENT", {**bwrap.ENVIRONMENT, "KEY": KEY})
    elif wall == "trial":
        monkeypatch.setattr(opening, "REACH", "import a_module_that_is_not_there")
    else:
        kept = tuple(word for word in bwrap.ISOLATION if word != wall)
        monkeypatch.setattr(bwrap, "ISOLATION", kept)
    (tmp_path / "project").mkdir()
    sandbox = await open_sandbox(tmp_path / "project", tmp_path / "state", None)
    assert sandbox.level == "none"
    assert sandbox.why == f"bubblewrap is no boundary here: {told}"


async def test_a_machine_without_a_filter_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_bwrap()
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    (tmp_path / "project").mkdir()
    sandbox = await open_sandbox(tmp_path / "project", tmp_path / "state", None)
    assert sandbox.level == "unfiltered", "it is not called what it is not"
    assert "riscv64" in sandbox.why
    place = Project(tmp_path / "project", tmp_path / "state")
    check, _ = await doctor._sandbox(place, Settings(), sandbox)
    assert (check["state"], "riscv64" in check["detail"]) == ("warn", True)


# bubblewrap alone from here


@pytest.mark.parametrize(
    "script",
    [
        "cd / && rm -rf ~",
        "echo x > {outside}; mkdir -p {outside}; cp /bin/true {outside}",
        "for i in $(seq 60); do true; done; echo x > {outside}",
        "x=$(echo x > {outside}); echo `echo x > {outside}`; sh -c 'echo x > {outside}'",
        "find . -exec sh -c 'echo x > {outside}' \\; ; : | xargs sh -c 'echo x > {outside}'",
        'python -c \'open("{outside}", "w")\'; ln -s {outside} link; echo x > link',
        "cat {home}/canary; cat /etc/shadow; cat /proc/1/environ /proc/*/environ",
        "cat /proc/1/root{home}/canary; ls -la {home} {state}; cat {state}/sandbox/canary",
        "env; cat /proc/1/cmdline; ls /root /home; cat ~/.ssh/id_rsa ~/.netrc",
        "cat /dev/vda /dev/sda /dev/mem | head -c 10; dmesg; cat /dev/kmsg < /dev/null",
        "echo x > /proc/sys/kernel/core_pattern; echo 3 > /proc/sys/vm/drop_caches; id -u",
        "kill -9 -1; kill -9 1 2 3 $PPID",
    ],
)
async def test_nothing_outside_is_read_or_written(sealed: Room, script: str) -> None:
    outside = sealed.state / f"outside-{secrets.token_hex(4)}"
    text = script.format(outside=outside, home=sealed.home, state=sealed.state)
    result = await sh(sealed, text)
    assert result.ended in {"exit", "signal"}
    assert KEY.encode() not in result.output
    assert b"root:*" not in result.output
    assert b"root:$" not in result.output
    assert not outside.exists()
    assert (sealed.home / "canary").read_text() == KEY


async def test_the_system_and_the_devices_are_read_only(sealed: Room) -> None:
    folders = "/ /etc /usr /dev /dev/shm/.. /run /proc/sys/kernel"
    script = f"for d in {folders}; do touch $d/x && echo $d; done"
    result = await sh(sealed, f"({script}) 2>/dev/null; true")
    assert result.output == b""
    mounts = (await sh(sealed, "cat /proc/self/mountinfo")).output.decode().splitlines()
    read_only = {line.split()[4] for line in mounts if line.split()[5].startswith("ro")}
    # where root is dropped its modes alone would keep it from writing there
    assert {"/", "/dev", "/etc", "/usr", "/proc/sys"} <= read_only


async def test_the_network_is_shut(sealed: Room) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as unix,
    ):
        name = f"\0cft-{secrets.token_hex(4)}"
        unix.bind(name)
        unix.listen()
        script = f"""
import socket
def attempt(family, address):
    try:
        with socket.socket(family) as s:
            s.settimeout(2); s.connect(address); print("connected", address)
    except OSError as error:
        print("refused")
attempt(socket.AF_INET, ("127.0.0.1", {server.getsockname()[1]}))
attempt(socket.AF_INET, ("1.1.1.1", 53))
attempt(socket.AF_INET6, ("2606:4700::1111", 53))
attempt(socket.AF_UNIX, {name!r})
with socket.socket(type=socket.SOCK_DGRAM) as s:
    try: s.sendto(b"x", ("1.1.1.1", 53)); print("sent")
    except OSError: print("refused")
try: socket.getaddrinfo("example.org", 80); print("resolved")
except OSError: print("refused")
"""
        result = await python(sealed, script)
    assert result.output.split() == [b"refused"] * 6


async def test_privileged_calls_are_refused(sealed: Room) -> None:
    script = """
import ctypes, ctypes.util, errno, fcntl, os, platform, pty
libc = ctypes.CDLL(None, use_errno=True)
def show(name, result):
    print(name, "refused" if result < 0 else "done")
show("mount", libc.mount(b"x", b"/", b"tmpfs", 0, None))
show("unshare", libc.unshare(0x10000000))
show("chroot", libc.chroot(b"/"))
show("setuid", libc.setuid(0))
show("ptrace", libc.ptrace(0, 0, 0, 0))
if platform.machine() == "x86_64":
    for name, number in (("keyctl", 250), ("add_key", 248), ("bpf", 321), ("io_uring", 425)):
        show(name, libc.syscall(number, 0, 0, 0, 0, 0))
try:
    os.mknod("device", 0o600 | 0o020000, os.makedev(1, 3)); print("mknod done")
except OSError: print("mknod refused")
child, terminal = pty.fork()
if child == 0:  # a terminal of its own, else the kernel would refuse it whatever filters there are
    try:
        fcntl.ioctl(0, 0x5412, b"x")
    except OSError as error:
        os._exit(error.errno)
    os._exit(0)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print("TIOCSTI", "refused" if code == errno.EPERM else f"done, or {os.strerror(code)}")
"""
    result = await python(sealed, script)
    lines = result.output.decode().splitlines()
    assert len(lines) >= 7, lines
    assert [line for line in lines if not line.endswith("refused")] == []


async def test_sockets_are_of_families_that_the_walls_hold(sealed: Room) -> None:
    script = """
import errno, socket
for family in range(46):
    try:
        socket.socket(family, socket.SOCK_DGRAM).close()
    except OSError as error:
        if error.errno == errno.EAFNOSUPPORT: continue
    print(family)
left, right = socket.socketpair(); left.send(b"x"); print(right.recv(1))
"""
    result = await python(sealed, script)
    assert result.output.decode().split() == ["1", "2", "10", "16", "b'x'"]


async def test_a_setuid_copy_belongs_to_nobody_who_matters(sealed: Room) -> None:
    workspace = sealed.workspace("setuid")
    await sh(sealed, "cp /bin/sh s; chmod 4755 s; ln -s /etc/shadow l; true", workspace=workspace)
    assert (workspace.root / "s").stat().st_uid != 0


@pytest.mark.fault(
    "tests",
    "a command that eats memory, processes or disk",
    sees="the command ended, and how",
    kept="the machine",
)
async def test_bombs_are_bounded(sealed: Room) -> None:
    forks = """
import os, signal
children = []
try:
    while len(children) < 2000:
        pid = os.fork()
        if pid == 0: signal.pause()
        children.append(pid)
except OSError: pass
print(len(children))
"""
    assert int((await python(sealed, forks)).output) <= 256
    memory = "try: bytearray(16 * 2**30)\nexcept MemoryError: print('bounded')"
    assert (await python(sealed, memory)).output == b"bounded\n"
    disk = "truncate -s 2G f || echo bounded; head -c 300000000 /dev/zero > ~/f || echo bounded"
    assert (await sh(sealed, f"({disk}) 2>/dev/null")).output.count(b"bounded") == 2


async def test_the_place_of_the_environment_cannot_be_taken(tmp_path: Path) -> None:
    need_bwrap()
    project = tmp_path / "project"
    make_environment(project / ".venv")
    sandbox = await open_sandbox(project, tmp_path / "state", None)
    assert sandbox.level == "bwrap", sandbox.why
    root = tmp_path / "state" / "workspaces" / "w"
    root.mkdir(parents=True)
    result = await sandbox.run(
        Workspace("w", root),
        [
            "/bin/sh",
            "-c",
            "command -v python; touch .venv/x || rmdir .venv || mv .venv v || echo no",
        ],
        timeout_seconds=SECONDS,
    )
    assert result.output.startswith(str(project / ".venv/bin/python").encode())
    assert result.output.endswith(b"no\n")
    for plant in ("file", "link"):
        shutil.rmtree(root / ".venv", ignore_errors=True)
        if plant == "file":
            (root / ".venv").write_text("x")
        else:
            (root / ".venv").unlink()
            (root / "src").mkdir()
            (root / ".venv").symlink_to("src")
        result = await sandbox.run(Workspace("w", root), ["true"], timeout_seconds=SECONDS)
        assert result.ended == "not_started"
        assert "reserved" in result.message


async def test_home_is_never_bound_however_a_path_file_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    project = tmp_path / "project"
    make_environment(project / ".venv")
    site = next((project / ".venv/lib").glob("python*")) / "site-packages"
    (tmp_path / "library").mkdir()
    (site / "a.pth").write_text(f"{home}\n{tmp_path / 'library'}\nimport os\n")
    closure = await look_up(project, (home, tmp_path / "state"))
    assert tmp_path / "library" in closure.binds
    assert home not in closure.binds
    assert any(str(home) in line for line in closure.refused)
