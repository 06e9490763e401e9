"""What a command without walls does to the real project is told, kept, and taken back by undo."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.commands import Answer, Approve, Redo, Undo
from codeframe_tui.core.events import Event
from codeframe_tui.core.queries import ShowActivity, ShowUndo
from codeframe_tui.worker.effects import found_after, framed
from codeframe_tui.worker.tools import ToolOutcome
from tests.worker.bench import Bench, bench
from tests.worker.room import answer, call, room, three, tree_of

FILES = {
    "a.py": (0o644, b"a = 1\n"),
    "b.py": (0o644, b"b = 1\n"),
    ".gitignore": (0o644, b"*.log\n"),
}
CALL = {"name": "Bash", "id": "t1", "input": {"command": "make all"}}


async def run(desk: Bench, task: str, act: Callable[[], Any]) -> ToolOutcome:
    """Run a command that does what a function does."""

    async def command() -> ToolOutcome:
        found = act()
        if asyncio.iscoroutine(found):
            await found
        return ToolOutcome("[exit code 0]", ok=True, summary="ran make all")

    return await framed(desk.shop, task, CALL, command)


async def told(desk: Bench, type_: str) -> list[Event]:
    return [each for each in await desk.engine._events_after(0) if each.type == type_]


@pytest.mark.fault(
    "tree",
    "a command that you allowed without walls changes files of your project",
    sees="the files, in the activity, the notice and before an undo",
    kept="each file as it was before: `undo` brings it back, `redo` takes it",
)
async def test_what_changed_is_told_and_comes_back_by_undo_and_goes_by_redo(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, FILES) as desk:
        before = tree_of(desk.project)
        task = await desk.begin("at work")

        def act() -> None:
            (desk.project / "a.py").write_text("a = 2\n")
            (desk.project / "b.py").unlink()
            (desk.project / "new").mkdir()
            (desk.project / "new/c.sh").write_text("#!/bin/sh\n")
            (desk.project / "new/c.sh").chmod(0o755)
            (desk.project / "build.log").write_text("ignored\n")

        outcome = await run(desk, task, act)
        assert "3 files of the person's own project changed: a.py, b.py, new/c.sh" in outcome.text
        assert outcome.summary == "ran make all · 3 files of your project changed"
        (event,) = await told(desk, "command.changed")
        assert (event.task, event.data["files"]) == (task, ["a.py", "b.py", "new/c.sh"])
        assert (event.data["command"], event.data["beyond"]) == ("make all", [])
        shown = await desk.engine.query(ShowActivity(task))
        lines = [(each["title"], each["detail"]) for each in shown["items"]]
        ((title, detail),) = [each for each in lines if each[0].startswith("a command changed")]
        assert title == "a command changed a.py, b.py, new/c.sh of your project"
        assert "make all" in detail
        assert "ignored files are not looked at" in detail
        with pytest.raises(Exception, match="being worked on"):
            await desk.engine.submit(Undo(task))
        await desk.engine.release(task)
        after = tree_of(desk.project)
        preview = await desk.engine.query(ShowUndo(task, "undo"))
        assert preview["by_commands"] == ["a.py", "b.py", "new/c.sh"]
        assert (await desk.deed(Undo(task))).data["files"] == preview["by_commands"]
        kept = {**before, "build.log": (0o644, b"ignored\n")}
        assert {path: each for path, each in tree_of(desk.project).items() if each} == kept
        progress = await desk.engine.progress(task)
        assert progress.task.status == "pending"
        assert "your commands had changed" in progress.inbox[-1].text
        assert (await desk.engine.query(ShowUndo(task)))["by_commands"] == preview["by_commands"]
        assert (await desk.deed(Redo(task))).type == "change.redone"
        assert tree_of(desk.project) == after
        assert (await desk.engine.progress(task)).task.status == "pending"


async def test_an_edit_since_is_a_conflict_and_the_task_is_named_to_others(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        one = await desk.apply("one", {"a.py": ("100644", b"a = 5\n")})
        task = await desk.begin("at work")
        await run(desk, task, lambda: (desk.project / "a.py").write_text("a = 2\n"))
        await desk.engine.release(task)
        (conflict,) = (await desk.engine.query(ShowUndo(one)))["conflicts"]
        assert (conflict["path"], conflict["task"]) == ("a.py", task)
        (desk.project / "a.py").write_text("mine\n")
        refused = await desk.deed(Undo(task))
        assert "a.py (edited since)" in refused.data["message"]
        assert (desk.project / "a.py").read_text() == "mine\n"


async def test_one_undo_takes_a_command_and_what_was_applied_out_together(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        before = tree_of(desk.project)
        task = await desk.begin("at work")
        await run(desk, task, lambda: (desk.project / "a.py").write_text("a = 2\n"))
        await desk.offer(task, {"a.py": ("100644", b"a = 3\n"), "b.py": None})
        await desk.deed(Approve(task))
        shown = await desk.engine.query(ShowUndo(task, "undo"))
        assert [file["path"] for file in shown["files"]] == ["a.py", "b.py"]
        assert shown["by_commands"] == ["a.py"]
        after = tree_of(desk.project)
        assert (await desk.deed(Undo(task))).data["files"] == ["a.py", "b.py"]
        assert tree_of(desk.project) == before
        assert (await desk.engine.progress(task)).task.status == "cancelled"
        assert (await desk.deed(Redo(task))).type == "change.redone"
        assert tree_of(desk.project) == after
        assert (await desk.engine.progress(task)).task.status == "completed"


async def test_commands_of_two_tasks_do_not_answer_for_each_other(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        one, two = await desk.begin("one"), await desk.begin("two")
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slowly() -> None:
            (desk.project / "a.py").write_text("a = 2\n")
            begun.set()
            await go_on.wait()

        def quickly() -> None:
            assert go_on.is_set()
            (desk.project / "b.py").write_text("b = 2\n")

        first = asyncio.ensure_future(run(desk, one, slowly))
        await begun.wait()
        signals = desk.engine.signals()
        second = asyncio.ensure_future(run(desk, two, quickly))
        waits = await anext(signals)
        assert (waits.task, waits.data["why"]) == (two, "the command of another task")
        go_on.set()
        await asyncio.gather(first, second)
        changed = {each.task: each.data["files"] for each in await told(desk, "command.changed")}
        assert changed == {one: ["a.py"], two: ["b.py"]}


async def test_what_is_applied_meanwhile_is_not_the_commands(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        other = await desk.propose(
            "other", {"a.py": ("100644", b"a = 5\n"), "x.log": ("100644", b"ignored\n")}
        )
        more = await desk.propose("more", {"b.py": ("100644", b"b = 5\n")})
        task = await desk.begin("at work")

        async def act() -> None:
            await desk.deed(Approve(other))
            await desk.deed(Approve(more))
            (desk.project / "b.py").write_text("b = 6\n")

        outcome = await run(desk, task, act)
        assert "1 file of the person's own project changed: b.py" in outcome.text
        await desk.engine.release(task)
        await desk.deed(Undo(task))
        assert (desk.project / "b.py").read_text() == "b = 5\n"
        assert (desk.project / "a.py").read_text() == "a = 5\n"


async def test_a_link_is_told_and_does_not_keep_the_rest_from_going_back(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")

        def act() -> None:
            (desk.project / "a.py").write_text("a = 2\n")
            (desk.project / "link").symlink_to("a.py")

        await run(desk, task, act)
        (event,) = await told(desk, "command.changed")
        assert (event.data["files"], event.data["beyond"]) == (["a.py"], ["link"])
        await desk.engine.release(task)
        assert (await desk.deed(Undo(task))).data["files"] == ["a.py"]
        assert (desk.project / "link").is_symlink()


@pytest.mark.fault(
    "people",
    "a command without walls is stopped while it changes your project",
    sees="the files that it changed until then",
    kept="each as it was before, for `undo`",
)
async def test_what_a_stopped_command_did_is_told_too(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        wrote = asyncio.Event()

        async def act() -> None:
            (desk.project / "a.py").write_text("a = 2\n")
            wrote.set()
            await asyncio.Event().wait()

        running = asyncio.ensure_future(run(desk, task, act))
        await wrote.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        (event,) = await told(desk, "command.changed")
        assert event.data["files"] == ["a.py"]
        assert not desk.shop.frame.is_taken


@pytest.mark.fault(
    "kill",
    "the engine is killed while a command without walls changes your project",
    sees="the files that changed since it began, at the next start",
    kept="every file as it is: you may have worked since, so no undo touches it",
)
async def test_what_changed_since_a_command_whose_end_nobody_saw_is_told_and_not_kept(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        died = ToolOutcome("interrupted", ok=False, summary="bash was interrupted")
        assert await found_after(desk.shop, task, CALL, died) is died
        await desk.engine.begin_effects(task, "t1", (await desk.workspaces.snapshot()).tree)
        (desk.project / "a.py").write_text("a = 2\n")
        assert await found_after(desk.shop, task, {**CALL, "id": "t0"}, died) is died
        outcome = await found_after(desk.shop, task, CALL, died)
        assert "Since it began, by it or by others, 1 file of the person's own" in outcome.text
        shown = await desk.engine.query(ShowActivity(task))
        (title,) = [each["title"] for each in shown["items"] if "command" in each["title"]]
        assert title == "a.py of your project changed since a command began, by it or by others"
        (event,) = await told(desk, "command.changed")
        assert (event.data["files"], event.data["beyond"]) == ([], ["a.py"])
        assert event.data["since"] is True
        assert await desk.engine.applied(task) == []
        assert await found_after(desk.shop, task, CALL, died) is died
        blind = cast(Any, SimpleNamespace())  # the store is asked of commands alone
        assert await found_after(blind, task, {**CALL, "name": "Read"}, died) is died


async def test_nothing_is_looked_at_where_walls_stand_or_said_where_nothing_changed(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        assert (await run(desk, task, lambda: None)).text == "[exit code 0]"
        blind = SimpleNamespace(sandbox=SimpleNamespace(level="bwrap"))

        async def command() -> ToolOutcome:
            return ToolOutcome("walled", ok=True, summary="")

        assert (await framed(cast(Any, blind), task, CALL, command)).text == "walled"
        assert await told(desk, "command.changed") == []


async def test_a_command_that_a_person_allowed_is_framed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way, without bubblewrap."""
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    path = tmp_path / "project/pkg/core.py"
    again = call("Bash", command="true")
    script = Line(call("Bash", command=f"echo '# run' >> {path}"), again, answer(*three()))
    async with room(tmp_path, script) as desk:
        before = tree_of(desk.project)
        task = await desk.add()
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], "allow once"))
        changed = await desk.until("command.changed", task)
        assert changed.data["files"] == ["pkg/core.py"]
        asked = await desk.until("blocker.opened", task)
        said = "Commands of this task changed files of your project: pkg/core.py."
        assert asked.data["question"].endswith(said)
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], "allow once"))
        shown = await desk.becomes(task, "in_review")
        assert shown["undoable"] is True
        assert "no part of your proposal" in desk.script.newest(2)
        assert (await desk.deed(Undo(task))).data["files"] == ["pkg/core.py"]
        assert tree_of(desk.project) == before
        assert (await desk.show(task))["undoable"] is False
