"""Files that git ignores: proposed when they are named, and never lost when they are not."""

from __future__ import annotations

from pathlib import Path

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.commands import Approve
from tests.worker.room import PLAIN, Files, answer, call, make_project, room, tree_of

IGNORED: Files = {
    **PLAIN,
    ".gitignore": (0o644, b"*.cfg\n.env\n"),
}


def project_with(folder: Path, path: str, content: bytes) -> Path:
    project = make_project(folder / "project", IGNORED)
    (project / path).write_bytes(content)
    return project


async def test_a_refused_answer_leaves_no_trace_of_an_ignored_file_it_named(tmp_path: Path) -> None:
    project = project_with(tmp_path, "local.cfg", b"mine = 1\n")
    wrong = {"path": "local.cfg", "action": "modify", "edits": [{"old": "absent", "new": "x"}]}
    right = {"path": "pkg/new.py", "action": "create", "content": "NEW = 1\n"}
    async with room(tmp_path, Line(answer(wrong), answer(right)), files=None) as at:
        number = await at.add(evidence="regression")
        await at.start()
        shown = await at.becomes(number, "in_review")
        assert [file["path"] for file in shown["attempts"][-1]["files"]] == ["pkg/new.py"]
        await at.deed(Approve(number))
    assert (project / "local.cfg").read_bytes() == b"mine = 1\n"


async def test_an_ignored_file_that_is_named_is_changed_and_nothing_else(tmp_path: Path) -> None:
    project = project_with(tmp_path, "local.cfg", b"mine = 1\n")
    change = {"path": "local.cfg", "action": "modify", "content": "mine = 2\n"}
    async with room(tmp_path, Line(answer(change)), files=None) as at:
        before = tree_of(project)
        number = await at.add(evidence="none")
        await at.start()
        await at.becomes(number, "in_review")
        await at.deed(Approve(number))
        assert tree_of(project) == {**before, "local.cfg": (0o644, b"mine = 2\n")}


async def test_what_the_write_tool_wrote_is_proposed_even_where_git_ignores_it(
    tmp_path: Path,
) -> None:
    make_project(tmp_path / "project", IGNORED)
    script = Line(call("Write", path="made.cfg", content="a = 1\n"), answer())
    async with room(tmp_path, script, files=None) as at:
        number = await at.add(evidence="none")
        await at.start()
        shown = await at.becomes(number, "in_review")
        assert [file["path"] for file in shown["attempts"][-1]["files"]] == ["made.cfg"]


async def test_secrets_never_come_before_the_model(tmp_path: Path) -> None:
    project_with(tmp_path, ".env", b"PASSWORD=hunter2\n")
    change = {"path": ".env", "action": "modify", "content": "PASSWORD=\n"}
    other = {"path": "pkg/new.py", "action": "create", "content": "NEW = 1\n"}
    async with room(tmp_path, Line(answer(change), answer(other)), files=None) as at:
        number = await at.add(evidence="none")
        await at.start()
        await at.becomes(number, "in_review")
        assert "holds secrets" in at.script.newest()
        assert "hunter2" not in str(at.script.asked)
