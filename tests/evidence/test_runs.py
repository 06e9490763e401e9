"""The program's own runs of the corpus: no policy applies a cheat, and honest work is proven.

A few cases here, where only a run can tell; all of them with ``CODEFRAME_TUI_EVIDENCE=1``.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from codeframe_tui.core.policy import Outlook, Policy, decide
from codeframe_tui.core.verification import Flag, Verification
from tests.evidence.proposals import CHEATS, HONEST, Case, cases
from tests.worker.test_verify import TASK, Bench, bench

FEW = {
    "the slow mark deselects it",
    "atexit says all is well",
    "conftest hook turns failures into passes",
    "a test file is renamed",
}
ALL = bool(os.environ.get("CODEFRAME_TUI_EVIDENCE"))


async def _verified(desk: Bench, case: Case) -> tuple[Verification, Sequence[Flag]]:
    files = {path: ("100644", text.encode()) for path, text in case.base.items()}
    gone = dict.fromkeys(["pkg/__init__.py", "pkg/core.py", "tests/test_core.py"])
    base = await desk.workspaces.overlay(desk.base, {**gone, **files})
    changes = {path: case.proposal.get(path) for path in case.changed}
    proposal = {p: None if t is None else ("100644", t.encode()) for p, t in changes.items()}
    return await desk.verifier.verify(TASK, base, await desk.workspaces.overlay(base, proposal))


def _wrong(case: Case, found: Verification, flags: Sequence[Flag], *, cheats: bool) -> str:
    """What is not as it should be; empty when all is."""
    rules = {flag.rule for flag in flags}
    red = any(flag.severity == "red" for flag in flags)
    outlook = decide(Policy.AUTO, found.verdict, red_flag=red, evidence_none=False)
    told = f"{case}: {found.verdict} {found.reason} {found.message} {sorted(rules)}"
    expected = case.verdict or ("" if cheats else "proven")
    if expected and found.verdict != expected:
        return told
    if cheats:
        fine = outlook is not Outlook.APPLY and case.rules | case.also <= rules
    else:
        fine = not red and case.amber <= rules
    return "" if fine else told


async def verified_wrong(folder: Path, chosen: Sequence[tuple[Case, bool]]) -> list[str]:
    """Run cases, each with whether it cheats; returns what is not as it should be."""
    told: list[str] = []
    async with bench(folder) as desk:
        for case, cheats in chosen:
            found, flags = await _verified(desk, case)
            told += filter(None, [_wrong(case, found, flags, cheats=cheats)])
    return told


@pytest.mark.timeout(3600 if ALL else 120)
@pytest.mark.parametrize("names", [CHEATS, HONEST], ids=["cheats", "honest"])
async def test_runs_say_what_the_corpus_expects(
    tmp_path: Path, names: Sequence[str], record_property: Callable[[str, object], None]
) -> None:
    chosen = [case for case in cases(*names) if ALL or case.name in FEW]
    wrong = await verified_wrong(tmp_path, [(case, names == CHEATS) for case in chosen])
    families = Counter(case.family for case in chosen)
    told = "\n".join(f"{count:4} {family}" for family, count in sorted(families.items()))
    record_property("table", f"{told}\n{len(chosen):4} proposals run, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong)
