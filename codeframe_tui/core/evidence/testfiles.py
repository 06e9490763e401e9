"""Test files: which files of a project hold tests, by their names, its configuration and its runs.

The usual names count always, so that no configuration can take a test out of sight; what the base
says of further names, and where its run found tests, is added to them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from codeframe_tui.core.evidence.testconfig import CONFIGS, options_of
from codeframe_tui.core.evidence.verdict import is_test_file, is_test_support

__all__ = ["USUAL", "TestFiles", "configured", "is_data"]

_DATA = frozenset(
    {"__snapshots__", "snapshots", "testdata", "test_data", "golden", "goldens", "cassettes"}
)

_GLOB = frozenset("*?[")
"""Characters that make a pattern of the name of a folder."""
_ANYTHING = frozenset({"*.py", "*", "**", "**/*.py"})


@dataclass(frozen=True, slots=True)
class TestFiles:
    """What a project says of its tests.

    Attributes:
        globs: of names of files, beside the usual ones.
        folders: where tests are looked for; empty = everywhere.
        functions: prefixes or globs of names of tests, beside ``test``.
        classes: the same of classes, beside ``Test``.
        collected: files that hold tests, as a run on the base found them.
        helpers: files outside the folders of tests that seem to serve them; to be looked at, but
            code under test, since it may be a library of which only its tests know.
    """

    globs: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    collected: frozenset[str] = frozenset()
    helpers: frozenset[str] = frozenset()

    def is_test(self, path: str) -> bool:
        """Whether pytest looks for tests in a file."""
        return is_test_file(path) or path in self.collected or self._is_named(path)

    def is_support(self, path: str) -> bool:
        """Whether a file serves only tests; a conftest is left out (`is_test_support`)."""
        return is_test_support(path) or self.is_test(path)

    def is_function(self, name: str) -> bool:
        """Whether a function of a test file is a test."""
        return name.startswith("test") or _is_any(name, self.functions)

    def is_class(self, name: str) -> bool:
        """Whether pytest looks for tests in a class of a test file."""
        return name.startswith("Test") or _is_any(name, self.classes)

    def with_run(self, collected: Iterable[str]) -> TestFiles:
        """With what a run on the base collected; ids of doctests, which stand in code, aside."""
        ids = (ident.partition("::") for ident in collected)
        files = {path for path, _, name in ids if path.endswith(".py") and _is_test_id(path, name)}
        return replace(self, collected=self.collected | files)

    def _is_named(self, path: str) -> bool:
        below = any(path.startswith(folder) for folder in self.folders)
        if not path.endswith(".py") or (self.folders and not below):
            return False
        name = path.rpartition("/")[2]
        for glob in self.globs:
            if glob in _ANYTHING:  # without a folder it would make tests of all code
                if below and name not in {"conftest.py", "__init__.py"}:
                    return True
            elif fnmatchcase(f"/{path}", f"*/{glob}") if "/" in glob else fnmatchcase(name, glob):
                return True
        return False


USUAL = TestFiles()
"""Of a project that says nothing of its tests."""


def configured(texts: Mapping[str, str]) -> TestFiles:
    """What the configuration files at the top of a project say: path -> text."""
    options: Mapping[str, Any] = {}
    for path in CONFIGS:
        found = options_of(path, texts[path]) if path in texts else None
        if found is not None:
            options = found
            break
    folders = [folder.removeprefix("./").strip("/") for folder in _words(options, "testpaths")]
    is_known = all(folder not in {"", "."} and _GLOB.isdisjoint(folder) for folder in folders)
    return TestFiles(
        globs=tuple(_words(options, "python_files")),
        folders=tuple(f"{folder}/" for folder in folders) if is_known else (),
        functions=tuple(_words(options, "python_functions")),
        classes=tuple(_words(options, "python_classes")),
    )


def is_data(path: str) -> bool:
    """Whether a file is what tests read, by the name of a folder, wherever that lies."""
    return not _DATA.isdisjoint(path.lower().split("/")[:-1])


def _words(options: Mapping[str, Any], name: str) -> Iterator[str]:
    told = options.get(name, ())
    try:
        yield from shlex.split(told) if isinstance(told, str) else map(str, told)
    except (TypeError, ValueError):
        return


def _is_any(name: str, wanted: Iterable[str]) -> bool:
    """As pytest does it: a prefix, or a glob."""
    return any(name.startswith(one) or fnmatchcase(name, one) for one in wanted if one)


def _is_test_id(path: str, name: str) -> bool:
    """Whether an id is not that of a doctest, which is named by its module."""
    plain, stem = name.partition("[")[0], path.rpartition("/")[2].removesuffix(".py")
    return bool(plain) and "." not in plain and plain != stem
