"""PYTEST_DONT_REWRITE: reports what pytest does, event by event.

The controller alone writes to the channel. Workers of xdist hand what they know over in
``workeroutput`` and, for each test, in ``user_properties``. Must run on every Python since 3.8.
"""

from __future__ import annotations

import errno
import importlib
import inspect
import json
import linecache
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

DETAIL = 16_000
LINE = 500
PROPERTY = "codeframe"
DENIED = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EROFS, errno.EPERM}
HOOKS = ("pytest_runtest_", "pytest_collection_", "pytest_pyfunc_call", "pytest_sessionfinish")
HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "options.json"), encoding="utf-8") as _file:
    OPTIONS = json.load(_file)
PROJECT: str = OPTIONS["project"]
ENVIRONMENT: str = OPTIONS["environment"]
SELECT: list[str] = OPTIONS["select"]
OWN: list[str] = OPTIONS["own"]
FIRST: list[str] = OPTIONS["first"]
LAST: list[str] = OPTIONS["last"]


class State:
    """What is known of this run; ``channel`` stays None in a worker."""

    def __init__(self) -> None:
        self.channel: Any = None
        self.collected = False
        self.facts: dict[tuple[str, str], dict[str, str]] = {}
        self.hooks: set[str] = set()
        self.foreign: dict[str, str] = {}
        self.bodies: dict[str, str] = {}
        self.spy: Any = None
        self.left = -1
        self.failed = -1

    def emit(self, event: str, **fields: object) -> None:
        """Send an event, if this is the process that does."""
        if self.channel is not None:
            self.channel.emit(event, **fields)


state = State()
functions = importlib.import_module(__name__ + "_functions")
if OPTIONS["lines"]:
    _spy = importlib.import_module(__name__ + "_coverage").Spy
    state.spy = _spy(PROJECT, OPTIONS["lines"], everywhere=not OWN)


def ours(path: str) -> bool:
    """Whether a file belongs to the project and not to its environment."""
    real = os.path.realpath(path)
    return _below(real, PROJECT) and not (ENVIRONMENT and _below(real, ENVIRONMENT))


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith(root + os.sep)


def pytest_plugin_registered(plugin: Any) -> None:
    """Note hooks of the project that could change an outcome."""
    module = plugin if hasattr(plugin, "__file__") else sys.modules.get(type(plugin).__module__)
    file = getattr(module, "__file__", None)
    if not file or not ours(file):
        return
    name = os.path.relpath(os.path.realpath(file), PROJECT)
    state.hooks |= {f"{name}:{hook}" for hook in dir(plugin) if hook.startswith(HOOKS)}


def pytest_configure() -> None:
    """Tell which pytest this is."""
    state.emit("configure", version=pytest.__version__, file=os.path.realpath(pytest.__file__))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    """Leave only what was asked for, in the order of files that was asked for.

    Ids that are gone are simply absent. Plugins that order tests have the last word.
    """
    if FIRST or LAST:
        places = {file: place for place, file in enumerate(FIRST)}
        middle = len(FIRST)
        places.update((file, middle + 1 + place) for place, file in enumerate(LAST))
        items.sort(key=lambda item: places.get(item.nodeid.split("::")[0], middle))
    if not SELECT:
        return
    wanted = set(SELECT)
    kept: list[Any] = []
    dropped: list[Any] = []
    for item in items:
        file = item.nodeid.split("::")[0]
        hit = item.nodeid in wanted or file in wanted or any(_below(file, s) for s in SELECT)
        (kept if hit else dropped).append(item)
    items[:] = kept
    if dropped:
        config.hook.pytest_deselected(items=dropped)


def pytest_collection_finish(session: Any) -> None:
    """Tell the ids, and note what the proposal's own tests do."""
    for item in session.items if OWN else ():
        if item.nodeid.split("::")[0] in OWN:
            state.bodies[item.nodeid] = functions.body_of(item)
    if OWN and not hasattr(session.config, "workerinput"):  # a worker runs any of them
        state.left = len(state.bodies)
    if not state.collected and session.items:
        _collected([item.nodeid for item in session.items])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(ids: list[str]) -> None:
    """The same, told by the first worker."""
    if not state.collected:
        _collected(ids)


def _collected(ids: list[str]) -> None:
    state.collected = True
    for start in range(0, len(ids), 500):
        state.emit("collected", ids=ids[start : start + 500])


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_make_collect_report(collector: Any) -> Iterator[None]:
    """Note why a file cannot be collected, before the exception is gone."""
    outcome: Any = yield
    report = outcome.get_result()
    excinfo = getattr(getattr(report, "call", None), "excinfo", None)
    if report.failed and excinfo is not None:
        error = excinfo.value.__cause__ or excinfo.value
        facts = describe(error, error.__traceback__)
        state.facts[collector.nodeid, "collect"] = facts
        report.codeframe = facts


def pytest_collectreport(report: Any) -> None:
    """Tell of a file that cannot be collected."""
    if report.failed:
        facts = state.facts.get((report.nodeid, "collect")) or getattr(report, "codeframe", {})
        text = _cut(report.longreprtext)
        state.emit("collect_error", id=report.nodeid, detail=text, **facts)


@pytest.hookimpl(hookwrapper=True, trylast=True)
def pytest_runtestloop(session: Any) -> Iterator[None]:
    """Keep pytest's own count of failures, before plugins add what is no test's (low coverage)."""
    yield
    state.failed = session.testsfailed


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: Any) -> Iterator[None]:
    """Lines that run in the proposal's own tests count, in their fixtures, too."""
    is_own = state.spy is not None and (not OWN or item.nodeid.split("::")[0] in OWN)
    if is_own:
        state.spy.on()
    yield
    if is_own:
        state.spy.off()
        state.left -= 1
        if state.left == 0:
            state.spy.close()


def pytest_runtest_logstart(nodeid: str) -> None:
    """Tell that a test begins."""
    state.emit("start", id=nodeid)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Iterator[None]:
    """Keep the real exception beside the report, which a conftest may change."""
    outcome: Any = yield
    facts = {"raw": "ok"}
    if call.excinfo is not None:
        facts = describe(call.excinfo.value, call.excinfo.tb)
        facts["raw"] = facts["error"]
    state.facts[item.nodeid, call.when] = facts
    report = outcome.get_result()
    report.user_properties = [*report.user_properties, (PROPERTY, facts)]


def pytest_runtest_logreport(report: Any) -> None:
    """Tell how a phase of a test ended."""
    if state.channel is None:
        return
    facts = state.facts.pop((report.nodeid, report.when), None)
    if facts is None:
        facts = dict(report.user_properties).get(PROPERTY, {})
    fields = {
        "id": report.nodeid,
        "when": report.when,
        "outcome": report.outcome,
        "duration": round(report.duration, 6),
        "xfail": hasattr(report, "wasxfail"),
        "sub": hasattr(report, "context"),
        **facts,
    }
    if report.outcome != "passed":
        fields["detail"] = _detail(report)
    if report.outcome == "skipped":
        fields["message"] = _reason(report)
    state.emit("report", **fields)


def _detail(report: Any) -> str:
    parts = [report.longreprtext]
    parts += [f"--- {title} ---\n{text}" for title, text in report.sections]
    return _cut("\n".join(parts))


def _reason(report: Any) -> str:
    if hasattr(report, "wasxfail"):
        return str(report.wasxfail)[:LINE]
    longrepr = report.longrepr
    return str(longrepr[2] if isinstance(longrepr, tuple) else longrepr)[:LINE]


def _cut(text: str) -> str:
    if len(text) <= DETAIL:
        return text
    half = DETAIL // 2
    return f"{text[:half]}\n[... {len(text) - DETAIL} characters cut ...]\n{text[-half:]}"


def describe(error: BaseException, traceback: Any) -> dict[str, str]:
    """Type, first line and cause of an exception."""
    lines = str(error).strip().splitlines() or [""]
    return {
        "error": type(error).__name__,
        "message": lines[0][:LINE],
        "cause": _cause(error, traceback),
    }


def _cause(error: BaseException, traceback: Any) -> str:
    """``project``, ``third_party`` or ``sandbox`` where it can be told, else empty."""
    if isinstance(error, ImportError) and error.name:
        return "project" if _is_project_module(error.name) else "third_party"
    if isinstance(error, AttributeError) and _is_of_project(getattr(error, "obj", None)):
        return "project"
    link: BaseException | None = error
    for _ in range(10):
        if isinstance(link, socket.gaierror) or getattr(link, "errno", None) in DENIED:
            return "sandbox"
        link = link and (link.__cause__ or link.__context__)
    last = None
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if ours(file) and not _is_test(os.path.basename(file)):
            return "project"
        last, traceback = traceback.tb_frame if ours(file) else last, traceback.tb_next
    return "project" if last is not None and _lacks_a_name(error, last) else ""


def _is_test(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"


def _is_of_project(value: Any) -> bool:
    """Whether a module, a class or an object is of the code under test."""
    owner = value if inspect.isclass(value) else type(value)
    name = getattr(owner, "__module__", None)
    module = value if inspect.ismodule(value) else sys.modules.get(str(name))
    file = getattr(module, "__file__", None)
    return bool(file) and ours(str(file)) and not _is_test(os.path.basename(str(file)))


def _lacks_a_name(error: BaseException, frame: Any) -> bool:
    """Whether a test may have wanted a name, or a parameter, that the code under test lacks.

    Python does not say whose name it was: what the test knows, or is given, must be the project's.
    """
    code = frame.f_code
    if isinstance(error, NameError):  # its own, but where all names of a module are taken over
        return any("import *" in line for line in linecache.getlines(code.co_filename))
    if not isinstance(error, (AttributeError, TypeError)):
        return False
    given = code.co_argcount - (code.co_varnames[:1] == ("self",))
    known = (*frame.f_locals.values(), *frame.f_globals.values())
    return given > 0 or any(map(_is_from_project, known))


def _is_from_project(value: Any) -> bool:
    """The same as `_is_of_project` for functions, too; odd objects are not."""
    try:
        module = sys.modules.get(str(getattr(value, "__module__", "")))
        return _is_of_project(value) or _is_of_project(module)
    except Exception:  # noqa: BLE001 - objects of tests may do anything when they are asked
        return False


def _roots() -> list[str]:
    roots = [PROJECT, os.path.join(PROJECT, "src"), os.path.join(PROJECT, "lib")]
    return list(dict.fromkeys([*roots, *(p for p in sys.path if p and ours(p))]))


def _is_project_module(name: str) -> bool:
    top = name.split(".", maxsplit=1)[0]
    return any(
        os.path.isdir(os.path.join(root, top)) or os.path.isfile(os.path.join(root, top + ".py"))
        for root in _roots()
    )


def _foreign_modules() -> dict[str, str]:
    """Imported modules that also lie in the project, but came from somewhere else."""
    found = {}
    roots = _roots()
    known = {"__main__", __name__, "pytest", *getattr(sys, "stdlib_module_names", ())}
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in known:
            continue
        file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), "")
        if not file or ours(str(file)):
            continue
        relative = name.replace(".", os.sep)
        for root in roots:
            for end in (".py", os.sep + "__init__.py"):
                if os.path.isfile(os.path.join(root, relative + end)):
                    found[os.path.relpath(os.path.join(root, relative + end), PROJECT)] = str(file)
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: Any) -> None:
    """A worker hands over what only it knows."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        told = {
            "foreign": _foreign_modules(),
            "hooks": sorted({*state.hooks, *functions.replaced(PROJECT, ours)}),
        }
        told["bodies"] = state.bodies
        output["codeframe"] = {**told, "coverage": state.spy and state.spy.told()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker handed over."""
    told = getattr(node, "workeroutput", {}).get("codeframe", {})
    state.foreign.update(told.get("foreign", {}))
    state.hooks.update(told.get("hooks", ()))
    state.bodies.update(told.get("bodies", {}))
    if state.spy is not None and told.get("coverage"):
        state.spy.add(told["coverage"])


def finish(code: int) -> None:
    """The last event: pytest has returned."""
    state.foreign.update(_foreign_modules())
    state.hooks.update(functions.replaced(PROJECT, ours))
    names = list(state.bodies)
    for start in range(0, len(names), 500):
        state.emit("bodies", bodies={n: state.bodies[n] for n in names[start : start + 500]})
    if state.spy is not None:
        for fields in state.spy.conclusion():
            state.emit("coverage", **fields)
    fields = {"foreign": state.foreign, "hooks": sorted(state.hooks)}
    state.emit("finish", rc=code, failed=state.failed, **fields)
