"""Deaths of the process that knows the code: the next one answers, however often one died."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from codeframe_tui.adapters.index import project_index
from codeframe_tui.adapters.index.project_index import TRIES, ProjectIndex
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.settings import Limits

DIES = """
import json, sys
from pathlib import Path
first = json.loads(sys.stdin.readline())
deaths = Path(first["database"] + ".deaths")
line = json.loads(sys.stdin.readline())
died = len(deaths.read_text()) if deaths.exists() else 0
if died < {before}:
    deaths.write_text("x" * (died + 1))
    sys.exit(1)
print(json.dumps({{"id": line["id"], "answer": {{"symbols": [], "died": died}}}}), flush=True)
deaths.write_text("")
"""
"""Answers one question, and ends then as well: the next one may still meet that end."""
Make = Callable[[int], ProjectIndex]


@pytest.fixture
async def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Make]:
    """Makes an index whose processes die so often before one answers."""
    (tmp_path / "project").mkdir()
    workspaces = GitWorkspaces(tmp_path / "project", tmp_path / "state", Limits())
    await workspaces.prepare()
    made: list[ProjectIndex] = []

    def make(deaths: int) -> ProjectIndex:
        script = tmp_path / "dies.py"
        script.write_text(DIES.format(before=deaths))
        monkeypatch.setattr(project_index, "SCRIPT", script)
        places = {"objects": workspaces.objects, "database": tmp_path / "index.db"}
        made.append(ProjectIndex(workspaces, **places, project=tmp_path / "project", patience=0.0))
        return made[-1]

    yield make
    for each in made:
        await each.close()
    await workspaces.close()


@pytest.mark.parametrize("deaths", [0, 1, TRIES - 2])
async def test_a_question_outlives_deaths_and_many_do_not_add_up(index: Make, deaths: int) -> None:
    made = index(deaths)
    for _ in range(5):
        assert await made.find("x") == {"symbols": [], "died": deaths}


async def test_what_dies_whatever_is_asked_is_not_started_for_ever(index: Make) -> None:
    made = index(1_000)
    hints = []
    for _ in range(4):
        with pytest.raises(CodeframeError, match="broke off") as refused:
            await made.find("x")
        hints.append(refused.value.hint)
    again = "see the log and ask again"
    assert hints == [again, again, *["see the log and start the engine again"] * 2]
