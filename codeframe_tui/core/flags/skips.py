"""Rules of marks, skips and wrappers: tests that are there and are not run, or not as before."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import flag
from codeframe_tui.core.flags.expand import number, text_of
from codeframe_tui.core.flags.module import Function, Module
from codeframe_tui.core.flags.suite import Pair, Suites

__all__ = ["skips"]

_WORDS = frozenset(
    {"skip", "skipif", "xfail", "importorskip", "skipIf", "skipUnless", "skipTest",
     "expectedFailure", "SkipTest"}
)  # fmt: skip
_CONDITIONAL = frozenset({"skipif", "skipIf", "skipUnless", "importorskip"})
_SWITCHES = ("collect_ignore", "collect_ignore_glob", "__test__")
_ROOTS = frozenset({"pytest", "unittest", "mark", "self", "case", "SkipTest"})
_DEFAULT_EXAMPLES = 100
_RERUNS = frozenset({"flaky", "rerun", "reruns"})


@dataclass(frozen=True, slots=True)
class _Skip:
    """Something that keeps a test from running.

    Attributes:
        owner: bare name of the function it stands in; empty for a module or a class.
        word: which kind.
        under: whether it stands under a condition.
    """

    owner: str
    word: str
    line: int
    text: str
    under: bool = False

    @property
    def is_conditional(self) -> bool:
        """Whether it depends on where the test runs."""
        return self.under or self.word in _CONDITIONAL


def skips(suites: Suites, project: Collection[str]) -> Iterator[Flag]:
    """Flags of skips, marks, wrappers and hidden tests that the base does not have.

    Args:
        suites: base and proposal.
        project: names of modules of the project, by which a wrapper is known as its own.
    """
    before = Counter(
        (skip.owner, skip.text) for m in suites.old.world.modules.values() for skip in _skips_of(m)
    )
    names = {pair.new.bare: pair.old.bare for pair in suites.pairs if pair.new is not None}
    tested = {function.path for function in suites.old.functions.values()}
    fresh, needed = _fresh(suites), _needed(suites)
    for path, module in suites.new.world.modules.items():
        for skip in _skips_of(module):
            key = (names.get(skip.owner, skip.owner), skip.text)
            if before[key]:
                before[key] -= 1
                continue
            new = (path, skip.owner) in fresh and skip.owner not in needed
            new |= not skip.owner and path not in tested
            rule = "new_test_skipped" if new and skip.is_conditional else "test_skipped"
            whom = f"{skip.owner}: " if skip.owner else ""
            text = f"{whom}keeps tests from running" if rule == "test_skipped" else ""
            yield flag(rule, path, skip.line, text, after=skip.text)
    for pair in suites.pairs:
        if pair.new is not None and pair.old.is_test:
            yield from _marks(pair, suites, project)
    yield from _module_marks(suites)
    yield from _hidden(suites)


def _fresh(suites: Suites) -> set[tuple[str, str]]:
    """Functions that the base does not have, and that no test has without naming them."""
    old = {f.bare for m in suites.old.world.modules.values() for f in m.functions}
    return {
        (path, function.bare)
        for path, module in suites.new.world.modules.items()
        for function in module.functions
        if function.bare not in old and not function.is_autouse()
    }


def _needed(suites: Suites) -> set[str]:
    """Names that tests of the base use now."""
    tests = [p.new.node for p in suites.pairs if p.new is not None and p.old.is_test]
    nodes = [node for test in tests for node in ast.walk(test)]
    return {n.arg for n in nodes if isinstance(n, ast.arg)} | {
        n.id for n in nodes if isinstance(n, ast.Name)
    }


def _skips_of(module: Module) -> list[_Skip]:
    found: list[_Skip] = []
    _collect(module, module.tree, "", found, under=False)
    return found


def _collect(module: Module, node: ast.AST, owner: str, found: list[_Skip], *, under: bool) -> None:
    under = under or isinstance(node, ast.If | ast.Try | ast.ExceptHandler | ast.IfExp)
    for child in ast.iter_child_nodes(node):
        name = owner
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not owner:
            name = child.name
        word = _word(module, child)
        if word:
            line = getattr(child, "lineno", 0)
            found.append(_Skip(name, word, line, text_of(child), under))
        else:
            _collect(module, child, name, found, under=under)


def _word(module: Module, node: ast.AST) -> str:
    """Which skip a node is; empty when none."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _SWITCHES:
            return "" if name == "__test__" and text_of(value) != "False" else name
        case ast.Attribute(attr=attr) if attr in _WORDS:
            head = text_of(node.value)
            root = module.imports.get(head.partition(".")[0], head).partition(".")[0]
            return attr if root in _ROOTS or head.endswith("mark") else ""
        case ast.Name(id=name, ctx=ast.Load()):
            last = module.imports.get(name, "").rpartition(".")[2]
            return last if last in _WORDS else ""
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(word)), *_]):
            return word if word in _WORDS else ""
    return ""


def _marks(pair: Pair, suites: Suites, project: Collection[str]) -> Iterator[Flag]:
    """Decorators that an existing test did not have."""
    new = pair.new
    assert new is not None
    had = {text_of(d) for d in pair.old.decorators}
    for decorator in new.decorators:
        text = text_of(decorator)
        name = text_of(decorator.func if isinstance(decorator, ast.Call) else decorator)
        last = name.rpartition(".")[2]
        if text in had or last in _WORDS | {"parametrize", "fixture"} or "patch" in name:
            continue
        own = _is_own(name, suites.new.module_of(new), project)
        rule = "test_decorated" if own or last in _RERUNS else "test_marked"
        if last == "settings" and _examples(decorator) < max(
            map(_examples, pair.old.decorators), default=0
        ):
            said = f"{new.name}: fewer examples are made"
            yield flag("cases_removed", new.path, decorator.lineno, said, after=f"@{text}")
            continue
        what = "is wrapped by" if rule == "test_decorated" else "gets"
        yield flag(rule, new.path, decorator.lineno, f"{new.name} {what} @{name}", after=f"@{text}")


def _examples(decorator: ast.expr) -> float:
    """How many examples are asked for; what the library makes where nothing is said."""
    given = decorator.keywords if isinstance(decorator, ast.Call) else ()
    asked = [number(k.value) for k in given if k.arg == "max_examples"]
    return asked[0] if asked and asked[0] is not None else _DEFAULT_EXAMPLES


def _is_own(name: str, module: Module, project: Collection[str]) -> bool:
    """Whether a decorator comes from the project or the tests."""
    head = name.partition(".")[0]
    if module.function(head) is not None:
        return True
    if head in module.constants:
        return not text_of(module.constants[head]).startswith("pytest.mark.")
    return module.imports.get(head, "").partition(".")[0] in project


def _module_marks(suites: Suites) -> Iterator[Flag]:
    for path, module in suites.new.world.modules.items():
        old = suites.old.world.modules.get(path)
        mark = module.constants.get("pytestmark")
        before = text_of(old.constants.get("pytestmark")) if old else text_of(mark)
        if mark is not None and text_of(mark) != before:
            yield flag(
                "test_marked", path, mark.lineno, "all tests of the file get marks",
                before=before, after=text_of(mark),
            )  # fmt: skip


def _hidden(suites: Suites) -> Iterator[Flag]:
    """Tests that another thing of the same name hides."""
    for path, module in suites.new.world.modules.items():
        old = suites.old.world.modules.get(path)
        before = _hidden_names(old.functions) if old else {}
        for name, function in _hidden_names(module.functions).items():
            if name not in before and name not in module.deleted:
                line = function.node.lineno
                yield flag("test_shadowed", path, line, f"another {function.bare} hides {name}")


def _hidden_names(functions: Sequence[Function]) -> Mapping[str, Function]:
    return {f.name: f for f in functions if f.is_hidden and not f.uncollected}
