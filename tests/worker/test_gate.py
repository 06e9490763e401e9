"""The gate speaks before a person reviews: of what commands wrote, and as soon as a tool writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.commands import Approve
from tests.contract.sandbox_room import need_bwrap
from tests.worker.repositories import KINDS
from tests.worker.room import answer, call, make_project, room, tree_of


@pytest.mark.parametrize(
    ("command", "reason", "remedy"),
    [
        ("echo x > aux.py", "`aux` is a device on Windows", "mv aux.py more.py"),
        ("echo x > 'a\\b.py'", "it has a backslash", "mv a*b.py more.py"),
        ("echo x > PKG.py; echo x > pkg.PY", "differ in case", "mv PKG.py more.py; rm pkg.PY"),
    ],
)
async def test_a_name_that_a_command_made_is_sent_back_before_review(
    tmp_path: Path, command: str, reason: str, remedy: str
) -> None:
    need_bwrap()
    project = make_project(tmp_path / "project")
    script = Line(
        call("Bash", command=command), answer(), call("Bash", command=remedy), answer()
    )  # fmt: skip
    async with room(tmp_path, script, files=None) as at:
        before = tree_of(project)
        task = await at.add(evidence="none")
        await at.start()
        assert reason in (await at.until("answer.refused", task)).data["message"]
        await at.becomes(task, "in_review")
        await at.deed(Approve(task))
        assert tree_of(project) == {**before, "more.py": (0o644, b"x\n")}


@pytest.mark.parametrize(
    ("kind", "path", "reason"),
    [
        ("nested repositories", "vendor/inner/new.py", "is a repository of its own"),
        ("submodules", "sub/lib.py", "is a repository of its own"),
        ("symlinks", "outer/theirs.py", "is a symbolic link"),
        ("special files", "pipe", "a special file"),
    ],
)
async def test_a_tool_is_told_at_once_what_the_real_tree_does_not_take(
    tmp_path: Path, kind: str, path: str, reason: str
) -> None:
    project = KINDS[kind].make(tmp_path)
    good = {"path": "more.py", "action": "create", "content": "x\n"}
    script = Line(call("Write", path=path, content="x\n"), answer(good))
    async with room(tmp_path, script, files=None, project=project, sandbox="none") as at:
        before = tree_of(project)
        task = await at.add(evidence="none")
        await at.start()
        await at.becomes(task, "in_review")
        assert reason in at.script.newest()
        await at.deed(Approve(task))
        assert tree_of(project) == {**before, "more.py": (0o644, b"x\n")}


async def test_what_a_tool_writes_into_an_empty_submodule_is_not_proposed(tmp_path: Path) -> None:
    project = KINDS["submodules"].make(tmp_path)
    good = {"path": "more.py", "action": "create", "content": "x\n"}
    script = Line(call("Write", path="empty/new.py", content="x\n"), answer(good))
    async with room(tmp_path, script, files=None, project=project, sandbox="none") as at:
        task = await at.add(evidence="none")
        await at.start()
        shown = await at.becomes(task, "in_review")
        assert [file["path"] for file in shown["attempts"][-1]["files"]] == ["more.py"]
        told = "empty/new.py: left out, inside another repository"
        assert told in shown["attempts"][-1]["explanation"]


async def test_what_is_too_large_for_a_proposal_is_told_beside_it(tmp_path: Path) -> None:
    need_bwrap()
    make_project(tmp_path / "project")
    big = "dd if=/dev/zero of=big.bin bs=1000 count=2 2>/dev/null; echo x > more.py; mkdir hollow"
    script = Line(call("Bash", command=big), answer(why="made both"))
    async with room(tmp_path, script, files=None, limits={"file_bytes": 1000}) as at:
        task = await at.add(evidence="none")
        await at.start()
        shown = (await at.becomes(task, "in_review"))["attempts"][-1]
        assert [file["path"] for file in shown["files"]] == ["more.py"]
        assert shown["explanation"] == (
            "made both\n\nNot part of the proposal:\n"
            "- big.bin: left out, larger than 1,000 bytes\n- hollow: left out, an empty folder"
        )
