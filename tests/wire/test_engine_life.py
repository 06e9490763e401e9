"""Lock, socket, log and state places: one engine, whatever dies."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import logging
import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from codeframe_tui.adapters import lock, log
from codeframe_tui.adapters.clock import SystemClock
from codeframe_tui.adapters.facts import read_facts
from codeframe_tui.adapters.lock import ProjectLock, folder_lock
from codeframe_tui.adapters.project import (
    Project,
    find_project,
    make_private,
    open_project,
    state_root,
)
from codeframe_tui.bootstrap import open_engine
from codeframe_tui.core.errors import Lacking, Refused, WrongUse
from codeframe_tui.settings import Settings
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.start import Starter, connect_or_spawn, engine_argv
from codeframe_tui.wire.stream import bind
from tests.contract.spellings import second_spelling

HOLD = """
import sys
from pathlib import Path
from codeframe_tui.adapters.lock import ProjectLock
from codeframe_tui.core.errors import Refused
try:
    with ProjectLock(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.read()
except Refused as error:
    print(error.message, flush=True)
    sys.exit(3)
"""

FORK = """
import os, signal, sys
from pathlib import Path
from codeframe_tui.adapters.lock import ProjectLock
ProjectLock(Path(sys.argv[1])).acquire()
if os.fork() == 0:
    sys.stdin.read()
    os._exit(0)
os.kill(os.getpid(), signal.SIGKILL)
"""

SERVE = """
import asyncio, sys
from pathlib import Path
from codeframe_tui.adapters.lock import ProjectLock
from codeframe_tui.wire.server import Server
from tests.wire.fake_service import FakeService
async def main():
    with ProjectLock(Path(sys.argv[1])):
        await Server(FakeService()).start(Path(sys.argv[2]))
        print("ready", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


def start(script: str, *arguments: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.fault(
    "people",
    "several engines start for one project",
    sees="one lives; the others name its process id",
    kept="one writer at any time",
)
def test_of_eight_at_once_one_lives_and_the_others_name_it(tmp_path: Path) -> None:
    racers = [start(HOLD, tmp_path / "lock") for _ in range(8)]
    said = {racer.pid: (racer.stdout.readline() if racer.stdout else "") for racer in racers}
    winners = [pid for pid, line in said.items() if line == "held\n"]
    assert len(winners) == 1
    losers = [line for pid, line in said.items() if pid != winners[0]]
    assert losers == [f"an engine already runs for this project (pid {winners[0]})\n"] * 7
    for racer in racers:
        racer.communicate("")
    with ProjectLock(tmp_path / "lock"):
        pass


def test_a_lock_is_free_after_its_holder_was_killed(tmp_path: Path) -> None:
    holder = start(HOLD, tmp_path / "lock")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Refused, match=f"pid {holder.pid}"):
        ProjectLock(tmp_path / "lock").acquire()
    holder.kill()
    holder.communicate()
    with ProjectLock(tmp_path / "lock"):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_the_heir_waits_for_a_child_that_a_killed_engine_left_before_its_exec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = start(FORK, tmp_path / "lock")
    assert holder.wait() == -signal.SIGKILL
    tried = []

    def flock(fd: int, how: int) -> None:
        tried.append(fd)
        try:
            fcntl.flock(fd, how)
        finally:
            if holder.stdin:
                holder.stdin.close()  # the child goes once it was in the way

    monkeypatch.setattr(lock, "fcntl", SimpleNamespace(**{**vars(fcntl), "flock": flock}))
    with holder, ProjectLock(tmp_path / "lock"):
        assert len(tried) > 1


@pytest.mark.fault(
    "people",
    "a project is opened by a second path (mounted twice, other letters) or with a second state",
    sees="the second engine is refused, and told how it came to be a second one",
    kept="the project's files: one engine at a time writes them",
)
@pytest.mark.parametrize("mounted", [False, True])
async def test_a_folder_has_one_engine_whatever_its_path_and_state(
    tmp_path: Path, mounted: bool
) -> None:
    project = tmp_path / "p"
    project.mkdir()
    with ExitStack() as stack:
        other = project
        if mounted:
            other = stack.enter_context(second_spelling(project, tmp_path / "again"))
        first, second = (Settings(state_dir=tmp_path / name) for name in ("one", "two"))
        async with open_engine(project, first):
            with pytest.raises(Lacking, match="another state") as caught:
                async with open_engine(other, second):
                    pass
            assert caught.value.code == "folder_taken"
        async with open_engine(other, second):
            pass


def test_where_no_folder_can_be_locked_the_lock_of_the_state_is_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(fd: int, how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "fcntl", SimpleNamespace(**{**vars(fcntl), "flock": flock}))
    with folder_lock(tmp_path):
        pass


async def test_a_killed_engine_is_noticed_and_its_socket_replaced(tmp_path: Path) -> None:
    lock, path = tmp_path / "lock", tmp_path / "s.sock"
    first = start(SERVE, lock, path)
    assert first.stdout is not None
    assert first.stdout.readline() == "ready\n"
    client = Client()
    await client.connect(path)
    first.send_signal(signal.SIGKILL)
    async with asyncio.timeout(5):
        await client.lost.wait()
    first.communicate()
    assert path.exists()
    with pytest.raises(ConnectionRefusedError):
        await client.connect(path)
    second = start(SERVE, lock, path)
    assert second.stdout is not None
    assert second.stdout.readline() == "ready\n"
    await client.connect(path)
    assert client.engine["pid"] == second.pid
    await client.close()
    second.kill()
    second.communicate()


def test_what_a_killed_engine_left_under_its_first_name_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / f".{os.getpid()}").touch()
    bind(tmp_path / "s.sock").close()
    assert [path.name for path in tmp_path.iterdir()] == ["s.sock"]


def test_a_project_far_down_has_a_short_socket(tmp_path: Path, runtime: Path) -> None:
    deep = Project(tmp_path / ("d" * 200) / ("e" * 200), tmp_path / "state")
    assert len(deep.socket.name) == 21
    assert stat.S_IMODE(deep.socket.parent.stat().st_mode) == 0o700
    assert deep.socket != Project(deep.root, tmp_path / "other").socket


def test_a_socket_path_that_is_too_long_is_told_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("r" * 90)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    with pytest.raises(Lacking, match="too long") as error:
        _ = Project(tmp_path, tmp_path).socket
    assert "XDG_RUNTIME_DIR" in error.value.hint


def test_a_runtime_folder_that_is_a_link_or_of_others_is_declined(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(Lacking, match="not a folder of yours"):
        make_private(tmp_path / "link")
    (tmp_path / "real").chmod(0o777)
    make_private(tmp_path / "real")
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o700


def test_state_is_private_and_keyed_by_the_real_path(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "alias").symlink_to("p")
    project = open_project(tmp_path / "alias", tmp_path / "state")
    assert project == open_project(tmp_path / "p", tmp_path / "state")
    project.prepare()
    assert project.state.parent == tmp_path / "state" / "projects"
    assert len(project.state.name) == 16
    for folder in (project.state.parent, project.state, project.engine_log.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_project_is_found_from_a_folder_inside_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src" / "deep").mkdir(parents=True)
    assert find_project(tmp_path / "src" / "deep") == tmp_path


def test_a_home_under_version_control_does_not_become_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".git").mkdir()
    (tmp_path / "work").mkdir()
    assert find_project(tmp_path / "work") == tmp_path / "work"


def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="there is no folder"):
        open_project(tmp_path / "none", tmp_path)


@pytest.mark.parametrize("source", ["environment", "file", "default"])
def test_the_cockpit_and_the_settings_agree_where_state_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("CODEFRAME_TUI_STATE_DIR", raising=False)
    if source == "environment":
        monkeypatch.setenv("CODEFRAME_TUI_STATE_DIR", "/named/by/environment")
    if source == "file":
        (tmp_path / "codeframe-tui").mkdir()
        (tmp_path / "codeframe-tui" / "config.toml").write_text('state_dir = "/named/by/file"\n')
    assert state_root() == Settings().state_dir


async def test_facts_of_git_touch_nothing(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    assert (await read_facts(tmp_path))["branch"] is None
    git("init", "-q", "-b", "trunk")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    index = (tmp_path / ".git" / "index").read_bytes()
    os.utime(tmp_path / "a", (1, 1))
    facts = await read_facts(tmp_path)
    assert (facts["branch"], facts["dirty"]) == ("trunk", True)
    assert (tmp_path / ".git" / "index").read_bytes() == index


async def test_a_rename_is_one_change_whatever_the_old_name_is(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@x", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    for name in ("README.md", "CHANGES", "data", "later.txt"):
        (tmp_path / name).write_text(f"{name}\n" * 20)
    git("add", ".")
    git("commit", "-qm", "x")
    for count, (old, new) in enumerate(
        (("README.md", "doc.md"), ("CHANGES", "R x"), ("data", "C"))
    ):
        git("mv", old, new)
        assert (await read_facts(tmp_path))["dirty"] == count + 1
    (tmp_path / "Robots.txt").write_text("untracked")
    (tmp_path / "C").write_text("and changed since")
    assert (await read_facts(tmp_path))["dirty"] == 4
    (tmp_path / "later.txt").rename(tmp_path / "Rest.txt")  # a rename in the work tree alone
    git("add", "--intent-to-add", "Rest.txt")
    assert (await read_facts(tmp_path))["dirty"] == 5


async def test_an_engine_that_never_answers_is_told_with_its_log(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    starter = Starter(Project(tmp_path, tmp_path / "state"))
    with pytest.raises(Lacking, match="does not start") as error:
        await connect_or_spawn(Client(), starter, patience_seconds=0.05)
    assert "engine.log" in error.value.hint
    assert not starter.is_running()


def test_an_engine_imports_nothing_from_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('planted')")
    (tmp_path / "codeframe_tui").mkdir()
    argv = engine_argv(Project(tmp_path, tmp_path / "state"))
    done = subprocess.run(
        [*argv[:-1], "--version"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout[:14]) == (0, "codeframe-tui,")


def test_the_log_is_private_redacted_and_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "plain-secret-value")
    handler = log.configure(tmp_path / "engine.log")
    try:
        logger = logging.getLogger("codeframe_tui.test")
        logger.info("token plain-secret-value and sk-ant-api03-abcdefghijkl")
        logger.info('{"api_key": "hunter2hunter2"} https://user:pa55word@host/x \x1b]0;evil\x07')
        try:
            raise ValueError("Authorization: Bearer abcdefgh12345678")
        except ValueError:
            logger.exception("failed")
    finally:
        log.close(handler)
    text = (tmp_path / "engine.log").read_text()
    for secret in ("plain-secret", "sk-ant", "hunter2", "pa55word", "abcdefgh12345678", "\x1b"):
        assert secret not in text
    assert "Traceback" in text
    assert stat.S_IMODE((tmp_path / "engine.log").stat().st_mode) == 0o600


def test_the_log_rotates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_BYTES", 2_000)
    handler = log.configure(tmp_path / "engine.log")
    for n in range(200):
        logging.getLogger("codeframe_tui.test").info("line %d", n)
    log.close(handler)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["engine.log", "engine.log.1", "engine.log.2", "engine.log.3"]
    assert all(path.stat().st_size <= 2_000 for path in tmp_path.iterdir())


def test_a_log_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "target").touch()
    (tmp_path / "engine.log").symlink_to("target")
    with pytest.raises(OSError, match="symbolic"):
        log.configure(tmp_path / "engine.log")


async def test_the_clock_tells_utc_in_milliseconds() -> None:
    assert len(SystemClock().now()) == len("2026-01-01T00:00:00.000Z")
    assert SystemClock().now().endswith("Z")


def test_a_probe_of_a_listening_socket_says_so(tmp_path: Path, runtime: Path) -> None:
    project = Project(tmp_path, tmp_path / "state")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(project.socket))
        listening.listen()
        assert Starter(project).is_running()
