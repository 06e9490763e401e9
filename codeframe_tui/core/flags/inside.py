"""Signs that a file reaches into pytest, into Python, or into what the run's own report needs."""

from __future__ import annotations

import ast
import sys

from codeframe_tui.core.flags.module import Module, resolved

__all__ = ["reaches_inside"]

_INSIDE = frozenset({"pytest", "_pytest", "builtins", "pluggy"})
_TRACES = frozenset(
    {"sys.meta_path.insert", "sys.meta_path.append", "sys.settrace", "sys.setprofile",
     "threading.settrace", "threading.settrace_all_threads", "threading.setprofile"}
)  # fmt: skip
_OBJECTS = frozenset({"gc.get_objects", "gc.get_referrers", "gc.get_referents"})
_CODE = frozenset({"__code__", "__globals__", "__builtins__"})
_WIRE = frozenset({"json.dumps", "json.loads", "os.write", "os.read"})
"""What every report passes, of tests too."""
_MEANT = ("logging", "warnings", "decimal", "readline", "locale", "gettext", "sys", "os.environ")
"""Parts of Python that are made to be set."""
_MEANT_OF_TESTS = frozenset({"unittest.TestCase.maxDiff", "unittest.TestCase.longMessage"})
_IMPORTS = frozenset({"import_module", "__import__"})
_FILLS = frozenset({"update", "setdefault", "__setitem__"})
_TABLES = frozenset({"sys.modules", "builtins.__dict__"})
"""What stands in them is what everybody's imports and names find."""


def reaches_inside(node: ast.AST, module: Module, *, is_support: bool) -> bool:
    """Whether a piece of syntax changes what is not the project's."""
    match node:
        case ast.Import(names=names):
            return any(a.name.partition(".")[0] == "_pytest" for a in names)
        case ast.ImportFrom(module=str(name)):
            return name.partition(".")[0] == "_pytest"
        case ast.Attribute(attr=attr, ctx=ast.Store() | ast.Del()):
            inside = _is_inside(_place(node, module), module, is_support=is_support)
            return inside or attr in _CODE or resolved(node, module) in _TABLES
        case ast.Attribute() | ast.Name(ctx=ast.Load()):
            return resolved(node, module) in _OBJECTS
        case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
            is_table = resolved(value, module) in _TABLES
            return is_table or _holds_inside(value, module, is_support=is_support)
        case ast.AugAssign(target=ast.Name() as target):
            return resolved(target, module) in _TABLES
        case ast.Call():
            return _calls_inside(node, module, is_support=is_support)
    return False


def _calls_inside(call: ast.Call, module: Module, *, is_support: bool) -> bool:
    name = resolved(call.func, module)
    match call:
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _FILLS | {"pop"}:
            is_table = attr in _FILLS and resolved(value, module) in _TABLES
            return is_table or _holds_inside(value, module, is_support=is_support)
        case ast.Call(args=[first, *rest]):
            last = name.rpartition(".")[2]
            if last in _IMPORTS and isinstance(first, ast.Constant):
                return str(first.value).partition(".")[0] == "_pytest"
            if last not in {"setattr", "delattr", "object"}:
                return name in _TRACES or name.startswith("sys.monitoring.")
            told = str(first.value) if isinstance(first, ast.Constant) else _place(first, module)
            if name in {"setattr", "delattr"} and rest:
                attr = str(rest[0].value) if isinstance(rest[0], ast.Constant) else "?"
                return _is_inside(f"{told}.{attr}", module, is_support=is_support)
            return told.partition(".")[0] in _INSIDE
    return False


def _is_inside(place: str, module: Module, *, is_support: bool) -> bool:
    """Whether a thing that is set is pytest's, or Python's and not made to be set."""
    head, dot, _ = place.partition(".")
    if head in _INSIDE:
        return True
    if not dot or not _is_imported(head, module) or place in _MEANT_OF_TESTS:
        return False
    if head == "unittest":
        return not place.startswith("unittest.mock")
    if is_support:
        return place in _WIRE or place in {f"{name.partition('.')[0]}.?" for name in _WIRE}
    meant = any(place == name or place.startswith(name + ".") for name in _MEANT)
    return head in sys.stdlib_module_names and not meant


def _is_imported(head: str, module: Module) -> bool:
    return any(told.partition(".")[0] == head for told in module.imports.values())


def _holds_inside(node: ast.expr, module: Module, *, is_support: bool) -> bool:
    held = _held(node, module)
    return bool(held) and _is_inside(held + ".?", module, is_support=is_support)


def _held(node: ast.expr, module: Module) -> str:
    """Whose names are reached: ``vars(x)`` and ``x.__dict__``."""
    match node:
        case ast.Call(func=ast.Name(id="vars"), args=[first]):
            return _place(first, module)
        case ast.Attribute(value=value, attr="__dict__"):
            return _place(value, module)
    return ""


def _place(node: ast.AST, module: Module) -> str:
    """A dotted name, with modules that are taken from a table or loaded by their name."""
    match node:
        case ast.Attribute(value=value, attr=attr):
            owner = _place(value, module)
            return f"{owner}.{attr}" if owner else ""
        case ast.Subscript(value=value, slice=ast.Constant(value=str(name))):
            return name if resolved(value, module) == "sys.modules" else ""
        case ast.Call(func=ast.Name(id="getattr"), args=[first, *_]):
            owner = _place(first, module)
            return f"{owner}.?" if owner else ""
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
            last = resolved(function, module).rpartition(".")[2]
            return name if last in _IMPORTS else ""
    return resolved(node, module)
