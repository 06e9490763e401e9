"""Whatever a project is installed with, its tests import the proposal, not the person's copy.

The build backends are the real ones and write what pip, uv, poetry or pdm would unpack; the
environments are made by hand, as `python -m venv --without-pip`, uv and conda lay them out.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import editables
import pytest

from codeframe_tui.adapters.pytest import PytestRunner
from codeframe_tui.core.evidence.verification import TestRun
from codeframe_tui.ports import TestRequest
from tests.contract.sandbox_room import Room, make_environment, need_bwrap, open_room

BASE = Path(sys.base_prefix)
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
BUILD = """
import importlib, json, sys
backend = importlib.import_module(sys.argv[1])
print(backend.build_editable(sys.argv[2], json.loads(sys.argv[3])))
"""
PROJECT = '[project]\nname = "shop"\nversion = "1.0"\n'
OURS = (
    "import shop\n\ndef test_price():\n    assert (shop.price(), shop.__file__) == (2, {file!r})\n"
)


@dataclass(frozen=True)
class Editable:
    """An editable install.

    Attributes:
        config: ``pyproject.toml``.
        sources: where the package is, ``src/`` or empty.
        wish: settings given to the backend.
        holds: a file that shows which way of installing was taken.
    """

    backend: str
    holds: str
    config: str = ""
    sources: str = "src/"
    wish: dict[str, str] = field(default_factory=dict)


SETUPTOOLS = '[tool.setuptools.packages.find]\nwhere = ["src"]\n'
EDITABLES = {
    "setuptools path": Editable("setuptools.build_meta", "__editable__.*.pth", SETUPTOOLS),
    "setuptools finder": Editable(
        "setuptools.build_meta",
        "__editable___*_finder.py",
        '[tool.setuptools]\npackages = ["shop"]\n',
        sources="",
    ),
    "hatch path": Editable("hatchling.build", "_editable_impl_shop.pth"),
    "hatch exact": Editable(
        "hatchling.build",
        "_editable_impl_shop.py",
        "[tool.hatch.build]\ndev-mode-exact = true\n",
    ),
    "poetry": Editable(
        "poetry.core.masonry.api",
        "shop.pth",
        '[tool.poetry]\npackages = [{ include = "shop", from = "src" }]\n',
    ),
    "pdm": Editable("pdm.backend", "_editable_impl_shop.pth", "[tool.pdm]\ndistribution = true\n"),
    "flit": Editable("flit_core.buildapi", "shop.pth"),
}


def site_of(environment: Path) -> Path:
    return environment / "lib" / PYTHON / "site-packages"


def install(project: Path, site: Path, how: Editable) -> None:
    """Build an editable wheel with the real backend and unpack it, as installers do."""
    (project / "pyproject.toml").write_text(
        PROJECT + ('description = "a shop"\n' if "flit" in how.backend else "") + how.config
    )
    wheels = project.parent / "wheels"
    wheels.mkdir()
    argv = [sys.executable, "-c", BUILD, how.backend, str(wheels), json.dumps(how.wish)]
    done = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    shutil.copytree(Path(editables.__file__).parent, site / "editables")  # hatch's needs it
    url = {"url": project.as_uri(), "dir_info": {"editable": True}}
    (next(site.glob("shop-*.dist-info")) / "direct_url.json").write_text(json.dumps(url))
    assert list(site.glob(how.holds)), sorted(path.name for path in site.iterdir())


def write(root: Path, sources: str, price: int) -> None:
    package = root / sources / "shop"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(f'"""A shop."""\ndef price(): return {price}\n')


def propose(room: Room, sources: str, origin: str | None = None) -> tuple[Path, TestRequest]:
    """A workspace in which the price is another, and its test."""
    workspace = room.workspace("proposal")
    write(workspace.root, sources, 2)
    top = room.project if room.sandbox.level == "bwrap" else workspace.root
    file = str(top / sources / "shop/__init__.py")
    (workspace.root / "test_shop.py").write_text(OURS.format(file=origin or file))
    changed = (f"{sources}shop/__init__.py", "test_shop.py")
    return workspace.root, TestRequest(workspace, "green", timeout_seconds=100, changed=changed)


async def verdict(room: Room, request: TestRequest) -> TestRun:
    return await PytestRunner(room.sandbox).run(request, lambda _: None)


async def passes(room: Room, sources: str) -> None:
    """The proposal is what was tested: by its content, by its place, by our own census."""
    _, request = propose(room, sources)
    run = await verdict(room, request)
    assert run.ok, (run.message, run.output)
    assert [case.outcome.value for case in run.cases] == ["passed"], run.output


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    need_bwrap()
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    root = tmp_path / "project"
    root.mkdir()
    return root


@pytest.mark.parametrize("level", ["bwrap", "rlimits"])
@pytest.mark.parametrize("name", EDITABLES)
async def test_an_editable_install_tests_the_proposal(project: Path, name: str, level: str) -> None:
    how = EDITABLES[name]
    make_environment(project / ".venv")
    write(project, how.sources, 1)
    install(project, site_of(project / ".venv"), how)
    await passes(await open_room(project.parent, level), how.sources)


# -- places of environments -----------------------------------------------------------------------


def uv_environment(project: Path) -> Path:
    """uv: the base Python is reached through a link whose name has no patch version."""
    link = project.parent / "home/.local/share/uv/python/cpython-linux-x86_64-gnu"
    link.parent.mkdir(parents=True)
    link.symlink_to(BASE)
    make_environment(project / ".venv")
    (project / ".venv/pyvenv.cfg").write_text(
        f"home = {link}/bin\nimplementation = CPython\nuv = 0.13.9\n"
        "include-system-site-packages = false\nprompt = shop\n"
    )
    (project / ".venv/bin/python").unlink()
    (project / ".venv/bin/python").symlink_to(link / "bin" / PYTHON)
    return project / ".venv"


def venv_elsewhere(project: Path) -> Path:
    """poetry, pipenv, virtualenvwrapper, pyenv-virtualenv: in HOME, and active."""
    place = project.parent / "home/.cache/pypoetry/virtualenvs/shop-abc123-py3"
    make_environment(place)
    os.environ["VIRTUAL_ENV"] = str(place)
    return place


def linked_venv(project: Path) -> Path:
    place = project.parent / "home/venvs/shop"
    make_environment(place)
    (project / ".venv").symlink_to(place)
    return project / ".venv"


def named_env(project: Path) -> Path:
    make_environment(project / "env")
    return project / "env"


def conda_prefix(project: Path) -> Path:
    """conda: a whole Python with packages of its own, without pyvenv.cfg, active."""
    place = project.parent / "home/miniconda3/envs/shop"
    library = place / "lib" / PYTHON
    (library / "site-packages").mkdir(parents=True)
    (place / "conda-meta").mkdir()
    for entry in (BASE / "lib" / PYTHON).iterdir():
        if entry.name != "site-packages":
            (library / entry.name).symlink_to(entry)
    (place / "bin").mkdir()
    shutil.copy(BASE / "bin" / PYTHON, place / "bin/python")
    os.environ["CONDA_PREFIX"] = str(place)
    return place


ENVIRONMENTS = {
    "uv": uv_environment,
    "in HOME, active": venv_elsewhere,
    "behind a link": linked_venv,
    "named env": named_env,
    "conda, active": conda_prefix,
}
NEEDS = "def test_tool():\n    import tool\n    assert tool.__file__.startswith({site!r})\n"


@pytest.mark.parametrize("name", ENVIRONMENTS)
async def test_the_packages_of_an_environment_are_there(
    project: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", "")
    monkeypatch.setenv("CONDA_PREFIX", "")
    site = site_of(ENVIRONMENTS[name](project))
    (site / "tool.py").touch()
    (site / "shop.pth").write_text(f"{project}/src\n")
    write(project, "src/", 1)
    room = await open_room(project.parent, "bwrap")
    assert (await room.sandbox.environment()).sites[0] == site
    root, request = propose(room, "src/")
    (root / "test_tool.py").write_text(NEEDS.format(site=str(site)))
    run = await verdict(room, request)
    assert run.ok, (run.message, run.output)
    assert [case.outcome.value for case in run.cases] == ["passed", "passed"], run.output


# -- layouts --------------------------------------------------------------------------------------


async def test_a_layout_for_tox_is_tested_where_its_settings_name_the_sources(
    project: Path,
) -> None:
    """No environment but those that tox makes: they are not the project's, ours is lent."""
    make_environment(project / ".tox/py3")
    write(project, "src/", 1)
    room = await open_room(project.parent, "bwrap")
    root, request = propose(room, "src/")
    run = await verdict(room, request)
    assert (run.ok, run.reason) == (False, "collection_error")
    assert "shop" in run.output
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\npythonpath = ['src']\n")
    run = await verdict(room, request)
    assert run.ok, run.message
    assert [case.outcome.value for case in run.cases] == ["passed"], run.output


@pytest.mark.parametrize("level", ["bwrap", "rlimits"])
async def test_one_part_of_a_namespace_is_proposed_and_another_installed(
    project: Path, level: str
) -> None:
    make_environment(project / ".venv")
    site = site_of(project / ".venv")
    (site / "shop.pth").write_text(f"{project}/src\n")
    for place, price in ((site, 7), (project / "src", 1)):
        folder = place / "space" / ("other" if place == site else "mine")
        folder.mkdir(parents=True)
        (folder / "price.py").write_text(f"PRICE = {price}\n")
    room = await open_room(project.parent, level)
    workspace = room.workspace("proposal")
    (workspace.root / "src/space/mine").mkdir(parents=True)
    (workspace.root / "src/space/mine/price.py").write_text("PRICE = 2\n")
    (workspace.root / "test_space.py").write_text(
        "from space.mine.price import PRICE as mine\nfrom space.other.price import PRICE as other\n"
        "def test_both(): assert (mine, other) == (2, 7)\n"
    )
    changed = ("src/space/mine/price.py", "test_space.py")
    run = await verdict(room, TestRequest(workspace, "green", changed=changed, timeout_seconds=99))
    assert run.ok, (run.message, run.output)
    assert [case.outcome.value for case in run.cases] == ["passed"], run.output


async def test_links_to_the_sources_are_told_not_believed(project: Path) -> None:
    """setuptools' strict mode copies links to a build folder; a new file would not be there."""
    make_environment(project / ".venv")
    write(project, "src/", 1)
    how = Editable("setuptools.build_meta", "__editable__.*.pth", SETUPTOOLS,
                   wish={"editable_mode": "strict"})  # fmt: skip
    install(project, site_of(project / ".venv"), how)
    room = await open_room(project.parent, "bwrap")
    _, request = propose(room, "src/")
    run = await verdict(room, request)
    assert not run.ok
    assert run.reason in {"collection_error", "import_origin"}
