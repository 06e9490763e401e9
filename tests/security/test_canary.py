"""A key of ours, told in every way there is: nothing that is kept or shown has it."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters import log
from codeframe_tui.adapters.reports import failure
from codeframe_tui.adapters.scripted.script import Fault, Line, Text, ToolCall, Turn
from codeframe_tui.core.events import Signal
from codeframe_tui.core.queries import (
    Query,
    ShowActivity,
    ShowBlockers,
    ShowDiff,
    ShowEvents,
    ShowHistory,
    ShowOverview,
    ShowQueue,
    ShowReview,
    ShowTask,
    ShowTestOutput,
)
from codeframe_tui.core.secrets import NOTHING, Secrets
from codeframe_tui.headless.output import Output
from codeframe_tui.ports import Service
from tests.contract.sandbox_room import need_bwrap
from tests.worker.room import CONFIG, PLAIN, Files, Room, answer, call, make_project, room, three

KEY = "Canary.7f3aQ9zLw2Xc8VbN4mKjH6gFdS1aPoIuYtRe"
"""No pattern knows it: what hides it knows its value."""
NEEDLES = {
    "key": KEY.encode(),
    "base64": base64.b64encode(KEY.encode()).rstrip(b"="),
    "head": KEY[:14].encode(),
    "tail": KEY[-14:].encode(),
}
MADE = f"bytes.fromhex('{KEY.encode().hex()}').decode()"
"""How a program makes it that was not told."""
SAYS = f"""
import base64
key = {MADE}
print(key)
print("\\x1b[1m".join(key))
print(base64.b64encode(key.encode()).decode())
print("x" * 40_000 + key + "x" * 40_000)
"""
TEST = f"""
from pkg.three import three

def test_three():
    key = {MADE}
    print("told", key, "\\x1b[31m".join(key))
    assert three() == key
"""
RIGHT = three()
WRONG = [RIGHT[0], {**RIGHT[1], "content": TEST}]
WITH_KEY = {"path": "pkg/other.py", "action": "create", "content": f"KEY = '{KEY}'\n"}
FILES: Files = {**PLAIN, ".gitignore": (0o644, b"local.env\n"), "pyproject.toml": (0o644, CONFIG)}


def bash(code: str) -> Turn:
    return call("Bash", command=f"{sys.executable} -c \"$(cat <<'END'\n{code}\nEND\n)\"")


SCRIPT = Line(
    bash(SAYS),
    Turn(
        (ToolCall("Write", {"path": "pkg/kept.py", "content": f"KEY = '{KEY}'\n"}),),
        fault=Fault("error", message=f"the key {KEY} is wrong, and {KEY[:16]}\x1b[0m{KEY[16:]}"),
    ),
    Turn((Text(json.dumps({"files": [WITH_KEY], "explanation": f"it is {KEY}"})),)),
    bash(f"open('pkg/leak.py', 'w').write('key = ' + repr({MADE}))"),
    answer(*RIGHT),
    bash("import os; os.remove('pkg/leak.py')"),
    answer(*WRONG, why=f"uses {KEY}"),
    answer(*[{**each, "action": "modify"} for each in RIGHT[1:]]),
)


def spy_on_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git that notes the environment it is given; returns where."""
    real, seen, shim = shutil.which("git"), folder / "seen", folder / "bin" / "git"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nenv >> "{seen}"\nexec "{real}" "$@"\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}{os.pathsep}{os.environ['PATH']}")
    return seen


@contextmanager
def logged(path: Path) -> Iterator[None]:
    handler = log.configure(path)
    try:
        yield
    finally:
        log.close(handler)


async def collect(signals: AsyncIterator[Signal], into: list[Any]) -> None:
    async for signal in signals:
        into.append([signal.kind, signal.data, signal.key])


async def documents(service: Service, number: str) -> dict[str, Any]:
    """All that a front end can ask about a task."""
    queries: list[Query] = [
        ShowTask(number), ShowDiff(number), ShowReview(number), ShowHistory(number), ShowQueue(),
        ShowActivity(number), ShowBlockers(), ShowOverview(), ShowEvents(0),
        ShowTestOutput(number, 1, "regression", ""),
    ]  # fmt: skip
    return {type(each).__name__: await service.query(each) for each in queries}


async def told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Everything that a whole run keeps and shows: what it is -> its bytes."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    project = make_project(folder / "project", FILES)
    seen = spy_on_git(folder, monkeypatch)
    (project / "local.env").write_text(f"ANTHROPIC_API_KEY={KEY}\n")
    (project / "notes.txt").write_text(f"my key is {KEY}\n")
    signals: list[Any] = []
    state = folder / "state"
    with logged(folder / "engine.log"):
        async with room(folder, SCRIPT, files=None, project=project) as at:
            listening = asyncio.create_task(collect(at.service.signals(), signals))
            found = await _worked(at)
            kept = {str(each): each.read_bytes() for each in state.rglob("*") if _is_text(each)}
            listening.cancel()
        logging.getLogger("codeframe_tui").warning("%s", KEY[:9] + "\x1b[0m" + KEY[9:])
    [objects] = state.glob("**/objects/HEAD")
    return {
        **kept,
        **{name: json.dumps(each).encode() for name, each in found.items()},
        "git": seen.read_bytes(),
        "signals": json.dumps(signals).encode(),
        "objects": subprocess.run(
            ["git", "cat-file", "--batch-all-objects", "--batch", "--unordered"],
            cwd=objects.parent, capture_output=True, check=True,
        ).stdout,
        "log": (folder / "engine.log").read_bytes(),
    }  # fmt: skip


async def _worked(at: Room) -> dict[str, Any]:
    number = await at.add(evidence="regression")
    await at.start()
    await at.until("task.status", number, to="in_review")
    return await documents(at.service, number)


def _is_text(path: Path) -> bool:
    """Files of the database, its WAL, the index, workspaces; objects are asked from git."""
    return path.is_file() and "objects/objects" not in path.as_posix()


def hits(found: dict[str, bytes]) -> set[str]:
    """Where a part of the key stands."""
    return {
        f"{name}: {where}"
        for where, content in found.items()
        for name, needle in NEEDLES.items()
        if needle in content
    }


@pytest.mark.fault(
    "tests",
    "a command, a test, the model's server or an answer tells the model's key",
    sees="`[redacted]`; an answer or a file that holds it is refused, with the place",
    kept="the key: in no row, object, log, event or document",
)
@pytest.mark.goal("G14", "whole run that tells the key in every way")
async def test_a_key_that_is_told_in_every_way_is_kept_and_shown_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_bwrap()
    found = await told(tmp_path, monkeypatch)
    assert hits(found) == set()
    assert found["git"].count(b"GIT_ALLOW_PROTOCOL=none") > 2
    assert found["ShowTask"].count(b"[redacted]") > 0
    assert found["ShowTestOutput"].count(b"[redacted]") > 0
    shown = json.loads(found["ShowEvents"])
    refused = [e["data"]["message"] for e in shown["events"] if e["type"] == "answer.refused"]
    assert [reason.split(",")[0] for reason in refused] == [
        "pkg/other.py would hold the value of ANTHROPIC_API_KEY",
        "pkg/leak.py",
    ]
    assert "line 1, holds the value of ANTHROPIC_API_KEY" in refused[1]
    assert b"notes.txt: kept from the model, line 1 has the value of" in found["ShowEvents"]


@pytest.mark.goal("G14", "same run unguarded, seen as it must be")
async def test_the_oracle_sees_what_is_told_where_nothing_guards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_bwrap()
    monkeypatch.setattr(Secrets, "of", classmethod(lambda *_: NOTHING))
    found = await told(tmp_path, monkeypatch)
    places = {Path(hit.partition(": ")[2]).name for hit in hits(found)}
    asked = {"ShowTask", "ShowDiff", "ShowEvents", "ShowActivity"}
    assert places >= {"objects", "log", "signals", "state.db-wal"} | asked


@pytest.mark.goal("G14", "crash report")
def test_the_line_and_the_report_of_an_unexpected_failure_have_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    error = ValueError(f"{KEY[:9]}\x1b[0m{KEY[9:]} and password='hunter2hunter2'\x1b]0;x\x07")
    Output(as_json=True).error(failure(tmp_path / "log", "engine", error))
    said = capsys.readouterr().err
    [report] = tmp_path.glob("**/report-*.txt")
    assert b"[redacted]" in report.read_bytes()
    assert json.loads(said)["error"]["message"].count("[redacted]") == 2
    assert "hunter2" not in said
    assert not hits({"stderr": said.encode(), "report": report.read_bytes()})
