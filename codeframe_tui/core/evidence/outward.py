"""Outward: whether files of tests may change what other tests see, by what is new in them.

It is a list of what is known to be harmless while a file is imported, and one of what is not in
its functions. Whoever does something else is not accused: the tests of the base then run without
it (`core.evidence.support`).
"""

from __future__ import annotations

import ast
from collections import ChainMap, Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

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
"""Methods of a path that change the file."""
_WRITES_OF_OS = frozenset({"remove", "unlink", "rename", "replace", "rmdir", "truncate", "symlink"})
_TO_WRITE = frozenset("wax+")
"""Letters of a mode in which a file is opened to be written."""
_RUNS_BY_ITSELF = frozenset(
    {"__init_subclass__", "__set_name__", "__class_getitem__", "__prepare__", "__getattr__"}
)
_LEADS_OUT = frozenset({"__dict__", "__code__", "modules", "__setattr__"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LITERAL = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
_Made = ChainMap[str, bool]
"""Names of what belongs to a function and those around it -> whether it is a path that nothing of
theirs leads to: a file of the project."""
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
    waiting: list[tuple[ast.AST, _Made | None]] = [(tree, None)]
    while waiting:
        node, made = waiting.pop()
        if isinstance(node, _SCOPES):
            around: _Made = ChainMap({"self": False, "cls": False}) if made is None else made
            made = around.new_child(dict(_made(node, taken)))
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


def _made(
    function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, taken: Mapping[str, str]
) -> Iterator[tuple[str, bool]]:
    """Names that a function is given, or makes anew; not those of functions in it."""
    yield from ((name, False) for name in _given(function.args, taken))
    waiting = [*ast.iter_child_nodes(function)]
    while waiting:
        node = waiting.pop()
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                if _is_path(value, taken):
                    yield name, True
                elif isinstance(value, ast.Call):
                    if _called(value) != "getattr":
                        yield name, False
                elif isinstance(value, _LITERAL) and not _holds(value, taken):
                    yield name, False
            case ast.withitem(optional_vars=ast.Name(id=name)):
                yield name, False
        if not isinstance(node, _SCOPES):
            waiting += ast.iter_child_nodes(node)


def _given(spec: ast.arguments, taken: Mapping[str, str]) -> Iterator[str]:
    """Parameters, but for those that are something imported where nothing else is given."""
    places = [*spec.posonlyargs, *spec.args]
    ends = zip(places[::-1], spec.defaults[::-1], strict=False)
    imported = {
        place.arg
        for place, value in chain(ends, zip(spec.kwonlyargs, spec.kw_defaults, strict=True))
        if value is not None and _holds(value, taken)
    }
    yield from (p.arg for p in (*places, *spec.kwonlyargs) if p.arg not in imported)


def _holds(value: ast.expr, taken: Mapping[str, str]) -> bool:
    """Whether something imported is a part of it; what a call gives is taken for new."""
    waiting: list[ast.AST] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and node.id in taken:
            return True
        if not isinstance(node, ast.Call):
            waiting += ast.iter_child_nodes(node)
    return False


def _is_path(value: ast.expr, taken: Mapping[str, str]) -> bool:
    """Whether it is a path that is made of nothing but words and what is imported."""
    parts = [*ast.walk(value)] if isinstance(value, ast.Call | ast.BinOp) else []
    return any(isinstance(part, ast.Call) and _called(part) == "Path" for part in parts) and all(
        part.id in taken for part in parts if isinstance(part, ast.Name)
    )


def _touches(node: ast.AST, made: _Made, taken: Mapping[str, str]) -> bool:
    """Whether it may change something outside its own function.

    Args:
        made: what belongs to the function.
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
            by_name = name in _BY_NAME and taken.get(_root(node)) == "builtins"
            return by_name or name in _LEADS_OUT
        case ast.Name(id=name, ctx=ast.Load()):
            return name in _BY_NAME and name not in made
    return False


def _call_touches(call: ast.Call, made: _Made, taken: Mapping[str, str]) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="monkeypatch")):
            return False
        case ast.Attribute(value=ast.Name(id=root), attr=name) if (
            name in _WRITES_OF_OS and taken.get(root) == "os"
        ):
            return any(_is_outside(each, made, taken) for each in call.args)
        case ast.Name(id="open"):
            return _writes(call) and _is_outside(call.args[0], made, taken)
        case ast.Attribute(value=held, attr=name) if name in _CHANGES:
            return _is_foreign(held, made, taken)
        case ast.Attribute(value=held, attr=name) if name in _WRITES:
            if isinstance(held, ast.Call):
                return not _speaks_of(held, made)
            return _is_outside(held, made, taken)
    name = _called(call)
    return name in _TOUCHES or taken.get(name) in _TOUCHES


def _writes(call: ast.Call) -> bool:
    """Whether an `open` is one to write."""
    modes = (*call.args[1:2], *(word.value for word in call.keywords if word.arg == "mode"))
    said = (mode.value for mode in modes if isinstance(mode, ast.Constant))
    return bool(call.args) and any(not _TO_WRITE.isdisjoint(str(mode)) for mode in said)


def _is_outside(path: ast.expr, made: _Made, taken: Mapping[str, str]) -> bool:
    """Whether nothing of a function's own leads to a path; a number is none."""
    if isinstance(path, ast.Constant) and not isinstance(path.value, str):
        return False
    names = (part.id for part in ast.walk(path) if isinstance(part, ast.Name))
    return all(made.get(name, name in taken) for name in names)


def _is_foreign(node: ast.expr, made: Collection[str], taken: Mapping[str, str]) -> bool:
    """Whether something is imported, or a part of what is; by ``*`` any name may be."""
    root = _root(node)
    return bool(root) and (root in taken or "*" in taken) and root not in made


def _speaks_of(node: ast.AST, names: Collection[str]) -> bool:
    return any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))
