"""Why a test failed: for want of the change, for want of a module, or by the sandbox."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from codeframe_tui.core.evidence.verification import PASSING, Outcome, TestCase, TestRun

__all__ = ["RED", "Kind", "excused", "kind_of", "kind_of_file", "module_names", "told_error"]


class Kind(StrEnum):
    """How a test is RED on the base, or why it is not."""

    ASSERTION = "assertion"
    MISSING_NAME = "missing_name"
    RAISED = "raised"
    CHARACTERISATION = "characterisation"
    SKIPPED = "skipped"
    SYNTAX = "syntax"
    UNRELATED_IMPORT = "unrelated_import"
    FIXTURE = "fixture"
    COLLECTION = "collection"
    SANDBOX_DENIED = "sandbox_denied"
    TIMEOUT = "timeout"
    CRASH = "crash"
    OWN_ERROR = "own_error"


RED = frozenset({Kind.ASSERTION, Kind.MISSING_NAME, Kind.RAISED})
"""By assertion, by a name that the base lacks, by any other exception out of its own code."""
_ASSERTIONS = frozenset({"AssertionError", "Failed"})
_IMPORTS = frozenset({"ImportError", "ModuleNotFoundError"})
_NAMES = frozenset({"AttributeError", "NameError", "UnboundLocalError", "TypeError"})
_SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
_EXCUSES = {"third_party": "environment", "sandbox": "sandbox_denied"}
_OTHER = {
    Outcome.CRASHED: Kind.CRASH,
    Outcome.SKIPPED: Kind.SKIPPED,
    Outcome.XFAILED: Kind.SKIPPED,
    Outcome.MISSING: Kind.COLLECTION,
}
_OUTER = {"sandbox": Kind.SANDBOX_DENIED, "third_party": Kind.UNRELATED_IMPORT}
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


def kind_of(case: TestCase, run: TestRun, added_modules: frozenset[str]) -> Kind:
    """How a test that ran on the base is RED there, or why it is not.

    RED is a failure by assertion; by an import of something that the proposal adds or the project
    owns; by a name that the project lacks; by any exception out of the project's own code
    (`TestRun.causes`) but bad syntax. What fails around a test, in a fixture, is RED only for want
    of such a name.
    """
    if case.outcome in PASSING:
        return Kind.CHARACTERISATION
    if case.outcome not in {Outcome.FAILED, Outcome.ERROR}:
        return _OTHER.get(case.outcome, Kind.OWN_ERROR)
    cause = run.causes.get(case.id, "")
    if case.error in _SYNTAX | _IMPORTS:
        return _kind_of_import(case.error, case.message, cause, added_modules)
    if outer := _OUTER.get(cause):
        return outer
    if case.message.startswith("Timeout"):
        return Kind.TIMEOUT
    if case.error in _NAMES and cause == "project":
        return Kind.MISSING_NAME
    if case.outcome is Outcome.ERROR or case.error in _ASSERTIONS:
        return Kind.FIXTURE if case.outcome is Outcome.ERROR else Kind.ASSERTION
    return Kind.RAISED if cause == "project" else Kind.OWN_ERROR


def kind_of_file(run: TestRun, file: str, text: str, added_modules: frozenset[str]) -> Kind:
    """Why a file cannot be collected: RED only if it wants something that the proposal adds.

    ``text`` is its entry of `TestRun.collection_errors`.
    """
    error, message = told_error(text)
    cause = run.causes.get(file, "")
    if error in _SYNTAX | _IMPORTS:
        return _kind_of_import(error, message, cause, added_modules)
    named = error in _NAMES and cause == "project"
    return Kind.MISSING_NAME if named else Kind.COLLECTION


def _kind_of_import(error: str, message: str, cause: str, added_modules: frozenset[str]) -> Kind:
    if error in _SYNTAX:
        return Kind.SYNTAX
    owned = cause == "project" or _names_added(message, added_modules)
    return Kind.MISSING_NAME if owned else Kind.UNRELATED_IMPORT


def told_error(text: str) -> tuple[str, str]:
    """Type and message of an entry of `TestRun.collection_errors`; empty where it has none."""
    match = _ERROR.search(text)
    return (match.group(1), match.group(2)) if match else ("", "")


def excused(run: TestRun, name: str) -> str:
    """Why a failure says nothing of the code: ``environment``, ``sandbox_denied``, else empty.

    ``name`` is a test id or a file that could not be collected.
    """
    return _EXCUSES.get(run.causes.get(name, ""), "")


def _names_added(text: str, added_modules: frozenset[str]) -> bool:
    match = _NO_MODULE.search(text) or _NO_NAME.search(text)
    if match is None:
        return False
    parts = match.group(match.lastindex or 1).split(".")
    if match.re is _NO_NAME:
        parts.append(match.group(1))
    return any(".".join(parts[:end]) in added_modules for end in range(1, len(parts) + 1))
