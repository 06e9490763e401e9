"""Helpers of tests that stand outside their folders: what only tests import."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from codeframe_tui.core.evidence.reach import imported_names
from codeframe_tui.core.evidence.testfiles import TestFiles

__all__ = ["may_help", "only_of_tests"]


_NAMES = re.compile(r"test|case|sample|example|fixture|factor|fake|stub|mock|data|expected|golden")


def may_help(path: str, text: str) -> bool:
    """Whether a Python file may serve tests: by its name, or as it asserts or speaks of pytest."""
    return bool(_NAMES.search(path.lower())) or "assert" in text or "pytest" in text


def only_of_tests(
    files: Collection[str], texts: Mapping[str, str], tests: TestFiles
) -> frozenset[str]:
    """Those of some files that tests import and nothing else does.

    Args:
        files: paths of Python files.
        texts: all Python files that may import them, by path.
        tests: which of those are tests.
    """
    by_test: set[str] = set()
    by_code: set[str] = set()
    for path, text in texts.items():
        serves = tests.is_support(path) or path.rpartition("/")[2] == "conftest.py"
        ends = [f"/{name.replace('.', '/')}.py" for name in imported_names(path, text)]
        (by_test if serves else by_code).update(
            file for file in files if file != path and any(f"/{file}".endswith(e) for e in ends)
        )
    return frozenset(by_test - by_code)
