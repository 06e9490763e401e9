"""Which runs are made to see whether the support of tests decides."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.worker.test_verify import THREE, bench

HELPER = {"tests/helpers.py": "A = 1\n"}
CHANGED = {**THREE, "tests/helpers.py": "A = 2\n"}
HOOK = "def pytest_runtest_logreport(report):\n    report.outcome = 'passed'\n"


@pytest.mark.parametrize(
    ("changes", "told", "suites"),
    [
        ({}, ("proven", ""), 2),
        ({"pkg/core.py": "def one():\n    return 2\n"}, ("failed", "regression"), 1),
        ({"conftest.py": HOOK}, ("not_verified", "tampered"), 1),
    ],
    ids=["proven", "failed", "tampered"],
)
async def test_what_is_worse_than_that_support_decides_costs_no_more_runs(
    tmp_path: Path, changes: dict[str, str], told: tuple[str, str], suites: int
) -> None:
    async with bench(tmp_path, HELPER) as desk:
        found = await desk.judge({**CHANGED, **changes})
        assert (found.verdict, found.reason) == told, found.message
        assert Counter(desk.runner.runs)["regression"] == suites
