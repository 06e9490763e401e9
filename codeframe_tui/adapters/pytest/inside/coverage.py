"""PYTEST_DONT_REWRITE: sees which of a few lines run while the proposal's own tests run.

A line that runs when its file is imported counts whoever imports it. With `sys.monitoring` (Python
3.12) each line costs one call ever. Older Pythons trace calls, which makes all of them slower, so
there only the files in question, while they are imported, and the proposal's own tests are traced,
and nothing any more once every line has run. Must run on every Python since 3.8.
"""

from __future__ import annotations

import ast
import dis
import functools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from types import CodeType
from typing import Any

NAME = "codeframe coverage"
ELSEWHERE = ("multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver")
"""Modules that are there once processes were started of which Python tells nothing."""
SLOW = "the proposal brings no tests; on Python 3.12 or newer all tests are looked at"
STARTS = (
    (subprocess.Popen, "_execute_child"),
    *((os, name) for name in ("system", "posix_spawn", "posix_spawnp") if hasattr(os, name)),
)
"""What begins other programs and is no fork. An audit hook would see them, too, and cost every
test more than all the rest: it is called for each ``id()``."""


def statements(source: bytes) -> dict[int, tuple[int, int]]:
    """First and last line of the statement that a line belongs to, for lines with code.

    Of a statement with a body only its head is meant. A line that the compiler leaves out (a
    comment, a docstring, ``else:``) belongs to none.
    """
    tree = ast.parse(source)
    known = _all_lines(compile(source, "?", "exec", dont_inherit=True))
    texts = source.splitlines()
    found: dict[int, tuple[int, int]] = {}
    for node in ast.walk(tree):  # outer ones first
        span = _span(node)
        if span is not None:
            there = not (_is_text(node) or known.isdisjoint(range(span[0], span[1] + 1)))
            for line in range(span[0], span[1] + 1):
                text = texts[line - 1].strip() if line <= len(texts) else b""
                if there and text and not text.startswith(b"#"):
                    found[line] = span
                else:
                    found.pop(line, None)
    return found


def _is_text(node: Any) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _code_lines(code: CodeType) -> set[int]:
    return {line for _, line in dis.findlinestarts(code) if line}


def _all_lines(code: CodeType) -> set[int]:
    inner = (_all_lines(each) for each in code.co_consts if isinstance(each, CodeType))
    return _code_lines(code).union(*inner)


def _span(node: Any) -> tuple[int, int] | None:
    if hasattr(node, "pattern") and hasattr(node, "guard"):  # a case of a match
        return node.pattern.lineno, max(node.pattern.end_lineno, _first(node.body[0]) - 1)
    if hasattr(node, "subject"):
        return node.lineno, node.subject.end_lineno
    if not isinstance(node, (ast.stmt, ast.ExceptHandler)):
        return None
    body = getattr(node, "body", None)
    last = _first(body[0]) - 1 if isinstance(body, list) else node.end_lineno or node.lineno
    return _first(node), max(node.lineno, last)


def _first(node: Any) -> int:
    lines = [node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))]
    return int(min(lines))


class Monitor:
    """Listens to `sys.monitoring`; what has been told once is not told again."""

    how = "sys.monitoring"

    def __init__(self, spy: Spy) -> None:
        self.spy = spy
        self.mon: Any = vars(sys)["monitoring"]
        self.events = events = self.mon.events
        self.active = self.missed = False
        self.loading: CodeType | None = None
        self.tool = next((each for each in (3, 4) if self.mon.get_tool(each) is None), None)
        self.calls = {events.PY_START: self.begins, events.LINE: self.line}
        self.calls |= dict.fromkeys((events.PY_RETURN, events.PY_UNWIND), self.ends)
        if self.tool is not None:
            self.mon.use_tool_id(self.tool, NAME)
            for event, call in self.calls.items():
                self.mon.register_callback(self.tool, event, call)
            self.mon.set_events(self.tool, events.PY_START)

    def on(self) -> None:
        """What runs from now on counts."""
        self.active = True
        if self.missed:
            self.missed = False
            self.mon.restart_events()

    def off(self) -> None:
        """What runs from now on does not count."""
        self.active = False

    def loads(self, code: CodeType) -> None:
        """A file that is looked at is imported: what runs until it is done counts."""
        if self.loading is None:
            self.loading = code
            self.mon.set_events(self.tool, self.events.PY_START | self.events.PY_UNWIND)

    def ends(self, code: CodeType, _offset: int, _value: Any) -> Any:
        """A file has been imported, or something else has ended meanwhile."""
        if code is self.loading:
            self.loading = None
            self.mon.set_events(self.tool, self.events.PY_START)

    def begins(self, code: CodeType, _offset: int) -> Any:
        """Ask for the lines of code that is looked at."""
        if self.spy.wanted_of(code.co_filename) is not None:
            if code.co_name == "<module>":
                self.loads(code)
            events = self.events
            wanted = events.LINE | (events.PY_RETURN if code is self.loading else 0)
            self.mon.set_local_events(self.tool, code, wanted)
        return self.mon.DISABLE

    def line(self, code: CodeType, line: int) -> Any:
        """A line runs."""
        if self.active or self.loading is not None:
            self.spy.see(code.co_filename, line)
        else:
            self.missed = True
        return self.mon.DISABLE

    def fault(self) -> str:
        """Why nothing is known; empty when all is well."""
        if self.tool is None:
            return "other tools took all places of sys.monitoring"
        calls = [self.mon.register_callback(self.tool, event, None) for event in self.calls]
        asked = self.mon.get_events(self.tool) == self.events.PY_START
        ours = self.mon.get_tool(self.tool) == NAME and asked
        return "" if ours and calls == list(self.calls.values()) else "something else traced, too"

    def close(self) -> None:
        """Python runs as fast as without us."""
        if self.tool is not None and self.mon.get_tool(self.tool) == NAME:
            self.mon.set_events(self.tool, 0)
            self.mon.free_tool_id(self.tool)


class Tracer:
    """Traces calls, as far as nothing else does."""

    how = "sys.settrace"

    def __init__(self, spy: Spy) -> None:
        self.spy = spy
        self.left: dict[CodeType, set[int]] = {}
        self.active = self.disturbed = False
        self.mine: Any = self.call  # one object, to be known again
        self.loaders: dict[Any, Any] = {}
        rewriting = sys.modules.get("_pytest.assertion.rewrite")
        for loader in (SourceFileLoader, getattr(rewriting, "AssertionRewritingHook", None)):
            if loader is not None:
                self._hear_of(loader)

    def on(self) -> None:
        """What runs from now on counts."""
        if self.active or self.disturbed or self.spy.is_done:
            return
        if sys.gettrace() not in {None, self.mine}:
            self.disturbed = True
            return
        self.active = True
        threading.settrace(self.mine)
        sys.settrace(self.mine)

    def _hear_of(self, loader: Any) -> None:
        """While a file that is looked at is imported, it is traced."""
        self.loaders[loader] = execute = loader.exec_module

        @functools.wraps(execute)
        def exec_module(this: Any, module: Any) -> None:
            file = str(getattr(module, "__file__", ""))
            idle = not self.active and not self.spy.is_done and sys.gettrace() is None
            if not idle or self.spy.wanted_of(file) is None:
                execute(this, module)
                return
            sys.settrace(self.mine)
            try:
                execute(this, module)
            finally:
                if sys.gettrace() is self.mine:
                    sys.settrace(None)

        loader.exec_module = exec_module

    def off(self) -> None:
        """What runs from now on does not count."""
        if not self.active:
            return
        self.active = False
        if sys.gettrace() is self.mine:
            sys.settrace(None)
            threading.settrace(None)
        elif not self.spy.is_done:
            self.disturbed = True

    def call(self, frame: Any, event: str, _value: Any) -> Any:
        """A function is called, or a line of one that is looked at runs."""
        code = frame.f_code
        if event == "line":
            self.spy.see(code.co_filename, frame.f_lineno)
            left = self.left[code]
            left.discard(frame.f_lineno)
            frame.f_trace_lines = bool(left)
        elif event == "call":
            if self.spy.is_done:
                sys.settrace(None)
            if not self._left_of(code):
                return None
        return self.mine

    def _left_of(self, code: CodeType) -> set[int]:
        """Lines of a function that have not run yet, and are looked for."""
        if code not in self.left:
            path = self.spy.wanted_of(code.co_filename)
            wanted = self.spy.open[path] if path is not None else set()
            self.left[code] = wanted & _code_lines(code)
        return self.left[code]

    def fault(self) -> str:
        """Why nothing is known; empty when all is well."""
        return "the project's tests are traced by something else" if self.disturbed else ""

    def close(self) -> None:
        """Imports are as fast as without us."""
        for loader, execute in self.loaders.items():
            loader.exec_module = execute
        self.loaders.clear()


class Spy:
    """Gathers what runs of a few lines.

    Args:
        project: the project's folder.
        wanted: path in the project -> ranges of lines, first and last.
        everywhere: all tests count, not only a few; where that would slow them down, nothing is
            looked at.
    """

    def __init__(
        self, project: str, wanted: dict[str, list[list[int]]], *, everywhere: bool = False
    ) -> None:
        self.project = project
        self.spans: dict[str, dict[int, tuple[int, int]]] = {}
        self.hits: dict[str, set[int]] = {}
        self.fault = ""
        self.apart = self.testing = self.closed = False
        self.open: dict[str, set[int]] = {}
        self._known: dict[str, str | None] = {}
        for path, ranges in wanted.items():
            self._look_at(path, ranges)
        self.is_done = not any(self.open.values())
        self.ears: Any = (Monitor if hasattr(sys, "monitoring") else Tracer)(self)
        if everywhere and isinstance(self.ears, Tracer):
            self.fault, self.is_done = SLOW, True
        self._hear_of_programs()

    def _look_at(self, path: str, ranges: list[list[int]]) -> None:
        try:
            with open(os.path.join(self.project, path), "rb") as file:
                known = statements(file.read())
        except (OSError, SyntaxError, ValueError, RecursionError):
            return  # nothing is known of it
        lines = [line for first, last in ranges for line in range(first, last + 1)]
        self.spans[path] = {line: known[line] for line in lines if line in known}
        self.hits[path] = set()
        self.open[path] = {
            each for first, last in self.spans[path].values() for each in range(first, last + 1)
        }

    def _hear_of_programs(self) -> None:
        os.register_at_fork(before=self._begins_another)
        for owner, name in STARTS:
            setattr(owner, name, self._heard(getattr(owner, name)))

    def _heard(self, begin: Any) -> Any:
        @functools.wraps(begin)
        def heard(*args: Any, **kwargs: Any) -> Any:
            self._begins_another()
            return begin(*args, **kwargs)

        return heard

    def _begins_another(self) -> None:
        self.apart = self.apart or self.testing

    def wanted_of(self, file: str) -> str | None:
        """The path in the project of a file that is looked at."""
        try:
            return self._known[file]
        except KeyError:
            path = os.path.relpath(os.path.realpath(file), self.project)
            self._known[file] = found = path if path in self.spans else None
            return found

    def see(self, file: str, line: int) -> None:
        """A line has run."""
        path = self.wanted_of(file)
        if path is not None and line in self.open[path]:
            self.open[path].discard(line)
            self.hits[path].add(line)
            self.is_done = not any(self.open.values())

    def on(self) -> None:
        """What runs from now on counts, and other programs are looked out for."""
        if not self.closed:
            self.testing = True
            self.ears.on()

    def off(self) -> None:
        """What runs from now on does not count."""
        self.testing = False
        self.ears.off()

    def close(self) -> None:
        """Nothing counts any more; listening would cost the tests that are left."""
        if not self.closed:
            self.off()
            self.closed = True
            self.fault = self.fault or self.ears.fault()
            self.ears.close()

    def told(self) -> dict[str, Any]:
        """What is known, as a worker hands it over."""
        self.close()
        apart = self.apart or any(name in sys.modules for name in ELSEWHERE)
        hits = {path: sorted(lines) for path, lines in self.hits.items()}
        return {"hits": hits, "apart": apart, "fault": self.fault}

    def add(self, told: dict[str, Any]) -> None:
        """Take over what a worker knows."""
        for path, lines in told["hits"].items():
            self.hits[path].update(lines)
        self.apart = self.apart or told["apart"]
        self.fault = self.fault or told["fault"]

    def conclusion(self) -> Iterator[dict[str, Any]]:
        """What is known of each file, in ranges of lines; first of all how it was found out."""
        told = self.told()
        yield {"how": self.ears.how, "fault": told["fault"], "apart": told["apart"]}
        for path, spans in self.spans.items():
            hits = self.hits[path]
            sides: tuple[list[int], list[int]] = ([], [])
            for line, (first, last) in sorted(spans.items()):
                sides[hits.isdisjoint(range(first, last + 1))].append(line)
            yield {"path": path, "covered": ranges(sides[0]), "missed": ranges(sides[1])}


def ranges(lines: list[int]) -> list[list[int]]:
    """Sorted lines as ranges."""
    found: list[list[int]] = []
    for line in lines:
        if found and found[-1][1] == line - 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return found
