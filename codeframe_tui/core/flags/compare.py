"""What a test says less than before: its checks matched with those that took their place."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache

from codeframe_tui.core.flags.change import parse
from codeframe_tui.core.flags.check import APPROX, NOTHING, RUNS, Check, superset
from codeframe_tui.core.flags.expand import text_of

__all__ = ["Loss", "Wider", "losses", "remaining", "says_less"]

Wider = Callable[[str, str], bool]
_NAME = re.compile(r"[A-Za-z_]\w*")
_ANYTHING = re.compile(r"\bANY\b")
_COMMON = frozenset({"None", "True", "False"})
_RANGE = re.compile(r"range\((?:(\d{1,12}), )?(\d{1,12})\)")
_LEAST = 0.55
_MOST_COMPARED = 5_000
_LONGEST = 400
_GUARDS = {
    "unreached": "assert_unreached",
    "swallowed": "assert_swallowed",
    "if": "assert_guarded",
    "loop": "assert_guarded",
}


@dataclass(frozen=True, slots=True)
class Loss:
    """A check of before, and what became of it: rule, and the check in its place, if any."""

    rule: str
    old: Check
    new: Check | None = None


def remaining(old: Sequence[Check], new: Sequence[Check]) -> tuple[list[Check], list[Check]]:
    """What is left on both sides when equal checks are taken out."""
    there = Counter(check.key for check in new)
    left: list[Check] = []
    for check in old:
        if there[check.key]:
            there[check.key] -= 1
        elif check.strength > NOTHING or check.values:
            left.append(check)
    extra = []
    for check in reversed(new):  # what is there twice was added below
        if there[check.key]:
            there[check.key] -= 1
            extra.append(check)
    return left, extra[::-1]


def losses(
    old: Sequence[Check], extra: list[Check], pool: list[Check], *, open_cases: bool, wider: Wider
) -> list[Loss]:
    """What became of checks that are not there as they were.

    Args:
        old: those of before, without their equals.
        extra: new ones of the same test; those that took a place are taken out.
        pool: new ones of other tests, of which an equal one takes a place too.
        open_cases: the test's cases cannot be read off any more.
        wider: whether the second of two names is a base class of the first.
    """
    found: list[Loss] = []
    left = [_MOST_COMPARED]
    for check in old:
        other = _equal(check, pool)
        if other is not None:
            pool.remove(other)
            continue
        place = _best(check, extra, left, open_cases=open_cases)
        if place is None:
            found.append(Loss("cases_removed" if check.values else "assert_removed", check))
            continue
        extra.remove(place)
        rule = says_less(check, place, wider)
        if rule in {"", "expectation_changed"} and _is_shorter(check, place, open_cases=open_cases):
            rule = "cases_removed"
        if rule:
            found.append(Loss(rule, check, place))
    return found


def _is_shorter(old: Check, new: Check, *, open_cases: bool) -> bool:
    """Whether a loop over many numbers goes over fewer of them, or is written out."""
    before, after = _round(old), _round(new)
    if before is None:
        return False
    return not open_cases if after is None else after < before


def _round(check: Check) -> int | None:
    """How often the loop over numbers goes that a check stands in."""
    for kind, told in check.guards:
        found = _RANGE.fullmatch(told) if kind == "loop" else None
        if found is not None:
            first, last = found.groups()
            return int(last) - int(first or 0)
    return None


def _equal(check: Check, pool: Sequence[Check]) -> Check | None:
    return next((other for other in pool if other.key == check.key), None)


def _best(
    check: Check, extra: Sequence[Check], left: list[int], *, open_cases: bool
) -> Check | None:
    """What most likely took a check's place; ``left`` counts what may still be compared."""
    if check.kind == RUNS:  # whatever is asserted now, it runs
        told = [c for c in extra if c.kind != RUNS and c.strength > NOTHING]
        fitting = (c for c in told if _same_case(check, c, open_cases=open_cases))
        if first := next(fitting, None):
            return first
    rated = [
        (_likeness(check, other, left), -i)
        for i, other in enumerate(extra)
        if _same_case(check, other, open_cases=open_cases) and _can_stand_for(check, other)
    ]
    score, place = max(rated, default=(0.0, 0))
    return extra[-place] if score >= _LEAST else None


def _can_stand_for(check: Check, other: Check) -> bool:
    """What raises or not stands only for the same thing that raises."""
    return other.op != "suppress" or (check.kind == "raises" and check.subject == other.subject)


def _same_case(check: Check, other: Check, *, open_cases: bool) -> bool:
    """Whether a check can stand for one of a case: of the same case, or of the same subject."""
    if not check.values:
        return True
    if check.subject == other.subject and check.kind != "raises":
        return True
    if other.values:
        return set(check.values) <= set(other.values)
    return not open_cases


def _likeness(a: Check, b: Check, left: list[int]) -> float:
    """From 0 to 1: how likely one took the other's place."""
    if "raises" in {a.kind, b.kind} and a.kind != b.kind:
        return 0.0
    if a.subject == b.subject:
        return 1.0
    if b.op == "or" and a.text and a.text in b.expected:
        return 1.0
    if a.subject in b.subject or (b.subject and b.subject in a.subject):
        return 0.95
    names = set(_NAME.findall(a.subject)), set(_NAME.findall(b.subject))
    shared = len(names[0] & names[1]) / max(len(names[0] | names[1]), 1)
    left[0] -= 1
    sides = a.subject[:_LONGEST], b.subject[:_LONGEST]
    ratio = SequenceMatcher(None, *sides, autojunk=False).ratio() if left[0] > 0 else shared
    same = 0.0
    if a.expected and (a.op, a.expected) == (b.op, b.expected):
        same = 0.45 if len(a.expected) > 3 and a.expected not in _COMMON else 0.25
    kind = 0.2 if a.kind == b.kind == "raises" and a.expected == b.expected else 0.0
    if b.strength == NOTHING:
        same += 0.6
    return min(0.94, 0.4 * shared + 0.4 * ratio + same + kind)


def says_less(old: Check, new: Check, wider: Wider) -> str:
    """The rule by which a check says less than the one it took the place of; empty if none."""
    if new.kind == RUNS and (old.kind != RUNS or new.strength == NOTHING):
        return "assert_removed"
    if new.strength == NOTHING and old.strength > NOTHING:
        return "raises_broadened" if old.kind == new.kind == "raises" else "assert_true"
    added = {kind for kind, _ in new.guards} - {kind for kind, _ in old.guards}
    for kind, rule in _GUARDS.items():
        if kind in added:
            return rule
    if old.kind == "raises":
        return _raises_less(old, new, wider)
    anything = len(_ANYTHING.findall(new.expected)) - len(_ANYTHING.findall(old.expected))
    if new.strength < old.strength or anything > 0 or _is_looser(old, new):
        return "assert_weakened"
    if _literals(old.subject) != _literals(new.subject):
        return "expectation_changed"
    same = replace(new, expected=old.expected, text=old.text, line=old.line, values=old.values)
    return "expectation_changed" if new.expected != old.expected and same == old else ""


@lru_cache(maxsize=2_000)
def _literals(subject: str) -> tuple[str, ...]:
    """What a test gives its unit: numbers and texts that are written out, in any order."""
    tree = parse(subject)
    nodes = ast.walk(tree) if tree is not None else ()
    return tuple(sorted(text_of(n) for n in nodes if isinstance(n, ast.Constant)))


def _raises_less(old: Check, new: Check, wider: Wider) -> str:
    if new.kind != "raises":
        return "raises_broadened"
    before, after = ({*c.expected.split(" | ")} for c in (old, new))
    looser = before < after or bool(after & {"Exception", "BaseException"} - before)
    looser |= bool(old.extra) and not new.extra
    looser |= old.subject != new.subject and old.subject in new.subject.split("; ")
    if looser or any(wider(b, a) for a in after - before for b in before - after):
        return "raises_broadened"
    return "expectation_changed" if before != after else ""


def _is_looser(old: Check, new: Check) -> bool:
    """Of equal strength, and more values pass."""
    if old.strength == APPROX and old.op == new.op == "~":
        return old.bound is not None and (new.bound is None or new.bound > old.bound)
    if old.subject != new.subject:
        return False
    if old.op == new.op == "in":
        return superset(old.expected, new.expected)
    if {old.op, new.op} <= {"<", "<="} or {old.op, new.op} <= {">", ">="}:
        if old.bound is None or new.bound is None:
            return False
        step = new.bound - old.bound if "<" in old.op else old.bound - new.bound
        return step > 0 or (step == 0 and len(new.op) > len(old.op))
    return False
