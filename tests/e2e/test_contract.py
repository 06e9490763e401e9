"""The outward contract, from outside: whole processes of `python -m codeframe_tui`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.scripted.script import Conversation, Text, ToolCall, Turn
from codeframe_tui.adapters.scripted.server import ScriptedServer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

OLD = "def one():\n    return 1\n\n\n# a\n# b\n# c\n# d\n\n\ndef two():\n    return 2\n"
PYPROJECT = (
    "[tool.pytest.ini_options]\npythonpath = ['.']\naddopts = ['--disable-plugin-autoload']\n"
)


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str]:
        found = json.loads(self.err)["error"]
        assert set(found) == {"code", "message", "hint"}
        assert self.out == ""
        return dict(found)


@dataclass(frozen=True)
class Place:
    """A project of its own with a state of its own."""

    folder: Path
    environment: dict[str, str]

    @property
    def root(self) -> Path:
        return self.folder / "project"

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "codeframe_tui", *arguments]

    def __call__(self, *arguments: str, given: str = "", **environment: str) -> Ended:
        done = subprocess.run(
            self.argv(*arguments),
            cwd=self.root,
            env=self.environment | environment,
            input=given.encode(),
            capture_output=True,
            timeout=120,
            check=False,
        )
        ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ended.err, ended.err
        return ended


@pytest.fixture
def cf(tmp_path: Path, runtime: Path) -> Place:
    root = tmp_path / "project"
    (root / "pkg").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / "pkg/__init__.py").touch()
    (root / "pkg/old.py").write_text(OLD)
    (root / "tests/test_old.py").write_text(
        "from pkg.old import one\n\n\ndef test_one():\n    assert one() == 1\n"
    )
    (root / "pyproject.toml").write_text(PYPROJECT)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANTHROPIC_", "CODEFRAME_TUI_", "XDG_"))
    }
    environment |= {
        "CODEFRAME_TUI_STATE_DIR": str(tmp_path / "state"),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    return Place(tmp_path, environment)


# -- without an engine: wrong use, help, settings, places -----------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nonsense"], 2),
        (["add", "--json"], 2),
        (["list", "--nope", "--json"], 2),
        (["comment", "1", "a:0", "text", "--json"], 2),
        (["redo", "1", "--json"], 1),
        (["approve", "1", "--hunk", "x", "--json"], 2),
        (["--project", "none", "list", "--json"], 2),
        (["--state-dir", "/proc/none", "list", "--json"], 5),
        (["import", "none.json", "--json"], 1),
    ],
)
def test_what_goes_wrong_has_its_exit_code_and_its_document(
    cf: Place, arguments: list[str], code: int
) -> None:
    ended = cf(*arguments)
    assert (ended.code, ended.out) == (code, "")
    if "--json" in arguments:
        assert ended.error["message"]
        assert ended.error["hint"]


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"CODEFRAME_TUI_WORKERS": "no"}, "setting workers"),
        ({"CODEFRAME_TUI_WAITS__TOOL": "-1"}, "setting waits.tool"),
        ({"CODEFRAME_TUI_MONEY__PER_RUN": "x"}, "setting money.per_run"),
    ],
)
def test_a_wrong_setting_of_the_environment_is_told(
    cf: Place, environment: dict[str, str], told: str
) -> None:
    ended = cf("config", "--json", **environment)
    assert ended.code == 2
    assert ended.error["message"].startswith(told)


def test_settings_come_from_environment_and_file(cf: Place) -> None:
    file = cf.folder / "config/codeframe-tui/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("workers = 2\nmodel = 'a'\n[waits]\ntool = 5\n")
    found = cf("config", "--json", CODEFRAME_TUI_MODEL="b", CODEFRAME_TUI_STATE_DIR="").document
    assert (found["workers"], found["model"], found["waits"]["tool"]) == (2, "b", 5.0)
    assert found["state_dir"] == str(cf.folder / ".local/state/codeframe-tui")
    for broken in ("colour = 1", "a = = 1"):
        file.write_text(broken)
        ended = cf("list", "--json")
        assert ended.code == 2
        assert str(file) in ended.error["hint"]


def test_a_current_folder_that_was_deleted_is_told(cf: Place) -> None:
    gone = cf.folder / "gone"
    gone.mkdir()
    for verb in ("list", ""):
        script = f"cd {gone} && mkdir -p {gone} && rmdir {gone} && exec {' '.join(cf.argv(verb))}"
        gone.mkdir(exist_ok=True)
        done = subprocess.run(
            ["sh", "-c", script], env=cf.environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, "deleted" in done.stderr) == (2, True)


def test_closed_and_full_streams_end_in_one_line(cf: Place) -> None:
    for redirect, code in ((">&-", 0), ("2>&-", 0), ("<&-", 0), (">/dev/full", 5)):
        command = f"exec {' '.join(cf.argv('config', '--json'))} {redirect}"
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=cf.root,
            env=cf.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), redirect


def test_without_git_it_says_how_to_get_it(cf: Place) -> None:
    ended = cf("list", "--json", PATH=str(cf.folder))
    assert ended.code == 5
    assert "install git" in ended.error["hint"]


def test_doctor_tells_a_damaged_database_and_verbs_exit_5(cf: Place) -> None:
    assert cf("add", "t").code == 0
    [database] = (cf.folder / "state").rglob("state.db")
    database.write_bytes(b"no database" * 1000)
    ended = cf("list", "--json")
    assert (ended.code, "damaged" in ended.error["message"]) == (5, True)
    doctor = cf("doctor", "--json")
    assert (doctor.code, "damaged" in doctor.err) == (5, True)
    checks = {check["name"]: check for check in doctor.document["checks"]}
    assert checks["state"]["state"] == "missing"
    assert checks["key"]["state"] == "missing"


QUICK = "---\nname: Quick\ntools: [Bash]\n---\nBe quick.\n\n## Maturity Level: D4\n"


def test_a_file_of_the_repository_is_trusted_as_it_is_and_no_longer(cf: Place) -> None:
    where = ".claude/agents/quick.md"
    file = cf.root / where
    file.parent.mkdir(parents=True)
    file.write_text(QUICK)
    ceiling = {"CODEFRAME_TUI_CEILING": "green"}

    def agent() -> dict[str, str]:
        checks = cf("doctor", "--json", **ceiling).document["checks"]
        return dict(next(check for check in checks if check["name"] == "agent"))

    told = agent()
    assert (told["state"], "policy green instead of manual" in told["detail"]) == ("warn", True)
    assert cf("trust", where, "--expect", "0" * 64, "--json").error["code"] == "conflict"
    done = cf("trust", where, "--json", **ceiling).document
    assert (done["state"], done["sha256"]) == ("trusted", sha256(QUICK.encode()).hexdigest())
    assert agent()["detail"] == f"{where} (trusted)"
    file.write_text(QUICK.replace("quick.", "quick!"))
    (listed,) = cf("trust", "--list", "--json", **ceiling).document["files"]
    assert listed["state"] == "changed"
    assert cf("distrust", where, "--json").document["state"] == "declined"
    assert agent()["state"] == "ok"
    missing = cf("trust", "AGENTS.md", "--json")
    assert (missing.code, missing.error["code"]) == (1, "not_found")
    assert not any(cf.root.rglob("*trust*"))


# -- the queue ------------------------------------------------------------------------------------


TASKS = {
    "issues": [{"number": "1.5", "title": "Import", "description": "d"}],
    "tasks": [
        {"title": "ten", "number": "1.5.10", "issue": "1.5"},
        {"title": "nine", "number": "1.5.9", "issue": "1.5", "depends_on": ["1.5.10"]},
        {"title": "first", "priority": 0},
    ],
}
MARKDOWN = "## 2.1 More\n\n- [x] [2.1.1] done\n- [ ] [2.1.2] more (after 2.1.1, 1.5.9; p3)\n"


def test_the_queue_from_outside(cf: Place) -> None:
    """One long test: every process costs a second."""
    assert cf("import", "-", "--json", given=json.dumps(TASKS)).document["tasks"] == [
        "1.5.10", "1.5.9", "1",
    ]  # fmt: skip
    (cf.root / "t.md").write_text(MARKDOWN)
    assert cf("import", "t.md", "--json").document == {"issues": ["2.1"], "tasks": ["2.1.2"]}
    (cf.root / "t.toml").write_text("[[tasks]]\ntitle = 'a'\nnumber = '1'\ncolour = 1\n")
    refused = cf("import", "t.toml", "--json")
    assert refused.code == 1
    assert {"tasks[0].number", "tasks[0].colour"} <= {
        line.partition(":")[0] for line in refused.error["message"].splitlines()
    }
    (cf.root / "list").mkdir()
    rows = cf("list", "--json").document["tasks"]
    assert [row["number"] for row in rows] == ["1", "1.5.9", "1.5.10", "2.1.2"]
    assert rows[1]["waiting_on"] == ["1.5.10"]
    assert rows[3]["waiting_on"] == ["1.5.9"]
    assert rows[0].keys() >= {
        "number", "title", "status", "phase", "held", "priority", "workflow_step", "issue",
        "depends_on", "agent", "attempt", "verdict", "waiting_on", "cost_usd",
    }  # fmt: skip
    assert cf("add", "more", "--issue", "1.5").out == "1.5.11\n"
    cycle = cf("edit", "1.5.10", "--after", "1.5.9", "--json")
    assert (cycle.code, cycle.error["code"]) == (1, "cycle")
    shown = cf("show", "1.5.9", "--json").document
    assert shown.keys() >= {"description", "evidence", "history", "attempts"}
    assert (cf("show", "77").code, cf("run", "--json").code) == (1, 5)
    lines = [json.loads(line) for line in cf("events", "--after", "2", "--json").out.splitlines()]
    assert [line["seq"] for line in lines] == list(range(3, 3 + len(lines)))
    assert lines[0].keys() == {"v", "seq", "at", "type", "task", "data"}
    usage = cf("usage", "--json").document
    assert usage.keys() >= {"total", "tasks", "caps"}


# -- with a model ---------------------------------------------------------------------------------


class Model:
    """Answers by the task's title; a task called ``endless`` gets no answer before ``go``."""

    def __init__(self) -> None:
        self.titles: list[str] = []

    def turn(self, conversation: Conversation) -> Turn:
        name = conversation.title
        self.titles.append(name)
        if name == "ask" and conversation.replies == 0:
            return Turn((ToolCall("AskHuman", {"question": "which?", "kind": "SYNC"}),))
        if name == "endless":
            return Turn((ToolCall("Bash", {"command": "sleep 100"}),))
        if name == "hunks":
            new = OLD.replace("return 1", "return 0 + 1").replace("return 2", "return 0 + 2")
            return _answer(("pkg/old.py", "modify", new), ("notes.txt", "create", "hi\n"))
        code = f"def {name}():\n    return '{name}'\n"
        test = f"from pkg.sub.{name} import {name}\n\n\ndef test_it():\n    assert {name}()\n"
        return _answer(
            (f"pkg/sub/{name}.py", "create", code), (f"tests/test_{name}.py", "create", test)
        )


def _answer(*files: tuple[str, str, str]) -> Turn:
    entries = [{"path": p, "action": a, "content": c} for p, a, c in files]
    return Turn((Text(json.dumps({"files": entries, "explanation": "as asked"})),))


@asynccontextmanager
async def model(cf: Place) -> AsyncIterator[tuple[Model, Callable[..., Any]]]:
    """A scripted model, and how to run a verb beside it."""
    script = Model()
    async with ScriptedServer(script) as server:
        reach = {"ANTHROPIC_BASE_URL": server.base_url, "ANTHROPIC_API_KEY": "test-key"}

        async def verb(*arguments: str, given: str = "", **environment: str) -> Ended:
            return await asyncio.to_thread(cf, *arguments, given=given, **reach, **environment)

        yield script, verb


async def test_a_task_from_run_to_undo(cf: Place) -> None:
    before = {path: path.read_bytes() for path in cf.root.rglob("*") if path.is_file()}
    async with model(cf) as (script, verb):
        for title in ("alpha", "hunks", "ask"):
            await verb("add", title)
        ended = await verb("--sandbox", "rlimits", "run", "--max-tasks", "2", "--json")
        assert ended.code == 3
        events = [json.loads(line) for line in ended.out.splitlines()]
        assert {event["task"] for event in events if event["type"] == "turn.recorded"} == {"1", "2"}
        assert set(script.titles) == {"alpha", "hunks"}
        assert (await verb("--sandbox", "rlimits", "run")).code == 3
        blockers = (await verb("blockers", "--json")).document["blockers"]
        assert [(b["id"], b["task"], b["kind"], b["status"]) for b in blockers] == [
            ("b1", "3", "SYNC", "open")
        ]
        shown = (await verb("show", "1", "--json")).document
        [attempt] = shown["attempts"]
        assert (shown["status"], attempt["verification"]["verdict"]) == ("in_review", "proven")
        assert attempt["verification"]["red"]["verdict"] == "red"
        diff = (await verb("diff", "2", "--json")).document
        hunks = {file["path"]: [hunk["k"] for hunk in file["hunks"]] for file in diff["files"]}
        assert hunks == {"notes.txt": [1], "pkg/old.py": [1, 2]}
        assert {path: path.read_bytes() for path in before} == before

        assert (await verb("approve", "1", "--expect", "dead", "--json")).error["code"]
        assert (await verb("approve", "1", "--expect", attempt["proposal"])).code == 0
        assert (cf.root / "pkg/sub/alpha.py").exists()
        preview = (await verb("undo", "1", "--preview", "--json")).document
        assert (preview["refused"], preview["kind"]) == (None, "undo")
        assert (await verb("redo", "1", "--preview", "--json")).error["code"] == "nothing_to_redo"
        assert (cf.root / "pkg/sub/alpha.py").exists()
        undone = await verb("undo", "1", "--json")
        assert undone.document["files"] == [file["path"] for file in preview["files"]]
        assert undone.document["state"] == "undone"
        assert not (cf.root / "pkg/sub").exists()
        assert {p: p.read_bytes() for p in cf.root.rglob("*") if p.is_file()} == before
        redone = await verb("redo", "1", "--json")
        assert (redone.document["state"], len(redone.document["files"])) == ("redone", 2)
        assert (cf.root / "pkg/sub/alpha.py").exists()
        (cf.root / "pkg/sub/alpha.py").write_text("mine = 1\n")
        told = await verb("undo", "1", "--preview")
        assert "undo of task 1 would be refused: not as task 1 left it" in told.out
        assert "pkg/sub/alpha.py  +0 -2  conflict: edited since" in told.out
        conflict = (await verb("undo", "1", "--json")).error
        assert conflict["code"] == "conflict"
        assert "pkg/sub/alpha.py (edited since)" in conflict["message"]
        (cf.root / "pkg/sub/alpha.py").write_text("def alpha():\n    return 'alpha'\n")
        assert (await verb("undo", "1")).code == 0
        assert {p: p.read_bytes() for p in cf.root.rglob("*") if p.is_file()} == before

        assert (await verb("approve", "2", "--lines", "pkg/old.py:4-5", "--json")).code == 1
        since = (await verb("diff", "2", "--since", "1", "--json")).document
        assert (since["since"], since["rebased"], since["files"]) == (1, False, [])
        part = await verb(
            "approve", "2", "--lines", "pkg/old.py:12-12", "--rest-to-worker", "--json"
        )
        assert part.document["files"] == ["pkg/old.py"]
        assert (cf.root / "pkg/old.py").read_text() == OLD.replace("return 2", "return 0 + 2")
        rows = (await verb("list", "--json")).document["tasks"]
        assert [(row["number"], row["status"]) for row in rows] == [
            ("1", "cancelled"), ("2", "pending"), ("3", "blocked"),
        ]  # fmt: skip
        assert (await verb("show", "1", "--json")).document["reason"] == "undone"
        answered = await verb("answer", "b1", "this", "--json")
        assert answered.document == {"task": "3"}
        assert (await verb("answer", "b1", "that")).code == 1
        await verb("cancel", "2")
        green = await verb("--sandbox", "rlimits", "run", "--policy", "green")
        assert (green.code, (cf.root / "pkg/sub/ask.py").exists()) == (0, True)


async def test_an_interrupted_run_exits_130_and_gives_its_task_back(cf: Place) -> None:
    async with model(cf) as (_, verb):
        await verb("add", "endless")
        url = (await verb("doctor", "--json")).document
        base = next(each["detail"] for each in url["checks"] if each["name"] == "base_url")
        reach = {"ANTHROPIC_BASE_URL": base, "ANTHROPIC_API_KEY": "test-key"}
        process = await asyncio.create_subprocess_exec(
            *cf.argv("--sandbox", "rlimits", "run", "--json"),
            cwd=cf.root,
            env=cf.environment | reach,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        pid = str(process.pid)
        while json.loads(line := await process.stdout.readline())["type"] != "tool.started":
            assert line
        second = await verb("engine", "--json")
        assert (second.code, second.error["code"]) == (1, "engine_running")
        assert pid in second.error["message"]
        attached = await verb("--sandbox", "none", "list", "--json")
        assert attached.document["tasks"][0]["status"] == "in_progress"
        assert "--sandbox none is without effect" in attached.err
        process.send_signal(signal.SIGINT)
        await process.stdout.read()
        err = (await process.stderr.read()).decode()
        assert await process.wait() == 130
        assert "Traceback" not in err
        [row] = (await verb("list", "--json")).document["tasks"]
        assert row["status"] == "pending"
