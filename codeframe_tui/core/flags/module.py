"""A Python file of tests as the rules read it: its functions, constants, imports."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from codeframe_tui.core.content import lines_of
from codeframe_tui.core.evidence.testfiles import USUAL, TestFiles
from codeframe_tui.core.flags.change import parse
from codeframe_tui.core.flags.expand import dotted, text_of

__all__ = [
    "Function",
    "Module",
    "World",
    "definitions",
    "imported_paths",
    "read_module",
    "resolved",
]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_BESIDE = frozenset({"setter", "deleter", "getter", "overload"})
"""Decorators of a function that stands beside another one of its name and does not replace it."""


@dataclass(slots=True)
class Function:
    """A function of a module or of a class.

    Attributes:
        name: with its classes, ``TestCart::test_total``.
        decorators: its own and those of its classes.
        classes: the classes that it stands in, outermost first.
        condition: what it is defined under; empty when always.
        uncollected: why pytest does not run it as a test; empty when it does.
        is_hidden: another definition of the same name comes later.
        source: its lines, decorators of its own and of its classes included.
    """

    path: str
    name: str
    node: FunctionNode
    decorators: tuple[ast.expr, ...]
    classes: tuple[ast.ClassDef, ...] = ()
    condition: str = ""
    uncollected: str = ""
    is_hidden: bool = False
    source: str = ""

    @property
    def bare(self) -> str:
        """Its name without classes."""
        return self.node.name

    @property
    def id(self) -> str:
        """As pytest names it, without cases."""
        return f"{self.path}::{self.name}"

    @property
    def is_test(self) -> bool:
        """Whether pytest runs it."""
        return not self.uncollected and not self.is_hidden

    @property
    def uses(self) -> set[str]:
        """Every name and attribute that stands in it."""
        nodes = [n for part in (self.node, *self.decorators) for n in ast.walk(part)]
        named = {n.id for n in nodes if isinstance(n, ast.Name)}
        named |= {n.attr for n in nodes if isinstance(n, ast.Attribute)}
        return named | {n.arg for n in nodes if isinstance(n, ast.arg)}

    def is_fixture(self) -> bool:
        """Whether it is a fixture."""
        names = (
            text_of(d.func if isinstance(d, ast.Call) else d) for d in self.node.decorator_list
        )
        return any(name.rpartition(".")[2] in {"fixture", "yield_fixture"} for name in names)

    def is_autouse(self) -> bool:
        """Whether it is a fixture that no test has to name."""
        calls = (d for d in self.node.decorator_list if isinstance(d, ast.Call))
        return self.is_fixture() and any(
            k.arg == "autouse" and text_of(k.value) != "False"
            for call in calls
            for k in call.keywords
        )


@dataclass(slots=True)
class Module:
    """A parsed file.

    Attributes:
        functions: all of modules and classes, in order; of one name the last counts.
        constants: names that are given a value once at the top.
        imports: local name -> dotted name that it stands for.
        rebound: names given something else by an assignment, an import or ``del``: name -> line.
        tests: which files and functions are tests.
    """

    path: str
    tree: ast.Module
    functions: list[Function] = field(default_factory=list)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    rebound: dict[str, int] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    tests: TestFiles = USUAL

    def function(self, name: str) -> Function | None:
        """The definition of a bare name at the top."""
        found = [f for f in self.functions if f.name == name]
        return found[-1] if found else None


def read_module(path: str, text: str | None, tests: TestFiles = USUAL) -> Module | None:
    """Read a file; None for what `parse` cannot."""
    tree = parse(text)
    if tree is None:
        return None
    module = Module(path, tree, tests=tests)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module.imports.update(_imported(node, path))
    _read_block(module, tree.body, (), "")
    lines = lines_of(text or "")
    last: dict[str, Function] = {}
    for function in module.functions:
        if function.name in last:
            last[function.name].is_hidden = True
        last[function.name] = function
        function.source = _source(function, lines)
    for name in module.deleted | module.rebound.keys():
        if name in last and _comes_later(module, name, last[name]):
            last[name].is_hidden = True
    return module


def definitions(module: Module | None) -> dict[tuple[str, str], Function]:
    """Functions by name and by what they are beside others of it; of the same the last counts."""
    return {(f.name, _role(f.node)): f for f in (module.functions if module is not None else ())}


def _role(node: FunctionNode) -> str:
    names = (text_of(decorator).rpartition(".")[2] for decorator in node.decorator_list)
    return next((name for name in names if name in _BESIDE), "")


def resolved(node: ast.AST, module: Module) -> str:
    """A dotted name with what its first part was imported as; empty for anything else."""
    head, dot, rest = dotted(node).partition(".")
    return module.imports.get(head, head) + dot + rest


def _source(function: Function, lines: Sequence[str]) -> str:
    parts = [*function.decorators, function.node]
    cuts = ("\n".join(lines[p.lineno - 1 : p.end_lineno]) for p in parts)
    return "\n".join([*cuts, function.condition, function.uncollected])


def _comes_later(module: Module, name: str, function: Function) -> bool:
    return name in module.deleted or module.rebound[name] > function.node.lineno


def _imported(node: ast.Import | ast.ImportFrom, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            yield name, alias.name if alias.asname else name
        return
    package = node.module or ""
    if node.level:
        folders = path.split("/")[: -node.level]
        package = ".".join([*folders, *([node.module] if node.module else [])])
    for alias in node.names:
        yield alias.asname or alias.name, f"{package}.{alias.name}"


def _read_block(
    module: Module, body: Iterable[ast.stmt], classes: tuple[ast.ClassDef, ...], condition: str
) -> None:
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                module.functions.append(_function(module, node, classes, condition))
            case ast.ClassDef():
                _read_block(module, node.body, (*classes, node), condition)
            case ast.If(test=test, body=then, orelse=other):
                text = text_of(test)
                under = f"{condition} and {text}" if condition else text
                _read_block(module, then, classes, under)
                _read_block(module, other, classes, f"not ({under})")
            case ast.Try(body=then, handlers=handlers, orelse=other, finalbody=last):
                for handler in handlers:
                    _read_block(module, handler.body, classes, "an import fails")
                _read_block(module, [*then, *other, *last], classes, condition)
            case ast.Assign() | ast.AnnAssign() if not classes:
                _read_assignment(module, node)
            case ast.Delete(targets=targets) if not classes:
                module.deleted |= {text_of(target) for target in targets}
            case ast.Import() | ast.ImportFrom() if not classes:
                module.rebound.update(
                    (name, node.lineno) for name, _ in _imported(node, module.path)
                )


def _read_assignment(module: Module, node: ast.Assign | ast.AnnAssign) -> None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        if isinstance(target, ast.Name) and node.value is not None:
            if target.id in module.rebound:
                module.constants.pop(target.id, None)
            else:
                module.constants[target.id] = node.value
            module.rebound[target.id] = node.lineno


def _function(
    module: Module, node: FunctionNode, classes: tuple[ast.ClassDef, ...], condition: str
) -> Function:
    name = "::".join([*(c.name for c in classes), node.name])
    decorators = (*node.decorator_list, *(d for c in classes for d in c.decorator_list))
    why = _why_not(module, node, classes)
    return Function(module.path, name, node, decorators, classes, condition, why)


def _why_not(module: Module, node: FunctionNode, classes: tuple[ast.ClassDef, ...]) -> str:
    """Why pytest does not take it for a test; empty when it does."""
    path, tests = module.path, module.tests
    if not (tests.is_test(path) or USUAL.is_test(path.lower())):
        return f"pytest does not look into {path.rpartition('/')[2]}"
    if not tests.is_function(node.name):
        return "its name does not begin with test"
    for holder in classes:
        if any("TestCase" in text_of(base) for base in holder.bases):
            continue
        if not tests.is_class(holder.name):
            return f"the name of {holder.name} does not begin with Test"
        made = {f.name for f in holder.body if isinstance(f, ast.FunctionDef)}
        if made & {"__init__", "__new__"}:
            return f"{holder.name} has a constructor"
    return ""


def imported_paths(
    texts: Mapping[str, tuple[str | None, str | None]],
    paths: Iterable[str],
    tests: TestFiles = USUAL,
) -> list[str]:
    """Files that changed tests and their helpers import, and that did not change themselves.

    Beside a changed conftest all others belong to them.

    Args:
        texts: path -> text on the base and on the proposal, of all changed files.
        paths: all files of the base.
        tests: which of them are tests.
    """
    wanted: set[str] = set()
    for path, sides in texts.items():
        if not (tests.is_support(path) or path.endswith("conftest.py")):
            continue
        for module in (read_module(path, text, tests) for text in sides):
            for source in module.imports.values() if module is not None else ():
                owner = source.rpartition(".")[0]
                tails = {name.replace(".", "/") for name in (source, owner) if name}
                wanted |= {f"{tail}{end}" for tail in tails for end in (".py", "/__init__.py")}
    if any(path.endswith("conftest.py") for path in texts):
        wanted.add("conftest.py")
    names = {tail.rpartition("/")[2] for tail in wanted}
    return [
        path
        for path in paths
        if path.rpartition("/")[2] in names
        and path not in texts
        and any(path == tail or path.endswith("/" + tail) for tail in wanted)
    ]


@dataclass(frozen=True, slots=True)
class World:
    """All files of one side that are at hand, by path."""

    modules: Mapping[str, Module]

    def is_wider(self, name: str, other: str) -> bool:
        """Whether the second of two class names is a base class of the first."""
        known: dict[str, set[str]] = {}
        for module in self.modules.values():
            for node in module.tree.body:
                if isinstance(node, ast.ClassDef):
                    known[node.name] = {text_of(b).rpartition(".")[2] for b in node.bases}
        seen, waiting = set[str](), [name]
        while waiting:
            one = waiting.pop()
            built_in = getattr(builtins, one, None)
            if isinstance(built_in, type):
                seen |= {parent.__name__ for parent in built_in.__mro__[1:-1]}
            new = known.get(one, set()) - seen
            seen |= new
            waiting += new
        return other in seen

    def find(self, source: str) -> tuple[Module, str] | None:
        """The module of a dotted name, and the name in it: ``helpers.assert_lines``."""
        owner, _, name = source.rpartition(".")
        if not owner:
            return None
        tail = owner.replace(".", "/") + ".py"
        for path, module in self.modules.items():
            if path == tail or path.endswith("/" + tail):
                return module, name
        return None
