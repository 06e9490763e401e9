"""What the program's own runs make of a proposal: real trees, real pytest, no engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from codeframe_tui.adapters.baselines import KeptBaselines
from codeframe_tui.adapters.clock import SystemClock
from codeframe_tui.adapters.lint import Linters
from codeframe_tui.adapters.project import open_project
from codeframe_tui.adapters.pytest import PytestRunner
from codeframe_tui.adapters.sandbox import open_sandbox
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.change.diff import summary
from codeframe_tui.core.events import Signal
from codeframe_tui.core.evidence.verification import Flag, TestRun, Verdict, Verification
from codeframe_tui.core.progress import Attempt, Progress
from codeframe_tui.core.task import Task
from codeframe_tui.ports import TestRequest
from codeframe_tui.settings import Settings
from codeframe_tui.worker.verify import Verifier
from codeframe_tui.worker.workshop import Workshop
from tests.worker.room import PLAIN, Files, make_project, settings_in

TASK = Task(number="1", title="a task")


@dataclass
class Deaf:
    """A ledger as far as a verifier knows it."""

    workers: int = 1

    def publish(self, signal: Signal) -> None:
        """Nobody listens."""

    async def policy(self) -> tuple[str, int, bool, str]:
        """See `ports.Ledger`."""
        return "manual", self.workers, False, ""


@dataclass
class Counting:
    """The real runner, and the names of what it ran."""

    runner: PytestRunner
    runs: list[str] = field(default_factory=list)
    seen: list[tuple[str, TestRun]] = field(default_factory=list)
    another: str = ""
    alter: Callable[[TestRun], TestRun] = lambda run: run

    async def run(self, request: TestRequest, on_signal: Callable[[Signal], None]) -> TestRun:
        """See `ports.TestRunner`."""
        self.runs.append(request.run)
        run = self.alter(await self.runner.run(request, on_signal))
        self.seen.append((request.run, run))
        return run

    async def around(self) -> str:
        """See `ports.TestRunner`."""
        return self.another + await self.runner.around()


@dataclass
class Bench:
    """A verifier and the snapshot that proposals stand on."""

    workspaces: GitWorkspaces
    runner: Counting
    verifier: Verifier
    base: str
    shop: Workshop
    settings: Settings

    async def tree(self, changes: Mapping[str, str | None]) -> str:
        """The base with files replaced."""
        files = {p: None if t is None else ("100644", t.encode()) for p, t in changes.items()}
        return await self.workspaces.overlay(self.base, files)

    async def judge(self, changes: Mapping[str, str | None]) -> Verification:
        """The verdict of a proposal."""
        found, _ = await self.verifier.verify(TASK, self.base, await self.tree(changes))
        return found

    async def attempt(
        self, number: int, changes: Mapping[str, str | None], cause: str = ""
    ) -> Attempt:
        """One that nobody has verified; without a cause the first, then corrections."""
        tree = await self.tree(changes)
        files = tuple(map(summary, await self.workspaces.diff(self.base, tree)))
        why = cause or ("first" if number == 1 else "correction")
        return Attempt(number, self.base, tree, "p", "", files, why)

    async def walk(
        self, *proposals: Mapping[str, str | None], cause: str = "correction"
    ) -> tuple[Verification, tuple[Flag, ...]]:
        """The evidence of the last of some attempts."""
        attempts: list[Attempt] = []
        for number, changes in enumerate(proposals, 1):
            why = cause if attempts else "first"
            attempts.append(await self.attempt(number, changes, why))
        return await self.verifier.verify_newest(Progress(TASK, attempts=tuple(attempts)))


@asynccontextmanager
async def bench(
    folder: Path,
    files: Mapping[str, str] | None = None,
    prepare: Callable[[Path], None] = lambda _: None,
) -> AsyncIterator[Bench]:
    """A verifier for the plain project with more files.

    Args:
        folder: an empty one.
        files: path -> text.
        prepare: what else is done with the project, e.g. an environment is made.
    """
    more: Files = {path: (0o644, text.encode()) for path, text in (files or {}).items()}
    project, settings = make_project(folder / "project", {**PLAIN, **more}), settings_in(folder)
    prepare(project)
    place = open_project(project, settings.state_dir)
    place.prepare()
    workspaces = GitWorkspaces(place.root, place.state, settings.limits)
    try:
        await workspaces.prepare()
        sandbox = await open_sandbox(place.root, place.state, settings.sandbox)
        runner = Counting(PytestRunner(sandbox))
        known: dict[str, Any] = {"workspaces": workspaces, "runner": runner, "settings": settings}
        known["baselines"] = KeptBaselines(place.state / "baselines")
        known["linter"] = Linters(sandbox)
        unused = dict.fromkeys(Workshop.__dataclass_fields__)
        shop = Workshop(**cast(Any, {**unused, **known, "ledger": Deaf(), "clock": SystemClock()}))
        base = (await workspaces.snapshot()).tree
        yield Bench(workspaces, runner, Verifier(shop), base, shop, settings)
    finally:
        await workspaces.close()


THREE = {
    "pkg/three.py": "def three():\n    return 3\n",
    "tests/test_three.py": (
        "from pkg.three import three\n\n\ndef test_three():\n    assert three() == 3\n"
    ),
}
CASES = """\
import pytest

@pytest.mark.parametrize("n", [{}])
def test_n(n):
    assert n
"""


async def test_a_lost_test_is_seen_though_a_file_of_the_base_cannot_be_collected(
    tmp_path: Path,
) -> None:
    waiting = {"tests/test_waiting.py": "import pkg.three\n\ndef test_there():\n    pass\n"}
    async with bench(tmp_path, {**waiting, "tests/test_n.py": CASES.format("1, 2")}) as desk:
        honest = await desk.judge(THREE)
        assert (honest.verdict, honest.reason) == ("proven", ""), honest.message
        found = await desk.judge({**THREE, "tests/test_n.py": CASES.format("1")})
        assert (found.verdict, found.reason) == ("failed", "regression"), found.message
        assert "test_n[2]" in found.message


async def test_a_test_that_the_proposal_skips_is_a_regression(tmp_path: Path) -> None:
    old = PLAIN["tests/test_core.py"][1].decode()
    skipped = "import pytest\n" + old.replace("def test", "@pytest.mark.skip\ndef test")
    async with bench(
        tmp_path, {"tests/test_n.py": CASES.format("1").replace("assert n", "pytest.skip()")}
    ) as desk:
        found = await desk.judge({**THREE, "tests/test_core.py": skipped})
        assert (found.verdict, found.reason) == ("failed", "regression"), found.message
        assert "test_one" in found.message
        assert "test_n" not in found.message


async def test_the_first_tests_of_a_project_can_be_proof(tmp_path: Path) -> None:
    async with bench(tmp_path) as desk:
        desk.base = await desk.tree({"tests/test_core.py": None})
        found = await desk.judge(THREE)
        assert (found.verdict, found.reason) == ("proven", ""), found.message


async def test_changed_lines_that_the_new_tests_do_not_run_are_told(tmp_path: Path) -> None:
    core = "def one():\n    return 1\n\n\ndef two():\n    two = 2\n    return two\n"
    async with bench(tmp_path) as desk:
        tree = await desk.tree({**THREE, "pkg/core.py": core})
        found, flags = await desk.verifier.verify(TASK, desk.base, tree)
        assert found.verdict == "proven", found.message
        assert [(f.rule, f.path, f.line) for f in flags] == [("not_covered", "pkg/core.py", 6)]
        sides = {file.path: (file.covered, file.missed) for file in found.coverage.files}
        assert sides == {
            "pkg/core.py": ((), ((6, 7),)),
            "pkg/three.py": (((1, 2),), ()),
            "tests/test_three.py": (((1, 1), (4, 5)), ()),
        }
        moved = await desk.judge({"pkg/core.py": core.replace("return 1", "return 2 - 1")})
        if moved.coverage.how:  # without own tests by all, where that costs nothing
            (file,) = moved.coverage.files
            assert (file.covered, file.missed) == (((2, 2),), ((6, 7),))
        else:
            assert "brings no tests" in moved.coverage.message


USES = "from tests.support import K\n\n\ndef test_k():\n    assert K\n"
READS = """\
from pathlib import Path

def test_k():
    assert Path("tests/k.txt").read_text() == "new"
"""


@pytest.mark.parametrize(
    "changes",
    [
        {"tests/support.py": "K = 1\n", "tests/test_k.py": USES},
        {
            "tests/helper.py": "OLD = 1\nK = 1\n",
            "tests/test_k.py": USES.replace("support", "helper"),
        },
        {"tests/k.txt": "new", "tests/test_k.py": READS},
        {
            "more/conftest.py": "K = 1\n",
            "more/test_k.py": USES.replace("tests.support", "conftest"),
        },
    ],
    ids=["new helper", "changed helper", "changed data", "new conftest"],
)
async def test_tests_and_their_helpers_alone_prove_nothing(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    there = {"tests/__init__.py": "", "tests/helper.py": "OLD = 1\n", "tests/k.txt": "old"}
    async with bench(tmp_path, there) as desk:
        found = await desk.judge(changes)
        assert (found.verdict, found.reason) == ("not_verified", "no_red"), found.message


async def test_a_new_helper_beside_a_new_function_does_not_spoil_the_proof(tmp_path: Path) -> None:
    test = "from tests.support import K\n" + THREE["tests/test_three.py"].replace("3\n", "K\n")
    async with bench(tmp_path, {"tests/__init__.py": ""}) as desk:
        changes = {**THREE, "tests/support.py": "K = 3\n", "tests/test_three.py": test}
        found = await desk.judge(changes)
        assert (found.verdict, found.reason) == ("proven", ""), found.message


TWO_TESTS = {
    **THREE,
    "tests/test_three.py": THREE["tests/test_three.py"]
    + "\n\ndef test_more():\n    assert three() + 1 == 4\n",
}
EMPTIED = {
    **TWO_TESTS,
    "tests/test_three.py": TWO_TESTS["tests/test_three.py"].replace("three() + 1 == 4", "True"),
}


async def test_a_correction_that_weakens_tests_of_earlier_attempts_is_flagged(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as desk:
        for proposals in ([TWO_TESTS, THREE], [TWO_TESTS, THREE, THREE]):
            found, flags = await desk.walk(*proposals)
            assert found.verdict == "proven"
            assert [(f.rule, f.severity) for f in flags] == [("test_deleted", "red")]
            assert "test_more (since attempt 1)" in flags[0].message
        _, flags = await desk.walk(TWO_TESTS, EMPTIED)
        assert [(f.rule, f.severity) for f in flags] == [("assert_true", "red")]
        _, flags = await desk.walk(THREE, TWO_TESTS)
        assert flags == ()


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("correction", ["regression", "flaky", "flaky"]),
        ("review", ["red", "regression", "base", "flaky", "flaky"]),
    ],
)
async def test_runs_are_made_again_once_a_person_had_a_hand_in_the_environment(
    tmp_path: Path, cause: str, expected: list[str]
) -> None:
    async with bench(tmp_path) as desk:
        await desk.walk(THREE)
        desk.runner.runs.clear()
        found, _ = await desk.walk(THREE, THREE, cause=cause)
        assert found.verdict == "proven"
        assert desk.runner.runs == expected


async def test_a_suite_that_is_red_before_is_neither_proof_nor_guilt(tmp_path: Path) -> None:
    old = {
        "tests/test_old.py": "def test_broken(): assert 0\ndef test_kept(): pass\n",
        "tests/test_gone.py": "import a_module_that_nobody_has\n",
    }
    async with bench(tmp_path, old) as at:
        good = await at.judge(THREE)
        assert (good.verdict, good.reason) == (Verdict.PROVEN, ""), good.message
        kept = old["tests/test_old.py"].replace("pass", "assert 0")
        worse = await at.judge({**THREE, "tests/test_old.py": kept})
        assert worse.verdict is Verdict.FAILED
        mended = await at.judge(
            {"tests/test_old.py": "def test_broken(): pass\ndef test_kept(): pass\n"}
        )
        assert mended.verdict is not Verdict.FAILED
