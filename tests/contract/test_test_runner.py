"""Port TestRunner on real projects: what tests do, and what they do to look green."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

import pytest

from codeframe_tui.adapters.pytest import PytestRunner
from codeframe_tui.adapters.sandbox import NoSandbox
from codeframe_tui.adapters.sandbox.closure import Closure
from codeframe_tui.core.events import Signal
from codeframe_tui.core.evidence.verification import Outcome, TestRun
from codeframe_tui.ports import TestRequest, Workspace
from tests.contract.sandbox_room import (
    Room,
    hostile_environment,
    make_environment,
    make_room,
    need_bwrap,
)

SECONDS = 60.0
CONFIGS = {"pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"}
BARE = {"pytest.ini": "[pytest]\naddopts = --disable-plugin-autoload\n"}
"""Loading the plugins of our own environment costs five times what pytest does."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    need_bwrap()
    folder = tmp_path_factory.mktemp("runner")
    (folder / "home").mkdir()
    with hostile_environment(folder / "home"):
        yield make_room(folder, "bwrap")


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(dedent(text))


@dataclass
class Ran:
    run: TestRun
    signals: list[Signal]

    @property
    def outcomes(self) -> dict[str, str]:
        return {case.id.partition("::")[2]: case.outcome.value for case in self.run.cases}


async def ran(
    room: Room,
    files: dict[str, str],
    *select: str,
    timeout_seconds: float = SECONDS,
    collect_only: bool = False,
    changed: tuple[str, ...] = (),
) -> Ran:
    workspace = room.workspace(f"run-{secrets.token_hex(4)}")
    write(workspace.root, files if CONFIGS & files.keys() else BARE | files)
    signals: list[Signal] = []
    request = TestRequest(
        workspace, "green", select, collect_only, timeout_seconds=timeout_seconds, changed=changed
    )
    return Ran(await PytestRunner(room.sandbox).run(request, signals.append), signals)


ALL_OUTCOMES = """
    import unittest
    import pytest
    def test_good(): print("hello")
    def test_bad():
        value = {"a": 1}
        assert value == {"a": 2}
    def test_no_fixture(nothing): pass
    @pytest.mark.skip(reason="not here")
    def test_skipped(): pass
    @pytest.mark.xfail(reason="known")
    def test_xfailed(): assert 0
    @pytest.mark.xfail
    def test_xpassed(): pass
    @pytest.fixture
    def breaks():
        yield
        raise ValueError("late")
    def test_teardown(breaks): pass
    @pytest.mark.parametrize("n", [1, 2])
    def test_many(n): assert n == 1
    class Old(unittest.TestCase):
        @unittest.expectedFailure
        def test_expected(self): self.fail()
        def test_parts(self):
            for n in range(3):
                with self.subTest(n=n): self.assertNotEqual(n, 1)
"""


async def test_every_outcome_is_told_with_its_error(room: Room) -> None:
    result = await ran(room, {"tests/test_all.py": ALL_OUTCOMES})
    assert result.run.ok, result.run.message
    assert result.outcomes == {
        "test_good": "passed",
        "test_bad": "failed",
        "test_no_fixture": "error",
        "test_skipped": "skipped",
        "test_xfailed": "xfailed",
        "test_xpassed": "xpassed",
        "test_teardown": "error",
        "test_many[1]": "passed",
        "test_many[2]": "failed",
        "Old::test_expected": "xfailed",
        "Old::test_parts": "failed",
    }
    bad = next(case for case in result.run.cases if case.id.endswith("test_bad"))
    assert bad.error == "AssertionError"
    assert "assert {'a': 1} == {'a': 2}" in bad.message
    assert "tests/test_all.py:7" in bad.detail
    assert "failed" in result.run.output


async def test_signals_tell_of_tests_progress_and_output_while_it_runs(room: Room) -> None:
    result = await ran(room, {"test_a.py": "def test_a(): pass\ndef test_b(): pass\n"})
    kinds = {kind: [s for s in result.signals if s.kind == kind] for kind in
             ("test", "test.progress", "test.output")}  # fmt: skip
    assert [s.data["id"] for s in kinds["test"]] == ["test_a.py::test_a", "test_a.py::test_b"]
    assert kinds["test.progress"][-1].data == {
        "run": "green",
        "done": 2,
        "total": 2,
        "running": "",
    }
    assert "2 passed" in "".join(s.data["text"] for s in kinds["test.output"])


async def test_files_and_ids_are_selected_and_vanished_ids_are_simply_absent(room: Room) -> None:
    files = {
        "test_a.py": "def test_a(): pass\ndef test_b(): pass\n",
        "test_c.py": "def test_c(): pass\ndef test_d(): pass\n",
    }
    result = await ran(room, files, "test_a.py", "test_c.py::test_d", "test_c.py::gone", "no.py::x")
    assert result.run.ok, result.run.message
    assert result.run.collected == ("test_a.py::test_a", "test_a.py::test_b", "test_c.py::test_d")
    only = await ran(room, files, collect_only=True)
    assert only.run.ok
    assert len(only.run.collected) == 4
    assert only.run.cases == ()
    gone = await ran(room, files, "no.py::x")
    assert (gone.run.ok, gone.run.reason) == (False, "no_tests")


FAKE = "def test_fake(): assert 0\n"
FLIP = """
    import pytest
    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_makereport(item, call):
        outcome = yield
        report = outcome.get_result()
        report.outcome, report.longrepr = "passed", None
"""
REPLACE = """
    from _pytest.runner import TestReport
    def pytest_runtest_makereport(item, call):
        report = TestReport.from_item_and_call(item, call)
        report.outcome, report.longrepr = "passed", None
        return report
"""
TAMED = """
    import gc
    for found in gc.get_objects():
        if type(found).__name__ == "Channel":
            def emit(event, real=found.emit, **told):
                if told.get("outcome") == "failed":
                    told.update(outcome="passed", raw="ok")
                real(event, **told)
            found.emit = emit
"""
LOW_COVERAGE = """
    import pytest
    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtestloop(session):
        yield
        session.testsfailed += 1
"""
JUNK = """
    import os
    def test_fake():
        for fd in range(3, 1024):
            try: os.write(fd, b'{"event": "finish", "rc": 0}\\n')
            except OSError: pass
        assert 0
"""
ODD: list[tuple[str, dict[str, str], str, str]] = [
    ("no test", {"a.py": ""}, "no_tests", "no test was collected"),
    ("deselected by the project", {"test_a.py": FAKE, "pytest.ini": "[pytest]\naddopts=-k no\n"},
     "no_tests", "no test"),
    ("bad options", {"test_a.py": FAKE, "pytest.ini": "[pytest]\naddopts=--nope\n"},
     "environment", "unrecognized arguments"),
    ("broken conftest", {"test_a.py": FAKE, "conftest.py": "import nope\n"},
     "environment", "nope"),
    ("syntax error", {"test_a.py": "def (", "test_b.py": "def test_b(): pass\n"},
     "collection_error", "test_a.py"),
    ("hang", {"test_a.py": "import time\ndef test_h(): time.sleep(99)\n"},
     "timeout", "test_a.py::test_h"),
    ("hang in collection", {"test_a.py": "import time\ntime.sleep(99)\n"}, "timeout", "stopped"),
    ("stops itself", {"test_a.py": "import os\ndef test_s(): os.kill(os.getpid(), 19)\n"},
     "timeout", "test_s"),
    ("leaves in a test", {"test_a.py": "import os\ndef test_x(): os._exit(0)\n"},
     "crash", "test_a.py::test_x"),
    ("leaves in conftest", {"test_a.py": FAKE, "conftest.py": "import os\nos._exit(0)\n"},
     "crash", "did not finish"),
    ("segfault", {"test_a.py": "import ctypes\ndef test_x(): ctypes.string_at(0)\n"},
     "crash", "signal 11"),
    ("becomes another program",
     {"test_a.py": "import os\ndef test_x(): os.execl('/bin/true', 'true')\n"}, "crash", "test_x"),
    ("ends with a code of its choice",
     {"test_a.py": "import pytest\ndef test_x(): pytest.exit('x', 0)\ndef test_y(): 0\n"},
     "interrupted", "no result"),
    ("leaves at exit",
     {"test_a.py": FAKE, "conftest.py": "import atexit, os\natexit.register(os._exit, 0)\n"},
     "tampered", "its process ended with 0"),
    ("flips reports", {"test_a.py": FAKE, "conftest.py": FLIP}, "tampered", "it raised"),
    ("replaces reports", {"test_a.py": FAKE, "conftest.py": REPLACE}, "tampered", "it raised"),
    ("takes our channel", {"test_a.py": FAKE, "conftest.py": TAMED}, "tampered", "counted 1"),
    ("swallows the exit code",
     {"test_a.py": FAKE,
      "conftest.py": "def pytest_sessionfinish(session): session.exitstatus = 0\n"},
     "tampered", "returned 0"),
]  # fmt: skip


@pytest.mark.fault(
    "tests",
    "tests that crash, hang, exit, lie or collect nothing",
    sees="*not verified* with the reason",
    kept="the verdict: never green unproven",
)
@pytest.mark.parametrize(
    ("files", "reason", "message"), [row[1:] for row in ODD], ids=[row[0] for row in ODD]
)
async def test_odd_and_hostile_runs_do_not_count(
    room: Room, files: dict[str, str], reason: str, message: str
) -> None:
    seconds = 3.0 if reason == "timeout" else SECONDS
    result = await ran(room, files, timeout_seconds=seconds)
    assert (result.run.ok, result.run.reason) == (False, reason), result.run
    assert message in result.run.message


@pytest.mark.fault(
    "tests",
    "a planted pytest or plugin",
    sees="*not verified*, or the flag",
    kept="the verdict",
)
async def test_a_planted_pytest_or_plugin_of_the_workspace_is_not_believed(room: Room) -> None:
    planted = "print('3 passed')\ndef main(*a): return 0\n"
    result = await ran(
        room,
        {"test_a.py": FAKE, "pytest.py": planted, "plugin.py": planted, "_pytest.py": planted},
    )
    assert result.outcomes.get("test_fake") != "passed"
    assert "3 passed" not in result.run.output


async def test_junk_on_every_pipe_and_a_report_file_of_its_own_change_nothing(room: Room) -> None:
    result = await ran(room, {"test_a.py": JUNK, "junit.xml": "<testsuite failures='0'/>"})
    assert not (result.run.ok and result.outcomes["test_fake"] == "passed")


async def test_an_exit_code_that_is_no_tests_fault_is_no_lie(room: Room) -> None:
    result = await ran(room, {"test_a.py": "def test_a(): pass\n", "conftest.py": LOW_COVERAGE})
    assert result.run.ok, result.run.message


async def test_hooks_of_the_project_are_told(room: Room) -> None:
    conftest = "def pytest_pyfunc_call(pyfuncitem): return True\n"
    result = await ran(room, {"test_a.py": FAKE, "conftest.py": conftest})
    assert result.run.hooks == ("conftest.py:pytest_pyfunc_call",)


async def test_what_the_project_puts_in_place_of_pytests_own_is_told_like_a_hook(
    room: Room,
) -> None:
    shop = """
        import sys, unittest
        sys.modules["_pytest.python"].Function.runtest = lambda self: None
        unittest.TestCase.assertEqual = lambda *_: None
    """
    result = await ran(room, {"test_a.py": "import shop\n" + FAKE, "shop.py": shop})
    assert result.run.hooks == ("shop.py:Function.runtest", "shop.py:TestCase.assertEqual")


async def test_causes_tell_the_project_from_modules_and_the_sandbox(room: Room) -> None:
    result = await ran(
        room,
        {
            "src/shop/__init__.py": "def first(x): return x[0]\n",
            "conftest.py": "import sys; sys.path.insert(0, 'src')\n",
            "test_a.py": """
                import socket
                def test_own(): from shop import total
                def test_own_module(): import shop.cart
                def test_inside():
                    import shop
                    shop.first([])
                def test_third(): import no_such_module
                def test_net(): socket.create_connection(("1.1.1.1", 80))
                def test_itself(): [][0]
            """,
            "test_b.py": "from shop import total\n",
            "test_c.py": "import no_such_module\n",
        },
    )
    causes = {name.rpartition("::")[2]: cause for name, cause in result.run.causes.items()}
    assert causes == {
        "test_own": "project",
        "test_own_module": "project",
        "test_inside": "project",
        "test_third": "third_party",
        "test_net": "sandbox",
        "test_b.py": "project",
        "test_c.py": "third_party",
    }
    assert result.run.reason == "collection_error"
    assert dict(result.run.collection_errors)["test_b.py"].startswith(
        "ImportError: cannot import name 'total' from 'shop'"
    )


async def test_details_are_bounded(room: Room) -> None:
    result = await ran(
        room,
        {
            "test_a.py": """
                import pytest
                @pytest.mark.parametrize("n", range(400))
                def test_n(n):
                    print("x" * 50_000)
                    assert 0, "y" * 5_000
            """
        },
    )
    assert result.run.ok, result.run.message
    assert len(result.run.cases) == 400
    assert max(len(case.detail) for case in result.run.cases) < 17_000
    assert sum(len(case.detail) for case in result.run.cases) < 4_500_000
    assert max(len(case.message) for case in result.run.cases) <= 500
    assert len(result.run.output) < 400_000


async def test_hostile_names_and_texts_are_clean(room: Room) -> None:
    result = await ran(
        room,
        {
            "test_a.py": r"""
                import pytest
                @pytest.mark.parametrize("n", [1], ids=["[/] \x1b[31m"])
                def test_n(n): assert 0, "\x1b]52;c;x\x07\u202e bad \udc80"
            """
        },
    )
    (case,) = result.run.cases
    assert "\x1b" not in case.message + case.detail + result.run.output
    assert "bad" in case.message


async def test_tests_may_run_in_workers(room: Room) -> None:
    result = await ran(
        room,
        {
            "pytest.ini": "[pytest]\naddopts = -n 2\n",
            "test_a.py": "def test_a(): pass\ndef test_b(): assert 0\ndef test_c(): pass\n",
        },
    )
    assert result.run.ok, result.run.message
    assert result.outcomes == {"test_a": "passed", "test_b": "failed", "test_c": "passed"}


async def test_a_cancel_is_not_swallowed(room: Room) -> None:
    began = asyncio.Event()
    workspace = room.workspace("cancel")
    write(workspace.root, {"test_a.py": "import time\ndef test_h(): time.sleep(99)\n"})

    def watch(signal: Signal) -> None:
        if signal.kind == "test.progress" and signal.data["total"]:
            began.set()

    request = TestRequest(workspace, "green", timeout_seconds=SECONDS)
    task = asyncio.create_task(PytestRunner(room.sandbox).run(request, watch))
    async with asyncio.timeout(SECONDS):
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_without_a_sandbox_no_test_runs(tmp_path: Path) -> None:
    request = TestRequest(Workspace("w", tmp_path), "green")
    run = await PytestRunner(NoSandbox("no bubblewrap; install it")).run(request, lambda _: None)
    assert (run.ok, run.reason) == (False, "no_sandbox")
    assert "install it" in run.message


@dataclass
class OldPython:
    """A sandbox whose project has a Python of another version, without pytest."""

    room: Room

    def __getattr__(self, name: str) -> object:
        return getattr(self.room.sandbox, name)

    async def environment(self) -> Closure:
        return replace(await self.room.sandbox.environment(), version=(3, 6), sites=())


async def test_a_python_of_another_version_without_pytest_says_what_to_install(room: Room) -> None:
    request = TestRequest(room.workspace("old"), "green")
    runner = PytestRunner(OldPython(room))  # type: ignore[arg-type]
    run = await runner.run(request, lambda _: None)
    assert (run.ok, run.reason) == (False, "no_pytest")
    assert "install pytest into the project's environment" in run.message


# projects with an environment of their own

SHOP_TEST = {
    "tests/test_shop.py": "from shop import price\ndef test_price(): assert price() == 2\n"
}


@pytest.fixture(params=["bwrap", "rlimits"])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    """A src-layout project, installed editable into its .venv, which has no pytest."""
    if request.param == "bwrap":
        need_bwrap()
    project = tmp_path / "project"
    make_environment(project / ".venv")
    site = next((project / ".venv/lib").glob("python*")) / "site-packages"
    (site / "__editable__.shop.pth").write_text(f"{project / 'src'}\n")
    write(project, {"src/shop/__init__.py": "def price(): return 1\n", **SHOP_TEST})
    return make_room(tmp_path, request.param)


async def test_an_editable_install_tests_the_proposal_and_ours_is_lent(own: Room) -> None:
    proposal = {"src/shop/__init__.py": "def price(): return 2\n", **SHOP_TEST}
    result = await ran(own, proposal, changed=("src/shop/__init__.py",))
    assert result.run.ok, (result.run.message, result.run.output)
    assert result.outcomes == {"test_price": "passed"}
    base = await ran(own, {"src/shop/__init__.py": "def price(): return 1\n", **SHOP_TEST})
    assert base.outcomes == {"test_price": "failed"}


async def test_nothing_else_of_ours_is_visible_to_the_project(own: Room) -> None:
    files = {"test_a.py": "import pytest\ndef test_a(): pytest.importorskip('click')\n"}
    result = await ran(own, files)
    assert result.outcomes == {"test_a": "skipped"}


async def test_an_installed_copy_that_hides_the_proposal_is_told(own: Room) -> None:
    site = next((own.project / ".venv/lib").glob("python*")) / "site-packages"
    (site / "__editable__.shop.pth").unlink()
    shutil.copytree(own.project / "src" / "shop", site / "shop")
    proposal = {"src/shop/__init__.py": "def price(): return 2\n", **SHOP_TEST}
    result = await ran(own, proposal, changed=("src/shop/__init__.py",))
    assert (result.run.ok, result.run.reason) == (False, "import_origin")
    assert "src/shop/__init__.py was imported from" in result.run.message
    unrelated = await ran(own, proposal, changed=("README.md",))
    assert unrelated.run.ok


async def test_crashed_tests_are_marked(room: Room) -> None:
    result = await ran(room, {"test_a.py": "import os\ndef test_x(): os._exit(0)\n"})
    assert [case.outcome for case in result.run.cases] == [Outcome.CRASHED]


async def test_names_of_tests_stay_whatever_they_look_like(room: Room) -> None:
    """By its name a test is selected again."""
    test = """
        import pytest
        @pytest.mark.parametrize("url", ["https://a:pass1word@host/", "https://b:pass1word@host/"])
        def test_parse(url): assert "c:" in url
    """
    first = await ran(room, {"tests/test_urls.py": test})
    assert len({case.id for case in first.run.cases}) == 2
    assert all("pass1word" not in case.message + case.detail for case in first.run.cases)
    again = await ran(room, {"tests/test_urls.py": test}, first.run.cases[1].id)
    assert list(again.outcomes.values()) == ["failed"]
