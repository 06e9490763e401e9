"""Every call of git that a whole job makes: what it is told, and what a hostile repository gets."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.commands import Approve, Undo
from codeframe_tui.core.queries import ShowDiff, ShowDoctor, ShowIndex, ShowOverview
from tests.worker.repositories import arm, commit, git, put, submodules
from tests.worker.room import answer, room

KEY = "gateway-key-0123456789"
SINKS = {
    "log.showSignature": "true",
    "status.submoduleSummary": "true",
    "core.untrackedCache": "true",
    "fetch.recurseSubmodules": "true",
    "submodule.recurse": "true",
}
"""Besides what `arm` names: settings that make git call the programs that are named there."""

TALKING = {"fetch", "pull", "push", "clone", "submodule", "gc", "maintenance", "worktree", "stash"}


@dataclass(frozen=True)
class Call:
    """One call of git, as git itself saw it."""

    argv: tuple[str, ...]
    env: dict[str, str]

    @property
    def verb(self) -> str:
        """The git command."""
        words = iter(self.argv)
        for word in words:
            if word == "-c":
                next(words)
            elif not word.startswith("-"):
                return word
        return self.argv[-1]

    @property
    def is_harmless(self) -> bool:
        """Whether no hook, no monitor and no filter of the repository can run."""
        if self.verb == "--version":
            return True
        compares = self.verb in {"status", "update-index", "hash-object"}
        quiet = {"core.fsmonitor=false", "core.hooksPath=/dev/null"} <= set(self.argv)
        return quiet and (not compares or "GIT_CONFIG_COUNT" in self.env)

    @property
    def in_store(self) -> bool:
        """Whether it works on our own objects."""
        return "GIT_DIR" in self.env


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A git on PATH that writes down how it is called, then is the real one."""
    log, shim = tmp_path / "calls", tmp_path / "bin/git"
    log.mkdir()
    shim.parent.mkdir()
    real = shutil.which("git")
    shim.write_text(
        f'#!/bin/sh\nprintf "%s\\0" "$@" > {log}/$$.argv\nenv -0 > {log}/$$.env\nexec {real} "$@"\n'
    )
    shim.chmod(0o755)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    for name in ("GIT_DIR", "GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_TRACE", "GIT_CONFIG"):
        monkeypatch.setenv(name, "/nowhere")  # of somebody who started us in a hook, say
    yield log
    monkeypatch.undo()


def read(log: Path) -> list[Call]:
    found = []
    for argv in sorted(log.glob("*.argv")):
        words = argv.read_text().split("\0")[:-1]
        told = argv.with_suffix(".env").read_text().split("\0")[:-1]
        found.append(Call(tuple(words), dict(each.split("=", 1) for each in told)))
    return found


def hostile(folder: Path) -> Path:
    """Submodules, a nested repository, an environment, and programs wherever git takes a name."""
    root = submodules(folder)
    commit(put(root / "vendor/inner", {"inner.py": b"I = 1\n"}))
    put(root, {".venv/pyvenv.cfg": b"home = /nowhere\n"})
    for place in (root, root / "sub", root / "vendor/inner"):
        arm(place, folder.parent / "mark")
        for name, value in SINKS.items():
            git(place, "config", name, value)
    with (root / ".git/info/attributes").open("a") as attributes:
        attributes.write("a.py -filter\n")  # else it would not be committed
    return root


@pytest.mark.fault(
    "repository",
    "a repository, its submodules and a nested one name programs wherever git takes a name",
    sees="what it sees of any other repository",
    kept="nothing of it runs on the host, and no key is in the environment of any git",
)
async def test_no_call_of_git_in_a_whole_job_runs_anything_or_knows_a_key(
    tmp_path: Path, calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "place").mkdir()
    root = hostile(tmp_path / "place")
    assert not (tmp_path / "mark").exists()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "P")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "p@example.invalid")
    script = Line(answer({"path": "a.py", "action": "modify", "content": "A = 2\n"}))
    settings: dict[str, Any] = {"sandbox": "none", "commit": {"on_apply": True}}
    async with room(tmp_path, script, files=None, project=root, **settings) as at:
        task = await at.add("change A", evidence="none")
        await at.start()
        await at.becomes(task, "in_review")
        for query in (ShowOverview(), ShowDoctor(), ShowDiff(task), ShowIndex()):
            await at.service.query(query)
        applied = await at.deed(Approve(task))
        assert applied.data["commit"].get("commit"), applied.data
        assert (await at.deed(Undo(task))).type == "change.undone"
    made = read(calls)
    assert not (tmp_path / "mark").exists()
    for call in made:
        assert KEY not in "".join(call.env.values()), call.argv
        assert not call.env.keys() & {"GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_TRACE"}
        assert call.verb not in TALKING, call.argv
        if call.in_store:
            assert Path(call.env["GIT_DIR"]).is_relative_to(tmp_path / "state"), call.argv
            assert call.env["GIT_CONFIG_GLOBAL"] == os.devnull, call.argv
        else:
            assert call.env["GIT_ALLOW_PROTOCOL"] == "none", call.argv
            assert call.env["GIT_OPTIONAL_LOCKS"] == "0", call.argv
            assert call.is_harmless, call.argv
    of_project = {call.verb for call in made if not call.in_store}
    assert of_project >= {"status", "ls-files", "log", "commit-tree", "--version"}, of_project
    git(root, "status")
    git(root, "commit", "-q", "--allow-empty", "-m", "x", check=False)
    assert (tmp_path / "mark").exists(), "the programs would not run for anybody"
