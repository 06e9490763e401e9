"""Ten thousand files: what is read, written and started, counted; times are in `benchmarks`."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.settings import Limits
from tests.worker.repositories import git

FILES, FOLDERS = 10_000, 100


@contextmanager
def counted(patch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Files that are opened below folders by name, and programs that are started."""
    found = {"files": 0, "programs": 0}
    real_open, real_run = os.open, subprocess.run

    def opened(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        found["files"] += str(path).endswith(".py")
        return real_open(path, flags, mode, dir_fd=dir_fd)

    def ran(*args: Any, **kwargs: Any) -> object:
        found["programs"] += 1
        return real_run(*args, **kwargs)

    with patch.context() as inner:
        inner.setattr(os, "open", opened)
        inner.setattr(subprocess, "run", ran)
        yield found


async def test_ten_thousand_files_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    for number in range(FOLDERS):
        (project / f"part{number}").mkdir(parents=True)
    for number in range(FILES):
        (project / f"part{number % FOLDERS}/m{number}.py").write_bytes(b"V = %d\n" % number)
    git(project, "init", "-q")
    written = time.time_ns()
    space = GitWorkspaces(project, tmp_path / "state", Limits())
    await space.prepare()
    while time.time_ns() < written + 3 * 10**7:  # so that what is read may be remembered
        time.sleep(0)

    with counted(monkeypatch) as found:
        snapshot = await space.snapshot()
    assert (len(await space.entries(snapshot.tree)), snapshot.notes) == (FILES, ())
    assert found["files"] == FILES
    packs = list((tmp_path / "state/objects/objects/pack").glob("*.pack"))
    loose = list((tmp_path / "state/objects/objects").glob("??/*"))
    assert (len(packs), loose) == (1, [])
    programs = found["programs"]

    with counted(monkeypatch) as found:
        assert await space.snapshot() == snapshot
    assert (found["files"], found["programs"]) == (0, programs - 1)  # nothing is stored again

    (project / "part1/m1.py").write_bytes(b"V = 'changed'\n")
    with counted(monkeypatch) as found:
        changed = await space.snapshot()
    assert found["files"] == 1
    assert [file.path for file in await space.diff(snapshot.tree, changed.tree)] == ["part1/m1.py"]

    with counted(monkeypatch) as found:
        workspace = await space.open("t", changed.tree)
    assert (found["files"], found["programs"]) == (FILES, 0)
    with counted(monkeypatch) as found:
        assert (await space.capture(workspace)).tree == changed.tree
    assert found["files"] < FILES // 2  # the newest could change within a tick of the clock
    await space.close()


async def test_what_exceeds_a_cap_is_told_and_the_rest_is_there(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for number in range(60):
        (project / f"f{number:02}").write_bytes(b"x" * 100)
    (project / "large").write_bytes(b"x" * 1001)
    space = GitWorkspaces(project, tmp_path / "state", Limits(file_bytes=1000, snapshot_bytes=2000))
    await space.prepare()
    snapshot = await space.snapshot()
    assert len(await space.entries(snapshot.tree)) == 20
    assert "large: left out, larger than 1,000 bytes" in snapshot.notes
    reason = "left out, all files together exceed 2,000 bytes"
    assert sum(note.endswith(reason) for note in snapshot.notes) == 21
    assert f"20 more: {reason}" in snapshot.notes
    await space.close()
