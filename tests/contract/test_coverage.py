"""Coverage of changed lines by a proposal's own tests: real pytest, in the sandbox."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeframe_tui.adapters.pytest import PytestRunner
from codeframe_tui.adapters.pytest.record import Record
from codeframe_tui.adapters.pytest.runner import INSIDE
from codeframe_tui.core.evidence.coverage import Coverage
from codeframe_tui.core.evidence.verification import TestRun
from codeframe_tui.ports import TestRequest
from tests.contract.sandbox_room import Room, hostile_environment, make_room, need_bwrap
from tests.contract.test_test_runner import write

MODULE = '''\
"""A module."""

LIMITS = {
    "small": 1,
}


def size(value):
    """Say how large it is."""
    # a comment
    if value > LIMITS["small"]:
        return (
            "large"
        )
    else:
        word = "small"
    return word


def never():
    return 0
'''
TESTS = "from mod import size\n\n\ndef test_size():\n    assert size(1) == 'small'\n"
OLD = "from mod import size\n\n\ndef test_large():\n    assert size(9) == 'large'\n"
QUICK = "[pytest]\naddopts = --disable-plugin-autoload\n"
FILES = {"mod.py": MODULE, "test_own.py": TESTS, "pytest.ini": QUICK}
ASKED = {"mod.py": ((1, 22),)}
FOUND = ((3, 5), (8, 8), (11, 11), (16, 17), (20, 20))
LEFT = ((12, 14), (21, 21))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    need_bwrap()
    folder = tmp_path_factory.mktemp("coverage")
    (folder / "home").mkdir()
    with hostile_environment(folder / "home"):
        yield make_room(folder, "bwrap")


async def ran(room: Room, files: dict[str, str], *own: str) -> TestRun:
    workspace = room.workspace(f"run-{secrets.token_hex(4)}")
    write(workspace.root, files)
    request = TestRequest(
        workspace, "regression", timeout_seconds=60.0, lines=ASKED, own=own or ("test_own.py",)
    )
    return await PytestRunner(room.sandbox).run(request, lambda _: None)


def only(coverage: Coverage) -> tuple[object, object, object]:
    (file,) = coverage.files
    return file.covered, file.missed, file.unknown


async def test_each_changed_line_with_code_is_covered_or_not(room: Room) -> None:
    run = await ran(room, FILES)
    assert run.ok, run.message
    assert only(run.coverage) == (FOUND, LEFT, ())
    assert run.coverage.how == ("sys.monitoring" if sys.version_info >= (3, 12) else "sys.settrace")


async def test_what_only_other_tests_run_is_not_covered_by_those_of_the_proposal(
    room: Room,
) -> None:
    both = {**FILES, "test_old.py": OLD}
    assert only((await ran(room, both)).coverage) == (FOUND, LEFT, ())
    run = await ran(room, both, "test_old.py")
    assert only(run.coverage)[1] == ((16, 17), (21, 21))
    run = await ran(room, both, "test_own.py", "test_old.py")
    assert only(run.coverage)[1] == ((21, 21),)


async def test_workers_of_xdist_tell_what_they_saw(room: Room) -> None:
    files = {**FILES, "test_more.py": OLD, "pytest.ini": f"{QUICK} -p xdist -n 2\n"}
    run = await ran(room, files, "test_own.py", "test_more.py")
    assert run.ok, run.message
    assert only(run.coverage)[1] == ((21, 21),)


async def test_what_another_program_may_have_run_is_not_called_missed(room: Room) -> None:
    run = await ran(room, {**FILES, "test_own.py": OTHER_PROGRAM})
    assert run.ok, run.message
    assert only(run.coverage) == (FOUND, (), LEFT)
    assert "other programs" in run.coverage.message
    quiet = {**FILES, "test_old.py": OTHER_PROGRAM.replace("test_size", "test_old")}
    assert only((await ran(room, quiet)).coverage) == (FOUND, LEFT, ())


FORK = """\
import multiprocessing as m
{}    p = m.get_context("{}").Process(target=str)
    p.start()
    p.join()
"""


@pytest.mark.parametrize("how", ["fork", "spawn"])
async def test_processes_of_python_are_programs_too(room: Room, how: str) -> None:
    run = await ran(room, {**FILES, "test_own.py": FORK.format(TESTS, how)})
    assert run.ok, run.message
    assert only(run.coverage) == (FOUND, (), LEFT)


TAKEN = {
    "sys.settrace": "import sys\n{}    sys.settrace(None)\n",
    "sys.monitoring": "import sys\n{}    sys.monitoring.free_tool_id(3)\n",
}


async def test_nothing_is_claimed_when_the_tests_take_the_trace_away(room: Room) -> None:
    how = (await ran(room, FILES)).coverage.how
    run = await ran(room, {**FILES, "test_own.py": TAKEN[how].format(TESTS)})
    assert run.ok, run.message
    assert not run.coverage.how
    assert "trace" in run.coverage.message


FORGED = """
import sys

def test_size():
    for module in list(sys.modules.values()):
        state = getattr(module, "state", None)
        if hasattr(state, "emit"):
            state.emit("coverage", how="sys.monitoring", fault="", apart=False)
            state.emit("coverage", path="mod.py", covered=[[1, 22]], missed=[])
"""


async def test_a_test_that_tells_of_lines_itself_is_found_out(room: Room) -> None:
    run = await ran(room, {**FILES, "test_own.py": FORGED})
    assert (run.ok, run.reason) == (False, "tampered"), run.message
    assert not run.coverage.how


async def test_a_run_that_does_not_end_says_nothing_of_lines(room: Room) -> None:
    test = f"import os\n{TESTS}    os._exit(0)\n"
    run = await ran(room, {**FILES, "test_own.py": test})
    assert run.reason == "crash"
    assert not run.coverage.how
    assert run.coverage.message


async def test_a_project_that_measures_by_itself_is_left_alone(room: Room) -> None:
    """As coverage does it on an older Python: its trace is there before the tests."""
    conftest = "import sys\nsys.settrace(lambda *_: None)\n"
    run = await ran(room, {**FILES, "conftest.py": conftest})
    assert run.ok, run.message
    if run.coverage.how != "sys.monitoring":
        assert not run.coverage.how
        assert "something else" in run.coverage.message


OTHER_PROGRAM = f"import subprocess, sys\n{TESTS}    subprocess.run([sys.executable, '-c', ''])\n"
HOW = "sys.monitoring" if sys.version_info >= (3, 12) else "sys.settrace"
FAULT = {
    "sys.monitoring": ("if ours and calls == list(self.calls.values())", "if True"),
    "sys.settrace": ("if self.disturbed else", "if False else"),
}[HOW]
GUARDS = {
    "what another program runs": (
        "coverage.py", "setattr(owner, name, self._heard", "str(self._heard", OTHER_PROGRAM
    ),
    "what a process of Python runs": (
        "coverage.py", "sys.modules for name in ELSEWHERE", "() for name in ()",
        FORK.format(TESTS, "spawn"),
    ),
    "a trace that was taken away": ("coverage.py", *FAULT, TAKEN[HOW].format(TESTS)),
    "whose tests count": ("plugin.py", "not OWN or", "True or", TESTS),
}  # fmt: skip
"""What is guarded: file, text that guards, what stands in its place, and a test that needs it."""


@pytest.mark.parametrize("name", GUARDS)
async def test_without_a_guard_something_else_would_be_said(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file, guard, instead, test = GUARDS[name]
    files = {**FILES, "test_own.py": test, "test_old.py": OLD}
    guarded = (await ran(room, files)).coverage
    for path in INSIDE.glob("*.py"):
        text = path.read_text()
        assert (text.count(guard) == 1) >= (path.name == file)
        (tmp_path / path.name).write_text(text.replace(guard, instead))
    monkeypatch.setattr("codeframe_tui.adapters.pytest.runner.INSIDE", tmp_path)
    assert (await ran(room, files)).coverage != guarded


async def test_without_its_guard_a_forged_report_would_be_believed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def believe(record: Record, event: dict[str, object]) -> None:
        record.coverage.setdefault(str(event.get("path", "")), event)

    monkeypatch.setattr(Record, "_cover", believe)
    run = await ran(room, {**FILES, "test_own.py": FORGED})
    assert run.ok
    assert only(run.coverage)[1] == ()


SCRIPT = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("coverage_inside", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
spy = module.Spy(sys.argv[2], {"mod.py": [[1, 22]]})
sys.path.insert(0, sys.argv[2])
import mod
mod.size(9)
spy.on()
mod.size(1)
found = list(spy.conclusion())
print(found[0]["how"], repr(found[0]["fault"]), found[1]["covered"], found[1]["missed"])
"""
PYTHONS = [f"python3.{minor}" for minor in range(8, 15)]


@pytest.mark.parametrize("python", PYTHONS)
def test_every_python_of_this_machine_sees_the_same_lines(tmp_path: Path, python: str) -> None:
    program = _python(python)
    if program is None:
        pytest.skip(f"{python} is not installed")
    (tmp_path / "mod.py").write_text(MODULE)
    argv = [program, "-I", "-B", "-c", SCRIPT, str(INSIDE / "coverage.py"), str(tmp_path)]
    told = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    minor = int(python.rpartition(".")[2])
    how = "sys.monitoring" if minor >= 12 else "sys.settrace"
    lists = [[list(each) for each in side] for side in (FOUND, LEFT)]
    assert told == f"{how} '' {lists[0]} {lists[1]}\n"


def _python(name: str) -> str | None:
    """A Python of this name that runs; shims of version managers may lead nowhere."""
    places = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    places += sorted(Path(sys.base_prefix).parent.glob("*/bin"))  # versions beside ours
    for place in places:
        program = place / name
        if os.access(program, os.X_OK):
            asked = [str(program), "-I", "-c", "import sys; print(sys.version_info[1])"]
            told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
            if told == name.rpartition(".")[2]:
                return str(program)
    return None
