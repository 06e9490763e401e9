"""Rules of the code itself: what it newly reaches, hides, or asks of its callers."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import Change, flag, parse
from codeframe_tui.core.flags.expand import text_of
from codeframe_tui.core.flags.module import FunctionNode, Module, definitions, read_module, resolved

__all__ = ["code_flags", "defined_names", "removed_names"]

_CALLS = frozenset(
    {"eval", "exec", "compile", "pickle.load", "pickle.loads", "marshal.loads", "os.system",
     "os.popen", "yaml.load", "yaml.unsafe_load", "shelve.open", "dill.loads", "pickle.Unpickler",
     "pty.spawn"}
)  # fmt: skip
_STARTS = re.compile(r"os\.(?:exec|spawn|posix_spawn)\w*")
_BY_NAME = frozenset({"eval", "exec", "os.system", "os.popen", "pickle.loads", "marshal.loads"})
_LOADS = frozenset({"__import__", "importlib.import_module"})
_PROGRAMS = frozenset({"asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"})
_OUTSIDE = frozenset(
    {"subprocess", "socket", "http", "urllib", "ftplib", "smtplib", "telnetlib", "requests",
     "httpx", "aiohttp", "urllib3", "paramiko", "pexpect", "ctypes", "multiprocessing", "pty"}
)  # fmt: skip
_HARMLESS = frozenset({"urllib.parse", "http.HTTPStatus", "http.HTTPMethod", "http"})
_LONG = 50
_MUCH = 200
_BROAD = frozenset({"", "Exception", "BaseException"})
_NAME = re.compile(r"[A-Za-z0-9]+")


def code_flags(change: Change, project: Collection[str], declared: str) -> Iterator[Flag]:
    """Flags of one Python file, where the base's file does not have them.

    Args:
        project: first names by which the project's own code can be imported.
        declared: the text of what the project says it depends on; empty = not known.
    """
    if (gone := _deleted_lines(change)) > _MUCH:
        yield flag("large_deletion", change.path, None, f"{gone} lines are gone")
    now = read_module(change.path, change.new) if change.is_python else None
    if now is None:
        return
    then = read_module(change.path, change.old)
    if not change.is_support:
        yield from _reaches(change, now, then)
        yield from _signatures(change, now, then)
    yield from _imports(change, now, then, project, declared)
    yield from _swallowed(change, now, then)
    yield from _long(change, now, then)


def _deleted_lines(change: Change) -> int:
    signs = Counter(sign for sign, _, _ in change.lines())
    return signs["-"] - signs["+"]


# -- what it reaches ------------------------------------------------------------------------------


def _reaches(change: Change, now: Module, then: Module | None) -> Iterator[Flag]:
    before = Counter(text for _, text in _dangers(then)) if then else Counter()
    for node, text in _dangers(now):
        if before[text]:
            before[text] -= 1
            continue
        yield flag("dangerous_call", change.path, node.lineno, f"calls {text}", after=text_of(node))
        break
    known = _outside(then) if then else {}
    for name, line in _outside(now).items():
        if name not in known:
            yield flag(
                "outside_world", change.path, line, f"imports {name} for the first time here"
            )


def _dangers(module: Module) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.Call):
            given = node.args if isinstance(node, ast.Call) else [node.value]
            for name in sorted({_called(part, module) for part in given if part} & _BY_NAME):
                yield node, f"{name} by another name"
        if not isinstance(node, ast.Call):
            continue
        name = _called(node.func, module)
        if name == "getattr" and node.args and resolved(node.args[0], module) == "builtins":
            yield node, "a built-in by its name"
        elif danger := _danger(node, name):
            yield node, danger


def _called(node: ast.expr, module: Module) -> str:
    """A dotted name, a built-in without the module that it can be had from."""
    return resolved(node, module).removeprefix("builtins.")


def _danger(node: ast.Call, name: str) -> str:
    """What a call does that it should not; empty for nothing."""
    given = {k.arg: text_of(k.value) for k in node.keywords}
    safe = "Safe" in given.get("Loader", "") or any("Safe" in text_of(a) for a in node.args)
    if name in _CALLS and not (name == "yaml.load" and safe) and name != "compile":
        return name
    if _STARTS.fullmatch(name):
        return name
    told = name or text_of(node.func)
    if given.get("shell") == "True":
        return f"{told} with shell=True"
    return f"{told} with verify=False" if given.get("verify") == "False" else ""


def _outside(module: Module) -> dict[str, int]:
    found: dict[str, int] = {}
    for node in ast.walk(module.tree):
        for name in _reached(node, module):
            if (name.partition(".")[0] in _OUTSIDE and name not in _HARMLESS) or name in _PROGRAMS:
                found.setdefault(name, getattr(node, "lineno", 0))
    return found


def _reached(node: ast.AST, module: Module) -> Sequence[str]:
    """Modules that a piece of syntax loads, and programs that it starts."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module="http" | "urllib" as package, names=names, level=0):
            return [f"{package}.{alias.name}" for alias in names]
        case ast.ImportFrom(module=package, level=0):
            return [package or ""]
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
            called = _called(function, module)
            return [name] if called in _LOADS else [called] if called in _PROGRAMS else []
        case ast.Call(func=function):
            called = _called(function, module)
            return [called] if called in _PROGRAMS else []
    return []


def _imports(
    change: Change, now: Module, then: Module | None, project: Collection[str], declared: str
) -> Iterator[Flag]:
    """Modules that are neither Python's, nor the project's, nor named by it."""
    known = {n.partition(".")[0] for n in then.imports.values()} if then else set()
    named = {word.lower() for word in _NAME.findall(declared)}
    if not declared:
        return
    for node in now.tree.body:
        if isinstance(node, ast.Import):
            tops = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            tops = [(node.module or "").partition(".")[0]]
        else:
            continue
        for top in tops:
            own = top in project or top in sys.stdlib_module_names or top in known
            beside = change.is_support  # helpers beside a test are imported by their bare names
            words = {word.lower() for word in _NAME.findall(top)}
            if (
                not own
                and not beside
                and not words <= named
                and top not in {"pytest", "__future__"}
            ):
                yield flag("third_party_import", change.path, node.lineno, f"imports {top}")


# -- what it asks and hides -----------------------------------------------------------------------


def _signatures(change: Change, now: Module, then: Module | None) -> Iterator[Flag]:
    after = definitions(now)
    for key, function in definitions(then).items():
        other = after.get(key)
        if other is None or function.bare.startswith("_"):
            continue
        before, text = _signature(function.node), _signature(other.node)
        if before != text:
            said = f"{function.name} takes other arguments"
            line = other.node.lineno
            yield flag("signature_changed", change.path, line, said, before=before, after=text)


def _signature(node: FunctionNode) -> str:
    """Names and defaults; hints change nothing for callers."""
    spec = node.args
    parts = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    parts += [f"*{spec.vararg.arg}"] if spec.vararg else []
    parts += [a.arg for a in spec.kwonlyargs]
    parts += [f"**{spec.kwarg.arg}"] if spec.kwarg else []
    told = [text_of(d) for d in (*spec.defaults, *spec.kw_defaults) if d is not None]
    return f"{node.name}({', '.join(parts)})" + (f" defaults {', '.join(told)}" if told else "")


def _swallowed(change: Change, now: Module, then: Module | None) -> Iterator[Flag]:
    before = Counter(text_of(h) for h in _forgetful(then)) if then else Counter()
    for handler in _forgetful(now):
        text = text_of(handler)
        if before[text]:
            before[text] -= 1
            continue
        yield flag("swallowed_error", change.path, handler.lineno, after=text)


def _forgetful(module: Module) -> Iterator[ast.ExceptHandler]:
    """Handlers of anything, and handlers that do nothing with a broad error."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            empty = all(isinstance(s, ast.Pass) or _is_constant(s) for s in node.body)
            if node.type is None or (empty and text_of(node.type) in _BROAD):
                yield node


def _is_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _long(change: Change, now: Module, then: Module | None) -> Iterator[Flag]:
    before = {key: _length(f.node) for key, f in definitions(then).items()}
    for key, function in definitions(now).items():
        length = _length(function.node)
        if length > max(_LONG, before.get(key, 0)):
            text = f"{function.name} has {length} lines"
            yield flag("long_function", change.path, function.node.lineno, text)


def _length(node: FunctionNode) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def defined_names(text: str | None) -> set[str]:
    """Functions, classes and methods that a text defines."""
    tree = parse(text)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {n.name for n in ast.walk(tree) if isinstance(n, kinds)} if tree is not None else set()


def removed_names(changes: Sequence[Change]) -> set[str]:
    """Names that the code under test defined and does not define any more."""
    code = [change for change in changes if change.is_python and not change.is_support]
    before = set[str]().union(*(defined_names(change.old) for change in code))
    return before - set[str]().union(*(defined_names(change.new) for change in code))
