"""Helpers of tests that stand outside their folders: what only tests import."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping

from codeframe_tui.core.evidence.reach import imported_names
from codeframe_tui.core.evidence.testfiles import TestFiles

__all__ = ["may_help", "only_of_tests", "speaks_of_tests"]


_WORD = re.compile(r"[a-z]+")
_NAMES = frozenset({"test", "tests", "testing", "testutil", "testutils", "fixture", "fixtures"})
_FRAMEWORKS = frozenset({"pytest", "unittest", "hypothesis"})
_CODE = re.compile(r"^[ \t]*+(?:async[ \t]++)?+(?:def|class)\b", re.MULTILINE)


def may_help(path: str, text: str) -> bool:
    """Whether a Python file may serve tests: by a word of its path, what it imports, or as data.

    Code of which only tests know is none for that alone: in a library nothing else may import it.
    """
    is_data = not _CODE.search(text) and path.rpartition("/")[2] != "__init__.py"
    return is_data or speaks_of_tests(path, text)


def speaks_of_tests(path: str, text: str) -> bool:
    """Whether a Python file has to do with tests by a word of its path, or by what it imports."""
    if not _NAMES.isdisjoint(_WORD.findall(path.lower())):
        return True
    roots = {name.partition(".")[0] for name in imported_names(path, text)}
    return not _FRAMEWORKS.isdisjoint(roots)


def only_of_tests(
    files: Collection[str], texts: Mapping[str, str], tests: TestFiles
) -> frozenset[str]:
    """Those of some files that tests import and nothing else does.

    Args:
        files: paths of Python files.
        texts: all Python files that may import them, by path.
        tests: which of those are tests.
    """
    named = _by_name(files)
    by_test: set[str] = set()
    by_code: set[str] = set()
    for path, text in texts.items():
        serves = tests.is_support(path) or path.rpartition("/")[2] == "conftest.py"
        for name in imported_names(path, text):
            (by_test if serves else by_code).update(named.get(name, frozenset()) - {path})
    return frozenset(by_test - by_code)


def _by_name(files: Collection[str]) -> Mapping[str, set[str]]:
    """Dotted name -> files: any folder can be a root, so each end of a path is one."""
    named: dict[str, set[str]] = defaultdict(set)
    for file in files:
        parts = file.removesuffix(".py").split("/")
        for start in range(len(parts)):
            named[".".join(parts[start:])].add(file)
    return named
