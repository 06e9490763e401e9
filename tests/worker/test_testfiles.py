"""What serves only tests, asked of a real repository."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from codeframe_tui.worker import testfiles
from tests.worker.test_verify import bench

FILES = {
    "testing/taxes.py": "def has_tax(price):\n    assert price\n",
    "leaf.py": "def leaf():\n    return 1\n",
    "cases.py": "CASES = [1]\n",
    "used.py": "USED = 1\n",
    "testing/used.py": "USED = 1\n",
    "pkg/more.py": "import used\nimport testing.used\n\n\ndef f(): ...\n",
    "tests/test_leaf.py": (
        "from leaf import leaf\nfrom testing.taxes import has_tax\n"
        "import cases\nimport used\nimport testing.used\n"
    ),
}


@pytest.mark.parametrize(
    ("most", "helpers"),
    [(2_000, {"testing/taxes.py", "cases.py"}), (1, {"testing/taxes.py", "testing/used.py"})],
)
async def test_helpers_are_what_only_tests_import_and_in_a_large_project_what_speaks_of_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, helpers: set[str]
) -> None:
    monkeypatch.setattr(testfiles, "_MOST_READ", most)
    async with bench(tmp_path, FILES) as desk:
        tree = await desk.tree({path: f"{text}\n\nX = 1\n" for path, text in FILES.items()})
        diffs = await desk.workspaces.diff(desk.base, tree)
        tests = await testfiles.tests_of(desk.workspaces, desk.base, diffs)
    assert tests.helpers == helpers


CHECKED = {
    "pytest.ini": "[pytest]\npythonpath = . tests\npython_files = check_*.py\n",
    "checks/check_pkg.py": "from pkg import core\n\n\ndef test_pkg():\n    assert core\n",
}
MORE = "\n\ndef test_three():\n    assert three() == 3\n"
NEW = {
    "pkg/three.py": "def three():\n    return 3\n",
    "checks/check_three.py": f"from pkg.three import three\n{MORE}",
}


async def test_a_correction_that_weakens_a_test_of_a_name_of_the_projects_own_is_flagged(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, CHECKED) as desk:
        looser = NEW["checks/check_three.py"].replace("three() == 3", "three()")
        _, flags = await desk.walk(NEW, {**NEW, "checks/check_three.py": looser})
    assert [(f.rule, f.path, f.severity) for f in flags] == [
        ("assert_weakened", "checks/check_three.py", "red")
    ]


async def test_a_suite_that_did_not_end_says_so_whatever_supports_it(tmp_path: Path) -> None:
    async with bench(tmp_path, {"tests/helpers.py": "A = 1\n"}) as desk:
        desk.runner.alter = lambda run: replace(run, ok=False, reason="timeout", message="slow")
        found = await desk.judge({**NEW, "tests/helpers.py": "A = 2\n"})
    assert (found.verdict, found.reason) == ("not_verified", "timeout")
