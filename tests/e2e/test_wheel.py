"""The program as people get it: sdist and wheel of a clean clone, in a fresh environment."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("wheel"),
]


def run(command: Sequence[str | Path], cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ANTHROPIC_", "PYTHON"))}
    return subprocess.run(
        command, cwd=cwd, env=clean | env, capture_output=True, text=True, check=False, timeout=500
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clone = tmp_path_factory.mktemp("clone") / "project"
    done = run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, clone], ROOT)
    assert done.returncode == 0, done.stderr
    done = run([sys.executable, "-m", "build", "--no-isolation"], clone)  # from the sdist
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = (clone / "dist").glob("*.whl")
    return built


def test_the_wheel_of_the_sdist_is_the_wheel_of_the_tree(wheel: Path) -> None:
    clone, other = wheel.parents[1], wheel.parent / "of the tree"
    build: list[str | Path] = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        other,
    ]
    done = run([*build, clone], clone)
    assert done.returncode == 0, done.stdout + done.stderr

    def files(path: Path) -> dict[str, int]:
        return {info.filename: info.CRC for info in zipfile.ZipFile(path).infolist()}

    assert files(other / wheel.name) == files(wheel)


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("fresh")
    assert run([sys.executable, "-m", "venv", home / "env"], home).returncode == 0
    pip: list[str | Path] = [home / "env/bin/python", "-m", "pip", "install", "--quiet"]
    done = run([*pip, "--constraint", ROOT / "constraints.txt", wheel], home)
    assert done.returncode == 0, done.stderr
    return home / "env/bin/codeframe-tui"


def test_the_wheel_holds_styles_agent_and_demo(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"codeframe_tui/styles/{path.name}" for path in (ROOT / "styles").glob("*.tcss")}
    assert wanted
    assert wanted <= names
    assert "codeframe_tui/agents/backend-worker.md" in names
    assert any(name.startswith("codeframe_tui/demo/project/") for name in names)


def test_the_installed_program_says_its_version_and_what_it_found(
    program: Path, tmp_path: Path
) -> None:
    state = str(tmp_path / "state")
    version = run([program, "--version"], tmp_path)
    assert version.returncode == 0
    assert "0.1.0" in version.stdout
    doctor = run([program, "doctor"], tmp_path, CODEFRAME_TUI_STATE_DIR=state)
    assert doctor.returncode == 0, doctor.stderr
    assert "git" in doctor.stdout


def test_the_installed_demo_plays_itself_to_its_checked_end(program: Path, tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    done = run([program, "demo", "--auto"], tmp_path, CODEFRAME_TUI_STATE_DIR=state)
    assert done.returncode == 0, done.stdout + done.stderr
