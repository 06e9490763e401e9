"""A repository that names programs where git looks for a remote, and leaves out what git needs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from codeframe_tui.adapters.commit import GitRepository
from codeframe_tui.adapters.facts import read_facts
from codeframe_tui.adapters.index.project_index import ProjectIndex
from codeframe_tui.adapters.sandbox.interpreter import candidates
from codeframe_tui.adapters.workspace.workspaces import GitWorkspaces
from codeframe_tui.core.errors import Lacking, Refused
from codeframe_tui.ports.repository import CommitPlan
from codeframe_tui.settings import Limits


def git(root: Path, *argv: str, check: bool = True) -> None:
    """The git of somebody who looks at nothing that the environment says."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *who, *argv], cwd=root, env=env, check=check, capture_output=True)


def _ext(root: Path, script: Path) -> None:
    git(root, "config", "remote.origin.url", f"ext::{script} %S")
    git(root, "config", "protocol.ext.allow", "always")


def _uploadpack(root: Path, script: Path) -> None:
    git(root, "config", "remote.origin.url", str(root))
    git(root, "config", "remote.origin.uploadpack", str(script))


def _ssh(root: Path, script: Path) -> None:
    git(root, "config", "remote.origin.url", "ssh://nowhere.invalid/x")
    git(root, "config", "core.sshCommand", str(script))


REMOTES = {"a helper": _ext, "an upload pack": _uploadpack, "a shell": _ssh}


def trap(root: Path, script: Path, remote: Callable[[Path, Path], None]) -> None:
    """A partial clone with a sparse index, whose folder ``away`` and whose root are not there."""
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    for name in ("kept/a.py", "away/b.py", ".venv/pyvenv.cfg"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"# {name}\n")
    git(root, "add", "kept", "away")
    git(root, "commit", "-q", "-m", "begin")
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "kept")
    git(root, "config", "core.repositoryFormatVersion", "1")
    git(root, "config", "extensions.partialClone", "origin")
    git(root, "config", "remote.origin.promisor", "true")
    remote(root, script)
    for tree in ("HEAD:away", "HEAD^{tree}"):
        done = subprocess.run(
            ["git", "rev-parse", tree], cwd=root, check=True, capture_output=True, text=True
        )
        name = done.stdout.strip()
        (root / ".git/objects" / name[:2] / name[2:]).unlink()


async def _interpreter(root: Path, _: Path) -> None:
    assert [found async for found in candidates(root)]


async def _facts(root: Path, _: Path) -> None:
    assert await read_facts(root)


async def _snapshot(root: Path, state: Path) -> None:
    assert (await GitWorkspaces(root, state, Limits()).snapshot()).tree


async def _commit(root: Path, _: Path) -> None:
    (root / "kept/a.py").write_text("new\n")
    plan = CommitPlan({"kept/a.py": (("100644", b"# kept/a.py\n"), ("100644", b"new\n"))}, "m", "n")
    await GitRepository(root).commit(plan)


async def _index(root: Path, state: Path) -> None:
    workspaces = GitWorkspaces(root, state, Limits())
    async with _open(
        ProjectIndex(
            workspaces, objects=workspaces.objects, database=state / "index.db", project=root
        )
    ) as index:
        assert await index.context("kept", 1000)


@asynccontextmanager
async def _open(index: ProjectIndex) -> AsyncIterator[ProjectIndex]:
    try:
        yield index
    finally:
        await index.close()


@pytest.fixture
def older_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git of before ``GIT_NO_LAZY_FETCH``, of which many machines have one."""
    real, shim = shutil.which("git"), tmp_path / "bin" / "git"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec "{real}" "$@"\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}{os.pathsep}{os.environ['PATH']}")


ASKING = {
    "the interpreter": _interpreter,
    "the facts": _facts,
    "a snapshot": _snapshot,
    "a commit": _commit,
    "the index": _index,
}


@pytest.mark.usefixtures("older_git")
@pytest.mark.parametrize("remote", REMOTES.values(), ids=REMOTES)
@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
@pytest.mark.fault(
    "repository",
    "a repository names a program as its remote and leaves an object out",
    sees="what git cannot say is left out, or not committed",
    kept="nothing of the repository runs",
)
@pytest.mark.goal("G4", "remotes that are programs, each way in which git is asked")
async def test_a_remote_that_is_a_program_never_runs(
    tmp_path: Path,
    remote: Callable[[Path, Path], None],
    ask: Callable[[Path, Path], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mark, script, root = tmp_path / "mark", tmp_path / "evil", tmp_path / "project"
    script.write_text(f"#!/bin/sh\necho ran >> {mark}\n")
    script.chmod(0o755)
    trap(root, script, remote)
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "ext:file:ssh")
    with suppress(Refused, Lacking):  # what git cannot say
        await ask(root, tmp_path / "state")
    assert not mark.exists()
    git(root, "ls-files", check=False)
    git(root, "ls-tree", "-r", "HEAD", check=False)
    assert mark.exists(), "the trap does not work"
