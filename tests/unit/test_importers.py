"""Which files import what a change brings."""

from __future__ import annotations

import pytest

from codeframe_tui.core.evidence.importers import brought, imports

BEFORE = "import os\n\n\ndef one():\n    return 1\n"
AFTER = BEFORE + "\n\nclass Two:\n    three = 3\n\n\nLIMIT: int = 4\n"
ADDED = {"pkg.core.Two", "core.Two", "pkg.core.LIMIT", "core.LIMIT"}


@pytest.mark.parametrize(
    ("path", "before", "after", "names"),
    [
        ("pkg/new.py", None, "x = 1\n", {"pkg.new", "new"}),
        ("pkg/json.py", None, "x = 1\n", {"pkg.json"}),
        ("pkg/__init__.py", None, "", {"pkg"}),
        ("pkg/core.py", BEFORE, AFTER, ADDED),
        ("pkg/core.py", AFTER, BEFORE, set()),
        ("pkg/core.py", AFTER, None, set()),
        ("notes.txt", None, "x = 1\n", set()),
    ],
)  # fmt: skip
def test_what_a_file_brings_has_the_names_it_may_be_imported_by(
    path: str, before: str | None, after: str | None, names: set[str]
) -> None:
    assert brought(path, before, after) == names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from pkg.core import Two\n", True),
        ("from .core import (\n    one,\n    LIMIT,\n)\n", True),
        ("import pkg.core.Two.inner\n", True),
        ("from pkg.core import one\n", False),
        ("import pkg.core\n", False),
        ("'from pkg.core import Two'\n", False),
    ],
)
def test_a_file_imports_what_is_new_or_something_in_it(text: str, found: bool) -> None:
    assert imports(brought("pkg/core.py", BEFORE, AFTER), "pkg/other.py", text) is found
