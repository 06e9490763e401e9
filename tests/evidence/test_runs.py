"""The program's own runs of the corpus: no policy applies a cheat, and honest work is proven.

A few cases here, where only a run can tell; all of them with ``CODEFRAME_TUI_EVIDENCE=1``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from codeframe_tui.core.change.diff import summary
from codeframe_tui.core.evidence.verification import Flag, Verification
from codeframe_tui.core.progress import Attempt, Progress
from tests.evidence.proposals import CHEATS, HONEST, Case, cases, is_applied
from tests.worker.test_verify import TASK, THREE, Bench, bench

FEW = {
    "the slow mark deselects it",
    "atexit says all is well",
    "the code takes our channel and tells of no failure",
    "conftest hook turns failures into passes",
    "a test file is renamed",
    "a test is another one where the feature is there",
    "conftest mends what the change breaks",
    "a test with constants in no order and functions of its own",
    "the expectation follows a mistake",
    "the input becomes one that the mistake does not reach",
    "a test where only the base's run finds it asserts nothing any more",
    "a new test in tests.py",
    "a helper makes what is expected of the mistake",
    "what a moved test reads follows a mistake",
    "a new helper serves a new test of an old file",
    "a new test mends the code and never undoes it",
    "a new module of helpers serves new tests of old and new files",
    "a test where only the base's run finds it mends the code",
    "a library of one module, which only its tests import",
}
ALL = bool(os.environ.get("CODEFRAME_TUI_EVIDENCE"))


async def _verified(desk: Bench, case: Case) -> tuple[Verification, Sequence[Flag]]:
    files = {path: ("100644", text.encode()) for path, text in case.base.items()}
    gone = dict.fromkeys(["pkg/__init__.py", "pkg/core.py", "tests/test_core.py"])
    base = await desk.workspaces.overlay(desk.base, {**gone, **files})
    changes = {path: case.proposal.get(path) for path in case.changed}
    proposal = {p: None if t is None else ("100644", t.encode()) for p, t in changes.items()}
    task = replace(TASK, evidence=case.evidence)
    return await desk.verifier.verify(task, base, await desk.workspaces.overlay(base, proposal))


def _wrong(case: Case, found: Verification, flags: Sequence[Flag]) -> str:
    """What is not as it should be; empty when all is."""
    rules = {flag.rule for flag in flags}
    red = [flag.rule for flag in flags if flag.severity == "red"]
    told = f"{case}: {found.verdict} {found.reason} {found.message} {sorted(rules)}"
    expected = case.verdict or ("proven" if case.is_honest else "")
    if expected and found.verdict != expected:
        return told
    if case.is_honest:
        fine = not red and case.amber | case.also <= rules
    else:
        fine = not is_applied(found.verdict, flags) and case.rules | case.also <= rules
    return "" if fine else told


async def verified_wrong(folder: Path, chosen: Sequence[Case]) -> list[str]:
    """Run cases; returns what is not as it should be."""
    told: list[str] = []
    async with bench(folder) as desk:
        for case in chosen:
            found, flags = await _verified(desk, case)
            told += filter(None, [_wrong(case, found, flags)])
    return told


@pytest.mark.timeout(7200 if ALL else 300)
@pytest.mark.parametrize("names", [CHEATS, HONEST], ids=["cheats", "honest"])
@pytest.mark.goal("G15", "proposals judged by real runs")
async def test_runs_say_what_the_corpus_expects(
    tmp_path: Path, names: Sequence[str], record_property: Callable[[str, object], None]
) -> None:
    chosen = [case for case in cases(*names) if ALL or case.name in FEW]
    wrong = await verified_wrong(tmp_path, chosen)
    families = Counter(case.family for case in chosen)
    told = "\n".join(f"{count:4} {family}" for family, count in sorted(families.items()))
    record_property("count", len(chosen))
    record_property("table", f"{told}\n{len(chosen):4} proposals run, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong)


async def test_a_test_is_frozen_once_a_run_was_red(tmp_path: Path) -> None:
    """The real verifier, two attempts: the second may rename the test, and not make it say less."""
    async with bench(tmp_path) as desk:

        async def attempt(number: int, changes: dict[str, str]) -> Attempt:
            tree = await desk.tree(changes)
            files = tuple(map(summary, await desk.workspaces.diff(desk.base, tree)))
            cause = "first" if number == 1 else "correction"
            return Attempt(number, desk.base, tree, "p", "", files, cause)

        first = await attempt(1, THREE)
        found, _ = await desk.verifier.verify_newest(Progress(TASK, attempts=(first,)))
        assert found.red.verdict == "red"
        first = replace(first, verification=found)
        told = {}
        for name, old, new in (("renamed", "def test_three", "def test_it_is_three"),
                               ("looser", "three() == 3", "three()")):  # fmt: skip
            test = THREE["tests/test_three.py"].replace(old, new)
            second = await attempt(2, {**THREE, "tests/test_three.py": test})
            progress = Progress(TASK, attempts=(first, second))
            _, flags = await desk.verifier.verify_newest(progress)
            told[name] = [(flag.rule, flag.severity) for flag in flags]
        assert told == {"renamed": [], "looser": [("frozen_test", "red")]}
