"""Calls elsewhere that a changed signature does not take any more."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import Change, flag, parse
from codeframe_tui.core.flags.module import FunctionNode, definitions, read_module
from codeframe_tui.core.some import some

__all__ = ["caller_flags", "changed_names"]


class _Changed(NamedTuple):
    """A public function that takes other arguments than before."""

    name: str
    change: Change
    old: FunctionNode
    new: FunctionNode


def changed_names(changes: Sequence[Change]) -> set[str]:
    """Bare names of the public functions whose arguments changed."""
    return {each.name for change in changes for each in _changed(change)}


def caller_flags(changes: Sequence[Change], elsewhere: Mapping[str, str]) -> Iterator[Flag]:
    """One flag for each such function that is still called as before.

    A call counts when it fitted what the function took and does not fit what it takes: so one that
    is meant for another function of the same name seldom does.

    Args:
        changes: of the proposal.
        elsewhere: texts of Python files that do not change, by path.
    """
    texts = {**elsewhere, **{c.path: c.new for c in changes if c.is_python and c.new is not None}}
    wanted = [each for change in changes for each in _changed(change)]
    if not wanted:
        return
    calls = {
        path: list(_calls(text, {each.name for each in wanted})) for path, text in texts.items()
    }
    for each in wanted:
        left = [
            (path, call)
            for path, found in calls.items()
            for name, call in found
            if name == each.name and _fits(each.old, call) and not _fits(each.new, call)
        ]
        if left:
            places = some(f"{path}:{call.lineno}" for path, call in left)
            said = f"{each.name} is still called as before at {places}"
            first = ast.unparse(left[0][1])
            yield flag("callers_left", each.change.path, each.new.lineno, said, after=first)


def _changed(change: Change) -> Iterator[_Changed]:
    if not change.is_python or change.is_support:
        return
    then, now = read_module(change.path, change.old), read_module(change.path, change.new)
    after = definitions(now)
    for key, function in definitions(then).items():
        other = after.get(key)
        if other is None or function.bare.startswith("_"):
            continue
        if ast.dump(function.node.args) != ast.dump(other.node.args):
            yield _Changed(function.bare, change, function.node, other.node)


def _calls(text: str, names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    if not any(name in text for name in names):
        return
    tree = parse(text)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call):
            target = node.func
            name = getattr(target, "id", None) or getattr(target, "attr", "")
            if name in names:
                yield name, node


def _fits(node: FunctionNode, call: ast.Call) -> bool:
    """Whether a function takes a call; one with ``*`` or ``**`` is taken to fit."""
    if any(isinstance(a, ast.Starred) for a in call.args) or any(not k.arg for k in call.keywords):
        return True
    spec = node.args
    places = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    free, nameless = len(places) - len(spec.defaults), len(spec.posonlyargs)
    if places[:1] in (["self"], ["cls"]):
        places, free, nameless = places[1:], free - 1, max(nameless - 1, 0)
    given = {str(keyword.arg) for keyword in call.keywords}
    by_name = {*places[nameless:], *(a.arg for a in spec.kwonlyargs)}
    if len(call.args) > len(places) and not spec.vararg:
        return False
    if given - by_name and not spec.kwarg:
        return False
    named = {a.arg for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is None}
    needed = {*places[len(call.args) : max(free, 0)], *named}
    return needed <= given and not given & set(places[: len(call.args)])
