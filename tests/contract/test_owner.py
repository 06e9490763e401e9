"""A workspace belongs to the user that its commands run as; looks that tell nothing are spared."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeframe_tui.adapters.sandbox import owner

USER = 61_184
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    place = tmp_path / "state" / "workspace"
    for name in ("a.py", "src/b.py", "src/deep/c.py", "docs/d.md"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).touch()
    return place


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch, workspace: Path) -> Iterator[list[str]]:
    """Names of the folders that were looked through."""
    seen: list[str] = []
    scan = os.scandir

    def look(folder: int) -> object:
        seen.append(Path(f"/proc/self/fd/{folder}").readlink().relative_to(workspace).as_posix())
        return scan(folder)

    monkeypatch.setattr(os, "scandir", look)
    yield seen
    monkeypatch.undo()


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all had been written long ago."""
    monkeypatch.setattr(owner, "SETTLED", -(10**15))


@as_root
def test_all_in_it_belongs_to_the_user_and_nothing_that_it_links_to(workspace: Path) -> None:
    outside = workspace.parent.parent / "outside"
    outside.mkdir()
    (outside / "file").touch()
    (workspace / "file").symlink_to(outside / "file")
    (workspace / "src" / "folder").symlink_to(outside)
    owner.give(str(workspace), USER)
    inside = [workspace, *workspace.rglob("*")]
    assert {(path.lstat().st_uid, path.lstat().st_gid) for path in inside} == {(USER, USER)}
    assert {path.stat().st_uid for path in (outside, outside / "file", workspace.parent)} == {0}
    assert workspace.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("settled")
def test_only_folders_into_which_something_came_are_looked_through(
    workspace: Path, looks: list[str]
) -> None:
    seen = owner.give(str(workspace), os.getuid())
    assert sorted(looks) == [".", "docs", "src", "src/deep"]
    looks.clear()
    assert owner.give(str(workspace), os.getuid(), seen) == seen
    assert looks == []
    (workspace / "src/deep/new.py").touch()
    (workspace / "docs/more").mkdir()
    owner.give(str(workspace), os.getuid(), seen)
    assert sorted(looks) == ["docs", "docs/more", "src/deep"]


@as_root
@pytest.mark.usefixtures("settled")
def test_what_came_in_since_is_given_however_it_came(workspace: Path) -> None:
    seen = owner.give(str(workspace), USER)
    (workspace / "src/deep/new.py").touch()
    (workspace / "docs/d.md").unlink()
    (workspace / "docs/d.md").touch()
    (workspace.parent / "moved").mkdir()
    (workspace.parent / "moved/e.py").touch()
    (workspace.parent / "moved").rename(workspace / "moved")
    (workspace.parent / "new.py").touch()
    (workspace.parent / "new.py").replace(workspace / "a.py")
    owner.give(str(workspace), USER, seen)
    assert {path.stat().st_uid for path in workspace.rglob("*")} == {USER}


def test_what_changed_just_now_is_looked_at_again(workspace: Path, looks: list[str]) -> None:
    """The clock of a file system may be too coarse to tell a change from the one before."""
    seen = owner.give(str(workspace), os.getuid())
    looks.clear()
    owner.give(str(workspace), os.getuid(), seen)
    assert sorted(looks) == [".", "docs", "src", "src/deep"]


@as_root
def test_what_goes_while_it_is_looked_at_is_no_error(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another command may be at work in the same workspace."""
    chown = os.chown

    def late(name: str, *owner: int, dir_fd: int, follow_symlinks: bool) -> None:
        (workspace / "a.py").unlink(missing_ok=True)
        chown(name, *owner, dir_fd=dir_fd, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(os, "chown", late)
    assert set(owner.give(str(workspace), USER)[2]) == {"src", "docs"}


@pytest.mark.usefixtures("settled")
def test_names_of_any_bytes_are_known_again(workspace: Path, looks: list[str]) -> None:
    (workspace / os.fsdecode(b"\xff\xed\xa0\xbd\n") / '"').mkdir(parents=True)
    seen = json.loads(json.dumps(owner.give(str(workspace), os.getuid())))
    looks.clear()
    assert owner.give(str(workspace), os.getuid(), seen) == seen
    assert looks == []


@pytest.mark.usefixtures("settled")
def test_what_is_deeper_than_a_command_is_asked_for_is_not_looked_at(
    workspace: Path, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, "DEEPEST", 1)
    owner.give(str(workspace), os.getuid())
    assert sorted(looks) == [".", "docs", "src"]


@as_root
@pytest.mark.usefixtures("settled")
def test_what_is_kept_has_an_end_and_the_rest_is_looked_at_each_time(
    workspace: Path, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        (workspace / "many" / str(number)).mkdir(parents=True)
    monkeypatch.setattr(owner, "MOST", 1_000)
    seen = owner.give(str(workspace), USER)
    assert len(json.dumps(seen)) < 1_100
    looks.clear()
    for folder in ("many/7", "many/33", "src/deep"):
        (workspace / folder / "new.py").touch()
    owner.give(str(workspace), USER, seen)
    assert len(looks) > 25
    monkeypatch.undo()
    assert {path.stat().st_uid for path in workspace.rglob("*")} == {USER}
