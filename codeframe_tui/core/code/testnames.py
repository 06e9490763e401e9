"""Which files are tests, and which file each is named after, by their paths. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["is_test", "named_after", "source_name"]

_FOLDERS = frozenset({"test", "tests", "testing", "__tests__"})
_RUBY_FOLDER = "spec"
_ENDS = ("_test", ".test", ".spec", "_spec")
_JAVA = re.compile(r"^Test(?=[A-Z])|(?<=[a-z0-9])(?:Tests?|TestCase|IT)$")
_MARKS = re.compile(r"^test_?|[_.](?:tests?|spec|unittest)$")
"""What a test's name has before or behind that of the file it tests."""
_SCRIPT, _C = "js", "c"
_FAMILIES: Mapping[str, str] = {
    **dict.fromkeys(("js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"), _SCRIPT),
    **dict.fromkeys(("c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx"), _C),
    **{ending: ending for ending in ("py", "go", "rs", "java", "rb")},
}
"""Endings of code; what is of one family tests each other."""


def is_test(path: str) -> bool:
    """Whether a file is a test or helps tests."""
    *folders, name = path.split("/")
    stem, _, ending = name.rpartition(".")
    return (
        name.startswith(("test_", "conftest."))
        or stem.endswith(_ENDS)
        or not _FOLDERS.isdisjoint(folders)
        or (ending == "java" and _JAVA.search(stem) is not None)
        or (ending == "rb" and _RUBY_FOLDER in folders)
        or (_FAMILIES.get(ending) == _C and stem.endswith("_unittest"))
    )


def source_name(path: str) -> str | None:
    """The name by which tests call a file of code, the same for `named_after`; else None."""
    stem, family = _parts(path)
    return f"{family}:{stem.strip('_')}" if family else None


def named_after(path: str) -> str | None:
    """The `source_name` of what a test is about; None where it is no code."""
    stem, family = _parts(path)
    marks = _JAVA if family == "java" else _MARKS
    about = marks.sub("", stem)
    return f"{family}:{about}" if family and about else None


def _parts(path: str) -> tuple[str, str]:
    stem, _, ending = path.rpartition("/")[2].rpartition(".")
    return stem, _FAMILIES.get(ending, "")
