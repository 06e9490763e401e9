"""Why a test failed: for want of the change, for want of a module, or by the sandbox."""

from __future__ import annotations

import re
from collections.abc import Iterable

from codeframe_tui.core.verification import Outcome, TestCase, TestRun

__all__ = ["excused", "is_red", "lacks_project", "module_names"]

_ASSERTIONS = frozenset({"AssertionError", "Failed"})
_IMPORTS = frozenset({"ImportError", "ModuleNotFoundError"})
_NAMES = frozenset({"AttributeError", "NameError", "UnboundLocalError", "TypeError"})
_SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
_EXCUSES = {"third_party": "environment", "sandbox": "sandbox_denied"}
_NO_MODULE = re.compile(r"No module named '([\w.]+)'")
_NO_NAME = re.compile(
    r"cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'"
)
_ERROR = re.compile(r"^(?:E +)?(\w+): (.*)$", re.MULTILINE)


def module_names(paths: Iterable[str]) -> frozenset[str]:
    """Every dotted name by which the Python files could be imported, whatever folder is a root.

    ``src/shop/cart.py`` gives ``src.shop.cart``, ``shop.cart``, ``cart``, and the packages that
    its folders are with or without an ``__init__.py``: ``src.shop``, ``shop``, ``src``.
    """
    names: set[str] = set()
    for path in paths:
        if path.endswith(".py"):
            parts = path[:-3].removesuffix("/__init__").split("/")
            for end in range(1, len(parts) + 1):
                names |= {".".join(parts[start:end]) for start in range(end)}
    return frozenset(names)


def is_red(case: TestCase, run: TestRun, added_modules: frozenset[str]) -> bool:
    """Whether a test's failure on the base comes from what the base lacks or does wrong.

    By assertion; by an import of something that the proposal adds or the project owns; by a name
    error; by any exception out of the project's own code (`TestRun.causes`) but bad syntax.
    """
    if case.outcome not in {Outcome.FAILED, Outcome.ERROR} or case.error in _SYNTAX:
        return False
    cause = run.causes.get(case.id, "")
    if case.error in _IMPORTS:
        return cause == "project" or _names_added(case.message, added_modules)
    if cause in _EXCUSES or case.message.startswith("Timeout"):
        return False
    return case.error in _ASSERTIONS | _NAMES or cause == "project"


def excused(run: TestRun, name: str) -> str:
    """Why a failure says nothing of the code: ``environment``, ``sandbox_denied``, else empty.

    ``name`` is a test id or a file that could not be collected.
    """
    return _EXCUSES.get(run.causes.get(name, ""), "")


def lacks_project(run: TestRun, file: str, text: str, added_modules: frozenset[str]) -> bool:
    """Whether a file cannot be collected because it wants something that the proposal adds.

    ``text`` is its entry of `TestRun.collection_errors`.
    """
    match = _ERROR.search(text)
    if match is None:
        return False
    error, message = match.groups()
    if error in _IMPORTS:
        owned = run.causes.get(file) == "project"
        return owned or _names_added(message, added_modules)
    return error in _NAMES


def _names_added(text: str, added_modules: frozenset[str]) -> bool:
    match = _NO_MODULE.search(text) or _NO_NAME.search(text)
    if match is None:
        return False
    parts = match.group(match.lastindex or 1).split(".")
    if match.re is _NO_NAME:
        parts.append(match.group(1))
    return any(".".join(parts[:end]) in added_modules for end in range(1, len(parts) + 1))
