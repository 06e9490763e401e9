"""Rules of tests that are gone, are not run, or say less."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import flag
from codeframe_tui.core.flags.check import Check
from codeframe_tui.core.flags.collected import Moved
from codeframe_tui.core.flags.compare import Loss, losses
from codeframe_tui.core.flags.expand import text_of
from codeframe_tui.core.flags.module import Function, Module, World
from codeframe_tui.core.flags.reader import count_cases, has_open_cases
from codeframe_tui.core.flags.suite import Pair, Side, Suites

__all__ = ["gone_with_code", "lost_tests", "successors"]


def lost_tests(suites: Suites, removed: Collection[str]) -> Iterator[Flag]:
    """Flags of what the tests of the base lost.

    Args:
        suites: base and proposal.
        removed: names that the code under test does not define any more.
    """
    pool = list(suites.pool)
    for pair in suites.pairs:
        found = _lost(pair, suites, pool)
        if pair.old.is_test:
            yield from _gone(pair, found, removed)
        if pair.new is not None:
            yield from _less(pair.new, found, removed)


def successors(suites: Suites) -> Mapping[str, Moved]:
    """Tests of the base that live on elsewhere with all they said, by their ids without cases."""
    found: dict[str, Moved] = {}
    pool = list(suites.pool)
    for pair in suites.changed:
        place = _place(suites.old, pair.old)
        if not pair.old.is_test or has_open_cases(*place):
            continue
        others = [pair.new.id] if pair.new is not None and pair.new.is_test else []
        wider = suites.new.world.is_wider
        lost = losses(pair.left, list(pair.extra), pool, open_cases=False, wider=wider)
        for check in pair.left:
            others += suites.owners.get(check.key, [])
        bad = [loss for loss in lost if loss.rule != "expectation_changed"]
        if others and not bad:
            found[pair.old.id] = Moved(tuple(dict.fromkeys(others)), count_cases(*place))
    return found


def gone_with_code(suites: Suites, removed: Collection[str]) -> frozenset[str]:
    """Ids of tests that nothing took the place of, and whose code is gone too."""
    gone = (pair.old for pair in suites.pairs if pair.new is None)
    return frozenset(test.id for test in gone if _names(test) & set(removed))


def _place(side: Side, function: Function) -> tuple[Function, Module, World]:
    return function, side.module_of(function), side.world


def _lost(pair: Pair, suites: Suites, pool: list[Check]) -> list[Loss]:
    opened = pair.new is not None and has_open_cases(*_place(suites.new, pair.new))
    wider = suites.new.world.is_wider
    return losses(pair.left, list(pair.extra), pool, open_cases=opened, wider=wider)


def _gone(pair: Pair, lost: list[Loss], removed: Collection[str]) -> Iterator[Flag]:
    """The test itself is gone, or is not run."""
    old, new = pair.old, pair.new
    if new is None:
        if pair.left and not lost:  # all of it is said by other tests
            return
        rule = "test_deleted_with_code" if _names(old) & set(removed) else "test_deleted"
        yield flag(rule, old.path, None, f"a test is gone: {old.name}", before=_head(old))
        return
    if not new.is_test:
        why = new.uncollected or "another definition hides it"
        text = f"{old.name} is not run any more: {why}"
        line = new.node.lineno
        yield flag("test_uncollected", new.path, line, text, before=_head(old), after=_head(new))
    if new.condition and new.condition != old.condition:
        text = f"{new.name} exists only under: {new.condition}"
        yield flag("test_guarded", new.path, new.node.lineno, text, after=f"if {new.condition}:")


def _less(new: Function, lost: list[Loss], removed: Collection[str]) -> Iterator[Flag]:
    """The test is there and says less."""
    told: dict[str, list[Loss]] = {}
    for loss in lost:
        rule = loss.rule
        subject = {n.id for n in _names_of(loss.old.subject)}
        if rule == "assert_removed" and subject & set(removed):
            rule = "test_deleted_with_code"
        told.setdefault(rule, []).append(loss)
    for rule, same in told.items():
        first = same[0]
        line = first.new.line if first.new is not None else new.node.lineno
        after = first.new.text if first.new is not None else ""
        if first.new is not None and first.new.guards:
            kind, text = first.new.guards[-1]
            after = f"{after}  [{kind}: {text}]"
        before = first.old.text + (f"  [{', '.join(first.old.values)}]" if first.old.values else "")
        more = f" ({len(same)} times)" if len(same) > 1 else ""
        text = f"{new.name}: {_SAYS[rule]}{more}"
        yield flag(rule, new.path, line, text, before=before, after=after)


_SAYS = {
    "cases_removed": "cases are gone",
    "assert_removed": "an assertion is gone",
    "assert_weakened": "an assertion is looser than before",
    "raises_broadened": "an expected error is looser than before",
    "assert_true": "asserts what is always true",
    "assert_unreached": "an assertion is never reached",
    "assert_guarded": "an assertion is made only under a condition",
    "assert_swallowed": "the failure of an assertion is caught",
    "expectation_changed": "another value is expected or given",
    "test_deleted_with_code": "an assertion is gone with the code it was about",
}


def _head(function: Function) -> str:
    kind = "async def" if isinstance(function.node, ast.AsyncFunctionDef) else "def"
    return f"{kind} {function.bare}({text_of(function.node.args)})"


def _names(function: Function) -> set[str]:
    nodes = list(ast.walk(function.node))
    named = {n.id for n in nodes if isinstance(n, ast.Name)}
    return named | {n.attr for n in nodes if isinstance(n, ast.Attribute)}


def _names_of(text: str) -> list[ast.Name]:
    try:
        return [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)]
    except (SyntaxError, ValueError, RecursionError):
        return []
