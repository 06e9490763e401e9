"""What `doctor` finds in the state and beside it, and what it says to do about it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters import definitions, sandbox
from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.sandbox import NoSandbox
from codeframe_tui.adapters.store import SqlStore
from codeframe_tui.bootstrap import doctor
from codeframe_tui.core.errors import Lacking
from codeframe_tui.ports.tables import Tables
from codeframe_tui.settings import Settings

QUICK = "---\nname: Quick\n---\nBe quick.\n\n## Maturity Level: D3\n"


@pytest.fixture
def place(tmp_path: Path) -> Project:
    (tmp_path / "project").mkdir()
    return Project(tmp_path / "project", tmp_path / "states")


async def checks(place: Project, name: str, **settings: Any) -> list[dict[str, str]]:
    found = await doctor.check_everything(
        place, Settings(**settings), sandbox=NoSandbox("not asked")
    )
    return [check for check in found["checks"] if check["name"] == name]


async def test_what_was_saved_beside_a_copy_is_told_until_it_is_gone(place: Project) -> None:
    assert await checks(place, "saved") == []
    folder = place.state / "workspaces/beside+hand-1-01234567"
    folder.mkdir(parents=True)
    (told,) = await checks(place, "saved")
    assert (told["state"], str(folder) in told["detail"]) == ("warn", True)
    assert told["hint"] == "take out of it what you need; then remove it"
    folder.rmdir()
    assert await checks(place, "saved") == []


async def test_another_database_in_the_place_of_the_state_is_told(place: Project) -> None:
    for root, at in ((place.state, "2026-01"), (place.state_root / "other", "2026-02")):
        store = await SqlStore.open(root / "state.db")
        await store.write(partial(_problem, at))
        await store.close()
    (told,) = await checks(place, "state")
    assert told["state"] == "ok"
    (place.state_root / "other/state.db").replace(place.database)
    (told,) = await checks(place, "state")
    assert told["state"] == "warn"
    assert "is another database than the one that was here" in told["detail"]


def _problem(at: str, tables: Tables) -> None:
    tables.events.add(at, "problem", None, {})


@pytest.mark.parametrize("level", ["bwrap", "unfiltered", "rlimits", "none", None])
async def test_what_is_said_of_walls_follows_the_level_and_no_words(
    place: Project, monkeypatch: pytest.MonkeyPatch, level: str | None
) -> None:
    async def opened(*_: object) -> NoSandbox:
        if level is None:
            raise Lacking("bwrap: no permission to create a namespace", code="no_sandbox")
        found = NoSandbox("bwrap: it holds, or does not")
        found.level = level
        return found

    monkeypatch.setattr(sandbox, "open_sandbox", opened)
    settings = Settings(network={"allowed": ["pypi.org:443"]})
    document = await doctor.check_everything(place, settings)
    found = {check["name"]: check for check in document["checks"]}
    walled = level in {"bwrap", "unfiltered"}
    assert ("run in the sandbox" in found["commands"]["detail"]) is walled
    assert (found["network"]["state"] == "ok") is walled
    assert (found["sandbox"]["state"] == "ok") is (level == "bwrap")


async def test_settings_that_lie_in_the_project_are_told(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (told,) = await checks(place, "config")
    assert told["state"] == "ok"
    monkeypatch.setattr(doctor, "config_dir", lambda: place.root / "dotfiles")
    (told,) = await checks(place, "config")
    assert (told["state"], "lies in the project" in told["detail"]) == ("warn", True)


async def test_a_definition_that_asks_for_trust_is_told_with_what_it_asks_for(
    place: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definitions, "config_dir", lambda: tmp_path / "config")
    file = place.root / ".claude/agents/quick.md"
    file.parent.mkdir(parents=True)
    file.write_text(QUICK)
    (told,) = await checks(place, "agent", ceiling="manual")
    assert (told["state"], "only tightens" in told["detail"]) == ("ok", True)
    (told,) = await checks(place, "agent", ceiling="auto")
    assert told["state"] == "warn"
    assert told["detail"].endswith("is not trusted; it asks for policy green instead of manual")
    assert "`codeframe-tui trust .claude/agents/quick.md --show`" in told["hint"]
