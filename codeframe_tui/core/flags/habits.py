"""Docstrings and hints that new functions lack where all others of their file have them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import Change, flag
from codeframe_tui.core.flags.module import Function, FunctionNode, Module, read_module

__all__ = ["habit_flags"]

_HABIT = 2
"""Public functions that make a habit, when every one of them keeps it."""


def habit_flags(change: Change) -> Iterator[Flag]:
    """Public functions that are new, or lost what they had; tests are left alone."""
    if not change.is_python or change.is_support:
        return
    then, now = read_module(change.path, change.old), read_module(change.path, change.new)
    if then is None or now is None:
        return
    for rule, keeps in _HABITS.items():
        before = {f.name: keeps(f.node) for f in _public(then)}
        if len(before) < _HABIT or not all(before.values()):
            continue
        for function in _public(now):
            if not keeps(function.node):
                line = function.node.lineno
                yield flag(rule, change.path, line, f"{function.name} {_SAID[rule]}")


def _public(module: Module) -> Iterator[Function]:
    for function in module.functions:
        if not any(part.startswith("_") for part in function.name.split("::")):
            yield function


def _is_documented(node: FunctionNode) -> bool:
    return ast.get_docstring(node) is not None


def _is_typed(node: FunctionNode) -> bool:
    """Whether arguments and result have hints; ``self`` and ``cls`` need none."""
    spec = node.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
    every += [each for each in (spec.vararg, spec.kwarg) if each]
    named = (each for at, each in enumerate(every) if at or each.arg not in {"self", "cls"})
    return node.returns is not None and all(each.annotation for each in named)


_HABITS: dict[str, Callable[[FunctionNode], bool]] = {
    "undocumented": _is_documented,
    "untyped": _is_typed,
}
_SAID = {
    "undocumented": "has no docstring, as all others here have",
    "untyped": "lacks type hints, which all others here have",
}
