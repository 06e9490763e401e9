"""Runs the project's own linters and type checkers in the sandbox, and reads what they say."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.sandbox import Command, Launching, NoSandbox
from codeframe_tui.adapters.sandbox.closure import Closure
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.evidence.lint import Finding, LintRun
from codeframe_tui.core.secrets import NOTHING, Secrets
from codeframe_tui.core.text import clean_line
from codeframe_tui.ports import Finished, Workspace

__all__ = ["Linters"]

_CONCISE = re.compile(r"(?P<path>[^:\n]+):(?P<line>\d{1,9}):(?:\d+:)? (?P<rest>.+)")
_CODE_FIRST = re.compile(r"(?P<rule>[A-Z]{1,8}[0-9]+|[a-z][a-z-]+:)(?: \[\*\])? (?P<message>.+)")
_MYPY = re.compile(r"error: (?P<message>.+?)(?:  \[(?P<rule>[a-z0-9-]+)\])?")
_TY = re.compile(r"(?:error|warning)\[(?P<rule>[a-z0-9-]+)\] (?P<message>.+)")
_RULE, _TEXT = 60, 300
"""Characters of a rule's name and of one message."""
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What reading raises when a tool says something else than it should."""
_ENVIRONMENT = ("VIRTUAL_ENV", "CONDA_PREFIX")


@dataclass(frozen=True, slots=True)
class _Tool:
    """How a tool is called, and how its words are read.

    Attributes:
        argv: arguments before the paths.
        read: what its output says.
        module: it is run by the project's Python; else it is a program beside it.
    """

    argv: tuple[str, ...]
    read: Callable[[str], Iterator[Finding]]
    module: bool = False


def _lines(rest_of: re.Pattern[str]) -> Callable[[str], Iterator[Finding]]:
    def read(text: str) -> Iterator[Finding]:
        for line in text.splitlines():
            place = _CONCISE.fullmatch(line.strip())
            said = place and rest_of.fullmatch(place["rest"])
            if place and said:
                rule = (said["rule"] or "").rstrip(":")
                yield _finding(rule, place["path"], int(place["line"]), said["message"])

    return read


def _pyright(text: str) -> Iterator[Finding]:
    found: Any = json.loads(text[text.index("{") :])
    for each in found["generalDiagnostics"]:
        if each["severity"] in {"error", "warning"}:
            line = int(each["range"]["start"]["line"]) + 1
            yield _finding(str(each.get("rule", "")), str(each["file"]), line, str(each["message"]))


def _finding(rule: str, path: str, line: int, message: str) -> Finding:
    path = path.removeprefix("./").replace("\\", "/")
    return Finding(clean_line(rule)[:_RULE], path, line, clean_line(message)[:_TEXT])


_MYPY_ARGV = ("--no-incremental", "--cache-dir=/dev/null", "--no-error-summary", "--no-pretty")
_MYPY_LOOK = ("--hide-error-context", "--show-error-codes", "--no-color-output")
_TOOLS = {
    "ruff": _Tool(
        ("check", "--no-cache", "--no-fix", "--force-exclude", "--output-format=concise"),
        _lines(_CODE_FIRST),
    ),
    "flake8": _Tool(
        ("--format=%(path)s:%(row)d:%(col)d: %(code)s %(text)s",), _lines(_CODE_FIRST), module=True
    ),
    "mypy": _Tool((*_MYPY_ARGV, *_MYPY_LOOK), _lines(_MYPY), module=True),
    "pyright": _Tool(("--outputjson",), _pyright),
    "basedpyright": _Tool(("--outputjson",), _pyright),
    "ty": _Tool(("check", "--output-format=concise"), _lines(_TY)),
}


class Linters:
    """A `Linter` on a sandbox."""

    def __init__(self, sandbox: Launching | NoSandbox, secrets: Secrets = NOTHING) -> None:
        self._sandbox = sandbox
        self._secrets = secrets

    async def tools(self) -> tuple[str, ...]:
        """See `Linter.tools`."""
        if isinstance(self._sandbox, NoSandbox):
            raise Lacking("no sandbox", hint=self._sandbox.told)
        closure = await self._sandbox.environment()
        if closure.problem:
            raise Lacking(closure.problem)
        if _is_ours(closure):
            return ()
        programs = closure.python.parent
        return tuple(name for name in _TOOLS if os.access(programs / name, os.X_OK))

    async def run(
        self, tool: str, workspace: Workspace, paths: Sequence[str], *, timeout_seconds: float
    ) -> LintRun:
        """See `Linter.run`."""
        sandbox, known = self._sandbox, _TOOLS[tool]
        if isinstance(sandbox, NoSandbox):
            return LintRun(f"no sandbox: {sandbox.told}")
        command = Command(workspace, (), timeout_seconds)
        place = sandbox.place(command)
        program = [str(Path(place.python).parent / tool)]
        if known.module:  # isolated: else a module of this name in the project would take its place
            program = [place.python, "-I", "-m", tool]
        argv = [*program, *known.argv, "--", *map(_argument, paths)]
        if known.read is _pyright:  # it knows no "--"
            argv.remove("--")
        end = await sandbox.launch(Command(workspace, argv, timeout_seconds))
        return self._secrets.redact(_judged(end, known, place.project, frozenset(paths)))


def _argument(path: str) -> str:
    """A path that is no option, and no name of a file with further arguments, as mypy has them."""
    return f"./{path}" if path.startswith(("-", "@")) else path


def _judged(end: Finished, tool: _Tool, project: str, paths: frozenset[str]) -> LintRun:
    text = end.output.decode("utf-8", "replace")
    if end.ended != "exit":
        return LintRun(end.message or end.ended)
    if end.cut_bytes:
        return LintRun("it says more than can be read")
    try:
        found = list(tool.read(text))
    except _UNREADABLE as error:
        return LintRun(clean_line(f"its output cannot be read: {error!r}")[:_TEXT])
    ours = [
        Finding(each.rule, path, each.line, each.message)
        for each in found
        if (path := each.path.removeprefix(f"{project}/")) in paths
    ]
    if end.exit_code not in {0, 1} and not ours:
        said = [line for line in text.splitlines() if line.strip()]
        return LintRun(clean_line(said[-1] if said else f"exit code {end.exit_code}")[:_TEXT])
    return LintRun("", tuple(ours))


def _is_ours(closure: Closure) -> bool:
    """Whether it is no environment of the project, but the one that we run in."""
    active = [Path(os.environ[name], "bin") for name in _ENVIRONMENT if name in os.environ]
    own = closure.environment is not None or closure.python.parent in active
    return not own and closure.python.parent == Path(sys.executable).parent
