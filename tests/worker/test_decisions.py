"""Policies, approvals in part, conflicts, and decisions that an engine left behind."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.scripted.script import Line, Turn
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.bootstrap import open_engine
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import Approve, Redo, Retry, SetPolicy, Undo
from codeframe_tui.core.events import DECISION_ENDS
from codeframe_tui.core.queries import ShowDiff, ShowUndo
from codeframe_tui.tui.present.draft import ReviewDraft, Verdict
from tests.worker.room import (
    PLAIN,
    Recorder,
    Room,
    answer,
    make_project,
    room,
    settings_in,
    three,
    tree_of,
)

RIGHT, WRONG = answer(*three(3)), answer(*three(4))


def core(*edits: tuple[str, str]) -> dict[str, Any]:
    listed = [{"old": old, "new": new} for old, new in edits]
    return {"path": "pkg/core.py", "action": "modify", "edits": listed}


UNTESTED = answer(core(("return 2", "return 2 + 0")))
FLAGGED = answer(*three(3), {"path": "conftest.py", "action": "create", "content": "X = 1\n"})

BENT = answer(
    *three(3),
    core(("return 1", "return 11")),
    {
        "path": "tests/test_core.py",
        "action": "modify",
        "edits": [{"old": "one() == 1", "new": "one() == 11"}],
    },
)


@pytest.mark.parametrize(
    ("policy", "turn", "end"),
    [
        ("manual", RIGHT, "in_review"),
        ("green", RIGHT, "completed"),
        ("green", UNTESTED, "in_review"),
        ("green", FLAGGED, "in_review"),
        ("green", BENT, "in_review"),
        ("auto", BENT, "in_review"),
        ("auto", UNTESTED, "completed"),
        ("auto", FLAGGED, "in_review"),
        ("auto", WRONG, "blocked"),
    ],
)
async def test_a_policy_decides_by_its_table(
    tmp_path: Path, policy: str, turn: Turn, end: str
) -> None:
    async with room(tmp_path, Line(turn)) as desk:
        before = tree_of(desk.project)
        await desk.service.submit(SetPolicy(policy))
        task = await desk.add()
        await desk.start()
        shown = await desk.becomes(task, end)
        assert (tree_of(desk.project) != before) is (end == "completed")
        decided = [e.data for e in desk.heard if e.type == "policy.decided"]
        if end == "blocked":
            assert not decided
            return
        assert decided[0]["decision"] == ("apply" if end == "completed" else "review")
        found = {each["name"]: (each["value"], each["passed"]) for each in decided[0]["conditions"]}
        verdict = shown["attempts"][-1]["verification"]["verdict"].replace("_", " ")
        assert found["policy"] == (policy, policy != "manual")
        assert found["verdict"] == (verdict, policy != "green" or verdict == "proven")
        assert found["red flags"][1] is (turn is not FLAGGED)
        bent = "tests/test_core.py" if turn is BENT else "none"
        assert found["existing tests"] == (bent, turn is not BENT)


FAR = b"def one():\n    return 1\n\n\n" + b"# a long way\n" * 12 + b"\n\ndef two():\n    return 2\n"
LONG = {**PLAIN, "pkg/core.py": (0o644, FAR)}


async def test_a_part_by_hunk_and_by_file_is_written_to_the_byte(tmp_path: Path) -> None:
    script = Line(
        answer(core(("return 1", "return 1  # one"), ("return 2", "return 22")), *three())
    )
    async with room(tmp_path, script, files=LONG) as desk:
        before = tree_of(desk.project)
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        parts = Parts(files=("pkg/three.py", "tests/test_three.py"), hunks=(("pkg/core.py", 1),))
        assert (await desk.deed(Approve(task, parts=parts))).type == "change.applied"
        after = tree_of(desk.project)
        assert after["pkg/core.py"] == (0o644, FAR.replace(b"return 1", b"return 1  # one"))
        assert after.keys() - before.keys() == {"pkg/three.py", "tests/test_three.py"}
        assert (await desk.show(task))["status"] == "completed"
        assert (await desk.deed(Undo(task))).type == "change.undone"
        assert tree_of(desk.project) == before


@pytest.mark.fault(
    "tree",
    "the accepted part fails its tests",
    sees="the task is in review again, with the reason",
    kept="the project, byte for byte",
)
async def test_a_part_that_fails_writes_nothing_and_goes_back_to_review(tmp_path: Path) -> None:
    async with room(tmp_path, Line(RIGHT)) as desk:
        before = tree_of(desk.project)
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        end = await desk.deed(Approve(task, parts=Parts(files=("tests/test_three.py",))))
        assert (end.type, end.data["code"]) == ("change.refused", "part_failed"), end.data
        assert (await desk.show(task))["status"] == "in_review"
        assert tree_of(desk.project) == before
        assert (await desk.deed(Approve(task))).type == "change.applied"


async def test_a_part_has_the_verdict_of_its_own_tests(tmp_path: Path) -> None:
    async with room(tmp_path, Line(RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        assert (await desk.becomes(task, "in_review"))["verdict"] == "proven"
        end = await desk.deed(Approve(task, parts=Parts(files=("pkg/three.py",))))
        assert (end.type, end.data["verdict"]) == ("change.applied", "not_verified")
        shown = await desk.show(task)
        assert (shown["status"], shown["verdict"]) == ("completed", "not_verified")


async def test_the_rest_goes_back_to_the_worker_on_the_tree_with_the_part(tmp_path: Path) -> None:
    first = answer(core(("return 2", "return 22")), *three())
    second = answer(core(("return 2", "return 23")))
    async with room(tmp_path, Line(first, second)) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        parts = Parts(files=("pkg/three.py", "tests/test_three.py"))
        await desk.deed(Approve(task, parts=parts, rest_to_worker=True))
        shown = await desk.becomes(task, "in_review")
        assert "Only a part" in desk.script.newest()
        assert [f["path"] for f in shown["attempts"][-1]["files"]] == ["pkg/core.py"]
        assert (await desk.deed(Approve(task))).type == "change.applied"
        assert (desk.project / "pkg/three.py").exists()
        assert "return 23" in (desk.project / "pkg/core.py").read_text()


@pytest.mark.fault(
    "tree",
    "a file was edited since it was applied, and is undone",
    sees="a conflict that names the file",
    kept="your edit; nothing is taken out",
)
async def test_an_undo_takes_every_part_out_at_once_or_nothing(tmp_path: Path) -> None:
    first = answer(core(("return 2", "return 22")), *three())
    second = answer(core(("return 2", "return 23")), *three(3, module="drei"))
    async with room(tmp_path, Line(first, second)) as desk:
        before = tree_of(desk.project)
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        parts = Parts(files=("pkg/three.py", "tests/test_three.py"))
        await desk.deed(Approve(task, parts=parts, rest_to_worker=True))
        await desk.becomes(task, "in_review")
        await desk.deed(Approve(task))
        applied = tree_of(desk.project)
        (desk.project / "pkg/three.py").write_text("# mine\n")
        assert (await desk.deed(Undo(task))).data["code"] == "conflict"
        put_back = applied["pkg/three.py"]
        assert put_back is not None
        (desk.project / "pkg/three.py").write_bytes(put_back[1])
        assert tree_of(desk.project) == applied
        undone = await desk.deed(Undo(task))
        assert undone.type == "change.undone", undone.data
        assert len(undone.data["files"]) == 5
        assert tree_of(desk.project) == before
        assert (await desk.show(task))["reason"] == "undone"


async def test_a_redo_brings_every_byte_and_mode_back(tmp_path: Path) -> None:
    script = Line(
        answer(
            core(("return 2", "return 22")),
            {"path": "bin/go", "action": "create", "content": "#!/bin/sh\n", "mode": "100755"},
            *three(),
        )
    )
    async with room(tmp_path, script) as desk:
        before = tree_of(desk.project)
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        await desk.deed(Approve(task))
        applied = tree_of(desk.project)
        shown = await desk.service.query(ShowUndo(task))
        assert [(f["path"], f["action"]) for f in shown["files"]] == [
            ("bin/go", "delete"), ("pkg/core.py", "modify"),
            ("pkg/three.py", "delete"), ("tests/test_three.py", "delete"),
        ]  # fmt: skip
        for _ in range(2):
            await desk.deed(Undo(task))
            assert tree_of(desk.project) == before
            redone = await desk.deed(Redo(task))
            assert (redone.type, len(redone.data["files"])) == ("change.redone", 4)
            assert tree_of(desk.project) == applied
            assert (await desk.show(task))["status"] == "completed"
        await desk.deed(Undo(task))
        (desk.project / "pkg/three.py").write_text("# mine\n")
        meanwhile = tree_of(desk.project)
        refused = await desk.deed(Redo(task))
        assert (refused.data["code"], refused.data["paths"]) == ("conflict", ["pkg/three.py"])
        assert (
            f"not as the undo of task {task} left it: pkg/three.py (edited since)"
            in (refused.data["message"])
        )
        assert tree_of(desk.project) == meanwhile
        assert (await desk.show(task))["status"] == "cancelled"


@pytest.mark.fault(
    "tree",
    "a change is undone, or redone, out of order",
    sees="a conflict that names each file and the task, or the edit, behind it",
    kept="every file as it is; nothing is written",
)
async def test_an_undo_out_of_order_names_each_path_and_who_changed_it(tmp_path: Path) -> None:
    first = answer(core(("return 2", "return 22")), *three())
    second = answer(core(("return 22", "return 23")), *three(module="drei"))
    async with room(tmp_path, Line(first, second)) as desk:
        before = tree_of(desk.project)
        await desk.start()
        one = await desk.add("one")
        await desk.becomes(one, "in_review")
        await desk.deed(Approve(one))
        two = await desk.add("two")
        await desk.becomes(two, "in_review")
        await desk.deed(Approve(two))
        kept = (desk.project / "pkg/three.py").read_bytes()
        (desk.project / "pkg/three.py").write_text("# mine\n")
        meanwhile = tree_of(desk.project)
        refused = await desk.deed(Undo(one))
        assert refused.data["paths"] == ["pkg/core.py", "pkg/three.py"]
        assert f"pkg/core.py (changed by task {two}: undo that first)" in refused.data["message"]
        assert "pkg/three.py (edited since)" in refused.data["message"]
        assert tree_of(desk.project) == meanwhile
        (desk.project / "pkg/three.py").write_bytes(kept)
        assert (await desk.deed(Undo(two))).type == "change.undone"
        assert (await desk.deed(Undo(one))).type == "change.undone"
        assert tree_of(desk.project) == before
        refused = await desk.deed(Redo(two))  # on a tree that does not have the first change
        assert "pkg/core.py (edited since)" in refused.data["message"]
        assert (await desk.deed(Redo(one))).type == "change.redone"
        assert (await desk.deed(Redo(two))).type == "change.redone"
        assert "return 23" in (desk.project / "pkg/core.py").read_text()


async def test_lines_of_a_proposal_are_verified_and_written_to_the_byte(tmp_path: Path) -> None:
    new = FAR.replace(b"return 1", b"return 1  # one").replace(b"return 2", b"return 22").decode()
    whole = {"path": "pkg/core.py", "action": "modify", "content": new}
    async with room(tmp_path, Line(answer(whole, *three(4))), files=LONG) as desk:
        core_before = (desk.project / "pkg/core.py").read_bytes()
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "blocked")
        number = core_before.splitlines().index(b"    return 1") + 1
        wrong = Parts(files=("pkg/three.py",), lines=(("tests/test_three.py", 1, 9),))
        refused = await desk.deed(Approve(task, parts=wrong))
        assert refused.data["code"] == "part_failed"
        parts = Parts(lines=(("pkg/core.py", number, number),))
        end = await desk.deed(Approve(task, parts=parts))
        assert (end.type, end.data["files"]) == ("change.applied", ["pkg/core.py"])
        found = (desk.project / "pkg/core.py").read_bytes()
        assert found == core_before.replace(b"return 1", b"return 1  # one")
        assert not (desk.project / "pkg/three.py").exists()


async def test_a_diff_since_an_attempt_is_honest_about_a_rebase(tmp_path: Path) -> None:
    script = Line(answer(core(("return 2", "return 22")), *three()))
    async with room(tmp_path, script) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        path = desk.project / "pkg/core.py"
        path.write_bytes(b"# mine\n" + path.read_bytes())
        await desk.deed(Approve(task))
        await desk.becomes(task, "in_review")
        await desk.service.submit(Retry(task))
        await desk.becomes(task, "in_review")
        found = await desk.service.query(ShowDiff(task, since=1))
        assert (found["since"], found["attempt"], found["rebased"]) == (1, 2, True)
        (file,) = found["files"]
        assert (file["path"], file["moved"]) == ("pkg/core.py", True)
        assert ["+", "# mine"] in file["hunks"][0]["lines"]
        back = await desk.service.query(ShowDiff(task, attempt=1, since=2))
        assert ["-", "# mine"] in back["files"][0]["hunks"][0]["lines"]


@pytest.mark.fault(
    "tree",
    "you edited a file that the proposal changes",
    sees="a conflict that names the file; retry makes a new attempt on it",
    kept="your edit; nothing is written",
)
async def test_a_conflict_writes_nothing_and_retry_rebases_on_the_tree_of_today(
    tmp_path: Path,
) -> None:
    script = Line(answer(core(("return 2", "return 22")), *three()))
    async with room(tmp_path, script) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        path = desk.project / "pkg/core.py"
        path.write_bytes(b"# mine\n" + path.read_bytes())
        meanwhile = tree_of(desk.project)
        end = await desk.deed(Approve(task))
        assert (end.type, end.data["code"]) == ("change.refused", "conflict")
        assert end.data["paths"] == ["pkg/core.py"]
        assert tree_of(desk.project) == meanwhile
        await desk.becomes(task, "in_review")

        await desk.service.submit(Retry(task))
        shown = await desk.becomes(task, "in_review")
        assert "return 22" in desk.script.newest()  # its earlier proposal
        assert len(shown["attempts"]) == 2
        assert (await desk.deed(Approve(task))).type == "change.applied"
        assert path.read_bytes().startswith(b"# mine\ndef one")
        assert b"return 22" in path.read_bytes()


FORBIDS = """\
from pathlib import Path

def test_only_core():
    assert not Path("pkg/three.py").exists()
"""


async def test_a_bound_of_the_settings_keeps_a_proven_change_for_a_person(tmp_path: Path) -> None:
    bounds = {"protected": ["pkg/*.py"], "files": 1, "lines": 3}
    async with room(tmp_path, Line(RIGHT), policy="green", approval=bounds) as desk:
        task = await desk.add()
        await desk.start()
        shown = await desk.becomes(task, "in_review")
        conditions = shown["ruling"]["conditions"]
        assert [(e["name"], e["value"]) for e in conditions if not e["passed"]] == [
            ("protected paths", "pkg/three.py"), ("files", "2"), ("lines", "7"),
        ]  # fmt: skip


@pytest.mark.fault(
    "people",
    "the policy is tightened while its decision is on the way",
    sees="a review instead of an apply, with the policy that says so",
    kept="the project, byte for byte",
)
async def test_a_tightened_policy_holds_for_what_was_decided_and_is_not_written(
    tmp_path: Path,
) -> None:
    project, script = make_project(tmp_path / "project"), Recorder(Line(RIGHT))
    settings = settings_in(tmp_path)
    async with ScriptedServer(script) as server:
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            await _stop_deciding()
            await desk.service.submit(SetPolicy("green"))
            task = await desk.add()
            await desk.start()
            await desk.until("review.approved", task)
            await desk.service.submit(SetPolicy("manual"))
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            refused = await desk.until("change.refused", task)
            assert refused.data["code"] == "policy_changed"
            shown = await desk.becomes(task, "in_review")
            assert not (project / "pkg/three.py").exists()
            assert shown["ruling"]["decision"] == "review"
            assert shown["reason"] == "policy manual leaves it to you, so nothing was written"


AGENT = "---\nname: Careful\n---\nBe careful.\n"


@pytest.mark.fault(
    "people",
    "a task's agent file is broken while a policy's decision is on the way",
    sees="a review instead of an apply, with the line of the file that is wrong",
    kept="the project, byte for byte; the decision is not tried for ever",
)
async def test_an_agent_file_that_broke_leaves_what_was_decided_to_a_person(tmp_path: Path) -> None:
    agents = {".claude/agents/careful.md": (0o644, AGENT.encode())}
    project, script = make_project(tmp_path / "project", {**PLAIN, **agents}), Recorder(Line(RIGHT))
    settings = settings_in(tmp_path)
    async with ScriptedServer(script) as server:
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            await _stop_deciding()
            await desk.service.submit(SetPolicy("green"))
            task = await desk.add(agent="careful")
            await desk.start()
            await desk.until("review.approved", task)
        (project / ".claude/agents/careful.md").write_text("---\nno end\n")
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            refused = await desk.until_any({"change.refused", "problem"}, task)
            assert (refused.type, refused.data.get("code")) == ("change.refused", "policy_changed")
            shown = await desk.becomes(task, "in_review")
            assert "careful.md:" in shown["reason"]
            assert not (project / "pkg/three.py").exists()


async def test_a_policy_that_was_tightened_is_named_though_the_project_changed_too(
    tmp_path: Path,
) -> None:
    project, script = make_project(tmp_path / "project"), Recorder(Line(UNTESTED))
    settings = settings_in(tmp_path)
    async with ScriptedServer(script) as server:
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            await _stop_deciding()
            await desk.service.submit(SetPolicy("auto"))
            task = await desk.add()
            await desk.start()
            await desk.until("review.approved", task)
            await desk.service.submit(SetPolicy("green"))
        (project / "notes.txt").write_text("mine\n")
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            refused = await desk.until("change.refused", task)
            assert refused.data["code"] == "policy_changed"
            shown = await desk.becomes(task, "in_review")
            assert shown["reason"] == (
                "policy green leaves it to you (verdict: not verified), so nothing was written"
            )


@pytest.mark.parametrize(
    ("meanwhile", "end"),
    [
        ("def test_other():\n    pass\n", "change.applied"),
        ("import pkg.three\n\n\ndef test_no():\n    pass\n", "change.applied"),
        (FORBIDS, "change.refused"),
    ],
    ids=["unrelated", "needs it", "forbids it"],
)
async def test_stale_evidence_is_made_again_before_a_policy_applies(
    tmp_path: Path, meanwhile: str, end: str
) -> None:
    project = tmp_path / "project"

    class Meddler(Line):
        """The colleague saves while the model answers."""

        def turn(self, conversation: Any) -> Turn:
            (project / "tests/test_other.py").write_text(meanwhile)
            return super().turn(conversation)

    async with room(tmp_path, Meddler(RIGHT)) as desk:
        await desk.service.submit(SetPolicy("green"))
        task = await desk.add()
        await desk.start()
        event = await desk.until_any({"change.applied", "change.refused"})
        assert event.type == end
        assert (desk.project / "pkg/three.py").exists() is (end == "change.applied")
        if end == "change.refused":
            await desk.becomes(task, "in_review")


ENDS = """\
import os

def test_end():
    os._exit(1)
"""


@pytest.mark.fault(
    "tree",
    "the project moved on before a policy applied",
    sees="a review instead of an apply, with the reason",
    kept="the project, byte for byte",
)
async def test_stale_evidence_that_no_longer_proves_goes_to_a_person(tmp_path: Path) -> None:
    project = tmp_path / "project"

    class Meddler(Line):
        """The colleague writes a test that ends the run while the model answers."""

        def turn(self, conversation: Any) -> Turn:
            (project / "tests/test_other.py").write_text(ENDS)
            return super().turn(conversation)

    async with room(tmp_path, Meddler(RIGHT)) as desk:
        await desk.service.submit(SetPolicy("green"))
        task = await desk.add()
        await desk.start()
        refused = await desk.until_any({"change.applied", "change.refused"})
        assert (refused.type, refused.data["code"]) == ("change.refused", "stale")
        await desk.becomes(task, "in_review")


@pytest.mark.fault(
    "kill",
    "the engine ends between a decision and its change",
    sees="it is carried out at the next start",
    kept="the decision; it is carried out once",
)
async def test_a_decision_left_pending_is_carried_out_once_at_the_next_start(
    tmp_path: Path,
) -> None:
    project, script = make_project(tmp_path / "project"), Recorder(Line(RIGHT))
    settings = settings_in(tmp_path)
    async with ScriptedServer(script) as server:
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            task = await desk.add()
            await desk.start()
            await desk.becomes(task, "in_review")
            await _stop_deciding()
            await desk.service.submit(Approve(task))
        assert not (project / "pkg/three.py").exists()
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            await desk.becomes(task, "completed")
            applied = tree_of(project)
            assert "pkg/three.py" in applied
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            await desk.add("after", number="9")
            await desk.until("task.added", "9")
            assert sum(event.type == "change.applied" for event in desk.heard) == 1
            assert tree_of(project) == applied


@pytest.mark.parametrize("written", [False, True], ids=["not yet written", "written"])
@pytest.mark.fault(
    "kill",
    "the engine ends while an undone change is brought back",
    sees="the redo ends at the next start",
    kept="the decision; your files are all-old or all-new",
)
async def test_a_redo_left_pending_is_ended_at_the_next_start(
    tmp_path: Path, written: bool
) -> None:
    project, script = make_project(tmp_path / "project"), Recorder(Line(RIGHT))
    settings = settings_in(tmp_path)
    async with ScriptedServer(script) as server:
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            task = await desk.add()
            await desk.start()
            await desk.becomes(task, "in_review")
            await desk.deed(Approve(task))
            applied = tree_of(project)
            await desk.deed(Undo(task))
            await _stop_deciding()
            await desk.service.submit(Redo(task))
        if written:  # the files were moved, but the engine ended before it could say so
            for name in ("pkg/three.py", "tests/test_three.py"):
                side = applied[name]
                assert side is not None
                (project / name).write_bytes(side[1])
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script, seen=desk.seen)
            assert (await desk.until_any(set(DECISION_ENDS), task)).type == "change.redone"
            assert tree_of(project) == applied
            assert (await desk.show(task))["status"] == "completed"
            assert (await desk.deed(Undo(task))).type == "change.undone"


async def _stop_deciding() -> None:
    """End the lane that carries decisions out, as a crash would."""
    (lane,) = [task for task in asyncio.all_tasks() if task.get_name() == "decisions"]
    lane.cancel()
    await asyncio.wait({lane})


async def test_hunks_and_lines_together_are_written_as_they_were_seen(tmp_path: Path) -> None:
    body = b"".join(b"line %d\n" % n for n in range(40))
    new = body.replace(b"line 5\n", b"five\n").replace(b"line 20\n", b"twenty\nand more\n")
    new = new.replace(b"line 30\n", b"")
    change = {"path": "notes.txt", "action": "modify", "content": new.decode()}
    files = {**PLAIN, "notes.txt": (0o644, body)}
    async with room(tmp_path, Line(answer(*three(), change)), files=files) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        await desk.becomes(task, "in_review")
        document = await desk.service.query(ShowDiff(task))
        (shown,) = (file for file in document["files"] if file["path"] == "notes.txt")
        draft = ReviewDraft.of(document).give(Verdict.ACCEPTED, [("notes.txt", 1)])
        for hunk in shown["hunks"][1:]:
            wanted = {"and more", "line 30"}
            rows = [at for at, (_, text) in enumerate(hunk["lines"]) if text in wanted]
            draft = draft.give_chosen(Verdict.ACCEPTED, [(("notes.txt", hunk["k"]), hunk, rows)])
        for path in ("pkg/three.py", "tests/test_three.py"):
            draft = draft.give(Verdict.ACCEPTED, draft.units_of(path))
        end = await desk.deed(Approve(task, document["proposal"], draft.parts))
        assert end.type == "change.applied", end.data
        written = body.replace(b"line 5\n", b"five\n").replace(b"line 30\n", b"")
        written = written.replace(b"line 20\n", b"line 20\nand more\n")
        assert (desk.project / "notes.txt").read_bytes() == written
