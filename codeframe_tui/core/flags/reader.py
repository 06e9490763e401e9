"""Reads what a test asserts, statement by statement.

Theory of operation. `checks_of` walks a function with an environment of names (parameters of its
cases, locals, constants), so that each assertion is written with what its names stand for, and
with the guards it stands under: a condition, a loop that may be empty, a try that catches its
failure, a return before it. Helpers that assert are read in the place where they are called.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from codeframe_tui.core.flags.check import (
    EXACT,
    LOOSE,
    NOTHING,
    RUNS,
    THERE,
    TRUTH,
    Check,
    from_test,
    from_unittest,
)
from codeframe_tui.core.flags.expand import Env, bind, cases_of, elements, substitute, text_of
from codeframe_tui.core.flags.module import Function, FunctionNode, Module, World
from codeframe_tui.core.flags.statements import (
    CATCHES_ALL,
    RAISES,
    arguments_of,
    begins_empty,
    catches_failures,
    is_assumption,
    is_end,
    raises_check,
    says_failure,
    types_of,
)

__all__ = ["checks_of", "count_cases", "has_open_cases"]

_MOCK = {
    "assert_called": TRUTH, "assert_called_once": LOOSE, "assert_called_with": LOOSE + 1,
    "assert_any_call": LOOSE, "assert_has_calls": LOOSE, "assert_called_once_with": EXACT,
    "assert_not_called": EXACT, "assert_awaited": TRUTH, "assert_awaited_once": LOOSE,
    "assert_awaited_once_with": EXACT, "assert_awaited_with": LOOSE + 1,
    "assert_not_awaited": EXACT,
}  # fmt: skip
_DEEPEST = 3
_MOST_STATEMENTS = 5_000
Guards = tuple[tuple[str, str], ...]


def checks_of(function: Function, module: Module, world: World) -> list[Check]:
    """Everything that a function asserts, case by case."""
    reader = _Reader(module, world)
    cases = cases_of(function.decorators, module.constants | _imported_constants(module, world))
    if function.is_fixture():
        cases = [{}]
        reader.found += _fixture_cases(function)
    generator = _is_generator(function.node) and not function.is_fixture()
    guards: Guards = (("unreached", "the test is a generator"),) if generator else ()
    for case in [{}] if cases is None else cases:
        before = len(reader.found)
        env = {**_imported_constants(module, world), **module.constants, **case}
        reader.block(function.node.body, env, guards)
        reader.uncalled(function.node, env, guards)
        if len(reader.found) == before and function.is_test:
            reader.found.append(_runs(function, env))
        values = tuple(text_of(value) for value in case.values())
        if values:
            told = [replace(c, values=values) for c in reader.found[before:]]
            reader.found[before:] = told
    return reader.found


def _fixture_cases(function: Function) -> Iterator[Check]:
    """What a fixture is made with: each test that names it runs once for each."""
    for decorator in function.node.decorator_list:
        for given in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if given.arg == "params":
                for part in elements(given.value) or ():
                    told, line = text_of(part), decorator.lineno
                    case = Check(RUNS, f"params {told}", RUNS, "", THERE, values=(told,), line=line)
                    yield replace(case, text=told)


def _runs(function: Function, env: Env) -> Check:
    """A test that asserts nothing says that its statements run."""
    body = [n for n in function.node.body if not isinstance(n, ast.Pass) and not _is_told(n)]
    told = "; ".join(
        text_of(substitute(n.value, env) if isinstance(n, ast.Expr) else n) for n in body
    )
    line = function.node.lineno
    return Check(RUNS, told, "runs", "", THERE if told else NOTHING, line=line, text=told)


def _is_told(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def has_open_cases(function: Function, module: Module, world: World) -> bool:
    """Whether its cases, or what its loops go over, cannot be read off."""
    constants = module.constants | _imported_constants(module, world)
    if cases_of(function.decorators, constants) is None:
        return True
    loops = (node for node in ast.walk(function.node) if isinstance(node, ast.For))
    return any(elements(substitute(loop.iter, constants)) is None for loop in loops)


def count_cases(function: Function, module: Module, world: World) -> int:
    """How many times its parameters alone let it run."""
    constants = module.constants | _imported_constants(module, world)
    return len(cases_of(function.decorators, constants) or ())


def _imported_constants(module: Module, world: World) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for name, dotted in module.imports.items():
        if dotted.endswith("mock.ANY"):
            found[name] = ast.Name("ANY", ast.Load())
        place = world.find(dotted)
        if place is not None and place[1] in place[0].constants:
            found[name] = place[0].constants[place[1]]
    return found


def _is_generator(node: FunctionNode) -> bool:
    return any(isinstance(n, ast.Yield | ast.YieldFrom) for n in _own_nodes(node))


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All below it, without what stands in functions of its own."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(
            child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
        ):
            yield child
            yield from _own_nodes(child)


@dataclass(slots=True)
class _Reader:
    module: Module
    world: World
    found: list[Check] = field(default_factory=list)
    inner: dict[str, FunctionNode] = field(default_factory=dict)
    depth: int = 0
    left: list[int] = field(default_factory=lambda: [_MOST_STATEMENTS])
    """Statements that may still be read, shared with the readers of helpers."""

    def block(self, body: Sequence[ast.stmt], env: dict[str, ast.expr], guards: Guards) -> bool:
        """Read statements in order; whether the block always leaves the function."""
        for i, node in enumerate(body, 1):
            self.left[0] -= 1
            if self.left[0] < 0:
                return False
            ended, guards = self._statement(node, env, guards)
            if ended:
                rest = body[i:]
                if rest:
                    self.block(rest, env, (*guards, ("unreached", text_of(node))))
                return True
        return False

    def uncalled(self, node: FunctionNode, env: Env, guards: Guards) -> None:
        """Read inner functions that nothing names."""
        named = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        for name, inner in list(self.inner.items()):
            if name not in named:
                self.block(inner.body, dict(env), (*guards, ("unreached", f"{name} is not called")))

    def _statement(
        self, node: ast.stmt, env: dict[str, ast.expr], guards: Guards
    ) -> tuple[bool, Guards]:
        """Read one; whether it always leaves the function, and the guards of what comes after."""
        match node:
            case ast.Assert(test=test):
                self._add(from_test(substitute(test, env)), node, guards)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                self._assign(node, env, guards)
            case ast.Expr(value=value):
                self._call(value, env, guards, node)
                assumed = (("if", text_of(value)),) if is_assumption(value) else ()
                return is_end(value), (*guards, *assumed)
            case ast.Return() | ast.Raise():
                if isinstance(node, ast.Return) and node.value is not None:
                    self._call(node.value, env, guards, node)
                return True, guards
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.inner[node.name] = node
            case ast.If():
                return self._if(node, env, guards)
            case ast.With() | ast.AsyncWith():
                return self._with(node, env, guards), guards
            case _:
                self._nested(node, env, guards)
        return False, guards

    def _assign(
        self,
        node: ast.Assign | ast.AnnAssign | ast.AugAssign,
        env: dict[str, ast.expr],
        guards: Guards,
    ) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                self._call(value, env, guards, node)
                for target in targets:
                    env.update(bind(target, substitute(value, env)))
                    if begins_empty(value):  # it is filled later
                        env.pop(text_of(target), None)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                env[name] = substitute(value, env)
            case ast.AugAssign(target=ast.Name(id=name)):
                env.pop(name, None)

    def _nested(self, node: ast.stmt, env: dict[str, ast.expr], guards: Guards) -> None:
        """Statements that hold others, and after which the function goes on."""
        match node:
            case ast.For():
                self._for(node, env, guards)
            case ast.While(test=test, body=body):
                self.block(body, dict(env), (*guards, ("loop", text_of(test))))
            case ast.Try():
                self._try(node, env, guards)
            case ast.Match(subject=subject, cases=cases):
                for case in cases:
                    self.block(case.body, dict(env), (*guards, ("if", text_of(subject))))

    def _add(self, checks: Iterator[Check], node: ast.stmt, guards: Guards) -> None:
        for check in checks:
            told = check.text or text_of(node)
            self.found.append(replace(check, guards=guards, line=node.lineno, text=told))

    def _if(self, node: ast.If, env: dict[str, ast.expr], guards: Guards) -> tuple[bool, Guards]:
        test = substitute(node.test, env)
        if says_failure(node.body):
            self._add(from_test(test, positive=False), node, guards)
            self.block(node.orelse, dict(env), guards)
            return False, guards
        told = text_of(test)
        then = self.block(node.body, dict(env), (*guards, ("if", told)))
        other = self.block(node.orelse, dict(env), (*guards, ("if", f"not {told}")))
        if then and not node.orelse:
            return False, (*guards, ("if", f"not {told}"))
        return then and other and bool(node.orelse), guards

    def _for(self, node: ast.For, env: dict[str, ast.expr], guards: Guards) -> None:
        over = substitute(node.iter, env)
        parts = elements(over)
        if parts is None:
            self.block(node.body, dict(env), (*guards, ("loop", text_of(over))))
            return
        for part in parts[:200]:
            before = len(self.found)
            values = dict(bind(node.target, part))
            self.block(node.body, {**env, **values}, guards)
            told = tuple(text_of(value) for value in values.values())
            self.found[before:] = [
                replace(c, values=(*c.values, *told)) for c in self.found[before:]
            ]

    def _try(self, node: ast.Try, env: dict[str, ast.expr], guards: Guards) -> None:
        caught = [h for h in node.handlers if catches_failures(h)]
        body = [*node.body, *node.orelse]
        returns = any(isinstance(n, ast.Return) for n in node.finalbody)
        raised = [s for s in body if says_failure([s])]
        if raised and node.handlers and not caught:  # try: call(); fail() except X: pass
            types = " | ".join(text_of(h.type) for h in node.handlers)
            told = "; ".join(text_of(s) for s in body if s not in raised)
            check = Check("raises", told, "raises", types, EXACT, text=f"raises {types}")
            self._add(iter([check]), node, guards)
        swallowed = bool(caught) or returns
        inside: Guards = (*guards, ("swallowed", "try")) if swallowed else guards
        self.block(body, env, inside)
        for handler in node.handlers:
            self.block(
                handler.body, dict(env), (*guards, ("if", f"except {text_of(handler.type)}"))
            )
        self.block(node.finalbody, env, guards)

    def _with(
        self, node: ast.With | ast.AsyncWith, env: dict[str, ast.expr], guards: Guards
    ) -> bool:
        for item in node.items:
            call = item.context_expr
            name = text_of(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
            if isinstance(call, ast.Call) and name in RAISES:
                self._add(iter([raises_check(call, name, node.body, env)]), node, guards)
                if isinstance(item.optional_vars, ast.Name):
                    env[item.optional_vars.id] = ast.Name("the_error", ast.Load())
            elif isinstance(call, ast.Call) and name == "suppress":
                types = {text_of(a).rpartition(".")[2] for a in call.args}
                if types & CATCHES_ALL:
                    guards = (*guards, ("swallowed", text_of(call)))
                check = raises_check(call, name, node.body, env)
                self._add(iter([replace(check, op=name, strength=NOTHING)]), node, guards)
        return self.block(node.body, env, guards)

    def _call(self, value: ast.expr, env: Env, guards: Guards, node: ast.stmt) -> None:
        """A call that asserts: of unittest, of a mock, or of a helper."""
        if isinstance(value, ast.Await):
            value = value.value
        if not isinstance(value, ast.Call):
            return
        written = substitute(value, env)
        assert isinstance(written, ast.Call)
        known = from_unittest(written)
        name = text_of(value.func).rpartition(".")[2]
        if known is not None:
            self._add(known, node, guards)
        elif name in _MOCK and isinstance(written.func, ast.Attribute):
            asked = ", ".join([*map(text_of, written.args), *map(text_of, written.keywords)])
            subject = text_of(written.func.value)
            self._add(iter([Check("mock", subject, name, asked, _MOCK[name])]), node, guards)
        elif name in RAISES and len(written.args) > 1:
            told = f"{text_of(written.args[1])}({', '.join(map(text_of, written.args[2:]))})"
            types = types_of(written.args[0])
            self._add(iter([Check("raises", told, "raises", types, EXACT)]), node, guards)
        else:
            self._helper(written, name, env, guards, node)

    def _helper(self, call: ast.Call, name: str, env: Env, guards: Guards, node: ast.stmt) -> None:
        place = self._find(call, name)
        if place is None or self.depth >= _DEEPEST:
            if name.startswith(("assert_", "check_", "verify_", "expect_")):
                told = text_of(call)
                self._add(iter([Check("helper", told, name, "", EXACT, text=told)]), node, guards)
            return
        home, helper = place
        inner = _Reader(home, self.world, depth=self.depth + 1, left=self.left)
        given = {**home.constants, **arguments_of(helper, call)}
        if home is self.module and name in self.inner:
            given = {**env, **given}
        inner.block(helper.body, given, guards)
        self.found += [replace(check, line=node.lineno) for check in inner.found]

    def _find(self, call: ast.Call, name: str) -> tuple[Module, FunctionNode] | None:
        if isinstance(call.func, ast.Name):
            if name in self.inner:
                return self.module, self.inner[name]
            own = self.module.function(name)
            if own is not None:
                return self.module, own.node
        if text_of(call.func).startswith("self."):
            methods = [f for f in self.module.functions if f.bare == name and f.classes]
            return (self.module, methods[-1].node) if methods else None
        head, _, rest = text_of(call.func).partition(".")
        dotted = self.module.imports.get(head, head) + (f".{rest}" if rest else "")
        found = self.world.find(dotted)
        there = found[0].function(found[1]) if found else None
        return (found[0], there.node) if found and there else None
