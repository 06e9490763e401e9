"""Tests that a person lets run again, in a real sandbox."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.commands import Approve, RunTests, StopTests
from codeframe_tui.core.events import Event
from codeframe_tui.core.queries import ShowTestOutput
from tests.worker.room import PLAIN, Room, answer, below, make_project, room, three, tree_of

NAME, OLD = "tests/test_three.py::test_three", "tests/test_core.py::test_one"


def project_in(folder: Path) -> None:
    """A project with a file that git ignores."""
    make_project(folder / "project", {**PLAIN, ".gitignore": (0o644, b"mood\n")})
    (folder / "project/mood").write_text("good")


def fickle() -> list[dict[str, Any]]:
    """A proven change, whose test looks at a file that no tree holds."""
    made = three()
    made[1]["content"] = """from pkg.three import three


def test_three():
    mood = open("mood").read()
    print("it ran")
    while mood == "endless":
        pass
    assert three() == 3 and mood == "good"
"""
    return made


async def _ended(desk: Room, task: str, wish: RunTests) -> Event:
    await desk.service.submit(wish)
    return await desk.until("tests.ended", task)


@pytest.mark.fault(
    "tests",
    "a test passes once and fails another time",
    sees="*flaky* beside the test when it is run again",
    kept="the recorded verdict, as a run that the program made",
)
async def test_tests_of_a_proposal_run_again_and_its_verdict_stays(tmp_path: Path) -> None:
    project_in(tmp_path)
    async with room(tmp_path, Line(answer(*fickle())), files=None) as desk:
        task = await desk.add()
        await desk.start()
        before = await desk.becomes(task, "in_review")
        one = await _ended(desk, task, RunTests(task, (NAME,), before["proposal"]))
        assert (one.data["ok"], one.data["passed"], one.data["differ"]) == (True, 1, [])
        (desk.project / "mood").write_text("bad")
        tree = tree_of(desk.project)
        every = await _ended(desk, task, RunTests(task))
        assert (every.data["passed"], every.data["failed"]) == (1, 1)
        assert every.data["differ"] == [NAME]
        shown = await desk.show(task)
        assert (shown["status"], shown["verdict"]) == ("in_review", "proven")
        assert shown["attempts"][0]["verification"] == before["attempts"][0]["verification"]
        found = {test["id"]: test["outcome"] for test in shown["attempts"][0]["again"]["tests"]}
        assert found == {NAME: "failed", OLD: "passed"}
        said = await desk.service.query(ShowTestOutput(task, 1, "again", NAME))
        assert "it ran" in said["text"]
        assert "tests/test_three.py:9: AssertionError" in said["text"]
        assert shown["cost_usd"] == before["cost_usd"]
        assert tree_of(desk.project) == tree
        assert not list(below(desk.state, "again-*"))


async def test_a_test_with_a_long_and_hidden_id_runs_again_alone(tmp_path: Path) -> None:
    made = three()
    made[1]["content"] = """import pytest
from pkg.three import three


@pytest.mark.parametrize(
    "n", [3, 3], ids=["long" * 200, "zero\\u200b\\x1b[31m"]
)
def test_three(n):
    assert three() == n
"""
    async with room(tmp_path, Line(answer(*made))) as desk:
        task = await desk.add()
        await desk.start()
        shown = await desk.becomes(task, "in_review")
        ids = [test["id"] for test in shown["attempts"][0]["verification"]["green"]["tests"]]
        assert len(ids) == 2
        for each in ids:
            one = await _ended(desk, task, RunTests(task, (each,)))
            assert (one.data["ok"], one.data["passed"]) == (True, 1)


async def test_tests_of_an_applied_change_run_on_its_proposal(tmp_path: Path) -> None:
    async with room(tmp_path, Line(answer(*three()))) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        await desk.deed(Approve(task))
        (desk.project / "pkg/three.py").write_text("broken = \n")
        assert (await _ended(desk, task, RunTests(task, (NAME,)))).data["passed"] == 1
        gone = await _ended(desk, task, RunTests(task, ("tests/test_gone.py::test_x",)))
        assert (gone.data["ok"], gone.data["reason"]) == (False, "no_tests")


@pytest.mark.fault(
    "tests",
    "a test that runs again hangs, or the engine ends meanwhile",
    sees="its name and the time; `X` stops it; *interrupted* when the engine is back",
    kept="the recorded verdict; no folder is left",
)
@pytest.mark.parametrize("end", ["stop", "engine"])
async def test_tests_that_run_again_can_be_stopped(tmp_path: Path, end: str) -> None:
    project_in(tmp_path)
    script = Line(answer(*fickle()))
    async with room(tmp_path, script, files=None) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        (desk.project / "mood").write_text("endless")
        signals = aiter(desk.service.signals())
        await desk.service.submit(RunTests(task))
        async with asyncio.timeout(desk.patience):
            async for signal in signals:
                if signal.data.get("running") == NAME:
                    break
        assert (signal.task, signal.data["run"]) == (task, "again")
        if end == "stop":
            await desk.service.submit(StopTests(task))
            stopped = await desk.until("tests.ended", task)
            assert (stopped.data["ok"], stopped.data["reason"]) == (False, "stopped")
            assert (await _ended(desk, task, RunTests(task, (OLD,)))).data["passed"] == 1
    if end == "engine":
        async with room(tmp_path, script, files=None) as desk:
            shown = await desk.show(task)
            assert shown["testing"] is False
            assert shown["attempts"][0]["again"]["reason"] == "interrupted"
            assert (await _ended(desk, task, RunTests(task, (OLD,)))).data["passed"] == 1
            assert not list(below(desk.state, "again-*"))
