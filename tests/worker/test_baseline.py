"""What is known of a base: only what was shown, by a run on it, and in the surroundings of then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from codeframe_tui.core.evidence.verification import TestRun
from codeframe_tui.ports import Baselines
from codeframe_tui.worker.baseline import Baseline
from codeframe_tui.worker.verify import Verifier
from tests.worker.test_suite import LATER, LEAKS
from tests.worker.test_verify import TASK, THREE, bench


async def test_a_test_that_was_flaky_on_the_base_is_asked_again_when_it_fails(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, {"tests/test_later.py": LATER}) as desk:
        flaky = {**THREE, "tests/test_leak.py": LEAKS}
        assert (await desk.judge(flaky)).reason == "flaky"
        desk.base = await desk.tree(flaky)
        found = await desk.judge({"pkg/__init__.py": "LEAK = True\n"})
        assert (found.verdict, found.reason) == ("failed", "regression"), found.message
        assert "test_later" in found.message


@dataclass
class Interrupted:
    """Real baselines; while one is kept or looked for, other workers go on."""

    real: Baselines
    meanwhile: Callable[[], None]

    async def find(self, tree: str, around: str) -> TestRun | None:
        """See the port."""
        self.meanwhile()
        return await self.real.find(tree, around)

    async def keep(self, tree: str, around: str, run: TestRun) -> None:
        """See the port."""
        await self.real.keep(tree, around, run)
        self.meanwhile()


async def test_a_base_is_listed_though_another_worker_forgets_meanwhile(tmp_path: Path) -> None:
    async with bench(tmp_path) as desk:

        def forget() -> None:
            desk.verifier.forget()

        others = Interrupted(desk.shop.baselines, forget)
        desk.verifier = Verifier(replace(desk.shop, baselines=others))
        found = await desk.judge(THREE)
        assert found.verdict == "proven", found.message


async def test_who_begins_afresh_believes_no_file_that_another_worker_has_read(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as desk:
        await desk.judge(THREE)
        desk.runner.runs.clear()
        baseline = Baseline(desk.shop)
        assert await baseline.listing(TASK, desk.base, fresh=False) is not None
        assert desk.runner.runs == []
        assert await baseline.listing(TASK, desk.base, fresh=True) is not None
        assert desk.runner.runs == ["base"]


async def test_what_a_run_has_shown_is_known_of_the_surroundings_that_it_began_in(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as desk:

        def installs(run: TestRun) -> TestRun:
            desk.runner.another = "packages were installed"
            return run

        desk.runner.alter = installs
        await Baseline(desk.shop).listing(TASK, desk.base, fresh=False)
        desk.runner.alter = lambda run: run
        desk.runner.runs.clear()
        await Baseline(desk.shop).listing(TASK, desk.base, fresh=False)
        assert desk.runner.runs == ["base"]
        desk.runner.another = ""
        await Baseline(desk.shop).listing(TASK, desk.base, fresh=False)
        assert desk.runner.runs == ["base"]
