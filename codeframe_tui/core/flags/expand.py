"""Writes expressions out: names replaced by what they stand for, cases and loops by their values.

So that a test says the same before and after its locals are renamed, its cases are spelled out, or
its asserts are gathered into cases.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import cast

__all__ = ["Env", "bind", "cases_of", "dotted", "elements", "number", "substitute", "text_of"]

Env = Mapping[str, ast.expr]
"""Names and what they stand for."""
_MOST_NODES = 300
_MOST_CASES = 200
_RANGE_PARTS = 3


def substitute(node: ast.expr, env: Env) -> ast.expr:
    """The expression with names replaced; as it is where that would get too large.

    Trees are shared, never changed: what holds no such name is the same object.
    """
    room = [_MOST_NODES]
    replaced = _replaced(node, env, room)
    return node if room[0] < 0 else cast(ast.expr, replaced)


def _replaced(node: ast.AST, env: Env, room: list[int]) -> ast.AST:
    room[0] -= 1
    if room[0] < 0:
        return node
    if isinstance(node, ast.Name):
        found = env.get(node.id) if isinstance(node.ctx, ast.Load) else None
        if found is None:
            return node
        room[0] -= sum(1 for _ in ast.walk(found))
        return found
    changed: dict[str, object] = {}
    for name, value in ast.iter_fields(node):
        new: object = value
        if isinstance(value, ast.AST):
            new = _replaced(value, env, room)
        elif isinstance(value, list):
            new = [_replaced(v, env, room) if isinstance(v, ast.AST) else v for v in value]
            if all(one is other for one, other in zip(new, value, strict=True)):
                new = value
        if new is not value:
            changed[name] = new
    if not changed:
        return node
    kept = {name: value for name, value in ast.iter_fields(node) if name not in changed}
    return type(node)(**kept, **changed)


def dotted(node: ast.AST) -> str:
    """A name with its attributes, ``os.path.join``; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *parts[::-1]]) if isinstance(node, ast.Name) else ""


def text_of(node: ast.AST | None) -> str:
    """The one way to write a piece of syntax."""
    if node is None:
        return ""
    try:
        return ast.unparse(node)
    except (ValueError, RecursionError):  # it has no way to write some f-strings
        return ast.dump(node)


def bind(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Names of an assignment's target with what each of them gets."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List):
        parts = elements(value)
        for i, part in enumerate(target.elts):
            if parts is not None and i < len(parts):
                yield from bind(part, parts[i])
            else:
                yield from bind(part, ast.Subscript(value, ast.Constant(i), ast.Load()))


def elements(node: ast.expr) -> list[ast.expr] | None:
    """What a literal holds, in order; None where that cannot be read off."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return None if any(isinstance(e, ast.Starred) for e in node.elts) else list(node.elts)
    if isinstance(node, ast.Call) and text_of(node.func) in {
        "list",
        "tuple",
        "sorted",
        "enumerate",
    }:
        return elements(node.args[0]) if node.args and text_of(node.func) != "enumerate" else None
    if isinstance(node, ast.Call) and text_of(node.func) == "range" and not node.keywords:
        return _range(node.args)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        return _dict_parts(node.func)
    return None


def _range(arguments: Sequence[ast.expr]) -> list[ast.expr] | None:
    numbers = [a.value for a in arguments if isinstance(a, ast.Constant)]
    if len(numbers) != len(arguments) or not all(type(n) is int for n in numbers):
        return None
    if not 1 <= len(numbers) <= _RANGE_PARTS or numbers[2:] == [0]:
        return None
    values = range(*(n for n in numbers if isinstance(n, int)))
    return [ast.Constant(n) for n in values] if len(values) <= _MOST_CASES else None


def _dict_parts(function: ast.Attribute) -> list[ast.expr] | None:
    literal = function.value
    if not isinstance(literal, ast.Dict) or function.attr != "items":
        return None
    if any(key is None for key in literal.keys):
        return None
    pairs = zip(literal.keys, literal.values, strict=True)
    return [ast.Tuple([key, value], ast.Load()) for key, value in pairs if key is not None]


def cases_of(decorators: Sequence[ast.expr], env: Env) -> list[dict[str, ast.expr]] | None:
    """The values of all parameters, case by case.

    Returns:
        One empty case without a parametrization; None where the cases cannot be read off.
    """
    axes: list[list[dict[str, ast.expr]]] = []
    for decorator in decorators:
        if not isinstance(decorator, ast.Call) or not _is_parametrize(decorator.func):
            continue
        axis = _axis(decorator, env)
        if axis is None:
            return None
        axes.append(axis)
    size = 1
    for axis in axes:
        size *= len(axis)
    if size > _MOST_CASES:
        return None
    return [{k: v for part in parts for k, v in part.items()} for parts in product(*axes)]


def _is_parametrize(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "parametrize"


def _axis(call: ast.Call, env: Env) -> list[dict[str, ast.expr]] | None:
    given = {k.arg: k.value for k in call.keywords if k.arg}
    names = call.args[0] if call.args else given.get("argnames")
    values = call.args[1] if len(call.args) > 1 else given.get("argvalues")
    if names is None or values is None:
        return None
    parts = elements(substitute(values, env))
    named = _names(names)
    if parts is None or not named:
        return None
    target: ast.expr = ast.Name(named[0]) if len(named) == 1 else _tuple_of(named)
    return [dict(bind(target, _unwrapped(part, len(named)))) for part in parts]


def _tuple_of(names: Sequence[str]) -> ast.expr:
    return ast.Tuple([ast.Name(name) for name in names], ast.Load())


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [name.strip() for name in node.value.split(",") if name.strip()]
    parts = elements(node) or []
    return [str(p.value) for p in parts if isinstance(p, ast.Constant)]


def _unwrapped(part: ast.expr, width: int) -> ast.expr:
    """What ``pytest.param`` holds."""
    if isinstance(part, ast.Call) and text_of(part.func).rpartition(".")[2] == "param":
        return part.args[0] if width == 1 and part.args else ast.Tuple(part.args, ast.Load())
    return part


def number(node: ast.expr | None) -> float | None:
    """The value of a number that is written out, simple arithmetic included."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = number(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=operator, right=right):
            a, b = number(left), number(right)
            if a is None or b is None or abs(a) > 1e9 or abs(b) > 1e3:
                return None
            return _arithmetic(a, operator, b)
    return None


def _arithmetic(a: float, operator: ast.operator, b: float) -> float | None:
    match operator:
        case ast.Add():
            return a + b
        case ast.Sub():
            return a - b
        case ast.Mult():
            return a * b
        case ast.Div() if b:
            return a / b
        case ast.Pow() if a > 0 and abs(b) < 30:
            return float(a**b)
    return None
