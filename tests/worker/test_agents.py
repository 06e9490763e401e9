"""Who works on a task, and what its level may decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.adapters import definitions
from codeframe_tui.adapters.definitions import Definitions
from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.commands import SetPolicy
from codeframe_tui.core.queries import ShowActivity, ShowOverview
from tests.worker.room import answer, room, three

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
