"""What goes wrong around a task: the model's server, its key, a person who stops it, a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from codeframe_tui.adapters.scripted.script import Conversation, Fault, Line, Turn
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.bootstrap import open_engine
from codeframe_tui.core.commands import Answer, Cancel, Hold, Release, Retry, SetWorkers
from codeframe_tui.core.queries import ShowOverview
from tests.worker.room import (
    Recorder,
    Room,
    answer,
    call,
    git_digest,
    make_project,
    room,
    settings_in,
    survivors,
    three,
    tree_of,
)

RIGHT = answer(*three(3))


def failing(fault: Fault) -> Turn:
    return answer(*three(3), fault=fault)


@pytest.mark.fault(
    "model",
    "too many requests, an overload, a stream that is cut or reset",
    sees="another try, counted down, with its reason",
    kept="the conversation; nothing of a cut reply is acted on",
)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("status", status=429, retry_after=3600.0), "rate_limited"),
        (Fault("status", status=529), "overloaded"),
        (Fault("error", after=3), "overloaded"),
        (Fault("cut", after=4), "truncated"),
        (Fault("reset", after=4), "dropped"),
    ],
)
async def test_a_failed_call_is_repeated_after_a_capped_wait(
    tmp_path: Path, fault: Fault, kind: str
) -> None:
    async with room(tmp_path, Line(failing(fault))) as desk:
        task = await desk.add()
        await desk.start()
        waiting = await desk.until("model.waiting", task)
        assert waiting.data["kind"] == kind
        assert waiting.data["seconds"] <= 0.02
        shown = await desk.becomes(task, "in_review")
        assert len(shown["attempts"]) == 1


@pytest.mark.fault(
    "model",
    "the model stays away",
    sees="a question; the answer goes on",
    kept="the task and all stored turns",
)
async def test_a_model_that_stays_away_becomes_a_question_and_the_answer_is_told(
    tmp_path: Path,
) -> None:
    class BackLater:
        """Answers once it is told that it should be back."""

        def turn(self, conversation: Conversation) -> Turn:
            told = "it should be back" in str(conversation._messages)
            return RIGHT if told else failing(Fault("status", status=529, times=None))

    async with room(tmp_path, BackLater()) as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        assert (asked.data["cause"], len(desk.script.asked)) == ("model", 3)
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], "it should be back"))
        await desk.becomes(task, "in_review")
        assert "it should be back" in desk.script.newest()


@pytest.mark.fault(
    "model",
    "there is no key",
    sees="a banner that says how to set one",
    kept="the queue; nothing is started",
)
async def test_without_a_key_nothing_is_taken_and_the_overview_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    project = make_project(tmp_path / "project")
    async with open_engine(project, settings_in(tmp_path)) as engine:
        desk = Room(project, tmp_path / "state", engine.service, Recorder(Line(RIGHT)))
        task = await desk.add()
        await desk.start()
        await desk.until("workers.changed")
        assert "ANTHROPIC_API_KEY" in (await engine.service.query(ShowOverview()))["key"]
        assert (await desk.show(task))["status"] == "pending"


@pytest.mark.fault(
    "model",
    "the key is wrong",
    sees="the workers are paused, with the reason",
    kept="the task, without a correction spent",
)
async def test_a_wrong_key_pauses_the_workers_and_leaves_the_task_unharmed(tmp_path: Path) -> None:
    fault = Fault("status", status=401, message="invalid x-api-key")
    async with room(tmp_path, Line(failing(fault))) as desk:
        task = await desk.add()
        await desk.start()
        problem = await desk.until("problem", task)
        assert problem.data["code"] == "model_wrong_key"
        await desk.until("workers.changed", paused=True)
        shown = await desk.becomes(task, "pending")
        assert (shown["attempts"], len(desk.script.asked)) == ([], 1)
        await desk.start()  # the key was mended
        assert (await desk.becomes(task, "in_review"))["corrections"] == 0


@pytest.mark.fault(
    "people",
    "a person cancels or holds a task whose command runs",
    sees="it stops at once",
    kept="the project, byte for byte; no process survives",
)
@pytest.mark.parametrize("stop", [Cancel, Hold])
async def test_a_person_stops_a_running_command_at_once_and_nothing_survives(
    tmp_path: Path, stop: type[Cancel] | type[Hold]
) -> None:
    command = "echo $$; touch pkg/ghost.py; (setsid sleep 4711.5 &); sleep 4711.5"
    async with room(tmp_path, Line(call("Bash", command=command), RIGHT)) as desk:
        before, git = tree_of(desk.project), git_digest(desk.project)
        task = await desk.add()
        await desk.start()
        signals = desk.service.signals()
        async for signal in signals:
            if signal.kind == "tool.output":
                break
        async with asyncio.timeout(2.0):
            await desk.service.submit(stop(task))
            while survivors("4711.5"):
                await asyncio.sleep(0.01)
        wanted = "cancelled" if stop is Cancel else "pending"
        assert (await desk.show(task))["status"] == wanted
        assert tree_of(desk.project) == before
        assert git_digest(desk.project) == git
        await desk.service.submit(Retry(task) if stop is Cancel else Release(task))
        await desk.becomes(task, "in_review")
        assert "interrupted" in desk.script.newest()


async def test_pausing_lets_the_task_in_hand_go_on_and_takes_no_other(tmp_path: Path) -> None:
    async with room(tmp_path, Line(call("Read", path="pkg/core.py"), RIGHT)) as desk:
        first, second = await desk.add(), await desk.add()
        await desk.start()
        await desk.until("tool.started", first)
        await desk.service.submit(SetWorkers(paused=True))
        await desk.becomes(first, "in_review")
        assert (await desk.show(second))["status"] == "pending"


@pytest.mark.fault(
    "kill",
    "the engine ends in the middle of a conversation",
    sees="the task waits and goes on where it was",
    kept="every stored reply; none is asked for again",
)
async def test_a_restart_in_a_conversation_goes_on_and_asks_for_no_stored_reply_again(
    tmp_path: Path,
) -> None:
    project = make_project(tmp_path / "project")
    held = Fault("stall", after=2, times=1)
    script = Recorder(Line(call("Read", path="pkg/core.py"), failing(held)))
    settings = settings_in(tmp_path)
    async with ScriptedServer(script) as server:
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            task = await desk.add()
            await desk.start()
            await desk.until("tool.ended", task)
            async with asyncio.timeout(10):
                while len(script.asked) < 2:
                    await asyncio.sleep(0.01)
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            again = Room(project, tmp_path / "state", engine.service, script, seen=desk.seen)
            assert (await again.show(task))["status"] == "pending"
            await again.start()
            shown = await again.becomes(task, "in_review")
            assert shown["attempts"][-1]["verification"]["verdict"] == "proven"
    assert [len(messages) for messages in script.asked] == [1, 3, 3]


async def test_an_unknown_agent_becomes_a_question(tmp_path: Path) -> None:
    async with room(tmp_path, Line(RIGHT)) as desk:
        task = await desk.add(agent="nobody-knows")
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        assert "nobody-knows" in asked.data["question"]
        assert (await desk.becomes(task, "blocked"))["attempts"] == []
