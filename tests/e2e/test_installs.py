"""Installed as people install it: pip, pipx and uv tool, wheel and sdist, several Pythons.

Slow: `make install-matrix` runs it. Every case has a home of its own, with spaces in its name.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOBODY = 65_534
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("wheel"),
    pytest.mark.skipif(
        not os.environ.get("CODEFRAME_TUI_INSTALLS"), reason="`make install-matrix` runs it"
    ),
]


@dataclass(frozen=True)
class Home:
    """A home folder, and who lives there."""

    folder: Path
    user: int | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = ("PATH", "LANG", "PIP_CERT", "PIP_FIND_LINKS", "PIP_INDEX_URL", "SSL_CERT_FILE")
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "HOME": str(self.folder),
            "PIP_CONSTRAINT": str(ROOT / "constraints.txt"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.folder,
            env=self.environment | dict(env or {}),
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            capture_output=True,
            text=True,
            timeout=800,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout


@pytest.fixture
def home(tmp_path: Path) -> Home:
    folder = tmp_path / "a home with spaces"
    folder.mkdir()
    return Home(folder)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The sdist of a clean clone, and the wheel that is made from it."""
    clone = tmp_path_factory.mktemp("clone") / "project"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, clone], check=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation"],
        cwd=clone,
        check=True,
        capture_output=True,
    )
    (sdist,), (wheel,) = (clone / "dist").glob("*.tar.gz"), (clone / "dist").glob("*.whl")
    return {"sdist": sdist, "wheel": wheel}


def interpreter(version: str) -> str:
    """A Python of a version: from PATH or from pyenv."""
    places = [Path.home() / ".pyenv" / "versions", Path("/opt/pyenv/versions")]
    for place in places:
        for found in sorted(place.glob(f"{version}.*/bin/python3")):
            return str(found)
    if named := shutil.which(f"python{version}"):
        return named
    pytest.skip(f"there is no Python {version} here")


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (pip install {name})")
    return found


def uv_environment() -> dict[str, str]:
    """uv does not read pip's settings, so it is told where pip looks."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    told = {
        "UV_CONSTRAINT": str(ROOT / "constraints.txt").replace(" ", "\\ "),
        "UV_INDEX_STRATEGY": "unsafe-best-match",  # pip, too, takes all its indexes as one
    }
    names = {"find-links": "UV_FIND_LINKS", "extra-index-url": "UV_INDEX", "index-url":
             "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}  # fmt: skip
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        if name := names.get(key.rpartition(".")[2]):
            told[name] = value.strip("'").replace("\\n", " ").strip()
    return told


def installed(how: str, python: str, what: Path, home: Home) -> Path:
    """Install as a person would; returns the program."""
    program = home.folder / ".local/bin/codeframe-tui"
    if how == "pipx":
        home.run(tool("pipx"), "install", "--python", python, what)
    elif how == "uv":
        home.run(tool("uv"), "tool", "install", "--no-cache", "--python", python, what,
                 env=uv_environment())  # fmt: skip
    else:
        home.run(python, "-m", "venv", home.folder / "env")
        home.run(home.folder / "env/bin/python", "-m", "pip", "install", "--quiet", what)
        program = home.folder / "env/bin/codeframe-tui"
    return program


def works(program: Path, home: Home, *, demo: bool) -> None:
    project = home.folder / "my project"
    project.mkdir()
    if home.user is not None:
        os.chown(project, home.user, home.user)
    assert "codeframe-tui" in home.run(program, "--version")
    reach = ("--project", project)
    assert home.run(program, *reach, "add", "a task") == "1\n"
    found = json.loads(home.run(program, *reach, "doctor", "--json"))["checks"]
    states = {check["name"]: check["detail"] for check in found if check["state"] == "missing"}
    assert set(states) <= {"key"}, states
    assert any(str(home.folder) in check["detail"] for check in found if check["name"] == "state")
    if demo:
        home.run(program, "demo", "--auto")


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize(
    ("how", "what"), [("pip", "wheel"), ("pip", "sdist"), ("pipx", "wheel"), ("uv", "wheel")]
)
def test_it_is_installed_as_people_install_it(
    built: Mapping[str, Path], home: Home, how: str, what: str, version: str
) -> None:
    program = installed(how, interpreter(version), built[what], home)
    works(program, home, demo=(how, what) == ("pip", "wheel"))


@pytest.fixture
def ordinary() -> Iterator[Home]:
    """The home of a user who is not root."""
    place = Path(tempfile.mkdtemp(prefix="cft install "))
    user = NOBODY if os.geteuid() == 0 else None
    if user is not None:
        os.chown(place, user, user)
    yield Home(place, user)
    shutil.rmtree(place)


def test_an_ordinary_user_installs_it(built: Mapping[str, Path], ordinary: Home) -> None:
    python = shutil.which("python3", path="/usr/local/bin:/usr/bin") or sys.executable
    asked = [python, "-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"]
    fits = subprocess.run(asked, user=ordinary.user, cwd="/", capture_output=True, check=False)
    if fits.returncode != 0:
        pytest.skip("no Python 3.11 with venv that an ordinary user may run")
    what = shutil.copy(built["wheel"], ordinary.folder)
    works(installed("pip", python, Path(what), ordinary), ordinary, demo=True)
