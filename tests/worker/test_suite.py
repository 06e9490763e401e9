"""The suite of a proposal: its order, what fails twice, what is known of the base."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from codeframe_tui.core.evidence.verification import Outcome, TestRun
from codeframe_tui.core.progress import Progress
from codeframe_tui.ports import Ledger, TestRequest
from codeframe_tui.settings import Suites
from codeframe_tui.worker.baseline import Baseline
from codeframe_tui.worker.suite import Scope, Suite
from codeframe_tui.worker.verify import Verifier
from tests.worker.test_verify import TASK, THREE, Bench, Deaf, bench

OLD_TEST = "from pkg.core import one\n\n\ndef test_{}():\n    assert one() == 1\n"


def regression(desk: Bench) -> TestRun:
    """The newest run of the whole suite."""
    return [run for name, run in desk.runner.seen if name == "regression"][-1]


def order(run: TestRun) -> list[str]:
    return list(dict.fromkeys(name.partition("::")[0] for name in run.collected))


async def test_what_a_change_reaches_runs_first_then_the_whole_suite(tmp_path: Path) -> None:
    files = {
        "pkg/far.py": "FAR = 1\n",
        "tests/test_a.py": "from pkg.far import FAR\n\n\ndef test_a():\n    assert FAR\n",
        "tests/test_z.py": OLD_TEST.format("z"),
    }
    async with bench(tmp_path, files) as desk:
        core = (await desk.workspaces.read(desk.base, "pkg/core.py") or b"").decode()
        found = await desk.judge({"pkg/core.py": core + "\n\nMORE = 1\n", **THREE})
        assert found.verdict == "proven", found.message
        assert order(regression(desk)) == [
            "tests/test_three.py", "tests/test_core.py", "tests/test_z.py", "tests/test_a.py",
        ]  # fmt: skip
        assert desk.runner.runs == ["red", "regression", "base", "flaky", "flaky"]


async def test_what_failed_in_the_attempt_before_runs_early(tmp_path: Path) -> None:
    test = "from pkg.core import two\n\n\ndef test_z():\n    assert two() == 2\n"
    async with bench(tmp_path, {"tests/test_z.py": test}) as desk:
        core = (await desk.workspaces.read(desk.base, "pkg/core.py") or b"").decode()
        broken = {"pkg/core.py": core.replace("return 2", "return 3"), **THREE}
        before = await desk.attempt(1, broken)
        found, _ = await desk.verifier.verify_newest(Progress(TASK, attempts=(before,)))
        in_reach = ["tests/test_three.py", "tests/test_core.py", "tests/test_z.py"]
        assert order(regression(desk)) == in_reach
        now = await desk.attempt(2, {"pkg/core.py": core + "\n\nMORE = 1\n", **THREE})
        attempts = (replace(before, verification=found), now)
        found, _ = await desk.verifier.verify_newest(Progress(TASK, attempts=attempts))
        assert found.verdict == "proven", found.message
        assert order(regression(desk)) == [in_reach[0], in_reach[2], in_reach[1]]


SHUFFLE = """\
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: "test_three" in item.nodeid)
"""


async def test_green_is_a_run_of_its_own_where_others_ran_before(tmp_path: Path) -> None:
    async with bench(tmp_path, {"conftest.py": SHUFFLE}) as desk:
        found = await desk.judge(THREE)
        assert found.verdict == "proven", found.message
        assert desk.runner.runs == ["red", "regression", "base", "green", "flaky", "flaky"]
        assert [case.id for case in found.green.tests] == ["tests/test_three.py::test_three"]


@pytest.mark.parametrize(("place", "outcome"), [(3, Outcome.FAILED), (4, Outcome.PASSED)])
async def test_a_proof_that_ends_otherwise_when_it_is_made_again_proves_nothing(
    tmp_path: Path, place: int, outcome: Outcome
) -> None:
    async with bench(tmp_path, {"pkg/three.py": "def three():\n    return 2\n"}) as desk:

        def alter(run: TestRun) -> TestRun:
            if len(desk.runner.seen) != place:
                return run
            return replace(run, cases=tuple(replace(c, outcome=outcome) for c in run.cases))

        desk.runner.alter = alter
        found = await desk.judge(THREE)
        assert (found.verdict, found.reason) == ("not_verified", "flaky"), found.message
        assert "test_three" in found.message
        assert desk.runner.runs == ["red", "regression", "base", "flaky", "flaky"]


LEAKS = "import pkg\n\n\ndef test_leak():\n    pkg.LEAK = True\n"
LATER = "import pkg\n\n\ndef test_later():\n    assert not getattr(pkg, 'LEAK', False)\n"


async def test_a_test_that_fails_only_after_others_is_flaky_and_proves_nothing(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, {"tests/test_later.py": LATER}) as desk:
        found = await desk.judge({**THREE, "tests/test_leak.py": LEAKS})
        assert (found.verdict, found.reason) == ("not_verified", "flaky"), found.message
        assert "test_later" in found.message
        outcomes = {case.id.rpartition("::")[2]: case.outcome for case in found.regression.tests}
        assert outcomes["test_later"] is Outcome.FLAKY
        assert found.regression.verdict == "not_verified"
        # the last: what a test leaves behind may be what others pass by
        assert desk.runner.runs == ["red", "regression", "base", "base", "flaky", "regression"]


async def test_a_new_test_that_passes_when_it_runs_alone_is_flaky_and_not_failed(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as desk:
        changes = {**THREE, "tests/test_early.py": LEAKS, "tests/test_later.py": LATER}
        found = await desk.judge(changes)
        assert (found.verdict, found.reason) == ("not_verified", "flaky"), found.message
        assert "test_later" in found.message
        assert desk.runner.runs == ["red", "regression", "base", "flaky", "regression"]


async def test_a_test_that_always_fails_is_no_flaky_one_and_is_run_again_twice_at_most(
    tmp_path: Path,
) -> None:
    more = {"tests/test_more.py": OLD_TEST.format("more") + "\n\ndef test_fine():\n    pass\n"}
    async with bench(tmp_path, more) as desk:
        found = await desk.judge({**THREE, "pkg/core.py": "def one():\n    return 2\n"})
        assert (found.verdict, found.reason) == ("failed", "regression"), found.message
        runs = ["red", "regression", "base", "base", "flaky", "flaky"]
        assert desk.runner.runs == runs


async def test_what_is_known_of_a_base_is_not_asked_again_also_by_another_engine(
    tmp_path: Path,
) -> None:
    broken = {"pkg/core.py": "def one():\n    return 2\n"}
    async with bench(tmp_path) as desk:
        await desk.judge(THREE)
        await desk.judge({**THREE, **broken})
        desk.runner.runs.clear()
        desk.verifier = Verifier(desk.shop)
        assert (await desk.judge(THREE)).verdict == "proven"
        assert desk.runner.runs == ["red", "regression", "flaky", "flaky"]
        found = await desk.judge({**THREE, **broken})
        assert (found.verdict, found.reason) == ("failed", "regression")
        assert "base" not in desk.runner.runs


async def test_a_verified_tree_is_the_next_baseline(tmp_path: Path) -> None:
    async with bench(tmp_path) as desk:
        await desk.judge(THREE)
        desk.base = await desk.tree(THREE)
        desk.runner.runs.clear()
        desk.verifier = Verifier(desk.shop)
        found = await desk.judge({"tests/test_three.py": None})
        assert (found.verdict, found.reason) == ("failed", "regression"), found.message
        assert desk.runner.runs == ["regression"]


async def test_a_kept_baseline_ends_with_what_it_rests_on(tmp_path: Path) -> None:
    async with bench(tmp_path) as desk:
        await desk.judge(THREE)
        desk.runner.another = "packages were installed"
        desk.runner.runs.clear()
        desk.verifier = Verifier(desk.shop)
        assert (await desk.judge(THREE)).verdict == "proven"
        assert desk.runner.runs == ["red", "regression", "base", "flaky", "flaky"]


def many(count: int) -> dict[str, str]:
    return {f"tests/test_m{n}.py": f"def test_m{n}():\n    pass\n" for n in range(count)}


async def test_many_files_run_side_by_side_and_one_by_one_where_that_breaks_some(
    tmp_path: Path,
) -> None:
    lonely = (
        "import os\n\n\ndef test_lonely():\n    assert 'PYTEST_XDIST_WORKER' not in os.environ\n"
    )
    plugins = {"pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n"}
    there = {**many(12), **plugins, "tests/test_lonely.py": lonely}
    async with bench(tmp_path, there) as desk:
        settings = desk.shop.settings.model_copy(update={"tests": Suites(workers=2)})
        desk.verifier = Verifier(replace(desk.shop, settings=settings))
        found = await desk.judge(THREE)
        assert found.verdict == "proven", found.message
        workers = [run.workers for name, run in desk.runner.seen if name == "regression"]
        assert workers == [2, 0]


@pytest.mark.parametrize(("lanes", "helpers"), [(1, 4), (2, 2), (4, 0)])
async def test_helpers_are_shared_with_the_workers_that_are_at_work_by_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lanes: int, helpers: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    async with bench(tmp_path, many(12)) as desk:
        asked = []

        async def run(request: TestRequest, _: Any) -> TestRun:
            asked.append(request.workers)
            return TestRun(True)

        shop = replace(desk.shop, ledger=cast(Ledger, Deaf(lanes)))
        monkeypatch.setattr(desk.runner, "run", run)
        tree = await desk.tree(THREE)
        await Suite(shop, Baseline(shop)).run(Scope(TASK, desk.base, tree, (), ()))
        assert asked == [helpers]
