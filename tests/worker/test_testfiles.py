"""What serves only tests, asked of a real repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.worker import testfiles
from tests.worker.test_verify import bench

FILES = {
    "testing/taxes.py": "def has_tax(price):\n    assert price\n",
    "leaf.py": "def leaf():\n    return 1\n",
    "used.py": "USED = 1\n",
    "pkg/more.py": "import used\n\n\ndef f(): ...\n",
    "tests/test_leaf.py": "from leaf import leaf\nfrom testing.taxes import has_tax\nimport used\n",
}


@pytest.mark.parametrize(
    ("most", "helpers"), [(2_000, {"testing/taxes.py"}), (1, {"testing/taxes.py", "used.py"})]
)
async def test_helpers_are_what_only_tests_import_and_in_a_large_project_all_that_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, helpers: set[str]
) -> None:
    monkeypatch.setattr(testfiles, "_MOST_READ", most)
    async with bench(tmp_path, FILES) as desk:
        tree = await desk.tree({path: f"{text}\n\nX = 1\n" for path, text in FILES.items()})
        diffs = await desk.workspaces.diff(desk.base, tree)
        tests = await testfiles.tests_of(desk.workspaces, desk.base, diffs)
    assert tests.helpers == helpers
