"""Signs that code of the project looks whether it is being tested, or who calls it."""

from __future__ import annotations

import ast
import re

from codeframe_tui.core.flags.module import Module, resolved

__all__ = ["knows_tests", "uses_mocks"]

_VARIABLES = frozenset(
    {"PYTEST", "PYTEST_", "PYTEST_CURRENT_TEST", "PYTEST_VERSION", "PYTEST_XDIST_WORKER"}
)
_RUNNER = re.compile(r"_?pytest(?:[._]\w*)*|unittest(?:\.\w+)*")
_INNER = re.compile(r"_pytest(?:\.\w+)*")
_CALLERS = frozenset(
    {"sys._getframe", "sys._current_frames", "inspect.stack", "inspect.currentframe",
     "inspect.getouterframes", "traceback.extract_stack", "traceback.walk_stack"}
)  # fmt: skip
_FINDERS = frozenset({"find_spec", "import_module", "__import__", "find_loader"})
_MODULES = "sys.modules"
_ARGUMENTS = frozenset({"sys.argv", "sys.orig_argv"})
_LISTS = frozenset({"list", "tuple", "set", "sorted", "frozenset", "dict"})
_VIEWS = frozenset({"keys", "values", "items", "copy"})


def knows_tests(node: ast.AST, module: Module) -> bool:
    """Whether a piece of syntax asks for the test runner, or for what called it."""
    match node:
        case ast.Constant(value=str(value)):
            return value in _VARIABLES or bool(_INNER.fullmatch(value))
        case ast.Import() | ast.ImportFrom():
            return _is_import(node)
        case ast.Attribute() | ast.Name():
            return resolved(node, module) in _CALLERS
        case ast.Compare(left=left, comparators=others):
            return _is_asked(left, others, module) or any(
                _is_own_name(part, module) for side in (left, *others) for part in ast.walk(side)
            )
        case ast.For(iter=over):
            return resolved(over, module) == _MODULES
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return any(resolved(part.iter, module) == _MODULES for part in node.generators)
        case ast.Call():
            return _is_asking(node, module)
    return False


def _is_import(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "pytest"
    return any(alias.name.partition(".")[0] == "pytest" for alias in node.names)


def _is_asked(left: ast.expr, others: list[ast.expr], module: Module) -> bool:
    """``"pytest" in sys.modules``."""
    return _is_runner(left) and any(resolved(other, module) == _MODULES for other in others)


def _is_asking(call: ast.Call, module: Module) -> bool:
    name, first = resolved(call.func, module), call.args[0] if call.args else None
    if name.rpartition(".")[2] in _FINDERS:
        return _is_runner(first)
    if name in _LISTS:  # all that is loaded, to look through
        return first is not None and resolved(first, module) == _MODULES
    match call.func:
        case ast.Attribute(value=where, attr=attr) if resolved(where, module) == _MODULES:
            return attr in _VIEWS or _is_runner(first)
        case ast.Attribute(value=where):
            return _is_own_name(where, module)
    return False


def _is_runner(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant(value=str(value)):
            return bool(_RUNNER.fullmatch(value))
    return False


def _is_own_name(node: ast.AST, module: Module) -> bool:
    """How the process was started: ``sys.argv[0]``."""
    match node:
        case ast.Subscript(value=where, slice=ast.Constant(value=0)):
            return resolved(where, module) in _ARGUMENTS
    return False


def uses_mocks(node: ast.AST) -> bool:
    """Whether it imports stand-ins that are made for tests."""
    match node:
        case ast.Import(names=names):
            return any(a.name in {"unittest.mock", "mock"} for a in names)
        case ast.ImportFrom(module="unittest", names=names):
            return any(a.name == "mock" for a in names)
        case ast.ImportFrom(module="unittest.mock" | "mock", level=0):
            return True
    return False
