"""Rules of what reaches a test run from outside the tests: hooks, plugins, exits, reports."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator

from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.aware import knows_tests, uses_mocks
from codeframe_tui.core.flags.change import Change, flag, parse
from codeframe_tui.core.flags.expand import text_of
from codeframe_tui.core.flags.inside import reaches_inside
from codeframe_tui.core.flags.module import Module, read_module, resolved

__all__ = ["environment", "fixtures_of", "is_inert_conftest"]

Found = tuple[str, int, str]
"""Rule, line and what stands there."""
_LEAVES = frozenset({"os._exit", "os.abort"})
_LEAVES_TEST = frozenset({"pytest.exit", "sys.exit", "exit", "quit"})
_REPORT = re.compile(
    r"(?:.*/)?(?:junit|report|results?|test[-_]?results?)[\w.-]*\.(?:xml|json)|\.coverage"
)
_BUILT_IN_FIXTURES = frozenset(
    {"monkeypatch", "tmp_path", "tmpdir", "capsys", "capfd", "caplog", "request", "recwarn",
     "tmp_path_factory", "mocker", "pytestconfig", "cache", "doctest_namespace"}
)  # fmt: skip


def environment(change: Change) -> Iterator[Flag]:
    """Flags of what a Python file does to the run, where the base's file does not."""
    now, then = read_module(change.path, change.new), read_module(change.path, change.old)
    if now is None:
        return
    before = Counter((rule, text) for rule, _, text in _found(change, then)) if then else Counter()
    told: Counter[str] = Counter()
    for rule, line, text in _found(change, now):
        if before[rule, text]:
            before[rule, text] -= 1
        elif told[rule] == 0:
            told[rule] += 1
            yield flag(rule, change.path, line, after=text)


def _found(change: Change, module: Module) -> Iterator[Found]:
    for node in ast.walk(module.tree):
        line = getattr(node, "lineno", 0)
        for rule, looks in _LOOKS.items():
            if looks(node, module, change):
                yield rule, line, text_of(node).split("\n")[0]


def _is_hook(node: ast.AST, _m: Module, _c: Change) -> bool:
    named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return named and getattr(node, "name", "").startswith("pytest_")


def _is_plugin(node: ast.AST, _m: Module, _c: Change) -> bool:
    return (
        isinstance(node, ast.Name)
        and node.id == "pytest_plugins"
        and not isinstance(node.ctx, ast.Load)
    )


def _leaves(node: ast.AST, module: Module, change: Change) -> bool:
    called = resolved(node.func, module) if isinstance(node, ast.Call) else ""
    if (change.is_test or change.name == "conftest.py") and called in _LEAVES_TEST:
        return True
    if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return False
    return resolved(node, module) in _LEAVES


def _registers_exit(node: ast.AST, module: Module, _c: Change) -> bool:
    return isinstance(node, ast.Call) and resolved(node.func, module) == "atexit.register"


def _reaches_inside(node: ast.AST, module: Module, change: Change) -> bool:
    return reaches_inside(node, module, is_support=change.is_support)


def _knows_tests(node: ast.AST, module: Module, change: Change) -> bool:
    return not change.is_support and knows_tests(node, module)


def _uses_mocks(node: ast.AST, _m: Module, change: Change) -> bool:
    return not change.is_support and uses_mocks(node)


def _writes_report(node: ast.AST, module: Module, change: Change) -> bool:
    """A report by its usual name beside the project, not in a folder of the test's own."""
    match node:
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
            last = resolved(function, module).rpartition(".")[2]
            return change.is_support and last in {"open", "Path"} and bool(_REPORT.fullmatch(name))
    return False


_LOOKS: dict[str, Callable[[ast.AST, Module, Change], bool]] = {
    "test_hook": _is_hook,
    "test_plugin": _is_plugin,
    "process_exit": _leaves,
    "exit_hook": _registers_exit,
    "pytest_patched": _reaches_inside,
    "knows_tests": _knows_tests,
    "mock_in_code": _uses_mocks,
    "own_report": _writes_report,
}


def fixtures_of(text: str | None) -> set[str]:
    """Names of the fixtures that a file has."""
    module = read_module("conftest.py", text)
    return {f.bare for f in module.functions if f.is_fixture()} if module is not None else set()


def is_inert_conftest(change: Change, taken: Collection[str]) -> bool:
    """Whether a conftest only gained fixtures that no test has without naming them.

    Imports, and fixtures of new names; what was there is there as it was. A fixture of a name that
    is taken by another conftest or by pytest, an automatic one, and everything else is not inert.
    """
    if change.is_deleted:
        return False
    new = parse(change.new)
    old = ast.Module([], []) if change.diff.action is Action.CREATE else parse(change.old)
    if new is None or old is None:
        return False
    module, before = read_module(change.path, change.new), [text_of(node) for node in old.body]
    assert module is not None
    fresh = [node for node in new.body if text_of(node) not in before]
    kept = [text_of(node) for node in new.body if text_of(node) in before]
    plain = all(
        isinstance(node, ast.Import | ast.ImportFrom)
        or _is_docstring(node)
        or _is_plain(node, module, taken)
        for node in fresh
    )
    gone = [text for text in before if text not in kept]
    return plain and all(text.startswith(("import ", "from ")) for text in gone)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_plain(node: ast.stmt, module: Module, taken: Collection[str]) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    functions = [f for f in module.functions if f.bare == node.name]
    if len(functions) != 1 or not functions[0].is_fixture() or functions[0].is_autouse():
        return False
    named = {k.arg for d in node.decorator_list if isinstance(d, ast.Call) for k in d.keywords}
    return (
        node.name not in {*_BUILT_IN_FIXTURES, *taken}
        and not named & {"name", "autouse"}
        and (len(node.decorator_list) == 1)
    )


def names_of_project(paths: Collection[str]) -> frozenset[str]:
    """First names by which the project's own code can be imported."""
    found: set[str] = set()
    for path in paths:
        if path.endswith(".py"):
            parts = path.split("/")
            parts = parts[1:] if parts[0] in {"src", "lib"} and len(parts) > 1 else parts
            found.add(parts[0].removesuffix(".py"))
    return frozenset(found)
