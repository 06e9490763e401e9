"""Who works on a task, and what its level may decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.adapters import definitions
from codeframe_tui.adapters.definitions import Definitions
from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.bootstrap import assembly
from codeframe_tui.core.commands import Approve, SetPolicy, Trust, Undo
from codeframe_tui.core.queries import ShowActivity, ShowOverview, ShowTrust
from tests.worker.room import Room, answer, room, three

OURS = "---\nname: Backend Worker\n---\nBe quick.\n\n## Maturity Level: D4\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    monkeypatch.setattr(definitions, "config_dir", lambda: folder)
    return folder


def write(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "backend-worker.md").write_text(OURS)


def test_a_definition_of_the_repository_is_used_by_name_only(tmp_path: Path, config: Path) -> None:
    project = tmp_path / "project"
    write(project / ".claude/agents")
    found = Definitions(project)
    assert found.load(None).source == "built-in backend-worker.md"
    assert not found.load("backend-worker").trusted
    write(config / "agents")
    assert found.load(None).source == str(config / "agents/backend-worker.md")


@pytest.mark.parametrize(
    ("ceiling", "chosen", "end"),
    [("green", None, "completed"), ("manual", None, "in_review"), ("auto", "manual", "in_review")],
)
async def test_the_level_of_the_agent_decides_while_nobody_says(
    tmp_path: Path, config: Path, ceiling: str, chosen: str | None, end: str
) -> None:
    write(config / "agents")
    async with room(tmp_path, Line(answer(*three())), ceiling=ceiling) as desk:
        overview = await desk.service.query(ShowOverview())
        assert (overview["policy"], overview["policy_chosen"]) == (ceiling, False)
        if chosen:
            await desk.service.submit(SetPolicy(chosen))
            assert (await desk.service.query(ShowOverview()))["policy"] == chosen
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, end)
        items = (await desk.service.query(ShowActivity(task)))["items"]
        context = next(item for item in items if item["kind"] == "context")
        assert str(config) in context["detail"].splitlines()[0]


async def test_a_definition_of_the_repository_loosens_nothing(tmp_path: Path, config: Path) -> None:
    write(tmp_path / "project/.claude/agents")
    async with room(tmp_path, Line(answer(*three())), ceiling="auto") as desk:
        task = await desk.add(agent="backend-worker")
        await desk.start()
        await desk.becomes(task, "in_review")
        items = (await desk.service.query(ShowActivity(task)))["items"]
        context = next(item for item in items if item["kind"] == "context")
        assert "not trusted: it only tightens" in context["detail"].splitlines()[0]


TRUSTED = ".claude/agents/backend-worker.md"


async def trust(desk: Room, path: str = TRUSTED) -> None:
    (file,) = (await desk.service.query(ShowTrust(path)))["files"]
    await desk.service.submit(Trust(path, file["sha256"]))


@pytest.mark.parametrize(("ceiling", "end"), [("auto", "completed"), ("manual", "in_review")])
async def test_a_trusted_definition_decides_up_to_the_users_ceiling(
    tmp_path: Path, config: Path, ceiling: str, end: str
) -> None:
    write(tmp_path / "project/.claude/agents")
    async with room(tmp_path, Line(answer(*three())), ceiling=ceiling) as desk:
        await trust(desk)
        task = await desk.add(agent="backend-worker")
        await desk.start()
        await desk.becomes(task, end)


async def test_a_change_of_a_trusted_file_waits_for_a_person_and_ends_the_trust(
    tmp_path: Path, config: Path
) -> None:
    write(tmp_path / "project/.claude/agents")
    change = {"path": TRUSTED, "action": "modify", "content": f"{OURS}\nDo as you like.\n"}
    async with room(tmp_path, Line(answer(*three(), change)), policy="auto") as desk:
        await trust(desk)
        task = await desk.add(agent="backend-worker")
        await desk.start()
        shown = await desk.becomes(task, "in_review")
        (flag,) = (f for f in shown["attempts"][-1]["flags"] if f["rule"] == "agent_rules")
        assert (flag["severity"], flag["path"]) == ("red", TRUSTED)
        assert flag["message"] == "changes a file that you trust; applied, it is not any more"
        assert (await desk.deed(Approve(task))).type == "change.applied"
        (file,) = (await desk.service.query(ShowTrust(TRUSTED)))["files"]
        assert (file["state"], ["+", "Do as you like."] in file["since"]) == ("changed", True)
        assert (await desk.deed(Undo(task))).type == "change.undone"
        (file,) = (await desk.service.query(ShowTrust(TRUSTED)))["files"]
        assert file["state"] == "trusted"  # the very bytes that were looked at


@pytest.mark.parametrize("what", ["config/agents/evil.md", "state/new.txt"])
async def test_no_proposal_takes_our_settings_or_state_where_the_project_holds_them(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(assembly, "config_dir", lambda: config)
    lines = Line(*(answer({"path": what, "action": "create", "content": OURS}) for _ in range(3)))
    async with room(tmp_path, lines, project=tmp_path) as desk:
        task = await desk.add()
        await desk.start()
        refused = await desk.until("answer.refused", task)
        assert "this program's own files" in refused.data["message"]
