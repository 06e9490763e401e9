"""New findings of linters and type checkers in the Tests pane, and their lines in the diff."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.tui.driving import opened
from tests.tui.fake_service import FakeService, shown, verification
from tests.tui.test_tests_pane import _in_tests, _rows


def _found(path: str, line: int) -> dict[str, Any]:
    return {"rule": "F401", "path": path, "line": line, "message": "`os` imported but unused"}


def _service(*findings: dict[str, Any]) -> FakeService:
    tool = {"tool": "ruff", "verdict": "findings", "message": "", "count": len(findings), "old": 3}
    document = shown()
    document["attempts"][-1]["verification"] = verification() | {
        "lint": {
            "verdict": "findings",
            "message": f"ruff {len(findings)} new",
            "tests": [],
            "tools": [tool | {"findings": list(findings)}],
        }
    }
    service = FakeService()
    service.tasks["1.2.3"] = document
    return service


@pytest.mark.parametrize("key", ["g", "enter"])
async def test_a_finding_leads_to_its_line_in_the_diff(key: str) -> None:
    service = _service(_found("nowhere.py", 4), _found("tests/test_retry.py", 11))
    async with opened(service) as drive:
        await _in_tests(drive)
        assert _rows(drive)[-3].startswith("! lint  ruff 2 new of 5")
        assert _rows(drive)[-1].startswith("  ! F401  `os` imported but unused")
        drive.key("G", "k", key)
        await drive.until(lambda: "nowhere.py:4 is not among" in drive.label("notice"))
        drive.key("G", key)
        await drive.in_pane("diff")
        diff = drive.app.cockpit.query_one(DiffView)
        assert diff.place == ("tests/test_retry.py", 1, 1, 0, 0)


async def test_a_finding_is_no_test_that_could_run_again() -> None:
    async with opened(_service(_found("tests/test_retry.py", 11))) as drive:
        await _in_tests(drive)
        drive.key("G", "r")
        await drive.until(lambda: "choose a test first" in drive.label("notice"))
        assert drive.service.submitted == []


async def test_the_column_beside_the_diff_counts_them() -> None:
    async with opened(_service(_found("a.py", 1)), size=(200, 50)) as drive:
        await drive.until(lambda: "! LINT       ruff 1 new" in drive.label("evidence"))
