"""What a cloned project brings is not run on the host, and a broken environment is told."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codeframe_tui.adapters.project import open_project
from codeframe_tui.adapters.pytest import PytestRunner
from codeframe_tui.adapters.sandbox import NoSandbox, open_sandbox
from codeframe_tui.adapters.sandbox.closure import Closure, look_up
from codeframe_tui.adapters.sandbox.interpreter import environment_settings
from codeframe_tui.bootstrap.doctor import check_everything, check_terminal
from codeframe_tui.core.errors import Lacking
from codeframe_tui.ports import Document, TestRequest, Workspace
from codeframe_tui.settings import Settings
from tests.contract.sandbox_room import make_environment, need_bwrap

BASE = Path(sys.executable).resolve()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    root = tmp_path / "project"
    root.mkdir()
    return root


def git(project: Path, *arguments: str) -> None:
    subprocess.run(("git", *arguments), cwd=project, check=True, capture_output=True)


def trap(project: Path, file: Path) -> Path:
    """A program that leaves a mark when it runs, and its mark."""
    mark = project.parent / "mark"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\ntouch {mark}\n")
    file.chmod(0o755)
    return mark


def closure_of(project: Path) -> Closure:
    return asyncio.run(look_up(project, ()))


async def doctor(project: Path, name: str) -> Document:
    place = open_project(project, project.parent / "state")
    document = await check_everything(place, Settings(), sandbox=NoSandbox("not asked"))
    return next(check for check in document["checks"] if check["name"] == name)


@pytest.mark.parametrize("name", [".venv", "venv", "env"])
@pytest.mark.parametrize("tracked", [True, False])
async def test_a_script_in_the_place_of_python_never_runs(
    project: Path, name: str, tracked: bool
) -> None:
    make_environment(project / name)
    (project / name / "bin/python").unlink()
    mark = trap(project, project / name / "bin/python")
    if tracked:
        git(project, "init", "-q")
        git(project, "add", "-A", "-f")
    closure = await look_up(project, ())
    sandbox = await open_sandbox(project, project.parent / "state", "rlimits")
    check = await doctor(project, "tests")
    assert not mark.exists()
    assert closure.python == Path(sys.executable)
    assert closure.environment is None
    assert any(name in line and "not used" in line for line in closure.refused)
    assert "not used" in sandbox.why
    assert (check["state"], name in check["detail"]) == ("warn", True)


def link_inside(project: Path) -> Path:
    python = project / ".venv/bin/python"
    mark = trap(project, project / "tools/python3")
    python.symlink_to("../../tools/python3")
    return mark


def link_beside(project: Path) -> Path:
    """The project is a folder of a larger repository."""
    mark = trap(project.parent, project.parent / "tools/python3")
    git(project.parent, "init", "-q")
    (project / ".venv/bin/python").symlink_to("../../../tools/python3")
    return mark


def other_program(project: Path) -> Path:
    mark = trap(project, project.parent / "bin/deploy")
    (project / ".venv/bin/python").symlink_to(project.parent / "bin/deploy")
    return mark


def open_to_all(project: Path) -> Path:
    mark = trap(project, project.parent / "bin/python3")
    (project.parent / "bin/python3").chmod(0o757)
    (project / ".venv/bin/python").symlink_to(project.parent / "bin/python3")
    return mark


def fake_copy(project: Path) -> Path:
    """A copy of a program that the project itself brings."""
    mark = trap(project, project / "tools/python3")
    trap(project, project / ".venv/bin/python")
    (project / ".venv/pyvenv.cfg").write_text(f"home = {project / 'tools'}\n")
    return mark


@pytest.mark.parametrize("make", [link_inside, link_beside, other_program, open_to_all, fake_copy])
def test_only_a_python_of_this_machine_is_asked(project: Path, make: object) -> None:
    make_environment(project / ".venv")
    (project / ".venv/bin/python").unlink()
    assert callable(make)
    mark = make(project)
    closure = closure_of(project)
    assert not mark.exists() and not (project.parent.parent / "mark").exists()  # noqa: PT018
    assert closure.environment is None
    assert closure.refused


def test_an_environment_of_the_repository_is_left_alone_even_with_a_good_link(
    project: Path,
) -> None:
    """Its path files would make folders of the person readable."""
    make_environment(project / ".venv")
    git(project, "init", "-q")
    git(project, "add", "-f", ".venv/pyvenv.cfg")
    closure = closure_of(project)
    assert closure.environment is None
    assert "came with the repository" in closure.refused[0]


def test_the_library_that_pyvenv_cfg_names_is_not_loaded_on_the_host(project: Path) -> None:
    make_environment(project / ".venv")
    mark = project.parent / "mark"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    library = project / "evil/lib" / version
    library.mkdir(parents=True)
    (library / "os.py").touch()
    (library / "encodings").mkdir()
    (library / "encodings/__init__.py").write_text(f"import posix\nposix.mkdir({str(mark)!r})\n")
    (project / "evil/bin").mkdir()
    (project / ".venv/pyvenv.cfg").write_text(f"home = {project / 'evil/bin'}\n")
    closure_of(project)
    assert not mark.exists()


def test_a_link_and_a_true_copy_are_used(project: Path) -> None:
    make_environment(project / ".venv")
    git(project, "init", "-q")
    assert closure_of(project).environment == project / ".venv"
    (project / ".venv/bin/python").unlink()
    shutil.copy(BASE, project / ".venv/bin/python")
    closure = closure_of(project)
    assert (closure.environment, closure.problem) == (project / ".venv", "")
    shutil.copy("/bin/true", project / ".venv/bin/python")
    assert closure_of(project).environment is None


def test_folders_of_secrets_are_never_bound(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = project.parent / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    make_environment(project / ".venv")
    site = next((project / ".venv/lib").glob("python*")) / "site-packages"
    (site / "a.pth").write_text(f"{home}/.ssh\n")
    closure = closure_of(project)
    assert home / ".ssh" not in closure.binds
    assert any("secrets" in line for line in closure.refused)


async def test_a_broken_environment_lets_the_engine_start_and_verifies_nothing(
    project: Path,
) -> None:
    need_bwrap()
    make_environment(project / ".venv")
    python = project / ".venv/bin/python"
    python.unlink()
    python.symlink_to(project.parent / "gone/python3")
    sandbox = await open_sandbox(project, project.parent / "state", None)
    assert ".venv/bin/python leads nowhere" in sandbox.why
    assert ".venv/bin/python leads nowhere" in (await doctor(project, "tests"))["detail"]
    root = project.parent / "state/w/x"
    root.mkdir(parents=True)
    (root / "test_x.py").write_text("def test_x(): pass\n")
    workspace = Workspace("x", root)
    assert (await sandbox.run(workspace, ["true"], timeout_seconds=20)).exit_code == 0
    runner = PytestRunner(sandbox)
    request = TestRequest(workspace, "red", timeout_seconds=60)
    run = await runner.run(request, lambda _: None)
    assert (run.ok, run.reason) == (False, "environment")
    assert "leads nowhere" in run.message
    python.unlink()
    python.symlink_to(BASE)
    assert (await runner.run(request, lambda _: None)).ok


async def test_a_level_that_was_named_is_not_replaced_by_another(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = project.parent / "state"
    chosen = await open_sandbox(project, state, "none")
    assert isinstance(chosen, NoSandbox)
    assert "--sandbox none was chosen" in chosen.why
    monkeypatch.setenv("PATH", os.fspath(project))
    with pytest.raises(Lacking, match="not installed") as caught:
        await open_sandbox(project, state, "bwrap")
    assert (caught.value.exit_code, "install bubblewrap" in caught.value.hint) == (5, True)


@pytest.mark.parametrize(
    ("environment", "encoding", "size", "state", "told"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "UTF-8", (80, 24), "ok",
         "TERM=xterm-256color, 80x24, true colour, UTF-8"),
        ({"TERM": "tmux-256color"}, "utf8", (200, 50), "ok", "256 colours"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "UTF-8", (80, 24), "ok", "no colours"),
        ({"TERM": "linux"}, "UTF-8", (80, 24), "ok", "16 colours"),
        ({"TERM": "xterm"}, "ISO-8859-1", (80, 24), "warn", "ISO-8859-1"),
        ({"TERM": "xterm"}, "UTF-8", (79, 24), "warn", "79x24"),
        ({"TERM": "xterm"}, "UTF-8", (200, 23), "warn", "200x23"),
        ({"TERM": "dumb"}, "UTF-8", (80, 24), "warn", "TERM=dumb"),
        ({}, "UTF-8", (80, 24), "warn", "(not set)"),
    ],
)  # fmt: skip
def test_doctor_tells_what_the_terminal_can(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], encoding: str,
    size: tuple[int, int], state: str, told: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", str(size[0]))
    monkeypatch.setenv("LINES", str(size[1]))
    monkeypatch.setattr("locale.getencoding", lambda: encoding)
    found = check_terminal(environment)
    assert (found["state"], told in found["detail"]) == (state, True), found
    assert bool(found["hint"]) is (state == "warn")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("between", ["\n ", " ", "a", "= "])
def test_hostile_settings_of_an_environment_are_read_in_their_length(
    tmp_path: Path, between: str
) -> None:
    text = f"Home = /usr/bin  \nversion=3\na{between * 100_000}!\n"
    (tmp_path / "pyvenv.cfg").write_text(text)
    found = environment_settings(tmp_path)
    assert (found["home"], found["version"]) == ("/usr/bin", "3")
