"""What the machine lacks while files are looked at is no word about the files."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.workspace import GitWorkspaces, gather, walk
from codeframe_tui.adapters.workspace.git import Git
from codeframe_tui.adapters.workspace.objects import ObjectWriter
from codeframe_tui.core.errors import CodeframeError, Lacking
from codeframe_tui.settings import Limits

FILES = {"a.py": b"a = 1\n", "pkg/b.py": b"b = 1\n", "pkg/deep/c.py": b"c = 1\n"}


@pytest.fixture
async def workspaces(tmp_path: Path) -> AsyncIterator[GitWorkspaces]:
    for path, content in FILES.items():
        (tmp_path / "project" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / path).write_bytes(content)
    made = GitWorkspaces(tmp_path / "project", tmp_path / "state", Limits())
    await made.prepare()
    yield made
    await made.close()


def failing(monkeypatch: pytest.MonkeyPatch, where: str, name: str, why: int) -> None:
    """Let a file or a folder fail to be opened, as often as it is."""
    module: Any = gather if where == "read_file" else walk
    real = getattr(module, where)

    def fails(fd: int, given: str, *args: Any, **kwargs: Any) -> Any:
        if given == name:
            raise OSError(why, os.strerror(why))
        return real(fd, given, *args, **kwargs)

    monkeypatch.setattr(module, where, fails)


@pytest.mark.parametrize(("where", "name"), [("read_file", "b.py"), ("_open_child", "pkg")])
@pytest.mark.parametrize("why", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
async def test_no_look_takes_what_could_not_be_opened_for_gone(
    workspaces: GitWorkspaces, monkeypatch: pytest.MonkeyPatch, where: str, name: str, why: int
) -> None:
    tree = (await workspaces.snapshot()).tree
    copy = await workspaces.open("copy", tree)
    (copy.root / "pkg/b.py").write_bytes(b"b = 2\n")
    (copy.root.parents[2] / "project/pkg/b.py").write_bytes(b"b = 3\n")
    failing(monkeypatch, where, name, why)
    with pytest.raises(Lacking, match=os.strerror(why)):
        await workspaces.snapshot()
    with pytest.raises(Lacking, match=os.strerror(why)):
        await workspaces.capture(copy)
    monkeypatch.undo()
    assert await workspaces.read((await workspaces.capture(copy)).tree, "pkg/b.py") == b"b = 2\n"
    assert await workspaces.read((await workspaces.snapshot()).tree, "pkg/b.py") == b"b = 3\n"


@pytest.mark.parametrize(("name", "left"), [("pkg", "left as it was"), ("new", "left out")])
async def test_a_folder_of_a_copy_that_cannot_be_opened_stays_as_it_was(
    workspaces: GitWorkspaces, monkeypatch: pytest.MonkeyPatch, name: str, left: str
) -> None:
    tree = (await workspaces.snapshot()).tree
    copy = await workspaces.open("copy", tree)
    (copy.root / "new").mkdir()
    (copy.root / "new/d.py").write_bytes(b"d = 1\n")
    (copy.root / "a.py").write_bytes(b"a = 2\n")
    failing(monkeypatch, "_open_child", name, errno.EIO)
    seen = await workspaces.capture(copy)
    changed = [diff.path for diff in await workspaces.diff(tree, seen.tree)]
    assert changed == (["a.py", "new/d.py"] if name == "pkg" else ["a.py"])
    assert seen.notes == (f"{name}: {left}, {os.strerror(errno.EIO)}",)


async def test_an_object_is_known_when_the_store_has_it_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = Git(tmp_path / "objects")
    git.prepare()
    writer = ObjectWriter(git, set())
    names = {writer.blob(b"one\n"), writer.blob(b"two\n"), writer.blob(b"one\n")}
    assert writer.known == set()

    def refuses(*_: object, **__: object) -> subprocess.CompletedProcess[bytes]:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "run", refuses)
    with pytest.raises(CodeframeError, match="git could not be started: Resource temporarily"):
        writer.flush()
    assert writer.known == set()
    monkeypatch.undo()
    writer.flush()
    assert writer.known == names
    for name in names:
        assert git.run("cat-file", "-t", name) == b"blob\n"
