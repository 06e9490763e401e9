"""The road of one task: corrections, questions, answers, notes and invalid answers."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.scripted.script import Line, Talks, ToolCall, Turn
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.bootstrap import open_engine
from codeframe_tui.core.commands import Answer, Approve, Note, Reject, Retry
from codeframe_tui.core.queries import ShowBlockers
from tests.worker.room import (
    Recorder,
    Room,
    answer,
    below,
    call,
    make_project,
    room,
    say,
    settings_in,
    text_of,
    three,
    tree_of,
)

WRONG, RIGHT = answer(*three(4), why="four it is"), answer(*three(3), why="three it is")


def modified(value: int) -> Turn:
    return answer(*three(value)[:1], why=f"try {value}")


async def test_a_correction_tells_what_failed_where_what_was_tried_and_the_change(
    tmp_path: Path,
) -> None:
    async with room(tmp_path, Line(WRONG, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        shown = await desk.becomes(task, "in_review")
    told = desk.script.newest()
    assert "tests/test_three.py::test_three" in told
    assert "assert three() == 3" in told  # the traceback
    assert "assert 4 == 3" in told
    assert "attempt 1: four it is" in told
    assert "+    return 4" in told  # the diff so far
    assert [a["cause"] for a in shown["attempts"]] == ["first", "correction"]
    assert [a["verification"]["verdict"] for a in shown["attempts"]] == ["failed", "proven"]


async def test_a_file_in_the_making_names_the_turn_that_stores_it(tmp_path: Path) -> None:
    async with room(tmp_path, Line(RIGHT)) as desk:
        task = await desk.add()
        signals = desk.service.signals()
        first = asyncio.ensure_future(anext(s async for s in signals if s.kind == "file"))
        await desk.start()
        async with asyncio.timeout(desk.patience):
            told = await first
        stored = await desk.until("turn.recorded", task)
        assert (told.task, told.data["turn"]) == (task, stored.data["turn"])


@pytest.mark.fault(
    "tests",
    "the tests still fail after three corrections",
    sees="a question with all four attempts",
    kept="every attempt with its evidence",
)
async def test_after_four_attempts_a_person_is_asked_and_the_answer_is_in_the_next_prompt(
    tmp_path: Path,
) -> None:
    tries = [answer(*three(n), why=f"try {n}") for n in (4, 5, 6, 7)]
    async with room(tmp_path, Line(*tries, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        assert (asked.data["cause"], asked.data["kind"]) == ("corrections", "SYNC")
        shown = await desk.becomes(task, "blocked")
        assert len(shown["attempts"]) == len(desk.script.asked) == 4

        began = time.monotonic()
        await desk.service.submit(Answer(asked.data["id"], "count the sides of a triangle"))
        await desk.until("task.status", task, to="in_progress")
        assert time.monotonic() - began < 1.0
        shown = await desk.becomes(task, "in_review")
        assert "count the sides of a triangle" in desk.script.newest()
        assert len(shown["attempts"]) == 5
        assert shown["attempts"][-1]["verification"]["verdict"] == "proven"
        assert shown["corrections"] == 3


async def test_a_failure_that_stays_is_noticed_and_the_last_correction_is_told(
    tmp_path: Path,
) -> None:
    idle = answer(
        {
            "path": "pkg/three.py",
            "action": "modify",
            "content": "# try\ndef three():\n    return 4\n",
        },
        why="a comment",
    )
    async with room(tmp_path, Line(WRONG, idle, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
    told = desk.script.newest()
    assert "tests/test_three.py::test_three (attempt 1)" in told
    since = told.partition("since attempt 1, changed only this:")[2].partition("Your whole")[0]
    assert "+# try" in since
    assert "return 4" in since
    assert "-    return 4" not in since


async def test_a_failed_attempt_leaves_nothing_behind_and_its_count_outlives_a_restart(
    tmp_path: Path,
) -> None:
    litter = "import pathlib\n\nfrom pkg.three import three\n\n\ndef test_three():\n"
    litter += "    assert not pathlib.Path('litter').exists()\n"
    litter += "    pathlib.Path('litter').write_text('x')\n    assert three() == 3\n"
    first = [dict(three(4)[0]), {**three(4)[1], "content": litter}]
    tries = [answer(*first), *(answer(*three(n)[:1], why=f"try {n}") for n in (5, 6, 7, 8))]
    project, script = make_project(tmp_path / "project"), Recorder(Line(*tries))
    settings = settings_in(tmp_path)
    before = tree_of(project)
    async with ScriptedServer(script) as server:
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            task = await desk.add()
            await desk.start()
            await desk.until("proposal.recorded", task, attempt=2)
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            await desk.start()
            shown = await desk.becomes(task, "blocked")
    assert (len(shown["attempts"]), shown["corrections"]) == (4, 3)
    for each in shown["attempts"]:
        (case,) = each["verification"]["green"]["tests"]
        assert case["message"].endswith("== 3"), "no litter of an earlier run"
    assert tree_of(project) == before


async def test_a_hint_with_retry_and_a_rejection_are_in_the_next_prompt(tmp_path: Path) -> None:
    async with room(tmp_path, Line(RIGHT, RIGHT, RIGHT, modified(3))) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        await desk.service.submit(Retry(task, hint="think of prime numbers"))
        await desk.becomes(task, "in_review")
        assert "think of prime numbers" in desk.script.newest()
        await desk.service.submit(Reject(task, "too clever by half"))
        await desk.becomes(task, "in_review")
        assert "too clever by half" in desk.script.newest()


async def test_a_sync_question_waits_and_its_answer_is_the_result_of_the_call(
    tmp_path: Path,
) -> None:
    ask = call("AskHuman", question="Net or gross?", options=["net", "gross"])
    async with room(tmp_path, Line(ask, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        assert asked.data["question"] == "Net or gross?"
        assert asked.data["options"] == ["net", "gross"]
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], "gross, please"))
        await desk.becomes(task, "in_review")
        result = desk.script.asked[-1][-1]["content"][0]
        assert (result["type"], result["content"]) == ("tool_result", "gross, please")


async def test_an_async_question_does_not_wait_and_its_answer_comes_with_the_next_turn(
    tmp_path: Path,
) -> None:
    ask = call("AskHuman", question="Which tone?", kind="ASYNC", assumption="a friendly one")
    slow = call("Bash", command="echo ready; while [ ! -e go ]; do sleep 0.02; done; rm go")
    async with room(tmp_path, Line(ask, slow, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        await desk.until("tool.started", task, name="Bash")
        assert "a friendly one" in desk.script.newest()
        await desk.service.submit(Answer(asked.data["id"], "a stern one"))
        go_file(desk, task).touch()
        await desk.becomes(task, "in_review")
        assert "Which tone?" in desk.script.newest()
        assert "a stern one" in desk.script.newest()
        open_ones = (await desk.service.query(ShowBlockers()))["blockers"]
        assert open_ones == []


async def test_a_note_joins_the_next_turn(tmp_path: Path) -> None:
    slow = call("Bash", command="while [ ! -e go ]; do sleep 0.02; done; rm go")
    async with room(tmp_path, Line(slow, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        await desk.until("tool.started", task, name="Bash")
        await desk.service.submit(Note(task, "mind the zeros"))
        go_file(desk, task).touch()
        await desk.becomes(task, "in_review")
    assert "mind the zeros" in desk.script.newest()
    assert len(desk.script.asked) == 2


def go_file(desk: Room, task: str) -> Path:
    """A file in the workspace that a waiting command looks for."""
    (workspace,) = below(desk.state, f"task-{task}")
    return workspace / "go"


INVALID: dict[str, tuple[Turn, str]] = {
    "no json": (say("I would rather not."), "JSON"),
    "unknown key": (say('{"files": [], "explanation": "", "extra": 1}'), "extra"),
    "outside": (answer({"path": "../x", "action": "create", "content": "x"}), ".."),
    "create of existing": (
        answer({"path": "pkg/core.py", "action": "create", "content": "x"}),
        "pkg/core.py",
    ),
    "modify of missing": (
        answer({"path": "pkg/gone.py", "action": "modify", "content": "x"}),
        "pkg/gone.py",
    ),
    "edits not unique": (
        answer({"path": "pkg/core.py", "action": "modify", "edits": [{"old": "def", "new": "x"}]}),
        "pkg/core.py",
    ),
    "nothing": (answer(), "files"),
    "no change": (
        answer({"path": "pkg/__init__.py", "action": "modify", "content": ""}),
        "changes nothing",
    ),
    "cut": (say('{"files": [{"path": "a', stop="max_tokens"), "length limit"),
}


@pytest.mark.fault(
    "model",
    "an answer that is no change set",
    sees="the reason; after the second time a question",
    kept="nothing of it is used",
)
@pytest.mark.parametrize("name", INVALID)
async def test_an_invalid_answer_is_sent_back_twice_with_the_reason_then_asked_about(
    tmp_path: Path, name: str
) -> None:
    turn, reason = INVALID[name]
    async with room(tmp_path, Line(turn, turn, turn, RIGHT)) as desk:
        before = tree_of(desk.project)
        task = await desk.add()
        await desk.start()
        for strike in (1, 2, 3):
            refused = await desk.until("answer.refused", task, strike=strike)
            assert reason in refused.data["message"]
        asked = await desk.until("blocker.opened", task)
        assert (asked.data["cause"], len(desk.script.asked)) == ("answer", 3)
        assert refused.data["message"] in asked.data["question"]
        assert refused.data["message"] in desk.script.newest()
        await desk.becomes(task, "blocked")
        assert tree_of(desk.project) == before
        await desk.service.submit(Answer(asked.data["id"], "do it properly"))
        await desk.becomes(task, "in_review")
        assert "do it properly" in desk.script.newest()


async def test_an_answer_to_refused_answers_gives_two_strikes_again(tmp_path: Path) -> None:
    bad = say("no")
    async with room(tmp_path, Line(bad, bad, bad, bad, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        await desk.service.submit(Answer(asked.data["id"], "again"))
        await desk.becomes(task, "in_review")


async def test_retry_without_a_hint_asks_the_model_again_after_refused_answers(
    tmp_path: Path,
) -> None:
    bad = say("no")
    async with room(tmp_path, Line(bad, bad, bad, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "blocked")
        await desk.service.submit(Retry(task))
        await desk.becomes(task, "in_review")


async def test_a_declining_model_becomes_a_question_and_goes_on_after_the_answer(
    tmp_path: Path,
) -> None:
    async with room(tmp_path, Line(say("No.", stop="refusal"), RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], "it is harmless"))
        await desk.becomes(task, "in_review")


async def test_too_many_calls_become_a_question_and_the_answer_goes_on(tmp_path: Path) -> None:
    look = call("Read", path="pkg/core.py")
    async with room(tmp_path, Line(look, look, look, RIGHT), limits={"turns": 3}) as desk:
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        assert asked.data["cause"] == "budget"
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], "yes, and hurry"))
        await desk.becomes(task, "in_review")
        assert "yes, and hurry" in desk.script.newest()


@pytest.mark.fault(
    "model",
    "tool calls that are cut or malformed",
    sees="the model is told",
    kept="they never run; the conversation stays valid",
)
async def test_cut_or_malformed_tool_calls_never_run_and_the_conversation_stays_valid(
    tmp_path: Path,
) -> None:
    write = {"path": "pkg/ghost.py", "content": "x"}
    turns = [
        Turn((ToolCall("Write", write),), stop_reason="max_tokens"),
        Turn((ToolCall("Write", write, raw='{"path": "pkg/ghost.py", "con'),), "max_tokens"),
        Turn((ToolCall("Write", write, raw='{"path": "pkg/ghost.py", oops}'),)),
        RIGHT,
    ]
    async with room(tmp_path, Line(*turns)) as desk:
        task = await desk.add()
        await desk.start()
        shown = await desk.becomes(task, "in_review")
        files = [file["path"] for file in shown["attempts"][-1]["files"]]
        assert files == ["pkg/three.py", "tests/test_three.py"]
        started = [e for e in desk.heard if e.type == "tool.started"]
        assert started == []
        assert len(desk.script.asked) == 4


async def test_a_project_without_git_goes_the_whole_road(tmp_path: Path) -> None:
    async with room(tmp_path, Line(RIGHT), git=False) as desk:
        task = await desk.add()
        await desk.start()
        shown = await desk.becomes(task, "in_review")
        assert shown["attempts"][-1]["verification"]["verdict"] == "proven"
        assert (await desk.deed(Approve(task))).type == "change.applied"
        assert (desk.project / "pkg/three.py").is_file()
        assert not (desk.project / ".git").exists()


async def test_a_project_without_tests_is_not_verified_and_reviewed(tmp_path: Path) -> None:
    files = {"pkg/core.py": (0o644, b"ONE = 1\n")}
    change = answer({"path": "pkg/core.py", "action": "modify", "content": "ONE = 2\n"})
    async with room(tmp_path, Line(change), files=files) as desk:
        task = await desk.add()
        await desk.start()
        found = (await desk.becomes(task, "in_review"))["attempts"][-1]["verification"]
        assert (found["verdict"], found["reason"]) == ("not_verified", "no_tests")


@pytest.mark.parametrize(("value", "verdict"), [("1  # one", "proven"), ("2", "failed")])
async def test_evidence_regression_is_proven_by_the_suite_alone(
    tmp_path: Path, value: str, verdict: str
) -> None:
    edits: list[dict[str, Any]] = [{"old": "return 1", "new": f"return {value}"}]
    change = answer({"path": "pkg/core.py", "action": "modify", "edits": edits})
    async with room(tmp_path, Line(change)) as desk:
        task = await desk.add(evidence="regression")
        await desk.start()
        recorded = await desk.until("verification.recorded", task)
        assert recorded.data["verdict"] == verdict


async def test_a_new_top_level_package_makes_its_tests_red(tmp_path: Path) -> None:
    test = "from fresh.core import two\n\n\ndef test_two():\n    assert two() == 2\n"
    change = answer(
        {"path": "fresh/__init__.py", "action": "create", "content": ""},
        {"path": "fresh/core.py", "action": "create", "content": "def two():\n    return 2\n"},
        {"path": "tests/test_fresh.py", "action": "create", "content": test},
    )
    async with room(tmp_path, Line(change)) as desk:
        task = await desk.add()
        await desk.start()
        found = (await desk.becomes(task, "in_review"))["attempts"][-1]["verification"]
        assert found["verdict"] == "proven", found


async def test_new_tests_that_the_suite_does_not_collect_are_run_by_themselves(
    tmp_path: Path,
) -> None:
    config = b"[tool.pytest.ini_options]\npythonpath = ['.']\ntestpaths = ['tests']\n"
    files = {
        "pkg/__init__.py": (0o644, b""),
        "tests/test_a.py": (0o644, b"def test_a():\n    pass\n"),
        "pyproject.toml": (0o644, config + b"addopts = ['--disable-plugin-autoload']\n"),
    }
    module, test = three(3)
    elsewhere = {**test, "path": "checks/test_three.py"}
    async with room(tmp_path, Line(answer(module, elsewhere)), files=files) as desk:
        task = await desk.add()
        await desk.start()
        found = (await desk.becomes(task, "in_review"))["attempts"][-1]["verification"]
        assert found["verdict"] == "proven", found
        assert [t["id"] for t in found["green"]["tests"]] == ["checks/test_three.py::test_three"]


async def test_two_workers_work_on_two_tasks_at_once(tmp_path: Path) -> None:
    wait = call("Bash", command="while [ ! -e go ]; do sleep 0.02; done; rm go")
    talks = {name: [[wait, answer(*three(module=name))]] for name in ("left", "right")}
    async with room(tmp_path, Talks(talks, otherwise=say("?"))) as desk:
        left, right = await desk.add("left"), await desk.add("right")
        await desk.start(workers=2)
        await desk.until("tool.started", name="Bash")
        await desk.until("tool.started", name="Bash")  # neither has ended yet
        assert not [e for e in desk.heard if e.type == "tool.ended"]
        for task in (left, right):
            go_file(desk, task).touch()
        await desk.until("task.status", to="in_review")
        await desk.until("task.status", to="in_review")
        for task in (left, right):
            assert (await desk.deed(Approve(task))).type == "change.applied"
    assert (desk.project / "pkg/left.py").is_file()
    assert (desk.project / "pkg/right.py").is_file()


async def test_what_the_model_wrote_with_tools_is_part_of_its_proposal(tmp_path: Path) -> None:
    module, test = three()
    write = call("Write", path=module["path"], content=module["content"])
    run = call("Bash", command=f"printf '%s' '{test['content']}' > {test['path']}; rm pkg/core.py")
    script = Line(write, run, answer(why="written"))
    async with room(tmp_path, script) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        attempt = (await desk.until("proposal.recorded", task)).data
        changed = {file["path"]: file["action"] for file in attempt["files"]}
        assert changed == {
            "pkg/core.py": "delete",
            "pkg/three.py": "create",
            "tests/test_three.py": "create",
        }
        assert "wrote" in text_of(desk.script.asked[1][-1])
