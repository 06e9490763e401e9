"""Outward: whether files of tests may change what other tests see, by what is new in them.

It is a list of what is known to be harmless while a file is imported, and one of what is not in
its functions. Whoever does something else is not accused: the tests of the base then run without
it (`core.evidence.support`).
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

__all__ = ["reaches_out"]

_HARMLESS = frozenset(
    {"Path", "PurePath", "PurePosixPath", "Decimal", "Fraction", "date", "datetime", "time",
     "timedelta", "timezone", "compile", "dedent", "frozenset", "set", "list", "tuple", "dict",
     "range", "len", "int", "str", "float", "bool", "bytes", "bytearray", "complex", "object",
     "enumerate", "zip", "sum", "abs", "repr", "chr", "ord", "namedtuple", "TypeVar", "NewType",
     "param", "approx", "importorskip", "Mock", "MagicMock", "AsyncMock", "split", "join", "strip",
     "encode", "decode", "format", "replace", "upper", "lower", "resolve", "parse", "UUID",
     "cast", "getLogger", "fromisoformat", "fixture", "parametrize", "usefixtures", "skip",
     "skipif", "xfail", "skipIf", "skipUnless", "patch", "dataclass", "given", "settings",
     "example", "timeout", "wraps", "filterwarnings", "lru_cache", "integers", "text", "lists"}
)  # fmt: skip
"""Last names of what makes values, marks and wrappers: they change nothing."""
_TOUCHES = frozenset(
    {"setattr", "delattr", "exec", "eval", "vars", "globals", "__setattr__", "__dict__",
     "__code__", "start", "modules", "__import__", "import_module", "reload", "__builtins__",
     "setitem", "MonkeyPatch"}
)  # fmt: skip
_RUNS_BY_ITSELF = frozenset(
    {"__init_subclass__", "__set_name__", "__class_getitem__", "__prepare__", "__getattr__"}
)
_LEADS_OUT = frozenset({"__dict__", "__code__", "modules"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def reaches_out(old: str | None, new: str | None) -> bool:
    """Whether a file of tests does more than before that others may notice.

    Args:
        old: its text on the base; None where it is absent.
        new: on the proposal, the same.
    """
    try:
        before = Counter(_reaching(ast.parse(old or "")))
        return bool(Counter(_reaching(ast.parse(new or ""))) - before)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True


def _reaching(tree: ast.Module) -> Iterator[str]:
    own = {node.name for node in ast.walk(tree) if isinstance(node, _NAMED)}
    yield from _at_import(tree.body, own)
    for node in ast.walk(tree):
        if isinstance(node, _SCOPES):
            made = {"self", "cls", *_made(node)}
            yield from (ast.unparse(part) for part in ast.walk(node) if _touches(part, made))


def _at_import(body: Iterable[ast.stmt], own: set[str]) -> Iterator[str]:
    """Statements that run when the file is imported and are not known to be harmless.

    Args:
        own: names of functions and classes of the file: calling those is not known to be.
    """
    for node in body:
        parts: Iterable[ast.expr | None] = ()
        inside: Iterable[ast.stmt] = ()
        known = True
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Expr(value=ast.Constant()):
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                parts = (*node.args.defaults, *node.args.kw_defaults, *node.decorator_list)
                known = node.name not in _RUNS_BY_ITSELF
            case ast.ClassDef():
                parts, inside = (*node.bases, *node.decorator_list), node.body
                known = not node.keywords
            case ast.Assign(targets=targets, value=value):
                parts, known = (value,), all(map(_is_name, targets))
            case ast.AnnAssign(target=target, value=value):
                parts, known = (value,), _is_name(target)
            case ast.If(test=test, body=then, orelse=other):
                parts, inside = (test,), [*then, *other]
            case ast.Try(body=then, handlers=handlers, orelse=other, finalbody=last):
                caught = [step for handler in handlers for step in handler.body]
                inside = [*then, *caught, *other, *last]
            case _:
                known = False
        yield from _at_import(inside, own)
        if not known or not all(part is None or _is_plain(part, own) for part in parts):
            yield ast.unparse(node)


def _is_name(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List):
        return all(map(_is_name, node.elts))
    return isinstance(node, ast.Name)


def _is_plain(node: ast.expr, own: set[str]) -> bool:
    """Whether it only makes a value: it calls nothing but what is known to be harmless."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and (
            _called(part) not in _HARMLESS or _root(part.func) in own
        ):
            return False
        if isinstance(part, ast.Attribute) and part.attr in _TOUCHES:
            return False
        if isinstance(part, ast.Name) and (part.id in _TOUCHES or part.id in own):
            return False
    return True


def _called(call: ast.Call) -> str:
    """The last name of what is called."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _root(node: ast.expr) -> str:
    """The first name of a chain of attributes and items; empty where it is none."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _made(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[str]:
    """Names that a function is given, or makes by a call."""
    spec = function.args
    yield from (each.arg for each in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs))
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                if _called(call) != "getattr":
                    yield name
            case ast.withitem(optional_vars=ast.Name(id=name)):
                yield name


def _touches(node: ast.AST, made: set[str]) -> bool:
    """Whether it may change something outside its own function."""
    match node:
        case ast.Attribute(ctx=ast.Store() | ast.Del()):
            return _root(node) not in made
        case ast.Subscript(ctx=ast.Store() | ast.Del(), value=ast.Attribute() as held):
            return _root(held) not in made
        case ast.Call(func=ast.Attribute(value=ast.Name(id="monkeypatch"))):
            return False
        case ast.Call():
            return _called(node) in _TOUCHES
        case ast.Attribute(attr=name):
            return name in _LEADS_OUT
    return False
