"""Which Python runs a project; decided without running anything that the project brings.

A cloned repository is a stranger's work, and its ``.venv/bin/python`` may be any program. So an
environment inside the project counts only when git does not track it and its interpreter is one
that this machine had anyway. What may be run on the host is that interpreter, by its own path: run
through the environment it would load the library that ``pyvenv.cfg`` names.
"""

from __future__ import annotations

import asyncio
import filecmp
import os
import re
import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from codeframe_tui.adapters.bounded import read_regular
from codeframe_tui.adapters.harmless import RUNS_NOTHING, environment_of_project
from codeframe_tui.adapters.process import run_program
from codeframe_tui.adapters.within import within

__all__ = ["NAMES", "Interpreter", "candidates", "environment_settings"]

NAMES = (".venv", "venv", "env")
"""Where a project keeps its environment, first wins."""
ACTIVE = ("VIRTUAL_ENV", "CONDA_PREFIX")
"""How an active environment tells of itself, first wins."""
GIT_SECONDS = 10.0
SETTINGS_BYTES = 2**16
_SETTING = re.compile(r"^[ \t]*+([\w-]++)[ \t]*+=(.*)$", re.MULTILINE)
_PYTHON = re.compile(r"(python|pypy)[0-9.]*[a-z]*")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that a project may have.

    Attributes:
        python: its path as the environment has it.
        program: what may be run on the host to ask it; None when nothing may.
        fault: why it cannot be used; empty when it can.
        broken: whether the person meant it to be used, but it does not work.
    """

    python: Path
    program: Path | None
    fault: str = ""
    broken: bool = False


async def candidates(project: Path) -> AsyncIterator[Interpreter]:
    """The project's own environments, the active ones, and at last ours, which is always usable.

    Args:
        project: real path of the project.
    """
    for name in NAMES:
        if (project / name / "pyvenv.cfg").is_file():
            yield await _in_project(project, project / name)
    for active in filter(None, map(os.environ.get, ACTIVE)):
        root = Path(active)
        if root.is_absolute() and (root / "bin" / "python").exists():
            if (inside := within(project, root)) is not None:
                yield await _in_project(project, project / inside)
            else:
                yield Interpreter(root / "bin" / "python", root / "bin" / "python")
    yield Interpreter(Path(sys.executable), Path(sys.executable))


def environment_settings(root: Path) -> dict[str, str]:
    """What ``pyvenv.cfg`` of an environment says; empty when it cannot be read."""
    try:
        content = read_regular(root / "pyvenv.cfg", SETTINGS_BYTES)
    except OSError:
        return {}
    text = content.decode("utf-8", "replace")
    return {key.lower(): value.strip() for key, value in _SETTING.findall(text)}


async def _in_project(project: Path, root: Path) -> Interpreter:
    python = root / "bin" / "python"
    tracked = await _is_tracked(project, root)
    if tracked:
        return Interpreter(python, None, f"{root.name} came with the repository: not used")
    return await asyncio.to_thread(_judge, project, root, may_be_copied=tracked is False)


async def _is_tracked(project: Path, root: Path) -> bool | None:
    """Whether git tracks anything there; None where git cannot say."""
    environment = {**environment_of_project(), "GIT_ICASE_PATHSPECS": "1"}
    argv = ("git", *RUNS_NOTHING, "-c", "safe.directory=*", "ls-files", "-z", "--", str(root))
    try:
        ended = await run_program(
            argv, env=environment, cwd=project, timeout_seconds=GIT_SECONDS, keep=4096
        )
    except OSError:
        return None
    return bool(ended.output) if ended.code == 0 else None


def _judge(project: Path, root: Path, *, may_be_copied: bool) -> Interpreter:
    python = root / "bin" / "python"
    if not python.exists():
        fault = f"{root.name}/bin/python leads nowhere: make the environment again, or remove it"
        return Interpreter(python, None, fault, broken=True)
    program = _real(python)
    inside = within(_territory(project), program) is not None
    if inside and not python.is_symlink() and may_be_copied:
        copied_from = _base_of_copy(root, program)
        if copied_from is None:
            fault = f"{root.name}/bin/python is no copy of the Python that pyvenv.cfg names"
            return Interpreter(python, None, f"{fault}: not used")
        program = copied_from
        inside = within(_territory(project), program) is not None
    fault = "it lies in the project" if inside else _distrust(program)
    if fault:
        return Interpreter(python, None, f"{root.name}/bin/python is not used: {fault}")
    return Interpreter(python, program)


def _base_of_copy(root: Path, copy: Path) -> Path | None:
    """The base interpreter that an environment's Python is a copy of."""
    home = environment_settings(root).get("home", "")
    if not Path(home).is_absolute():
        return None
    for base in sorted(Path(home).glob("py*")):
        if _PYTHON.fullmatch(base.name) and _is_same(base, copy):
            return _real(base)
    return None


def _is_same(base: Path, copy: Path) -> bool:
    try:
        return base.is_file() and filecmp.cmp(base, copy, shallow=False)
    except OSError:
        return False


def _distrust(program: Path) -> str:
    """Why a file is not taken for a Python of this machine; empty when it is."""
    found = program.stat()
    if not stat.S_ISREG(found.st_mode) or not os.access(program, os.X_OK):
        return f"{program} is no program"
    if _PYTHON.fullmatch(program.name) is None:
        return f"{program} is no Python by its name"
    if found.st_uid not in {0, os.getuid()}:
        return f"{program} belongs to another user"
    if found.st_mode & stat.S_IWOTH:
        return f"{program} can be written by everybody"
    return ""


def _territory(project: Path) -> Path:
    """What a stranger may have written: the outermost repository that holds the project."""
    home = _real(Path.home())
    found = project
    for folder in project.parents:
        if folder in {home, folder.parent}:
            break
        if (folder / ".git").exists():
            found = folder
    return found


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
