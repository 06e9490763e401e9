"""One thing that a test asserts, and how strong that is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf

from codeframe_tui.core.flags.expand import elements, number, text_of

__all__ = [
    "APPROX",
    "EXACT",
    "LOOSE",
    "NOTHING",
    "RUNS",
    "TRUTH",
    "Check",
    "from_test",
    "from_unittest",
    "superset",
]

NOTHING, THERE, TRUTH, LOOSE, APPROX, EXACT = range(6)
"""Strengths: always so · is there · is true · one of many · nearly, or a part of it · this."""
RUNS = "runs"
"""Kind of a check that only says that something runs."""
_LOSSY = frozenset(
    {"len", "set", "frozenset", "sorted", "round", "int", "bool", "type", "abs", "lower", "upper",
     "casefold", "strip", "keys", "split", "Counter", "isclose", "allclose"}
)  # fmt: skip
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "is": "is not",
             "is not": "is", "in": "not in", "not in": "in"}  # fmt: skip
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_DEFAULT_TOLERANCE = 1e-6
_INFINITE = frozenset({"float('inf')", "float('infinity')", "math.inf", "np.inf", "inf"})


@dataclass(frozen=True, slots=True)
class Check:
    """What one assertion says, written in the one way.

    Attributes:
        kind: ``value``, ``raises``, ``mock``, ``helper`` or ``runs``.
        subject: what is looked at; for ``raises`` the statements that must raise.
        expected: what it must be; for ``raises`` the types.
        bound: tolerance or threshold where it is a number.
        extra: for ``raises`` the pattern of the message.
        guards: what it stands under: kinds of guard with their text.
        values: those of the parameters, where it is one of several cases.
        text: as a person would read it.
    """

    kind: str
    subject: str
    op: str
    expected: str
    strength: int
    bound: float | None = None
    extra: str = ""
    guards: tuple[tuple[str, str], ...] = ()
    values: tuple[str, ...] = ()
    line: int = 0
    text: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for checks that say the same."""
        counted = (told if told.startswith("range(") else kind for kind, told in self.guards)
        kinds = tuple(sorted(set(counted)))
        return (self.kind, self.subject, self.op, self.expected, self.bound, self.extra, kinds)


def from_test(test: ast.expr, *, positive: bool = True) -> Iterator[Check]:
    """What ``assert test`` says; with ``positive`` false, ``assert not test``."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from from_test(operand, positive=not positive)
        case ast.NamedExpr(value=value):
            yield from from_test(value, positive=positive)
        case ast.Await(value=value):
            yield from from_test(value, positive=positive)
        case ast.BoolOp(op=operator, values=values):
            if isinstance(operator, ast.And) == positive:
                for value in values:
                    yield from from_test(value, positive=positive)
            else:
                yield _any_of([list(from_test(value, positive=positive)) for value in values])
        case ast.Compare():
            yield from _compared(test, positive=positive)
        case _:
            yield _truth(test, positive=positive)


def _any_of(options: list[list[Check]]) -> Check:
    """An ``or``: no stronger than one of many."""
    strength = min((c.strength for checks in options for c in checks), default=NOTHING)
    first = options[0][0]
    told = " or ".join(" and ".join(c.text for c in checks) for checks in options)
    return replace(
        first, op="or", expected=told, strength=min(strength, LOOSE), bound=None, text=told
    )


def _compared(test: ast.Compare, *, positive: bool) -> Iterator[Check]:
    left = test.left
    for operator, right in zip(test.ops, test.comparators, strict=True):
        sign = _SIGNS[type(operator)]
        yield from _parts(left, sign if positive else _OPPOSITE[sign], right)
        left = right


def _parts(left: ast.expr, sign: str, right: ast.expr) -> Iterator[Check]:
    """An equality of two tuples says one thing for each of their elements."""
    both = isinstance(left, ast.Tuple) and isinstance(right, ast.Tuple)
    a, b = (elements(left), elements(right)) if both else (None, None)
    if sign == "==" and a and b and len(a) == len(b):
        for one, other in zip(a, b, strict=True):
            yield from _parts(one, sign, other)
        return
    yield _comparison(left, sign, right)


def _comparison(left: ast.expr, sign: str, right: ast.expr) -> Check:
    if text_of(right) == "None" and sign in {"==", "!="}:
        sign = "is" if sign == "==" else "is not"
    text = f"{text_of(left)} {sign} {text_of(right)}"
    emptiness = _emptiness(left, sign, right)
    if emptiness is not None:
        return replace(emptiness, text=text)
    if _is_written_out(left) and not _is_written_out(right):
        if sign in {"in", "not in"}:
            return Check("value", text_of(right), f"has {sign}", text_of(left), LOOSE, text=text)
        left, sign, right = right, _FLIPPED.get(sign, sign), left  # 3 == x
    if text_of(left) == text_of(right) and sign in {"==", "is", "in", "<=", ">="}:
        return Check("value", text_of(left), sign, text_of(right), NOTHING, text=text)
    if _is_written_out(left) and _is_written_out(right):
        return Check("value", text_of(left), sign, text_of(right), NOTHING, text=text)
    if text_of(right).rpartition(".")[2] == "ANY":
        return Check("value", text_of(left), sign, "ANY", NOTHING, text=text)
    if isinstance(right, ast.Constant) and isinstance(right.value, bool) and sign in {"==", "!="}:
        return replace(_truth(left, positive=right.value == (sign == "==")), text=text)
    near = _near(left, sign, right)
    if near is not None:
        return replace(near, text=text)
    strength = _strength(left, sign, right)
    bound = number(right) if sign in {"<", "<=", ">", ">="} else None
    return Check("value", text_of(left), sign, text_of(right), strength, bound, text=text)


def _emptiness(left: ast.expr, sign: str, right: ast.expr) -> Check | None:
    """``len(x) == 0`` is ``not x``, ``len(x) > 0`` is ``x``."""
    match left, sign, right:
        case ast.Call(func=ast.Name(id="len"), args=[held]), "==", ast.Constant(value=0):
            return _truth(held, positive=False)
        case ast.Call(func=ast.Name(id="len"), args=[held]), ">" | "!=", ast.Constant(value=0):
            return _truth(held, positive=True)
        case ast.Call(func=ast.Name(id="len"), args=[held]), ">=", ast.Constant(value=1):
            return _truth(held, positive=True)
    return None


def _strength(left: ast.expr, sign: str, right: ast.expr) -> int:
    if sign == "is not" and text_of(right) == "None":
        return THERE
    if sign not in {"==", "is"}:
        return LOOSE
    return APPROX if _callee(left) in _LOSSY else EXACT


def _near(left: ast.expr, sign: str, right: ast.expr) -> Check | None:
    """An equality with a tolerance: ``approx``, or a small difference."""
    if sign == "==" and isinstance(right, ast.Call) and _callee(right) == "approx" and right.args:
        given = {k.arg: _tolerance(k.value) for k in right.keywords}
        found = [value for value in (given.get("rel"), given.get("abs")) if value is not None]
        bound = max(found, default=_DEFAULT_TOLERANCE)
        return Check("value", text_of(left), "~", text_of(right.args[0]), APPROX, bound)
    match left:
        case ast.Call(func=ast.Name(id="abs"), args=[ast.BinOp(left=a, op=ast.Sub(), right=b)]):
            if sign in {"<", "<="}:
                return Check("value", text_of(a), "~", text_of(b), APPROX, number(right))
    return None


def _tolerance(node: ast.expr) -> float | None:
    """A number, or infinity in its usual ways."""
    return inf if text_of(node).lower() in _INFINITE else number(node)


_TRUE_CALLS = {"all": APPROX, "fullmatch": APPROX, "any": LOOSE, "search": LOOSE, "match": LOOSE}


def _truth(test: ast.expr, *, positive: bool) -> Check:
    text = text_of(test) if positive else f"not {text_of(test)}"
    if _is_always(test, positive=positive):
        return Check("value", text_of(test), "is true", "", NOTHING, text=text)
    strength = TRUTH
    if isinstance(test, ast.Call):
        name = _callee(test)
        strength = _TRUE_CALLS.get(name, TRUTH)
        if name in {"isclose", "allclose"} and len(test.args) > 1:
            bounds = [_tolerance(k.value) for k in test.keywords]
            bound = max((b for b in bounds if b is not None), default=_DEFAULT_TOLERANCE)
            pair = (text_of(test.args[0]), "~", text_of(test.args[1]))
            return Check("value", *pair, APPROX, bound, text=text)
        if name in {"isinstance", "hasattr", "startswith", "endswith"}:
            looked = test.args[0] if name in {"isinstance", "hasattr"} and test.args else None
            if looked is None and isinstance(test.func, ast.Attribute):
                looked = test.func.value
            op = name if positive else f"not {name}"
            strength = THERE if name in {"isinstance", "hasattr"} else LOOSE
            return Check("value", text_of(looked), op, text_of(test), strength, text=text)
    return Check(
        "value", text_of(test), "is true" if positive else "is false", "", strength, text=text
    )


def _is_always(test: ast.expr, *, positive: bool) -> bool:
    match test:
        case ast.Constant(value=value):
            return bool(value) == positive
        case ast.Tuple() | ast.List() | ast.Set():
            return bool(test.elts) == positive
        case ast.Dict():
            return bool(test.keys) == positive
        case ast.Lambda() | ast.GeneratorExp():
            return positive
    return False


def _is_written_out(node: ast.expr) -> bool:
    """Whether it holds nothing that is computed."""
    computed = (ast.Name, ast.Call, ast.Attribute, ast.Await)
    return not any(isinstance(n, computed) for n in ast.walk(node))


def _callee(node: ast.expr) -> str:
    """The last name of what is called."""
    return text_of(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


_AS_COMPARISON = {
    "assertEqual": "==", "assertEquals": "==", "assertListEqual": "==", "assertDictEqual": "==",
    "assertTupleEqual": "==", "assertSetEqual": "==", "assertSequenceEqual": "==",
    "assertMultiLineEqual": "==", "assertNotEqual": "!=", "assertIs": "is", "assertIsNot": "is not",
    "assertIn": "in", "assertNotIn": "not in", "assertGreater": ">", "assertGreaterEqual": ">=",
    "assertLess": "<", "assertLessEqual": "<=", "assert_equal": "==", "assert_array_equal": "==",
    "assert_frame_equal": "==", "assert_series_equal": "==",
}  # fmt: skip


def from_unittest(call: ast.Call) -> Iterator[Check] | None:
    """What a call of unittest's or numpy's assertions says; None for another call."""
    name, args = text_of(call.func).rpartition(".")[2], call.args
    if name in _AS_COMPARISON and len(args) > 1:
        return iter([_comparison(args[0], _AS_COMPARISON[name], args[1])])
    if name in {"assertTrue", "assertFalse"} and args:
        return from_test(args[0], positive=name == "assertTrue")
    if name in {"assertIsNone", "assertIsNotNone"} and args:
        sign = "is" if name == "assertIsNone" else "is not"
        return iter([_comparison(args[0], sign, ast.Constant(None))])
    if name == "assertIsInstance" and len(args) > 1:
        test = ast.Call(ast.Name("isinstance"), list(args[:2]), [])
        return from_test(test)
    if name in {"assertCountEqual", "assertItemsEqual"} and len(args) > 1:
        return iter(
            [replace(_comparison(args[0], "==", args[1]), op="same items", strength=APPROX)]
        )
    if name in {"assertRegex", "assertRegexpMatches"} and len(args) > 1:
        return iter([Check("value", text_of(args[0]), "matches", text_of(args[1]), LOOSE)])
    if name in {"assertAlmostEqual", "assert_allclose", "assert_almost_equal"} and len(args) > 1:
        return iter([_almost(call)])
    return None


def _almost(call: ast.Call) -> Check:
    given = {k.arg: _tolerance(k.value) for k in call.keywords}
    places = given.get("places") or given.get("decimal")
    bounds = [given.get(k) for k in ("delta", "rtol", "atol")]
    if places is not None:
        bounds.append(10.0**-places)
    bound = max((b for b in bounds if b is not None), default=1e-7)
    subject, expected = text_of(call.args[0]), text_of(call.args[1])
    return Check("value", subject, "~", expected, APPROX, bound, text=text_of(call))


def superset(before: str, after: str) -> bool:
    """Whether a written-out collection holds all of another and more."""
    try:
        a, b = (elements(ast.parse(side, mode="eval").body) for side in (before, after))
    except (SyntaxError, ValueError):
        return False
    if a is None or b is None:
        return False
    return {text_of(e) for e in a} < {text_of(e) for e in b}
