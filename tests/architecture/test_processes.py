"""Processes begin in few places, and git never but with the one environment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import codeframe_tui

HOUSE = Path(codeframe_tui.__file__).parent
HINT = re.compile(r"subprocess|fork|spawn|popen|Popen|exec[lv]|system|Executor|run_git|\"git\"|pty")
"""Words without which a room need not be looked at."""
ROOMS = {
    path.relative_to(HOUSE).as_posix(): ast.parse(text)
    for path in HOUSE.rglob("*.py")
    if path.relative_to(HOUSE).parts[:2] not in {("demo", "project"), ("demo", "answers")}
    if HINT.search(text := path.read_text())
}
STARTS = {
    "adapters/beside.py::_start": "our own scripts, as `python -I -S`",
    "adapters/facts.py::_ask": "git, in the project",
    "adapters/index/inside/git.py::_ask": "git, in the project",
    "adapters/index/inside/git.py::_pipes": "git, in our store",
    "adapters/index/inside/git.py::tree": "git, in our store",
    "adapters/process.py::run_program": "what the sandbox and the interpreter's room name",
    "adapters/sandbox/client.py::_open": "the launcher of sandboxes",
    "adapters/sandbox/launcher.py::_hire": "a warden",
    "adapters/sandbox/launcher.py::_spawn": "what runs in a sandbox",
    "adapters/sandbox/listener.py::main": "in the sandbox: becomes what runs there",
    "adapters/workspace/git.py::run_git": "git, as its callers say",
    "adapters/workspace/git.py::start": "git, in our store",
    "bootstrap/doctor.py::_output": "`git --version`",
    "demo/play.py::_commit": "git, in the demo's new folder",
    "tui/guardian.py::divide": "the cockpit, below its guardian",
    "tui/programs.py::_run": "the person's own editor or shell",
    "wire/start.py::spawn_engine": "the engine",
}
"""Where a process begins, and which; anything else goes through one of them."""

STARTING = {
    *("Popen", "create_subprocess_exec", "create_subprocess_shell", "subprocess_exec"),
    *("subprocess_shell", "fork", "forkpty", "system", "popen", "posix_spawn", "posix_spawnp"),
    *("ProcessPoolExecutor", "spawn", "fork_exec"),
    *(f"{kind}{how}" for kind in ("exec", "spawn") for how in ("v", "ve", "vp", "vpe")),
    *(f"{kind}{how}" for kind in ("exec", "spawn") for how in ("l", "le", "lp", "lpe")),
}
OF_SUBPROCESS = {"run", "call", "check_call", "check_output", "getoutput", "getstatusoutput"}
OURS = {"self._starter.spawn", "starter.spawn", "shutil.which"}
"""Methods of our own that have such a name and lead to a place of the table."""
WHOLE = {"asyncio", "asyncio.subprocess", "concurrent.futures", "os", "subprocess"}
ENVIRONMENTS = {"environment_of_project", "environment_of_store"}
HANDED = {
    "adapters/workspace/merge.py": "takes the environment of the store from `Git`",
    "adapters/workspace/git.py": "`run_git` is given one by each of its callers",
}


def is_start(call: ast.Call) -> bool:
    """Whether a call begins a process."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in STARTING | OF_SUBPROCESS:
        return False
    called = ast.unparse(call.func)
    is_run = name in OF_SUBPROCESS
    return called == f"subprocess.{name}" if is_run else called not in OURS


def starts(node: ast.AST, function: str = "") -> Iterator[str]:
    """The function of every call that begins a process."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and is_start(child):
            yield function
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from starts(child, child.name if inside else function)  # type: ignore[attr-defined]


def argvs(tree: ast.AST) -> Iterator[ast.AST]:
    """Every list of words or call whose first one is ``git``."""
    for node in ast.walk(tree):
        words = node.elts if isinstance(node, ast.List | ast.Tuple) else []
        words = node.args if isinstance(node, ast.Call) else words
        if words and isinstance(words[0], ast.Constant) and words[0].value == "git":
            yield node


def test_processes_begin_where_the_table_says_and_nowhere_else() -> None:
    found = {f"{room}::{function}" for room, tree in ROOMS.items() for function in starts(tree)}
    assert found == set(STARTS), "a new place needs a reason in the table; there is `run_program`"


def test_what_starts_a_process_is_called_by_its_whole_name() -> None:
    """So that the look above misses nothing."""
    for room, tree in ROOMS.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in WHOLE:
                taken = {each.name for each in node.names}
                assert not taken & (STARTING | OF_SUBPROCESS), f"{room}: {taken}"
            for each in node.names if isinstance(node, ast.Import) else ():
                assert each.name not in {"pty", "multiprocessing"}, f"{room}: {each.name}"
                assert each.name not in WHOLE or each.asname is None, f"{room}: {each.asname}"


def test_every_call_of_git_has_the_one_environment() -> None:
    """No key of ours, nothing fetched, no hook and no monitor: `adapters.harmless` says how."""
    asked = {
        room
        for room, tree in ROOMS.items()
        if any(True for _ in argvs(tree)) or "run_git" in names(tree)
    }
    assert len(asked) >= 8
    for room in sorted(asked - HANDED.keys()):
        used = names(ROOMS[room])
        assert used & ENVIRONMENTS, f"{room} calls git with another environment"
        if "environment_of_project" in used and room != "bootstrap/doctor.py":
            assert "RUNS_NOTHING" in used, f"{room} lets a repository name programs"


def test_every_program_of_ours_is_given_its_environment() -> None:
    """Nothing inherits a key that it does not need."""
    inside = {"adapters/sandbox/launcher.py", "adapters/sandbox/listener.py"}
    inherits = {"tui/guardian.py", "tui/programs.py"} | inside
    by_argument = {"posix_spawn", "posix_spawnp"}  # they cannot be called without one
    for room, tree in ROOMS.items():
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        for call in filter(is_start, calls if room not in inherits else ()):
            named = ast.unparse(call.func).rpartition(".")[2] in by_argument
            given = {keyword.arg for keyword in call.keywords}
            assert named or "env" in given, f"{room}:{call.lineno} inherits the environment"


def names(tree: ast.AST) -> set[str]:
    """All names that a room uses."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess\ndef f(): subprocess.run(['x'])",
        "import os\ndef f(): os.execvp('x', ['x'])",
        "import os\ndef f(): os.system('x')",
        "import asyncio\nasync def f(): await asyncio.create_subprocess_shell('x')",
        "async def f(loop): await loop.subprocess_exec(None, 'x')",
        "import os\nclass A:\n def f(self): return os.popen('x')",
    ],
)
def test_a_start_is_noticed(code: str) -> None:
    assert list(starts(ast.parse(code))) == ["f"]
