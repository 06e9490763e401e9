"""What a command without walls did is told as it is, whatever looks, writes or stops meanwhile."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest

from codeframe_tui.core.commands import Approve, Undo
from codeframe_tui.core.errors import Lacking, PathRefused
from codeframe_tui.core.queries import ShowActivity, ShowUndo
from codeframe_tui.ports import Replacement, Snapshot, Workspaces
from codeframe_tui.worker.effects import found_after
from codeframe_tui.worker.frame import Frame
from codeframe_tui.worker.tools import ToolOutcome
from tests.worker.bench import Bench, bench
from tests.worker.room import tree_of
from tests.worker.test_effects import CALL, FILES, run, told

T = TypeVar("T")


def ignored_no_more(project: Path) -> None:
    (project / ".gitignore").write_text("")
    (project / "new.log").write_text("new\n")


def repository_no_more(project: Path) -> None:
    (project / "sub/.git/HEAD").unlink()
    (project / "sub/.git").rmdir()


def environment_no_more(project: Path) -> None:
    (project / "env/pyvenv.cfg").unlink()


def too_large_no_more(project: Path) -> None:
    (project / "large.bin").write_bytes(b"small\n")


@pytest.mark.parametrize(
    ("act", "standing", "back"),
    [
        (ignored_no_more, "build.log", [".gitignore", "new.log"]),
        (repository_no_more, "sub/kept.py", []),
        (environment_no_more, "env/lib/kept.py", []),
        (too_large_no_more, "large.bin", []),
    ],
)
async def test_what_no_look_took_before_is_not_deleted_by_an_undo(
    tmp_path: Path, act: Callable[[Path], None], standing: str, back: list[str]
) -> None:
    async with bench(tmp_path, FILES) as desk:
        for path in ("build.log", "sub/.git/HEAD", "sub/kept.py", "env/pyvenv.cfg"):
            (desk.project / path).parent.mkdir(parents=True, exist_ok=True)
            (desk.project / path).write_text("mine\n")
        (desk.project / "env/lib").mkdir()
        (desk.project / "env/lib/kept.py").write_text("mine\n")
        (desk.project / "large.bin").write_bytes(b"x" * (desk.shop.settings.limits.file_bytes + 1))
        task = await desk.begin("at work")
        await run(desk, task, lambda: act(desk.project))
        (event,) = await told(desk, "command.changed")
        assert standing in event.data["beyond"]
        assert event.data["files"] == back
        await desk.engine.release(task)
        if back:
            await desk.deed(Undo(task))
        assert (desk.project / standing).exists()
        assert not (desk.project / "new.log").exists()


async def test_what_only_leaves_the_look_is_not_gone(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        before = tree_of(desk.project)
        task = await desk.begin("at work")
        await run(desk, task, lambda: (desk.project / ".gitignore").write_text("b.py\n"))
        (event,) = await told(desk, "command.changed")
        assert (event.data["files"], event.data["beyond"]) == ([".gitignore"], ["b.py"])
        await desk.engine.release(task)
        assert (await desk.deed(Undo(task))).type == "change.undone"
        assert tree_of(desk.project) == before


async def test_an_apply_of_ours_that_is_stopped_is_not_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path, FILES) as desk:
        other = await desk.propose("other", {"a.py": ("100644", b"a = 5\n")})
        task = await desk.begin("at work")
        loop, begun, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

        def crash(step: str) -> None:
            if step == "apply.journal":
                loop.call_soon_threadsafe(begun.set)
                go_on.wait(20)

        monkeypatch.setattr(desk.working_tree, "_crash", crash)

        async def act() -> None:
            applying = asyncio.ensure_future(desk.deed(Approve(other)))
            await begun.wait()
            applying.cancel()
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await applying
            await desk.working_tree.close()
            assert (desk.project / "a.py").read_text() == "a = 5\n"

        assert (await run(desk, task, act)).text == "[exit code 0]"
        assert await told(desk, "command.changed") == []


async def nothing() -> list[str]:
    return []


class Looks:
    """Workspaces that count how often they are asked to look."""

    def __init__(self) -> None:
        self.count = 0

    async def snapshot(self) -> Snapshot:
        self.count += 1
        return Snapshot(f"tree {self.count}")

    async def entries(self, _tree: str, paths: Iterable[str]) -> dict[str, object]:
        return dict.fromkeys(paths)

    async def overlay(self, tree: str, changes: Mapping[str, object]) -> str:
        return f"{tree} with {', '.join(changes)}"


@pytest.mark.parametrize("stopped", [True, False])
async def test_no_look_falls_into_a_write_of_ours(*, stopped: bool) -> None:
    frame, looks, begun, go_on = Frame(), Looks(), asyncio.Event(), asyncio.Event()
    workspaces = cast(Workspaces, looks)

    async def write() -> None:
        begun.set()
        await go_on.wait()

    async def during(look: Coroutine[Any, Any, T]) -> T:
        """A look that is asked for while a write is half-way, and perhaps its worker stopped."""
        begun.clear()
        go_on.clear()
        before = looks.count
        ours = [Replacement("a.py", None, ("100644", b""))]
        writing = asyncio.ensure_future(frame.writing(ours, write, nothing))
        await begun.wait()
        if stopped:
            writing.cancel()
        looking = asyncio.ensure_future(look)
        for _ in range(20):  # rounds of the loop
            await asyncio.sleep(0)
        assert looks.count == before
        go_on.set()
        await asyncio.wait({writing})
        assert writing.cancelled() is stopped
        return await looking

    async with AsyncExitStack() as stack:
        await during(stack.enter_async_context(frame.opened(workspaces)))
        assert (await during(frame.looked(workspaces))).base == "tree 1 with a.py"


async def test_what_we_write_is_kept_no_longer_than_a_frame_is_open() -> None:
    frame, workspaces = Frame(), cast(Workspaces, Looks())
    ours = [Replacement("a.py", None, ("100644", b"large"))]

    async def write() -> None:
        pass

    await frame.writing(ours, write, nothing)
    assert not frame._ours

    async def fails() -> None:
        async with frame.opened(workspaces):
            await frame.writing(ours, write, nothing)
            assert frame._ours
            raise Lacking("the disk is full")

    with pytest.raises(Lacking):
        await fails()
    assert not frame._ours
    assert frame.first == ""


async def test_what_changed_since_is_not_looked_at_in_a_write_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        await desk.engine.begin_effects(task, "t1", (await desk.workspaces.snapshot()).tree)
        asked, writes, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
        look, begun, looks = desk.workspaces.snapshot, desk.engine.begun_effects, [0]

        async def write() -> None:
            (desk.project / "a.py").write_text("half-way\n")
            writes.set()
            await go_on.wait()
            (desk.project / "a.py").write_text("a = 1\n")

        async def begun_effects(*args: str) -> str | None:
            found = await begun(*args)
            asked.set()
            return found

        async def snapshot() -> Snapshot:
            looks[0] += 1
            return await look()

        monkeypatch.setattr(desk.workspaces, "snapshot", snapshot)
        monkeypatch.setattr(desk.engine, "begun_effects", begun_effects)
        writing = asyncio.ensure_future(desk.shop.frame.writing([], write, nothing))
        await writes.wait()
        died = ToolOutcome("interrupted", ok=False, summary="bash was interrupted")
        looking = asyncio.ensure_future(found_after(desk.shop, task, CALL, died))
        await asked.wait()
        for _ in range(20):  # rounds of the loop
            await asyncio.sleep(0)
        assert looks == [0]
        go_on.set()
        await writing
        assert await looking is died
        assert looks == [1]


@pytest.mark.parametrize("written", [True, False])
async def test_a_write_of_ours_that_broke_is_ours_as_far_as_it_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, written: bool
) -> None:
    async with bench(tmp_path, FILES) as desk:
        other = await desk.propose("other", {"a.py": ("100644", b"a = 5\n"), "b.py": None})
        task = await desk.begin("at work")

        async def breaks(*_: object) -> None:
            if written:
                (desk.project / "a.py").write_text("a = 5\n")
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

        async def act() -> None:
            monkeypatch.setattr(desk.working_tree, "replace", breaks)
            with pytest.raises(OSError, match=os.strerror(errno.EMFILE)):
                await desk.deed(Approve(other))

        assert (await run(desk, task, act)).text == "[exit code 0]"
        assert await told(desk, "command.changed") == []


async def test_a_path_that_the_gate_declines_costs_few_looks_at_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [f"f{number:03}.py" for number in range(256)]
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        differs, looks = desk.working_tree.differs, [0]

        async def counted(entries: Mapping[str, Any]) -> list[str]:
            looks[0] += 1
            if "f100.py" in entries:
                raise PathRefused("path 'f100.py' is refused")
            return await differs(entries)

        def act() -> None:
            monkeypatch.setattr(desk.working_tree, "differs", counted)
            for name in many:
                (desk.project / name).write_text(f"{name}\n")

        await run(desk, task, act)
        (event,) = await told(desk, "command.changed")
        assert event.data["beyond"] == ["f100.py"]
        assert (len(event.data["files"]), event.data["count"]) == (200, 256)
        assert looks[0] <= 2 + 2 * 8  # halves of halves
        monkeypatch.undo()
        await desk.engine.release(task)
        assert len((await desk.deed(Undo(task))).data["files"]) == 255
        assert [path for path in many if (desk.project / path).exists()] == ["f100.py"]


async def test_a_file_that_we_made_and_the_command_deleted_is_told(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        other = await desk.propose("other", {"new.py": ("100644", b"new\n")})
        task = await desk.begin("at work")

        async def act() -> None:
            await desk.deed(Approve(other))
            (desk.project / "new.py").unlink()

        assert (
            "1 file of the person's own project changed: new.py"
            in (await run(desk, task, act)).text
        )
        (event,) = await told(desk, "command.changed")
        assert (event.data["files"], event.data["beyond"]) == ([], ["new.py"])


async def test_an_edit_between_two_commands_is_a_conflict(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        await run(desk, task, lambda: (desk.project / "a.py").write_text("a = 2\n"))
        (desk.project / "a.py").write_text("mine\n")
        await run(desk, task, lambda: (desk.project / "a.py").write_text("a = 3\n"))
        await desk.engine.release(task)
        shown = await desk.engine.query(ShowUndo(task))
        assert "edited between two parts" in shown["refused"]["message"]
        assert "edited between two parts" in (await desk.deed(Undo(task))).data["message"]
        assert (desk.project / "a.py").read_text() == "a = 3\n"


def failing(desk: Bench, monkeypatch: pytest.MonkeyPatch, name: str, count: int) -> None:
    """Let calls of the store or the workspaces fail for want of room."""
    real, left = getattr(desk.workspaces if name == "snapshot" else desk.engine, name), [count]

    async def fails(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] >= 0:
            raise Lacking("the disk is full")
        return await real(*args, **kwargs)

    monkeypatch.setattr(desk.workspaces if name == "snapshot" else desk.engine, name, fails)


async def test_a_look_that_fails_is_told_to_the_model_and_to_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        outcome = await run(desk, task, lambda: failing(desk, monkeypatch, "snapshot", 1))
        assert "What it changed of the person's own project is not known" in outcome.text
        assert outcome.summary == "ran make all · what it changed is not known"
        (event,) = await told(desk, "problem")
        assert event.task == task
        assert await desk.engine.begun_effects(task, "t1") is None


@pytest.mark.fault(
    "disk",
    "the disk is full when a command without walls ends",
    sees="that it waits for room to record",
    kept="each file as it was before, for `undo`",
)
async def test_a_full_disk_loses_no_undo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")

        def act() -> None:
            (desk.project / "a.py").write_text("a = 2\n")
            failing(desk, monkeypatch, "_write", 2)

        outcome = await run(desk, task, act)
        assert "1 file of the person's own project changed: a.py" in outcome.text
        (event,) = await told(desk, "command.changed")
        assert event.data["files"] == ["a.py"]


async def test_a_full_disk_does_not_hold_up_who_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        begun = asyncio.Event()

        async def act() -> None:
            failing(desk, monkeypatch, "_write", 1000)
            begun.set()
            await asyncio.Event().wait()

        running = asyncio.ensure_future(run(desk, task, act))
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


@pytest.mark.parametrize("where", ["differs", "record_effects"])
async def test_a_stop_is_not_lost_when_a_look_or_a_record_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        looking, go_on = asyncio.Event(), asyncio.Event()
        real = desk.workspaces.snapshot

        async def slowly() -> Snapshot:
            looking.set()
            await go_on.wait()
            return await real()

        async def breaks(*_: object) -> None:
            monkeypatch.undo()
            raise RuntimeError("broken")

        def act() -> None:
            (desk.project / "a.py").write_text("a = 2\n")
            monkeypatch.setattr(desk.workspaces, "snapshot", slowly)
            monkeypatch.setattr(
                desk.engine if where == "record_effects" else desk.working_tree, where, breaks
            )

        running = asyncio.ensure_future(run(desk, task, act))
        await looking.wait()
        running.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await running
        (event,) = await told(desk, "problem")
        assert event.task == task
        assert await desk.engine.begun_effects(task, "t1") is None


async def test_a_stop_while_it_is_recorded_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        recording, go_on, real = asyncio.Event(), asyncio.Event(), desk.engine._write

        async def slowly(*args: Any) -> Any:
            recording.set()
            await go_on.wait()
            return await real(*args)

        def act() -> None:
            (desk.project / "a.py").write_text("a = 2\n")
            monkeypatch.setattr(desk.engine, "_write", slowly)

        running = asyncio.ensure_future(run(desk, task, act))
        await recording.wait()
        for _ in range(3):
            running.cancel()
            await asyncio.sleep(0)
        assert not running.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await running
        (event,) = await told(desk, "command.changed")
        assert event.data["files"] == ["a.py"]


async def test_a_name_has_its_bound_and_a_list_too(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        names = [f"n{number:03}{'x' * 240}" for number in range(229)] + ["n\nx"]
        outcome = await run(
            desk, task, lambda: [(desk.project / name).write_text("") for name in names]
        )
        assert len(outcome.text) < 20 * 210 + 300
        assert "changed: n x, n000xx" in outcome.text
        (event,) = await told(desk, "command.changed")
        assert (len(event.data["files"]), event.data["count"]) == (200, 230)
        assert event.data["beyond"] == ["n\nx"]
        (item,) = (await desk.engine.query(ShowActivity(task)))["items"][-1:]
        assert "\n29 more than these:\n" in item["detail"]
        await desk.engine.release(task)
        (decision,) = await desk.engine.applied(task)
        assert len(decision.parts.files) == 229
