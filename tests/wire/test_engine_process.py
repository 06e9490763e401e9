"""The real engine as a process: started, shared, lost, ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codeframe_tui.adapters.project import Project
from codeframe_tui.core.commands import AddTask, KeepWorking
from codeframe_tui.core.errors import WrongUse
from codeframe_tui.core.queries import ShowOverview, ShowTasks
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.start import Starter, connect_or_spawn


@pytest.fixture
def place(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in list(os.environ):
        if name.startswith(("ANTHROPIC_", "CODEFRAME_TUI_")):
            monkeypatch.delenv(name)
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text("def limit() -> int:\n    return 1\n")
    return Project(tmp_path / "p", tmp_path / "s")


def program(place: Project, *arguments: str) -> subprocess.Popen[str]:
    places = ["--project", str(place.root), "--state-dir", str(place.state_root)]
    return subprocess.Popen(
        [sys.executable, "-m", "codeframe_tui", *places, *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def verb(place: Project, *arguments: str) -> tuple[int, str, str]:
    running = program(place, *arguments)
    out, err = running.communicate(timeout=60)
    return running.returncode, out, err


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def test_an_engine_is_started_shared_and_ends_with_its_last_client(place: Project) -> None:
    starter, client = Starter(place), Client()
    await connect_or_spawn(client, starter)
    assert client.engine["pid"] != os.getpid()
    assert await client.submit(AddTask("from the cockpit")) == {"number": "1"}
    code, out, _ = await asyncio.to_thread(verb, place, "list", "--json")
    assert (code, [t["title"] for t in json.loads(out)["tasks"]]) == (0, ["from the cockpit"])
    second = await asyncio.to_thread(verb, place, "engine")
    assert second[0] == 1
    assert f"pid {client.engine['pid']}" in second[2]
    await client.close()
    await until(lambda: not place.socket.exists())
    assert os.waitpid(client.engine["pid"], 0)[1] == 0


@pytest.mark.fault(
    "people",
    "the engine of a cockpit goes away",
    sees="a new one is started and the view goes on",
    kept="all that was acknowledged",
)
async def test_a_killed_engine_is_replaced_and_nothing_acknowledged_is_lost(
    place: Project,
) -> None:
    starter, client = Starter(place), Client()
    await connect_or_spawn(client, starter)
    await client.submit(KeepWorking(on=True))
    await client.submit(AddTask("kept"))
    events = client.events(0)
    first = await anext(events)
    os.kill(client.engine["pid"], signal.SIGKILL)
    async with asyncio.timeout(10):
        await client.lost.wait()
    before = client.engine["pid"]
    await connect_or_spawn(client, starter)
    assert client.engine["pid"] != before
    tasks = (await client.query(ShowTasks()))["tasks"]
    assert [task["title"] for task in tasks] == ["kept"]
    assert (await anext(events)).seq == first.seq + 1
    os.kill(client.engine["pid"], signal.SIGTERM)
    async with asyncio.timeout(10):
        await client.lost.wait()
    await until(lambda: not place.socket.exists())
    await client.close()


async def test_a_wrong_setting_is_told_at_once_with_its_name_and_file(
    place: Project, tmp_path: Path
) -> None:
    config = tmp_path / "codeframe-tui" / "config.toml"
    config.parent.mkdir()
    config.write_text('theme = "pink"\n')
    place.prepare()
    with pytest.raises(WrongUse, match="setting theme: Input should be 'dark'") as refused:
        await connect_or_spawn(Client(), Starter(place), patience_seconds=60)
    assert str(config) in refused.value.hint


async def test_an_engine_that_shall_keep_on_outlives_its_clients(place: Project) -> None:
    starter, client = Starter(place), Client()
    await connect_or_spawn(client, starter)
    await client.submit(KeepWorking(on=True))
    pid = client.engine["pid"]
    await client.close()
    again = Client()
    await asyncio.sleep(0.6)  # longer than it lingers without `keep`: the one thing to show here
    await again.connect(place.socket)
    assert again.engine["pid"] == pid
    assert (await again.query(ShowOverview()))["keep"] is True
    await again.submit(KeepWorking(on=False))
    await again.close()
    await until(lambda: not place.socket.exists())


def test_verbs_at_the_same_time_wait_for_each_other(place: Project) -> None:
    racers = [program(place, "add", f"task {n}") for n in range(3)]
    said = [racer.communicate(timeout=60) for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 3, said
    assert sorted(out for out, _ in said) == ["1\n", "2\n", "3\n"]


def test_run_without_a_key_exits_5_and_says_how_to_get_one(place: Project) -> None:
    code, out, err = verb(place, "run", "--json")
    assert (code, out) == (5, "")
    error = json.loads(err)["error"]
    assert "ANTHROPIC_API_KEY" in error["hint"]


def test_doctor_finds_everything_and_tells_no_key(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-very-secret-value")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://user:word@localhost:1/v1")
    (place.root / ".claude" / "agents").mkdir(parents=True)
    (place.root / ".claude" / "agents" / "broken.md").write_text("---\nname: [\n---\n")
    code, out, err = verb(place, "doctor", "--json")
    assert (code, err) == (0, "")
    checks = {check["name"]: check for check in json.loads(out)["checks"]}
    assert {"python", "git", "sandbox", "tests", "key", "base_url", "state", "log"} <= set(checks)
    assert {check["state"] for check in checks.values()} <= {"ok", "warn", "missing"}
    assert checks["agent"]["state"] == "warn"
    assert "broken.md:" in checks["agent"]["detail"]
    assert "secret" not in out
    assert "user:word" not in out


def test_doctor_offers_what_a_moved_project_left_behind_and_adopts_it_when_asked(
    place: Project,
) -> None:
    assert verb(place, "add", "before the move")[0] == 0
    moved = Project(place.root.with_name("moved"), place.state_root)
    place.root.rename(moved.root)
    code, out, _ = verb(moved, "doctor")
    assert code == 0
    lines = out.splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.startswith("warn     moved")]
    assert str(place.root) in lines[at]
    assert "→ if the project was moved here, `codeframe-tui doctor --repair`" in lines[at + 1]
    assert json.loads(verb(moved, "list", "--json")[1])["tasks"] == []
    code, out, err = verb(moved, "doctor", "--repair")
    assert (code, "which is gone" in out) == (0, False)
    assert f"adopted: the tasks and the history of {place.root}" in err
    (task,) = json.loads(verb(moved, "list", "--json")[1])["tasks"]
    assert task["title"] == "before the move"


@pytest.mark.fault(
    "people",
    "git is missing",
    sees="exit code 5 and what to install",
    kept="everything",
)
def test_without_git_it_exits_5_and_says_so(
    place: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    code, out, err = verb(place, "doctor")
    assert code == 5
    assert "missing  git" in out
    assert "install git" in err


def test_a_fault_of_the_program_is_told_and_a_report_has_the_rest(place: Project) -> None:
    assert verb(place, "list")[0] == 0
    os.truncate(place.database, 100)
    place.verbs_log.unlink()
    place.verbs_log.mkdir()
    code, out, err = verb(place, "list")
    assert (code, out) == (1, "")
    assert "Traceback" not in err
    error, hint = err.splitlines()
    assert error.startswith("error: something failed inside the program")
    report = Path(hint.rpartition(" ")[2])
    assert "Traceback" in report.read_text()


def test_a_reader_that_goes_ends_the_writer_quietly(place: Project) -> None:
    verb(place, "add", "first")
    running = program(place, "events", "--follow", "--json")
    assert running.stdout is not None
    assert running.stderr is not None
    assert json.loads(running.stdout.readline())["seq"] == 1
    running.stdout.close()
    assert verb(place, "add", "through the engine that follows")[0] == 0
    assert running.wait(30) == 128 + signal.SIGPIPE
    assert running.stderr.read() == ""
    running.stderr.close()


def test_an_interrupted_run_exits_130(place: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-none")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")  # nobody listens: it retries
    assert verb(place, "add", "t")[0] == 0
    running = program(place, "run", "--json")
    assert running.stdout is not None
    for line in running.stdout:
        if json.loads(line)["type"] == "task.status":
            break
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (130, "")
    _, out, _ = verb(place, "list", "--json")
    assert json.loads(out)["tasks"][0]["status"] == "pending"


async def test_the_index_verbs_give_the_documents_of_the_contract(place: Project) -> None:
    for number in range(25):
        (place.root / f"limit_{number}.py").write_text(f"def limit_{number}(): ...\n")
    code, out, _ = await asyncio.to_thread(verb, place, "index", "context", "limits", "--json")
    context = json.loads(out)
    assert code == 0
    assert {"files", "symbols", "budget", "cut"} <= context.keys()
    assert len(context["files"]) >= 20
    for file in context["files"]:
        assert file.keys() == {"path", "score", "reasons", "tokens", "form"}
    code, out, _ = await asyncio.to_thread(verb, place, "index", "find", "limit", "--json")
    assert code == 0
    (symbol,) = json.loads(out)["symbols"]
    promised = {
        "name": "limit",
        "kind": "function",
        "path": "a.py",
        "line": 1,
        "signature": "def limit() -> int",
    }
    assert symbol == symbol | promised
