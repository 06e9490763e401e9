"""Rules of what stands in for the code under test: mocks and copies."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import flag, parse
from codeframe_tui.core.flags.check import Check
from codeframe_tui.core.flags.expand import dotted, text_of
from codeframe_tui.core.flags.module import Function, Module
from codeframe_tui.core.flags.replaced import import_replacements, replaced
from codeframe_tui.core.flags.suite import Suites

__all__ = ["standins"]

_ANY = "?"


def standins(suites: Suites, project: Collection[str]) -> Iterator[Flag]:
    """Flags of tests whose unit is replaced, or copied.

    Args:
        suites: base and proposal.
        project: names of the project's modules and packages that are no tests.
    """
    for path, module in suites.new.world.modules.items():
        old = suites.old.world.modules.get(path)
        yield from import_replacements(module, old, project)
        tests = [f for f in suites.new.functions.values() if f.path == path]
        if not tests and not module.functions:
            continue
        had = Counter(_replacements(old)) if old is not None else Counter()
        yield from _mocked(suites, module, tests, had, project)
        if old is not None:
            yield from _copied(suites, old, module, project)
            yield from _fixtures(old, module)


def _mocked(
    suites: Suites,
    module: Module,
    tests: Sequence[Function],
    had: Counter[str],
    project: Collection[str],
) -> Iterator[Flag]:
    existing = {p.new.id for p in suites.pairs if p.new is not None and p.old.is_test}
    for function in module.functions:
        if function.is_hidden:
            continue
        whose = tests if function.is_autouse() or _is_set_up(function) else [function]
        places = list(replaced(function, module))
        said = [c for test in whose for c in _said(suites, test)] if places else []
        units = _units(said, module)
        for node, target in places:
            if had[text_of(node)]:
                continue
            told, line, where = f"{function.name}: replaces {target}", node.lineno, module.path
            if _is_unit(target, units, project, module):
                text = f"{told}, which is what is tested"
                yield flag("unit_mocked", where, line, text, after=text_of(node))
            elif function.id in existing and target.partition(".")[0] in project:
                text = f"{told}, which it had as it is"
                yield flag("fixture_changed", where, line, text, after=text_of(node))


def _said(suites: Suites, test: Function) -> list[Check]:
    """What a test asserts, now and before."""
    before = [p.old for p in suites.pairs if p.new is not None and p.new.id == test.id]
    said = [check for old in before for check in suites.old.checks(old)]
    return said + (suites.new.checks(test) if test.id in suites.new.functions else [])


def _replacements(module: Module) -> Iterator[str]:
    """What a file put in the place of something before."""
    for function in module.functions:
        yield from (text_of(node) for node, _ in replaced(function, module))


def _is_set_up(function: Function) -> bool:
    return function.bare in {
        "setUp",
        "setup_method",
        "setup_module",
        "setup_function",
        "setUpClass",
    }


def _units(checks: Sequence[Check], module: Module) -> set[str]:
    """What the subjects of checks call, as dotted names; ``?.x`` for a method of some object."""
    units: set[str] = set()
    for subject in {check.subject for check in checks}:
        for name in _called(subject):
            head, dot, rest = name.partition(".")
            if head in module.imports:
                units.add(module.imports[head] + dot + rest)
            elif dot:
                units.add(f"{_ANY}.{rest.rpartition('.')[2]}")
            else:
                units.add(head)
    return units


@lru_cache(maxsize=2_000)
def _called(subject: str) -> tuple[str, ...]:
    """Names of what a text calls; the head of a method of some object is ``?``."""
    tree = parse(subject)
    calls = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call)] if tree is not None else []
    found = []
    for function in calls:
        other = f"{_ANY}.{function.attr}" if isinstance(function, ast.Attribute) else ""
        found.append(dotted(function) or other)
    return tuple(filter(None, found))


def _is_unit(target: str, units: set[str], project: Collection[str], module: Module) -> bool:
    owner, _, last = target.rpartition(".")
    stem = module.path.rpartition("/")[2].removesuffix(".py")
    if target in units:
        return target.partition(".")[0] in project
    if owner.rpartition(".")[2] == stem or owner == "__name__":  # a name in the test file itself
        return module.imports.get(last, last) in units
    if owner.partition(".")[0] not in project:
        return False
    tail = owner.rpartition(".")[2]
    return f"{_ANY}.{last}" in units and tail[:1].isupper()


def _fixtures(old: Module, new: Module) -> Iterator[Flag]:
    """Fixtures and set-ups of existing tests that are others now."""
    tests = [function for function in old.functions if function.is_test]
    asked = {arg.arg for test in tests for arg in test.node.args.args}
    before = {f.bare: f for f in old.functions if f.is_fixture() or _is_set_up(f)}
    for function in new.functions:
        name, line = function.bare, function.node.lineno
        if not function.is_fixture() and not _is_set_up(function):
            continue
        if name not in before:
            if name in asked:
                text = f"tests that ask for {name} get another one now"
                yield flag("fixture_replaced", new.path, line, text)
        elif before[name].source != function.source:
            yield flag("fixture_changed", new.path, line, f"{name} is made in another way")


def _copied(suites: Suites, old: Module, new: Module, project: Collection[str]) -> Iterator[Flag]:
    """Names that a test file imported from the project and now has from somewhere else."""
    for name, source in old.imports.items():
        if source.partition(".")[0] not in project or new.imports.get(name) == source:
            continue
        now = new.imports.get(name)
        found = suites.new.world.find(now) if now else None
        own = new.function(name) is not None or name in new.constants
        own |= name in {n.name for n in new.tree.body if isinstance(n, ast.ClassDef)}
        before = suites.new.world.find(source)
        moved = found is not None and new.tests.is_support(found[0].path)
        moved |= now is not None and now.partition(".")[0] in project and _defines(before)
        if ((now is None and own) or moved) and _is_used(name, suites, new):
            line = new.rebound.get(name) or 1
            text = f"tests its own {name}, not {source}"
            after = f"from {now}" if now else f"def {name}"
            yield flag("tested_copy", new.path, line, text, before=f"from {source}", after=after)


def _defines(place: tuple[Module, str] | None) -> bool:
    """Whether what was tested is still where it was."""
    return place is not None and place[0].function(place[1]) is not None


def _is_used(name: str, suites: Suites, module: Module) -> bool:
    """Whether a test of a file looks at what a name stands for."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    tests = [f for f in suites.new.functions.values() if f.path == module.path and f.is_test]
    return any(word.search(f.source) for f in tests)
