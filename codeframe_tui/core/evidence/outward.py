"""Outward: whether files of tests may change what other tests see, by what is new in them.

It is a list of what is known to be harmless while a file is imported, and one of what is not in
its functions. Whoever does something else is not accused: the tests of the base then run without
it (`core.evidence.support`).
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

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
     "setitem", "MonkeyPatch", "__enter__"}
)  # fmt: skip
_BY_NAME = frozenset({"setattr", "delattr", "exec", "eval", "vars", "globals", "__import__"})
"""Those that need no call to be suspicious: who only names one may call it by another name."""
_CHANGES = frozenset(
    {"update", "append", "insert", "extend", "clear", "pop", "popitem", "setdefault", "chdir",
     "putenv", "unsetenv"}
)  # fmt: skip
"""Methods that change what they belong to."""
_WRITES = frozenset({"write_text", "write_bytes", "unlink", "rename", "symlink_to"})
_RUNS_BY_ITSELF = frozenset(
    {"__init_subclass__", "__set_name__", "__class_getitem__", "__prepare__", "__getattr__"}
)
_LEADS_OUT = frozenset({"__dict__", "__code__", "modules", "__setattr__"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NEW = (ast.Call, ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
_LONGEST = 2**19
"""Nobody writes a longer file by hand, and to read one would take seconds."""


def reaches_out(old: str | None, new: str | None) -> bool:
    """Whether a file of tests does more than before that others may notice.

    Args:
        old: its text on the base; None where it is absent.
        new: on the proposal, the same.
    """
    if max(len(old or ""), len(new or "")) > _LONGEST:
        return True
    try:
        before = Counter(_reaching(ast.parse(old or "")))
        return bool(Counter(_reaching(ast.parse(new or ""))) - before)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True


def _reaching(tree: ast.Module) -> Iterator[str]:
    own = {node.name for node in ast.walk(tree) if isinstance(node, _NAMED)}
    yield from _at_import(tree.body, own)
    taken = _taken(tree)
    waiting: list[tuple[ast.AST, frozenset[str] | None]] = [(tree, None)]
    while waiting:
        node, made = waiting.pop()
        if isinstance(node, _SCOPES):
            made = (made or frozenset({"self", "cls"})).union(_made(node))
        if made is not None and _touches(node, made, taken):
            yield ast.unparse(node)
        waiting += ((part, made) for part in ast.iter_child_nodes(node))


def _taken(tree: ast.Module) -> Mapping[str, str]:
    """Names that a file imports -> the last name of what each is."""
    return {
        name.asname or name.name.partition(".")[0]: name.name.rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }


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
    """Names that a function is given, or makes anew; not those of functions in it."""
    spec = function.args
    yield from (each.arg for each in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs))
    waiting = [*ast.iter_child_nodes(function)]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if isinstance(value, _NEW):
                if not (isinstance(value, ast.Call) and _called(value) == "getattr"):
                    yield name
            case ast.withitem(optional_vars=ast.Name(id=name)):
                yield name
        if not isinstance(node, _SCOPES):
            waiting += ast.iter_child_nodes(node)


def _touches(node: ast.AST, made: Collection[str], taken: Mapping[str, str]) -> bool:
    """Whether it may change something outside its own function.

    Args:
        made: names of what belongs to the function.
        taken: names that the file imports -> what each is called there.
    """
    match node:
        case ast.Attribute(ctx=ast.Store() | ast.Del()):
            return _root(node) not in made
        case ast.Subscript(ctx=ast.Store() | ast.Del(), value=ast.Attribute() as held):
            return _root(held) not in made
        case ast.Subscript(ctx=ast.Store() | ast.Del()):
            return _is_foreign(node, made, taken)
        case ast.Call():
            return _call_touches(node, made, taken)
        case ast.Attribute(attr=name):
            return name in _LEADS_OUT
        case ast.Name(id=name, ctx=ast.Load()):
            return name in _BY_NAME and name not in made
    return False


def _call_touches(call: ast.Call, made: Collection[str], taken: Mapping[str, str]) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="monkeypatch")):
            return False
        case ast.Attribute(value=held, attr=name) if name in _CHANGES:
            return _is_foreign(held, made, taken)
        case ast.Attribute(value=held, attr=name) if name in _WRITES:
            return isinstance(held, ast.Call) and not _speaks_of(held, made)
    name = _called(call)
    return name in _TOUCHES or taken.get(name) in _TOUCHES


def _is_foreign(node: ast.expr, made: Collection[str], taken: Mapping[str, str]) -> bool:
    """Whether something is imported, or a part of what is."""
    root = _root(node)
    return root in taken and root not in made


def _speaks_of(node: ast.AST, names: Collection[str]) -> bool:
    return any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))
