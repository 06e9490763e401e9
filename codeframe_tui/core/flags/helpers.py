"""Helpers of tests that stand outside their folders: what only tests import."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from codeframe_tui.core.evidence.testfiles import TestFiles
from codeframe_tui.core.flags.module import read_module

__all__ = ["may_help", "only_of_tests"]


def may_help(text: str) -> bool:
    """Whether a Python file may be a helper of tests: it asserts, or speaks of pytest."""
    return "assert" in text or "pytest" in text


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
        ends = set(_imported(path, text))
        (by_test if serves else by_code).update(
            file for file in files if file != path and any(f"/{file}".endswith(e) for e in ends)
        )
    return frozenset(by_test - by_code)


def _imported(path: str, text: str) -> Iterator[str]:
    """How the paths of what a file imports end."""
    module = read_module(path, text)
    for source in module.imports.values() if module is not None else ():
        for name in {source, source.rpartition(".")[0]} - {""}:
            yield f"/{name.replace('.', '/')}.py"
