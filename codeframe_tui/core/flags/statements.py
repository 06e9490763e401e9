"""What single statements of a test are: ways to expect an error, to catch a failure, to leave."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codeframe_tui.core.flags.check import EXACT, NOTHING, Check
from codeframe_tui.core.flags.expand import Env, elements, substitute, text_of
from codeframe_tui.core.flags.module import FunctionNode

__all__ = [
    "CATCHES_ALL",
    "RAISES",
    "arguments_of",
    "begins_empty",
    "catches_failures",
    "is_assumption",
    "is_end",
    "raises_check",
    "says_failure",
    "types_of",
]

_ANY_MESSAGE = frozenset({"''", "'.*'", "'.'", "'.+'", "'^'", "'$'"})
_ENDS = frozenset({"skip", "xfail", "exit", "_exit", "fail", "skipTest", "abort"})
CATCHES_ALL = frozenset({"AssertionError", "Exception", "BaseException", "", "Failed"})
RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex", "warns", "assertWarns"})


def raises_check(call: ast.Call, name: str, body: Sequence[ast.stmt], env: Env) -> Check:
    """What ``with raises(...):`` and its relatives say of the statements below them."""
    expressions = [s.value if isinstance(s, ast.Expr | ast.Assign) else None for s in body]
    told = "; ".join(
        text_of(substitute(e, env) if e is not None else s)
        for e, s in zip(expressions, body, strict=True)
    )
    strength = NOTHING if any(isinstance(s, ast.Raise) for s in body) else EXACT
    given = {k.arg: k.value for k in call.keywords}
    types = " | ".join(types_of(a) for a in call.args[: 1 if "Regex" in name else None])
    pattern = given.get("match")
    if "Regex" in name and len(call.args) > 1:
        pattern = call.args[1]
    text = f"{name}({', '.join(map(text_of, [*call.args, *call.keywords]))})"
    asked = "" if text_of(pattern) in _ANY_MESSAGE else text_of(pattern)
    return Check("raises", told, "raises", types, strength, extra=asked, text=text)


def types_of(node: ast.expr) -> str:
    """Types of errors, one or several, by their last names and in order."""
    parts = elements(node)
    names = [text_of(part).rpartition(".")[2] for part in parts or [node]]
    return " | ".join(sorted(names))


def arguments_of(helper: FunctionNode, call: ast.Call) -> dict[str, ast.expr]:
    """Names of a helper's parameters with what the call gives them."""
    spec = helper.args
    names = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    if names[:1] == ["self"]:
        names = names[1:]
    given = dict(zip(names, call.args, strict=False))
    if spec.vararg is not None:
        given[spec.vararg.arg] = ast.List(list(call.args[len(names) :]), ast.Load())
    defaults = spec.defaults
    for name, default in zip(names[len(names) - len(defaults) :], defaults, strict=False):
        given.setdefault(name, default)
    for extra, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        if value is not None:
            given[extra.arg] = value
    return given | {k.arg: k.value for k in call.keywords if k.arg}


def catches_failures(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes a failed assertion and does not raise it again."""
    if handler.type is None:
        types = {""}
    else:
        types = {text_of(t).rpartition(".")[2] for t in elements(handler.type) or [handler.type]}
    again = any(isinstance(n, ast.Raise) or _is_fail(n) for n in ast.walk(handler))
    return bool(types & CATCHES_ALL) and not again


def _is_fail(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and text_of(node.func) in {"pytest.fail", "self.fail", "fail"}


def begins_empty(value: ast.expr) -> bool:
    """Whether a value is a collection that is filled later."""
    match value:
        case ast.List(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id=name), args=[]):
            return name in {"list", "dict", "set", "deque"}
    return False


def says_failure(body: Sequence[ast.stmt]) -> bool:
    """Whether a block does nothing but fail the test."""
    match list(body):
        case [ast.Raise(exc=ast.expr() as error)]:
            return text_of(error).startswith("AssertionError")
        case [ast.Expr(value=value)]:
            return _is_fail(value)
        case [ast.Assert(test=ast.Constant(value=value))]:
            return not value
    return False


def is_end(value: ast.expr) -> bool:
    """A call after which nothing comes."""
    if not isinstance(value, ast.Call):
        return False
    owner, _, name = text_of(value.func).rpartition(".")
    return name in _ENDS and owner in {"pytest", "sys", "os", "self", ""}


def is_assumption(value: ast.expr) -> bool:
    """A call after which only some of the made values are looked at."""
    return isinstance(value, ast.Call) and text_of(value.func) in {"assume", "hypothesis.assume"}
