"""What a person is told before an undo or redo is what then happens.

``CODEFRAME_TUI_SCHEDULES`` says how many random schedules; ``CODEFRAME_TUI_SEED`` repeats a run.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Collection
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest

from codeframe_tui.core.commands import Hold, Redo, Undo
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.evidence.importers import imports
from codeframe_tui.core.queries import ShowUndo
from codeframe_tui.worker.effects import framed
from codeframe_tui.worker.tools import ToolOutcome
from tests.worker.bench import Bench, Side, bench
from tests.worker.room import tree_of
from tests.worker.test_effects import run

SCHEDULES = int(os.environ.get("CODEFRAME_TUI_SCHEDULES", "8"))
SEED = int(os.environ.get("CODEFRAME_TUI_SEED", "20"))
DEEDS = 14

FILES = {
    "pkg/a.py": (0o644, b"def a():\n    return 1\n"),
    "pkg/b.py": (0o644, b"def b():\n    return 2\n"),
    "run.sh": (0o755, b"#!/bin/sh\n"),
}
PLACES = ("pkg/a.py", "pkg/b.py", "pkg/c.py", "deep/er/d.py", "run.sh")
TEXTS = (b"def a():\n    return 3\n", b"from pkg.c import x\n", b"x = 1\n", b"def b(): ...\n")
DOCUMENTED = {
    "task", "kind", "files", "already", "conflicts", "refused", "commits", "by_commands",
    "dependants", "later", "later_count", "decision", "unread",
}  # fmt: skip


async def told(desk: Bench, task: str, kind: Literal["undo", "redo"] | None = None) -> Any:
    document = await desk.engine.query(ShowUndo(task, kind))
    assert document.keys() == DOCUMENTED
    return document


async def test_an_undo_out_of_order_is_told_with_all_that_hangs_on_it(tmp_path: Path) -> None:
    new = ("100644", b"x = 1\n")
    async with bench(tmp_path, FILES) as desk:
        one = await desk.apply("one", {"pkg/c.py": new, "pkg/a.py": ("100644", TEXTS[0])})
        waits = await desk.wait_for(one)
        two = await desk.apply("two", {"pkg/a.py": ("100644", TEXTS[2])})
        three = await desk.apply("three", {"pkg/b.py": ("100644", TEXTS[1])})
        four = await desk.apply("four", {"run.sh": None})
        gone = await desk.apply("five", {"pkg/a.py": ("100644", TEXTS[3])})
        await desk.deed(Undo(gone))
        (desk.project / "pkg/c.py").write_text("# mine\n")
        shown = await told(desk, one)
        assert [(file["path"], file["action"]) for file in shown["files"]] == [
            ("pkg/a.py", "modify"), ("pkg/c.py", "delete"),
        ]  # fmt: skip
        assert shown["conflicts"] == [
            {"path": "pkg/a.py", "task": two, "why": f"changed by task {two}: undo that first"},
            {"path": "pkg/c.py", "task": None, "why": "edited since"},
        ]
        assert shown["refused"]["code"] == "conflict"
        assert shown["refused"]["hint"].endswith(f"then undo {one} again")
        assert shown["dependants"] == [waits]
        assert [(e["task"], e["title"], e["files"], e["imports"]) for e in shown["later"]] == [
            (two, "two", ["pkg/a.py"], []),
            (three, "three", [], ["pkg/b.py"]),
            (four, "four", [], []),
        ]
        assert shown["later_count"] == 3
        assert not any(each["depends"] for each in shown["later"])


async def test_a_redo_is_told_as_an_undo_is(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        one = await desk.apply("one", {"run.sh": ("100644", b"#!/bin/sh\n")})
        with pytest.raises(CodeframeError) as caught:
            await told(desk, one, "redo")
        assert caught.value.code == "nothing_to_redo"
        await desk.deed(Undo(one))
        shown = await told(desk, one)
        assert (shown["kind"], shown["refused"], shown["already"]) == ("redo", None, False)
        (desk.project / "run.sh").chmod(0o644)
        assert (await told(desk, one))["already"] is True
        (desk.project / "run.sh").write_text("mine")
        (conflict,) = (await told(desk, one, "redo"))["conflicts"]
        assert (conflict["path"], conflict["why"]) == ("run.sh", "edited since")


async def test_what_the_gate_would_refuse_is_told(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        one = await desk.apply("one", {"deep/er/d.py": ("100644", b"d\n")})
        await desk.deed(Undo(one))
        (desk.project / "deep").symlink_to(tmp_path)
        shown = await told(desk, one)
        assert shown["refused"]["code"] == "path_refused"
        end = await desk.deed(Redo(one))
        assert end.data["message"] == shown["refused"]["message"]


@pytest.mark.parametrize("seed", range(SEED, SEED + SCHEDULES))
async def test_a_preview_equals_what_then_happens(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    async with bench(tmp_path, FILES) as desk:
        tasks: list[str] = []
        for step in range(DEEDS):
            draw = chance.random()
            if draw < 0.3 or not tasks:
                wanted: dict[str, Side] = {
                    path: (chance.choice(("100644", "100755")), chance.choice(TEXTS))
                    for path in chance.sample(PLACES, chance.randint(1, 3))
                }
                if (desk.project / "run.sh").exists() and chance.random() < 0.2:
                    wanted["run.sh"] = None
                tasks.append(await desk.apply(f"step {step}", wanted))
                if chance.random() < 0.3:
                    await desk.wait_for(tasks[-1])
            elif draw < 0.4:
                edit(chance, desk.project / chance.choice(PLACES))
            elif draw < 0.5:
                tasks.append(await by_command(desk, chance))
            else:
                await compare(desk, chance.choice(tasks), chance.choice(("undo", "redo")))


async def by_command(desk: Bench, chance: Random) -> str:
    """A task of which only a command without walls has changed the project."""
    number = await desk.begin("a command")

    async def act() -> ToolOutcome:
        for path in chance.sample(PLACES, 2):
            edit(chance, desk.project / path)
        return ToolOutcome("", ok=True, summary="")

    call = {"name": "Bash", "id": "t", "input": {"command": "make"}}
    await framed(desk.shop, number, call, act)
    await desk.engine.release(number)
    await desk.engine.submit(Hold(number))
    return number


def edit(chance: Random, file: Path) -> None:
    if file.exists() and chance.random() < 0.4:
        file.unlink()
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(chance.choice((*TEXTS, b"# mine\n")))


async def compare(desk: Bench, task: str, kind: str) -> None:
    """Look, then do it: what was told must be so."""
    before = tree_of(desk.project)
    wish = Undo(task) if kind == "undo" else Redo(task)
    shown: Any = None
    refused: CodeframeError | None = None
    try:
        shown = await told(desk, task, "undo" if kind == "undo" else "redo")
    except CodeframeError as error:
        refused = error
    if refused is not None:
        with pytest.raises(CodeframeError, match=re.escape(str(refused))) as caught:
            await desk.engine.submit(wish)
        assert caught.value.code == refused.code
        return
    assert tree_of(desk.project) == before
    end = await desk.deed(wish)
    after = tree_of(desk.project)
    paths = [file["path"] for file in shown["files"]]
    if shown["refused"] is None:
        assert end.type == {"undo": "change.undone", "redo": "change.redone"}[kind], end.data
        assert end.data["files"] == paths
        assert end.data["dependants"] == shown["dependants"]
        moved = {
            path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
        }
        files = {path for path in moved if before.get(path) or after.get(path)}
        assert files == (set() if shown["already"] else set(paths))
        for file in shown["files"]:
            assert (file["path"] in after) is (file["action"] != "delete")
    else:
        assert end.type == "change.refused"
        assert end.data["message"] == shown["refused"]["message"]
        assert end.data["code"] == shown["refused"]["code"]
        assert end.data["paths"] == [conflict["path"] for conflict in shown["conflicts"]]
        assert after == before


async def test_the_newest_are_read_first_and_what_is_not_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codeframe_tui.worker.preview._MOST_READ", 1)
    new, user = ("100644", b"x = 1\n"), b"from pkg.c import x\n"
    async with bench(tmp_path, FILES) as desk:
        one = await desk.apply("one", {"pkg/c.py": new})
        old = await desk.apply("old", {"old.py": ("100644", user)})
        late = await desk.apply("late", {"late.py": ("100644", user)})
        again = await desk.apply("again", {"run.sh": None})
        shown = await told(desk, one)
        hangs = {each["task"]: each["imports"] for each in shown["later"]}
        assert hangs == {old: [], late: ["late.py"], again: []}
        assert shown["unread"] == 1
        monkeypatch.setattr("codeframe_tui.worker.preview._MOST_READ", 2)
        shown = await told(desk, one)
        assert (shown["later"][0]["imports"], shown["unread"]) == (["old.py"], 0)


async def test_nothing_is_listed_any_more_when_enough_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codeframe_tui.worker.preview._MOST_READ", 1)
    user = ("100644", TEXTS[1])
    async with bench(tmp_path, FILES) as desk:
        one = await desk.apply("one", {"pkg/c.py": ("100644", b"x = 1\n")})
        for name in ("old", "older", "late"):
            await desk.apply(name, {f"{name}.py": user})
        listed: list[Collection[str]] = []
        real = desk.workspaces.entries

        async def entries(tree: str, paths: Collection[str]) -> Any:
            listed.append(paths)
            return await real(tree, paths)

        monkeypatch.setattr(desk.workspaces, "entries", entries)
        shown = await told(desk, one)
        assert shown["unread"] == 2
        assert [each for each in listed if "old.py" in each or "older.py" in each] == []


async def test_the_same_content_is_read_once_and_not_on_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def looks(names: Any, path: str, text: str) -> bool:
        threads.append(threading.get_ident())
        return imports(names, path, text)

    monkeypatch.setattr("codeframe_tui.worker.preview.imports", looks)
    async with bench(tmp_path, FILES) as desk:
        one = await desk.apply("one", {"pkg/c.py": ("100644", b"x = 1\n")})
        user, other = ("100644", TEXTS[1]), ("100644", TEXTS[3])
        tasks = [await desk.apply("late", {"late.py": side}) for side in (user, other, user)]
        shown = await told(desk, one)
        assert [each["imports"] for each in shown["later"]] == [["late.py"], [], ["late.py"]]
        assert [each["task"] for each in shown["later"]] == tasks
        assert len(threads) == 2
        assert threading.get_ident() not in threads


async def test_of_many_those_that_hang_on_it_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codeframe_tui.service.preview._MOST_LATER", 2)
    async with bench(tmp_path, FILES) as desk:
        one = await desk.apply("one", {"pkg/a.py": ("100644", TEXTS[0])})
        near = await desk.apply("near", {"pkg/a.py": ("100644", TEXTS[2])})
        for mode in ("100644", "100755"):
            newest = await desk.apply("far", {"run.sh": (mode, b"#!/bin/sh\n# new\n")})
        shown = await told(desk, one)
        assert [each["task"] for each in shown["later"]] == [near, newest]
        assert shown["later_count"] == 3


async def test_an_undo_or_redo_is_what_was_shown_or_refused(tmp_path: Path) -> None:
    async with bench(tmp_path, FILES) as desk:
        task = await desk.begin("at work")
        decisions: list[int] = []
        for content in ("a = 2\n", "a = 3\n"):
            await run(desk, task, partial((desk.project / "pkg/a.py").write_text, content))
            decisions.append((await told(desk, task))["decision"])
        await desk.engine.release(task)
        with pytest.raises(CodeframeError) as caught:
            await desk.deed(Undo(task, decisions[0]))
        assert caught.value.code == "stale_preview"
        end = await desk.deed(Undo(task, decisions[1]))
        assert end.type == "change.undone"
        assert end.data["by_commands"] == ["pkg/a.py"]
        with pytest.raises(CodeframeError) as caught:
            await desk.deed(Redo(task, decisions[1]))
        assert caught.value.code == "stale_preview"
        shown = await told(desk, task)
        assert (await desk.deed(Redo(task, shown["decision"]))).type == "change.redone"
