"""PYTEST_DONT_REWRITE: what tests' functions do, and which functions stand in place of others.

Must run on every Python since 3.8.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any


def body_of(item: Any) -> str:
    """A hash of what a test's own function does; empty where its file does not hold it."""
    try:
        function = inspect.unwrap(getattr(item, "function", None) or _nothing)
    except ValueError:  # it wraps itself
        return ""
    code = getattr(function, "__code__", None)
    if not inspect.iscode(code) or os.path.realpath(code.co_filename) != os.path.realpath(
        str(item.fspath)
    ):
        return ""
    return hashlib.sha256("\n".join(_told(code)).encode("utf-8", "replace")).hexdigest()[:16]


def _nothing() -> None:
    """What an item without a function does."""


def _told(code: Any) -> Iterator[str]:
    """Instructions, names and constants: no line numbers, nothing that differs between runs."""
    yield code.co_code.hex()
    yield repr((code.co_argcount, code.co_flags, code.co_names, code.co_varnames))
    for value in code.co_consts:
        if inspect.iscode(value):
            yield from _told(value)
        else:
            yield repr(sorted(map(repr, value)) if isinstance(value, frozenset) else value)


def replaced(project: str, ours: Callable[[str], bool]) -> Iterator[str]:
    """Functions of pytest and unittest in whose place one of the project's stands."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] not in {"_pytest", "unittest"}:
            continue
        classes = [c for c in vars(module).values() if isinstance(c, type)]
        owners: list[Any] = [module, *(c for c in classes if c.__module__ == name)]
        for owner in owners:
            for key, value in list(vars(owner).items()):
                file = value.__code__.co_filename if inspect.isfunction(value) else ""
                if file.startswith(project) and ours(file):
                    path = os.path.relpath(os.path.realpath(file), project)
                    yield f"{path}:{owner.__name__}.{key}"
