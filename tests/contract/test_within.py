"""Whether a path lies in the project is seen by what the folders are, not by how it is spelled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from codeframe_tui.adapters import definitions
from codeframe_tui.adapters.project import Project, find_project
from codeframe_tui.adapters.sandbox.closure import look_up
from codeframe_tui.adapters.trust import RecordedTrust
from codeframe_tui.adapters.within import within
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.bootstrap import assembly, doctor
from codeframe_tui.cli.trust import _path
from codeframe_tui.cli.verb import App
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.trust import Record
from codeframe_tui.settings import Limits
from tests.contract.sandbox_room import make_environment
from tests.contract.spellings import second_spelling

LOOSE = "---\nname: Mine\n---\nBe quick.\n\n## Maturity Level: D4\n"


@pytest.fixture
def place(tmp_path: Path) -> Project:
    (tmp_path / "project").mkdir()
    return Project(tmp_path / "project", tmp_path / "states")


@pytest.fixture
def again(place: Project) -> Iterator[Path]:
    """The project by another path."""
    with second_spelling(place.root, place.root.parent / "mounted/again") as found:
        yield found


def test_a_path_is_told_relative_to_the_folder_it_lies_in(place: Project) -> None:
    root = place.root
    (root / "a").mkdir()
    (root / "out").symlink_to(root.parent)
    (root.parent / "into").symlink_to(root / "a")
    (root.parent / "project2").mkdir()
    for path, expected in {
        root: ".",
        root / "a": "a",
        root / "a/not/there": "a/not/there",
        root / "a/../a": "a",
        root.parent / "into/x": "a/x",
        root.parent / "project2/../project/b": "b",
    }.items():
        assert within(root, path) == Path(expected), path
    for path in (root.parent, root / "out", root / "out/x", root.parent / "project2", Path("/")):
        assert within(root, path) is None, path


def test_a_folder_that_is_named_through_a_link_holds_what_lies_in_it(place: Project) -> None:
    link = place.root.parent / "link"
    link.symlink_to(place.root)
    assert within(link, place.root / "a") == Path("a")
    assert within(link, link / "a") == Path("a")
    assert within(link, place.root.parent) is None


def test_what_is_gone_holds_nothing_but_what_is_spelled_so(place: Project) -> None:
    gone = place.root / "gone"
    assert within(gone, gone / "a") == Path("a")
    assert within(gone, place.root) is None


def test_the_same_folder_by_another_path_is_the_same_folder(place: Project, again: Path) -> None:
    assert within(place.root, again / "a/b") == Path("a/b")
    assert within(again, place.root) == Path()
    assert within(place.root, again.parent) is None
    assert place.holds(again / "a")
    assert not place.holds(again.parent)


def test_definitions_in_the_project_are_the_repositorys_however_spelled(
    place: Project, again: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definitions, "config_dir", lambda: again / "dotfiles")
    (again / "dotfiles/agents").mkdir(parents=True)
    (again / "dotfiles/agents/mine.md").write_text(LOOSE)
    found = RecordedTrust(place).definitions
    assert found.own() == []
    assert [each.path for each in found.of_repository()] == ["dotfiles/agents/mine.md"]
    assert not found.load("mine").trusted


def test_a_file_to_trust_is_named_by_any_path(place: Project, again: Path) -> None:
    (place.root / "agents").mkdir()
    (place.root / "agents/mine.md").write_text(LOOSE)
    app = cast("App", SimpleNamespace(remote=None, place=place))
    for spelled in (place.root, again):
        assert _path(app, str(spelled / "agents/mine.md")) == "agents/mine.md"
    assert _path(app, "elsewhere/mine.md") == "elsewhere/mine.md"


def record(place: Project) -> Record:
    return Record(str(place.root), "x.md", "0" * 64, True, "2026-01-02T00:00:00.000Z", "")


def test_nothing_is_trusted_where_the_state_lies_in_the_project_however_spelled(
    place: Project, again: Path
) -> None:
    inside = Project(place.root, again / "state")
    inside.prepare()
    with pytest.raises(Refused) as caught:
        RecordedTrust(inside).keep(record(place))
    assert caught.value.code == "state_in_project"


@pytest.mark.parametrize("way", ["link", "link/of", "../out/of"])
def test_a_state_that_the_project_leads_to_is_its_own_choice(place: Project, way: str) -> None:
    """Also where a link elsewhere leads to that of the project."""
    states = place.root.parent / "elsewhere"
    (states / "of").mkdir(parents=True)
    (place.root / "link").symlink_to(states)
    (place.root.parent / "out").symlink_to(place.root / "link")
    led = Project(place.root, place.root / way)
    led.prepare()
    with pytest.raises(Refused):
        RecordedTrust(led).keep(record(place))


async def test_settings_in_the_project_are_told_however_spelled(
    place: Project, again: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "config_dir", lambda: again / "dotfiles")
    found = doctor._config(place)
    assert (found["state"], "lies in the project" in found["detail"]) == ("warn", True)


def test_no_proposal_takes_settings_or_state_in_the_project_however_spelled(
    place: Project, again: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembly, "config_dir", lambda: again / "dotfiles")
    reserved = assembly._reserved(Project(place.root, again / "state"))
    assert {"dotfiles", "state"} <= set(reserved)


async def test_our_own_state_is_no_part_of_a_copy_however_spelled(
    place: Project, again: Path
) -> None:
    state = again / "kept"
    (state / "inner").mkdir(parents=True)
    (state / "inner/mine").write_text("x")
    (place.root / "a.py").write_text("A = 1\n")
    workspaces = GitWorkspaces(place.root, state, Limits())
    await workspaces.prepare()
    snapshot = await workspaces.snapshot()
    assert list(await workspaces.entries(snapshot.tree)) == ["a.py"]


async def test_an_environment_in_the_project_is_a_strangers_however_spelled(
    place: Project, again: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_environment(again / "other")
    (again / "other/bin/python").unlink()
    (again / "other/bin/python").write_text(f"#!/bin/sh\ntouch {place.root.parent / 'mark'}\n")
    (again / "other/bin/python").chmod(0o755)
    monkeypatch.setenv("VIRTUAL_ENV", str(again / "other"))
    closure = await look_up(place.root, ())
    assert not (place.root.parent / "mark").exists()
    assert any("other/bin/python" in line and "not used" in line for line in closure.refused)


def test_secrets_of_the_home_are_not_made_readable_however_spelled(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = place.root.parent / "home"
    (home / ".ssh/keys").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    make_environment(place.root / ".venv")
    (site,) = (place.root / ".venv/lib").glob("*/site-packages")
    with second_spelling(home, place.root.parent / "mounted/home") as again:
        (site / "lines.pth").write_text(f"{again}/.ssh/keys\n{again}\n")
        closure = asyncio.run(look_up(place.root, (home,)))
    assert [bind for bind in closure.binds if bind.is_relative_to(again)] == []
    refused = "\n".join(closure.refused)
    assert f"{again}/.ssh/keys is not made readable: it may hold secrets" in refused
    assert f"{again} is not made readable: it holds the home" in refused


def test_the_home_is_no_project_however_spelled(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = place.root.parent / "data/me"
    (real / "work").mkdir(parents=True)
    (real / ".git").mkdir()
    home = place.root.parent / "me"
    home.symlink_to(real)
    monkeypatch.setenv("HOME", str(home))
    assert find_project(real / "work") == real / "work"
    assert find_project(real) == real
