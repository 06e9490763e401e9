"""Definitions of the repository on disk: read once through the gate, trusted by what was read."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from codeframe_tui.adapters import definitions
from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.trust import RecordedTrust
from codeframe_tui.core.errors import NotFound, Refused, WrongUse
from codeframe_tui.core.trust import Found, Record

WHERE = ".claude/agents/quick.md"
QUICK = b"---\nname: Quick\ntools: [Bash, Read]\n---\nBe quick.\n\n## Maturity Level: D4\n"
CAREFUL = b"---\nname: Backend Worker\ntools: [Read]\n---\n- Max correction attempts: 1\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    monkeypatch.setattr(definitions, "config_dir", lambda: folder)
    return folder


@pytest.fixture
def place(tmp_path: Path, config: Path) -> Project:
    del config
    found = Project(tmp_path / "project", tmp_path / "states")
    put(found.root / WHERE)
    found.prepare()
    return found


def put(file: Path, content: bytes = QUICK) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def trust(place: Project, path: str = WHERE) -> RecordedTrust:
    """Record what is there now."""
    found = RecordedTrust(place)
    (file,) = (each for each in found.look().found if each.path == path)
    record = Record(str(place.root), path, file.sha256, True, "2026-01-02T00:00:00.000Z", file.text)
    found.keep(record)
    return found


def is_trusted(place: Project, name: str = "Quick") -> bool:
    return RecordedTrust(place).definitions.load(name).trusted


def test_trust_is_kept_in_the_users_state_and_for_this_content_only(place: Project) -> None:
    assert not is_trusted(place)
    trust(place)
    assert is_trusted(place)
    assert not [
        path for path in place.root.rglob("*") if path.is_file() and path.name != "quick.md"
    ]
    file = place.root / WHERE
    for changed in (QUICK + b" ", QUICK[:-1], QUICK.replace(b"\n", b"\r\n")):
        file.write_bytes(changed)
        assert not is_trusted(place)
    file.write_bytes(QUICK)
    assert is_trusted(place)


def test_another_name_is_another_file(place: Project) -> None:
    trust(place)
    (place.root / WHERE).rename(place.root / ".claude/agents/other.md")
    assert not is_trusted(place)
    (file,) = RecordedTrust(place).look().found
    assert file.path == ".claude/agents/other.md"


def test_another_project_with_the_same_files_is_another_project(
    place: Project, tmp_path: Path
) -> None:
    trust(place)
    other = Project(tmp_path / "clone", place.state_root)
    put(other.root / WHERE)
    other.prepare()
    assert not is_trusted(other)
    (record,) = (place.state / "trust").iterdir()
    put(other.state / "trust" / record.name, record.read_bytes())
    assert not is_trusted(other)


@pytest.mark.parametrize("part", [".claude", ".claude/agents", WHERE])
def test_nothing_is_read_through_a_link(place: Project, tmp_path: Path, part: str) -> None:
    trust(place)
    moved = tmp_path / "moved"
    (place.root / part).rename(moved)
    (place.root / part).symlink_to(moved)
    assert not any(file.agent for file in RecordedTrust(place).look().found)
    with pytest.raises((WrongUse, Refused)):
        RecordedTrust(place).definitions.load("quick")


def test_a_record_that_was_damaged_or_put_elsewhere_counts_for_nothing(place: Project) -> None:
    trust(place)
    (record,) = (place.state / "trust").iterdir()
    whole = record.read_bytes()
    for damaged in (whole[:-9], b"[]", b"{}", whole.replace(b"true", b"1"), b"\xff"):
        record.write_bytes(damaged)
        assert not is_trusted(place), damaged
    record.write_bytes(whole)
    assert is_trusted(place)
    record.rename(record.with_name("0" * 64 + ".json"))
    assert not is_trusted(place)


def test_where_the_state_lies_in_the_project_nothing_is_recorded_and_nothing_counts(
    place: Project,
) -> None:
    trust(place)
    (record,) = (place.state / "trust").iterdir()
    inside = Project(place.root, place.root / "state")
    inside.prepare()
    put(inside.state / "trust" / record.name, record.read_bytes())
    assert not is_trusted(inside)
    with pytest.raises(Refused) as caught:
        trust(inside)
    assert caught.value.code == "state_in_project"


@pytest.mark.parametrize("link", ["state", "trust"])
def test_a_link_in_the_project_leads_to_no_trust(place: Project, link: str) -> None:
    trust(place)
    inside = Project(place.root, place.root / "state")
    way = inside.state_root if link == "state" else inside.state / "trust"
    way.parent.mkdir(parents=True, exist_ok=True)
    way.symlink_to(place.state_root if link == "state" else place.state / "trust")
    assert not is_trusted(inside)
    with pytest.raises(Refused):
        trust(inside)


def test_records_behind_a_link_count_for_nothing(place: Project, tmp_path: Path) -> None:
    trust(place)
    folder = place.state / "trust"
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    assert not is_trusted(place)


def test_what_is_judged_and_used_is_one_reading(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(place)
    read = DirectoryFiles.read
    readings = []

    def and_swap(files: DirectoryFiles, path: str, limit: int | None = None) -> bytes:
        readings.append(path)
        content = read(files, path, limit)
        (place.root / WHERE).write_bytes(QUICK.replace(b"Be quick", b"Be evil"))
        return content

    monkeypatch.setattr(DirectoryFiles, "read", and_swap)
    agent = RecordedTrust(place).definitions.load("quick")
    assert (agent.trusted, agent.role.split("\n")[0], readings) == (True, "Be quick.", [WHERE])
    agent = RecordedTrust(place).definitions.load("quick")
    assert (agent.trusted, agent.role.split("\n")[0]) == (False, "Be evil.")


def test_an_untrusted_definition_has_no_tool_that_the_default_lacks(
    place: Project, config: Path
) -> None:
    put(config / "agents/careful.md", CAREFUL)
    found = RecordedTrust(place).definitions
    agent = found.load("quick")
    assert (agent.tools, agent.max_corrections) == (("Read",), 1)
    agent = trust(place).definitions.load("quick")
    assert (agent.tools, agent.max_corrections) == (("Bash", "Read"), 3)


def test_no_definition_is_weighed_but_that_which_is_named(
    place: Project, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(config / "agents/careful.md", CAREFUL)
    for number in range(20):
        path = place.root / f".claude/agents/a{number}.md"
        put(path, QUICK.replace(b"Quick", b"Other %d" % number))
    own: list[Path] = []
    weighed: list[str] = []
    content = definitions._content

    def counted(path: Path) -> str | None:
        own.append(path)
        return content(path)

    def never(found: Found) -> bool:
        weighed.append(found.path)
        return False

    monkeypatch.setattr(definitions, "_content", counted)
    found = definitions.Definitions(place.root, never)
    assert found.load("quick").max_corrections == 1
    assert weighed == [WHERE]
    assert len(own) == 2  # to find the name, and for what holds without it
    with pytest.raises(NotFound) as caught:
        found.load("none")
    assert "Other 19" in caught.value.hint
    assert weighed == [WHERE]


def test_a_config_folder_inside_the_project_is_the_repositorys(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = place.root / "dotfiles"
    monkeypatch.setattr(definitions, "config_dir", lambda: inside)
    put(inside / "agents/mine.md", CAREFUL.replace(b"1", b"3") + b"\n## Maturity Level: D4\n")
    found = RecordedTrust(place).definitions
    assert found.own() == []
    assert found.load(None).source == "built-in backend-worker.md"
    assert not found.load("mine").trusted
    assert trust(place, "dotfiles/agents/mine.md").definitions.load("mine").trusted


def test_what_is_too_large_is_told_and_not_cut(place: Project) -> None:
    put(place.root / WHERE, QUICK + b"x" * definitions.MAX_BYTES)
    (file,) = RecordedTrust(place).look().found
    assert (file.agent, file.sha256) == (None, "")
    assert "more than 262144 bytes" in file.problem


def test_the_stamp_tells_every_change_without_reading(place: Project) -> None:
    found = RecordedTrust(place)
    seen = [found.stamp()]
    file = place.root / WHERE
    before = file.stat()
    file.write_bytes(QUICK.replace(b"quick", b"quicK"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    seen.append(found.stamp())
    trust(place)
    seen.append(found.stamp())
    put(place.root / ".codeframe/agents/more.md")
    seen.append(found.stamp())
    found.forget(WHERE)
    seen.append(found.stamp())
    assert len({json.dumps(each) for each in seen}) == len(seen)
    assert found.stamp() == seen[-1]


def test_the_hash_is_that_of_the_bytes(place: Project) -> None:
    (file,) = RecordedTrust(place).look().found
    assert file.sha256 == hashlib.sha256(QUICK).hexdigest()
