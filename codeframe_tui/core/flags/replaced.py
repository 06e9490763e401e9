"""What test code puts something else in the place of: by a patch, a store, or as it is imported."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import flag
from codeframe_tui.core.flags.expand import text_of
from codeframe_tui.core.flags.module import Function, Module

__all__ = ["import_replacements", "replaced"]

_OWN_NAMES = frozenset({"globals()", "vars()", "locals()", "sys.modules[__name__]"})
_STAND_INS = ("Mock", "patch", "partial")


def replaced(function: Function, module: Module) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Everything that a function puts something else in the place of: node and dotted name."""
    own = {id(decorator) for decorator in function.node.decorator_list}
    shared = [d for d in function.decorators if id(d) not in own]
    for node in (n for part in (function.node, *shared) for n in ast.walk(part)):
        if isinstance(node, ast.Call):
            target = _patched(node, module)
            if target:
                yield node, target
        elif isinstance(node, ast.Assign):
            for place in node.targets:
                if isinstance(place, ast.Name) and place.id in module.imports:
                    if isinstance(node.value, ast.Lambda) or "Mock" in text_of(node.value):
                        yield node, module.imports[place.id]
                elif isinstance(place, ast.Attribute):
                    yield node, _dotted(place, module)
                elif target := _own_name(place, module):
                    yield node, target


def _patched(call: ast.Call, module: Module) -> str:
    name = text_of(call.func)
    if not call.args or not ("patch" in name or name.endswith(("setattr", "setitem"))):
        return ""
    first = call.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    match call.args:
        case [held, ast.Constant(value=str(name)), *_] if _is_own(held):
            return module.imports.get(name, "")
        case [_, ast.Constant(value=str(name)), *_]:
            return f"{_dotted(first, module)}.{name}"
    return ""


def _dotted(node: ast.expr, module: Module) -> str:
    head, dot, rest = text_of(node).partition(".")
    return module.imports.get(head, head) + dot + rest


def _own_name(node: ast.expr, module: Module) -> str:
    """``globals()["total"]``: what the name was imported as."""
    match node:
        case ast.Subscript(value=held, slice=ast.Constant(value=str(name))):
            return module.imports.get(name, "") if _is_own(held) else ""
    return ""


def _is_own(node: ast.expr) -> bool:
    return text_of(node).removesuffix(".__dict__") in _OWN_NAMES


def import_replacements(
    module: Module, old: Module | None, project: Collection[str]
) -> Iterator[Flag]:
    """Flags of what a file of tests replaces while it is imported: for all tests that come after.

    Args:
        old: the file on the base.
        project: names of the project's modules and packages that are no tests.
    """
    had = Counter(text_of(node) for node, _ in _at_import(old)) if old is not None else Counter()
    for node, target in _at_import(module):
        if had[text_of(node)]:
            had[text_of(node)] -= 1
        elif target.partition(".")[0] in project:
            text = f"replaces {target} for all tests, while it is imported"
            yield flag("unit_mocked", module.path, node.lineno, text, after=text_of(node))


def _at_import(module: Module) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    for node in _statements(module.tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                for place in targets:
                    target = _own_name(place, module)
                    if isinstance(place, ast.Attribute):
                        target = _dotted(place, module)
                    elif isinstance(place, ast.Name):
                        target = module.imports.get(place.id, "")
                    if target and _is_stand_in(value, module):
                        yield node, target
            case ast.Expr(value=value):
                for call in (n for n in ast.walk(value) if isinstance(n, ast.Call)):
                    if target := _patched(call, module):
                        yield call, target


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """What runs when a file is imported, class bodies aside."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.stmt | ast.ExceptHandler):
            yield child
            if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _statements(child)


def _is_stand_in(value: ast.expr, module: Module) -> bool:
    """Whether it can be called in a function's place; settings and made objects are let be."""
    match value:
        case ast.Lambda():
            return True
        case ast.Name(id=name):
            named = module.constants.get(name)
            known = module.function(name) is not None or name in module.imports
            return known or isinstance(named, ast.Lambda)
    return any(word in text_of(value) for word in _STAND_INS)
