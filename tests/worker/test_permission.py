"""Without walls a person is asked before each command; with none, nothing runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codeframe_tui.adapters.scripted.script import Line, ToolCall, Turn
from codeframe_tui.core.commands import Answer
from tests.worker.room import PLAIN, answer, call, room, three

RIGHT = answer(*three())


@pytest.fixture
def walls_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git is there, bubblewrap is not."""
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


@pytest.mark.usefixtures("walls_gone")
async def test_an_answer_lets_one_command_run_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = f"echo ran >> {log}"
    twice = Turn((ToolCall("Bash", {"command": command}), ToolCall("Bash", {"command": command})))
    async with room(tmp_path, Line(twice, call("Bash", command=command), RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        for runs in range(3):
            asked = await desk.until("blocker.opened", task)
            assert asked.data["cause"] == "command"
            assert asked.data["options"] == ["allow once", "deny"]
            assert command in asked.data["question"]
            await desk.becomes(task, "blocked")
            assert (log.read_text().count("ran") if log.exists() else 0) == runs
            await desk.service.submit(Answer(asked.data["id"], "allow once"))
        await desk.becomes(task, "in_review")
    assert log.read_text() == "ran\n" * 3


@pytest.mark.usefixtures("walls_gone")
@pytest.mark.parametrize("said", ["deny", "yes, and everything else too"])
async def test_anything_else_is_a_refusal_that_the_model_hears(tmp_path: Path, said: str) -> None:
    log = tmp_path / "log"
    async with room(tmp_path, Line(call("Bash", command=f"touch {log}"), RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], said))
        await desk.becomes(task, "in_review")
        result = desk.script.asked[-1][-1]["content"][0]
        assert result["is_error"]
        assert "a person refused" in result["content"]
        assert len(desk.script.asked[-1][-1]["content"]) == 1, "the answer is told once"
    assert not log.exists()


@pytest.mark.usefixtures("walls_gone")
async def test_a_new_engine_finds_the_question_and_its_answer(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = Line(call("Bash", command=f"echo ran >> {log}"), RIGHT)
    async with room(tmp_path, script) as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        await desk.becomes(task, "blocked")
    async with room(tmp_path, script, files=None) as desk:
        await desk.service.submit(Answer(asked.data["id"], "allow once"))
        await desk.start()
        await desk.becomes(task, "in_review")
        opened = [event for event in desk.heard if event.type == "blocker.opened"]
        assert len(opened) == 1
    assert log.read_text() == "ran\n"


@pytest.mark.usefixtures("walls_gone")
@pytest.mark.parametrize(
    ("command", "shown"),
    [("echo \u202eevil", "evil"), ("true\r; echo x", "echo x")],
)
async def test_hidden_characters_of_a_command_are_shown(
    tmp_path: Path, command: str, shown: str
) -> None:
    async with room(tmp_path, Line(call("Bash", command=command), RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        question = (await desk.until("blocker.opened", task)).data["question"]
        assert shown in question
        assert not {"\u202e", "\r"} & set(question)


@pytest.mark.usefixtures("walls_gone")
async def test_what_cannot_be_shown_whole_is_not_asked_about(tmp_path: Path) -> None:
    long = call("Bash", command="true " + " " * 2000 + f"; touch {tmp_path}/log")
    async with room(tmp_path, Line(long, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        assert "keep it below" in desk.script.newest()
    assert not (tmp_path / "log").exists()


async def test_none_runs_no_command_and_no_test(tmp_path: Path) -> None:
    script = Line(call("Bash", command="echo ran"), RIGHT)
    async with room(tmp_path, script, files=PLAIN, sandbox="none") as desk:
        task = await desk.add()
        await desk.start()
        shown = await desk.becomes(task, "in_review")
        assert "--sandbox none was chosen" in desk.script.newest()
        verification = shown["attempts"][-1]["verification"]
        assert (verification["verdict"], verification["reason"]) == ("not_verified", "no_sandbox")
