"""Rules of comparisons whose answer is known before they are made."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import Change, flag, parse
from codeframe_tui.core.flags.expand import number, text_of

__all__ = ["always_equal"]

_ANSWERS = {"__eq__": True, "__ne__": False, "__contains__": True}
_OF_KIND = frozenset({"isinstance", "type", "hasattr", "callable"})
_NEVER = frozenset({"False", "NotImplemented", "None", ""})
_Made = ast.FunctionDef | ast.Lambda
_Comparison = tuple[str, ast.expr | ast.stmt, _Made]


def always_equal(change: Change) -> Iterator[Flag]:
    """Comparisons that have one answer, in any Python file."""
    before = Counter(text_of(node) for _, node in _one_answer(change.old, change))
    for name, node in _one_answer(change.new, change):
        if before[text_of(node)]:
            before[text_of(node)] -= 1
            continue
        text = f"{name} always answers {_ANSWERS[name]}"
        yield flag("always_equal", change.path, node.lineno, text, after=text_of(node))


def _one_answer(text: str | None, change: Change) -> Iterator[tuple[str, ast.expr | ast.stmt]]:
    tree = parse(text)
    nodes = list(ast.walk(tree)) if tree is not None else []
    owners = {id(s): n.name for n in nodes if isinstance(n, ast.ClassDef) for s in n.body}
    for name, node, made in (found for n in nodes for found in _comparisons(n)):
        owner = owners.get(id(node), "")
        blind = name == "__eq__" and not change.is_support and _is_blind(made, owner)
        if blind or _is_constant(made, _ANSWERS[name]):
            yield name, node


def _comparisons(node: ast.AST) -> Iterator[_Comparison]:
    """What a piece of syntax makes a class compare with, in any of the ways to say so."""
    match node:
        case ast.FunctionDef(name=name) if name in _ANSWERS:
            yield name, node, node
        case ast.Assign(targets=targets, value=ast.Lambda() as made):
            for target in targets:
                name = text_of(target).rpartition(".")[2]
                if name in _ANSWERS:
                    yield name, node, made
        case ast.Call(args=[_, ast.Constant(value=str(name)), ast.Lambda() as made]):
            if name in _ANSWERS:
                yield name, node, made
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                name = str(key.value) if isinstance(key, ast.Constant) else ""
                if name in _ANSWERS and isinstance(value, ast.Lambda):
                    yield name, node, value


def _is_constant(made: _Made, answer: bool) -> bool:
    if isinstance(made, ast.Lambda):
        return _answer(made.body) is answer
    match [s for s in made.body if not _is_docstring(s)]:
        case [ast.Return(value=ast.expr() as value)]:
            return _answer(value) is answer
    return False


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_blind(made: _Made, owner: str) -> bool:
    """Whether it can say yes without looking at the other value."""
    spec = made.args
    names = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    me, other = names[0] if names else "self", names[1] if len(names) > 1 else ""
    other = other or (spec.vararg.arg if spec.vararg else "")
    own = {owner, f"type({me})", f"{me}.__class__"} - {""}
    parts = [made.body] if isinstance(made, ast.Lambda) else made.body
    said = {text_of(made.body)} if isinstance(made, ast.Lambda) else _returned(made)
    return bool(said - _NEVER) and not any(_looks(part, other, own) for part in parts)


def _returned(made: ast.FunctionDef) -> set[str]:
    return {text_of(n.value) for n in ast.walk(made) if isinstance(n, ast.Return)}


def _looks(node: ast.AST, other: str, own: Collection[str]) -> bool:
    """Whether a value's content is looked at; of its kind, whether it is one's own."""
    match node:
        case ast.Name(id=name):
            return name == other
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), kind]):
            return name == other and text_of(kind) in own
        case ast.Call(func=ast.Name(id=asks), args=[ast.Name(), *_]) if asks in _OF_KIND:
            return False
        case ast.Compare(left=left, comparators=[right]):
            sides = {text_of(left), text_of(right)}
            if sides == {other, "None"}:
                return False
            if f"type({other})" in sides:
                return bool(sides & set(own))
    return any(_looks(child, other, own) for child in ast.iter_child_nodes(node))


def _answer(node: ast.expr) -> bool | None:
    match node:
        case ast.Constant(value=value):
            return bool(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _answer(operand)
            return None if inner is None else not inner
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return True if text_of(left) == text_of(right) else None
        case ast.BoolOp(op=ast.Or(), values=values):
            return True if any(_answer(v) is True for v in values) else None
    found = number(node)
    return None if found is None else bool(found)
