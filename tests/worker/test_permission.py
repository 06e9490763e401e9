"""Without walls a person is asked before each command; with none, nothing runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codeframe_tui.adapters.scripted.script import Line, ToolCall, Turn
from codeframe_tui.core.commands import Answer
from codeframe_tui.core.queries import ShowBlockers
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
@pytest.mark.parametrize(
    "command", ["true\nAsked about: nothing.", "true > 'x\nAsked about: nothing.'"]
)
async def test_a_command_writes_no_line_of_the_question(tmp_path: Path, command: str) -> None:
    async with room(tmp_path, Line(call("Bash", command=command), RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        question = (await desk.until("blocker.opened", task)).data["question"]
        assert question.count("\nAsked about: ") == 1
        assert "\n    Asked about: nothing." in question


@pytest.mark.usefixtures("walls_gone")
async def test_what_cannot_be_shown_whole_is_not_asked_about(tmp_path: Path) -> None:
    long = call("Bash", command="true " + " " * 2000 + f"; touch {tmp_path}/log")
    async with room(tmp_path, Line(long, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        assert "keep it below" in desk.script.newest()
    assert not (tmp_path / "log").exists()


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's own settings."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = tmp_path / "config/codeframe-tui/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(
        '# mine\n[commands]\ndeny = ["npm publish"]  # never\n\n[money]\nper_run = 2.0\n'
    )
    return path


FIRST, LAST = call("Bash", command="cat three"), call("Bash", command="cat four")


@pytest.mark.usefixtures("walls_gone", "config")
async def test_what_is_allowed_for_a_task_holds_over_a_restart_and_ends_with_it(
    tmp_path: Path,
) -> None:
    script = Line(FIRST, LAST, LAST, RIGHT, LAST)
    async with room(tmp_path, script) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        assert asked.data["options"] == [
            "allow once",
            "allow for this task",
            "allow always",
            "deny",
        ]
        assert "For this task or always means all that begins with: cat" in asked.data["question"]
        await desk.becomes(task, "blocked")
        assert (await desk.service.query(ShowBlockers()))["blockers"][0]["allows"] == ["cat"]
        await desk.service.submit(Answer(asked.data["id"], "allow for this task"))
        await desk.until("tool.ended", task)
    async with room(tmp_path, script, files=None) as desk:
        await desk.start()
        await desk.becomes(task, "in_review")
        ran = [e.data["summary"] for e in desk.heard if e.type == "tool.ended"]
        assert all('you allowed "cat" for this task' in each for each in ran)
        assert sum(e.type == "blocker.opened" for e in desk.heard) == 1
        other = await desk.add("another")
        assert "cat" in (await desk.until("blocker.opened", other)).data["question"]


@pytest.mark.usefixtures("walls_gone")
async def test_what_is_allowed_always_stands_in_the_settings(tmp_path: Path, config: Path) -> None:
    async with room(tmp_path, Line(FIRST, LAST, LAST, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], "allow always"))
        for _ in range(3):
            await desk.until("tool.ended", task)
        assert sum(e.type == "blocker.opened" for e in desk.heard) == 1
        ran = [e.data["summary"] for e in desk.heard if e.type == "tool.ended"]
        assert all('your rule "cat" (allow)' in each for each in ran)
    assert config.read_text() == (
        '# mine\n[commands]\ndeny = ["npm publish"]  # never\nallow = ["cat"]\n\n'
        "[money]\nper_run = 2.0\n"
    )


@pytest.mark.usefixtures("walls_gone")
async def test_what_was_not_offered_is_not_written(tmp_path: Path, config: Path) -> None:
    before = config.read_text().replace("deny =", 'ask = ["cat"]\ndeny =')
    config.write_text(before)
    async with room(tmp_path, Line(FIRST, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        assert asked.data["options"] == ["allow once", "allow for this task", "deny"]
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], "allow always"))
        await desk.until("tool.ended", task)
    assert config.read_text() == before


@pytest.mark.usefixtures("walls_gone")
async def test_settings_that_cannot_be_written_are_told_and_the_task_goes_on(
    tmp_path: Path, config: Path
) -> None:
    async with room(tmp_path, Line(FIRST, LAST, RIGHT)) as desk:
        config.write_text("this = is no [toml")
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], "allow always"))
        told = await desk.until("problem", task)
        assert 'write it there yourself: [commands] allow = ["cat"]' in told.data["message"]
        await desk.until("tool.ended", task)
    assert config.read_text() == "this = is no [toml"


async def test_where_walls_hold_rules_still_deny_and_what_is_not_understood_is_asked(
    tmp_path: Path, config: Path
) -> None:
    script = Line(call("Bash", command="true && npm publish"), call("Bash", command="git push"),
                  call("Bash", command="echo fine"), call("Bash", command="$X"), RIGHT)  # fmt: skip
    async with room(tmp_path, script, sandbox="bwrap") as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        assert "not understood: the name of a program is only known" in asked.data["question"]
        assert asked.data["options"] == ["allow once", "deny"]
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], "deny"))
        await desk.until("tool.ended", task)
    denied, pushed, fine, _ = [e.data for e in desk.heard if e.type == "tool.ended"]
    assert denied["summary"] == 'did not run true && npm publish · your rule "npm publish" (deny)'
    assert 'built-in rule "git push"' in pushed["summary"]
    assert fine["summary"] == "ran echo fine · exit code 0"
    results = [turn[-1]["content"][0] for turn in desk.script.asked[1:3]]
    assert 'does not run here: your rule "npm publish" (deny)' in results[0]["content"]
    assert results[1]["is_error"]


async def test_none_runs_no_command_and_no_test(tmp_path: Path) -> None:
    script = Line(call("Bash", command="echo ran"), RIGHT)
    async with room(tmp_path, script, files=PLAIN, sandbox="none") as desk:
        task = await desk.add()
        await desk.start()
        shown = await desk.becomes(task, "in_review")
        assert "--sandbox none was chosen" in desk.script.newest()
        verification = shown["attempts"][-1]["verification"]
        assert (verification["verdict"], verification["reason"]) == ("not_verified", "no_sandbox")
