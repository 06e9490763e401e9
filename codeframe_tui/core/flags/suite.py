"""The tests of the base and of the proposal, matched with each other."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from codeframe_tui.core.evidence.testfiles import TestFiles
from codeframe_tui.core.flags.change import Change
from codeframe_tui.core.flags.check import Check
from codeframe_tui.core.flags.compare import remaining
from codeframe_tui.core.flags.expand import text_of
from codeframe_tui.core.flags.module import Function, Module, World, read_module
from codeframe_tui.core.flags.reader import checks_of

__all__ = ["Pair", "Side", "Suites", "match_suites", "side_of"]

_LEAST_LIKE = 0.6
_FEW = 200
_MOST_COMPARED = 5
_MOST_WORDS = 400
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Side:
    """The changed test files of one tree.

    Attributes:
        world: them, and what is at hand of the files that they import.
        functions: all of them, by id.
    """

    world: World
    functions: dict[str, Function] = field(default_factory=dict)
    _checks: dict[str, list[Check]] = field(default_factory=dict)
    _words: dict[str, list[str]] = field(default_factory=dict)

    def checks(self, function: Function) -> list[Check]:
        """What a function asserts; read when it is asked for."""
        if function.id not in self._checks:
            module = self.module_of(function)
            self._checks[function.id] = checks_of(function, module, self.world)
        return self._checks[function.id]

    def words(self, function: Function) -> list[str]:
        """The words of a function's statements, in order."""
        if function.id not in self._words:
            told = (text_of(node) for node in _body(function))
            self._words[function.id] = [word for text in told for word in _WORD.findall(text)]
        return self._words[function.id]

    def module_of(self, function: Function) -> Module:
        """The file of a function."""
        return self.world.modules[function.path]


@dataclass(slots=True)
class Pair:
    """A function of the base and the one that took its place.

    Attributes:
        new: None when nothing did.
        left: its checks that are not there as they were.
        extra: checks of the new one that the old one does not have.
    """

    old: Function
    new: Function | None
    left: list[Check]
    extra: list[Check]


@dataclass(slots=True)
class Suites:
    """Both sides, matched.

    Attributes:
        pool: checks of functions that the base does not have.
        owners: key of a check of the pool -> ids of the functions that have it.
    """

    old: Side
    new: Side
    pairs: list[Pair]
    added: list[Function]
    pool: list[Check]
    owners: Mapping[tuple[object, ...], list[str]]

    @property
    def changed(self) -> Iterator[Pair]:
        """Pairs that are not as and where they were."""
        return (pair for pair in self.pairs if _place_of(pair.old) != _place_of(pair.new))


def _place_of(function: Function | None) -> tuple[str, str]:
    return ("", "") if function is None else (function.id, function.source)


def side_of(
    changes: Sequence[Change], known: Mapping[str, str], tests: TestFiles, *, is_new: bool
) -> Side:
    """Read one side of the changed test files.

    Args:
        changes: files that serve only tests.
        known: texts of other files that they import.
        tests: which files are tests.
        is_new: the proposal's side.
    """
    texts = {c.path: (c.new if is_new else c.old) for c in changes}
    others = {path: text for path, text in known.items() if path not in texts}
    modules = {p: m for p, t in {**others, **texts}.items() if (m := read_module(p, t, tests))}
    side = Side(World(modules))
    for path in texts:
        for function in modules[path].functions if path in modules else ():
            if not function.is_hidden:
                side.functions[function.id] = function
    return side


def match_suites(old: Side, new: Side) -> Suites:
    """Find out for each function of the base which one took its place."""
    there = {i: f for i, f in new.functions.items() if i in old.functions}
    added = {i: f for i, f in new.functions.items() if i not in old.functions}
    touched = _touched(old.world, new.world)
    near = _index(old, new, list(added.values()))
    pairs = []
    for ident, function in old.functions.items():
        other = there.get(ident)
        if other is not None and other.source == function.source and not touched & other.uses:
            pairs.append(Pair(function, other, [], []))
            continue
        if other is None or (function.is_test and not other.is_test):
            other = _successor(function, old, new, near(function)) or other
        left, extra = remaining(old.checks(function), new.checks(other) if other else [])
        pairs.append(Pair(function, other, left, extra))
    taken = {pair.new.id for pair in pairs if pair.new is not None}
    owners: dict[tuple[object, ...], list[str]] = {}
    pool: list[Check] = []
    for function in new.functions.values():
        if function.is_test and function.id not in old.functions:
            for check in new.checks(function):
                owners.setdefault(check.key, []).append(function.id)
            if function.id not in taken:
                pool += new.checks(function)
    pool += [c for pair in pairs if pair.new and pair.new.is_test for c in pair.extra]
    fresh = [f for i, f in added.items() if i not in taken]
    return Suites(old, new, pairs, fresh, pool, owners)


def _touched(old: World, new: World) -> set[str]:
    """Names at the top of files that stand for something else now, directly or by what they use."""
    touched: set[str] = set()
    for path in {*old.modules, *new.modules}:
        before, after = (_tops(world.modules.get(path)) for world in (old, new))
        names = {*before, *after}
        touched |= {name for name in names if before.get(name) != after.get(name)}
    helpers = [f for m in new.modules.values() for f in m.functions if not f.is_test]
    uses = [(function.bare, function.uses) for function in helpers]
    while True:
        more = {name for name, used in uses if used & touched} - touched
        if not more:
            return touched
        touched |= more


def _tops(module: Module | None) -> dict[str, str]:
    if module is None:
        return {}
    told = {name: text_of(value) for name, value in module.constants.items()}
    told |= module.imports
    return told | {f.bare: f.source for f in module.functions if not f.is_test}


def _index(
    old: Side, new: Side, added: Sequence[Function]
) -> Callable[[Function], Sequence[Function]]:
    """Which new functions may have taken a test's place: where there are many, those that share.

    A name, or something that they assert.
    """
    if len(added) <= _FEW:
        return lambda _: added
    by_key: dict[object, list[Function]] = {}
    for function in added:
        by_key.setdefault(function.bare, []).append(function)
        for check in new.checks(function):
            by_key.setdefault(check.key, []).append(function)

    def near(gone: Function) -> Sequence[Function]:
        keys: list[object] = [gone.bare, *(check.key for check in old.checks(gone))]
        return list({f.id: f for key in keys for f in by_key.get(key, ())[:_FEW]}.values())

    return near


def _successor(gone: Function, old: Side, new: Side, near: Sequence[Function]) -> Function | None:
    """The new function that took a test's place under another name or in another place."""
    keys, words = {check.key for check in old.checks(gone)}, set(old.words(gone))
    rated = []
    for i, other in enumerate(near):
        said = {check.key for check in new.checks(other)}
        shared = len(keys & said) / len(keys) if keys else 0.0
        common = words & set(new.words(other))
        alike = len(common) / max(len(words | set(new.words(other))), 1)
        same_name = 0.3 if gone.bare == other.bare else 0.0
        rated.append((max(shared, alike) + same_name, shared, same_name, other.is_test, -i, other))
    best = sorted(rated, key=lambda row: row[:-1], reverse=True)[:_MOST_COMPARED]
    scored = [
        (
            max(shared, _ratio(old.words(gone), new.words(other)) - 0.1) + same_name,
            is_test,
            i,
            other,
        )
        for _, shared, same_name, is_test, i, other in best
    ]
    found = max(scored, key=lambda row: row[:-1], default=None)
    return found[-1] if found is not None and found[0] >= _LEAST_LIKE else None


def _ratio(a: Sequence[str], b: Sequence[str]) -> float:
    sides = a[:_MOST_WORDS], b[:_MOST_WORDS]
    return SequenceMatcher(None, *sides, autojunk=False).ratio()


def _body(function: Function) -> Iterator[ast.stmt]:
    body = function.node.body
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        body = body[1:]
    yield from body
