"""Runs a project's tests in the sandbox and believes only our own plugin."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import secrets
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.process import read_fd
from codeframe_tui.adapters.pytest.channel import Channel
from codeframe_tui.adapters.pytest.live import Live
from codeframe_tui.adapters.pytest.record import Record
from codeframe_tui.adapters.sandbox import Command, Launching, NoSandbox, Place
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.events import Signal
from codeframe_tui.core.evidence.coverage import seen
from codeframe_tui.core.evidence.verdict import is_complete
from codeframe_tui.core.evidence.verification import TestRun
from codeframe_tui.core.secrets import NOTHING, Secrets
from codeframe_tui.ports import TestRequest

__all__ = ["PytestRunner"]

INSIDE = Path(__file__).with_name("inside")
RESULT_FD = 10
LENT = ("pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments")
"""What a project without pytest is lent of our own packages; nothing else of ours is visible."""
DRAIN_SECONDS = 1.0
CONFIGURATIONS = (
    "pytest.ini",
    ".pytest.ini",
    "pytest.toml",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
)
CHOICE = re.compile(
    rb"(?:^|[\s\"'=\[])"
    rb"(?:-n(?:[\s\"'=\d]|auto|logical)|--numprocesses|--dist\b|--tx\b|(?:-p)?no:xdist"
    rb"|--disable-plugin)",
    re.MULTILINE,
)
CHOICE_BYTES = 2**20
"""Of a configuration, in which the choice is looked for."""
HINT = "install pytest into the project's environment"


class PytestRunner:
    """A `TestRunner` on a sandbox.

    pytest comes from the project's own environment; where it has none, ours is lent, if both
    Pythons are of one version.
    """

    def __init__(self, sandbox: Launching | NoSandbox, secrets: Secrets = NOTHING) -> None:
        self._sandbox = sandbox
        self._secrets = secrets

    async def run(self, request: TestRequest, on_signal: Callable[[Signal], None]) -> TestRun:
        """See `TestRunner.run`."""
        sandbox = self._sandbox
        if isinstance(sandbox, NoSandbox):
            return TestRun(False, "no_sandbox", f"tests do not run: {sandbox.told}")
        paths = _paths(request)
        if request.select and not paths:
            return TestRun(False, "no_tests", "none of the selected files exists here")
        try:
            lent = await _lend(sandbox)
        except Lacking as error:
            return TestRun(False, "environment", f"{error.message}; {error.hint}")
        if lent is None:
            return TestRun(False, "no_pytest", f"the project's Python has no pytest; {HINT}")
        workers = await _workers(sandbox, request)
        command = await _command(sandbox, request, paths, lent, workers)
        live = Live(request.run, on_signal, self._secrets)
        run = await _attend(sandbox, command, request, live)
        # many tests say much, which takes its time
        return await asyncio.to_thread(_redacted, self._secrets, replace(run, workers=workers))

    async def around(self) -> str:
        """See `TestRunner.around`."""
        sandbox = self._sandbox
        if isinstance(sandbox, NoSandbox):
            return "nothing runs"
        try:
            closure = await sandbox.environment()
        except Lacking as error:
            return error.message
        ours = [(INSIDE / name).read_bytes() for name in ("launch.py", "plugin.py", "functions.py")]
        known = (sandbox.level, str(closure.python), closure.version, closure.key, _lent_version())
        return hashlib.sha256(b"\0".join([repr(known).encode(), *ours])).hexdigest()[:16]


def _redacted(secrets: Secrets, run: TestRun) -> TestRun:
    """Without secrets in what it says; names of tests, which select them, lose our keys only."""
    said = [(case.message, case.detail) for case in run.cases]
    texts = (run.message, run.output, run.collection_errors, said)
    if (told := secrets.redact(texts)) is not texts:
        message, output, errors, said = told
        pairs = zip(run.cases, said, strict=True)
        cases = tuple(replace(case, message=first, detail=rest) for case, (first, rest) in pairs)
        run = replace(run, message=message, output=output, collection_errors=errors, cases=cases)
    return secrets.withhold(run)


async def _attend(
    sandbox: Launching,
    command: Command,
    request: TestRequest,
    live: Live,
) -> TestRun:
    """Run it and listen on a pipe of its own, which the tests do not have."""
    record = Record(live.ended)
    channel = Channel(command.stdin)

    def take(chunk: bytes) -> None:
        for event in channel.feed(chunk):
            record.take(event)
            live.progress(len(record.done), len(record.collected), record.running)

    reading, writing = os.pipe()
    stream = read_fd(reading, take)
    try:
        end = await sandbox.launch(replace(command, extras=(writing,)), live.output)
    finally:
        os.close(writing)
        await asyncio.wait({stream}, timeout=DRAIN_SECONDS)
        stream.cancel()
        live.progress(len(record.done), len(record.collected), "")
        live.close()
    channel.end()
    if channel.broken and end.ended == "exit":
        record.suspicions.insert(0, channel.broken)
    run = record.conclude(end, changed=request.changed, collect_only=request.collect_only)
    told = [*record.coverage.values()] if is_complete(run) else []
    return replace(run, coverage=seen(told, request.lines)) if request.lines else run


def _lent_version() -> str:
    """Of the pytest that we lend."""
    return distribution("pytest").version


async def _workers(sandbox: Launching, request: TestRequest) -> int:
    """How many run the tests side by side; 0 where that is not ours to choose."""
    if request.workers < 2 or request.select or request.collect_only:
        return 0
    closure = await sandbox.environment()
    there = any((site / "xdist" / "__init__.py").is_file() for site in closure.sites)
    return request.workers if there and not _chooses(request.workspace.root) else 0


def _chooses(root: Path) -> bool:
    """Whether a project's own options say how pytest-xdist is used."""
    files = (root / name for name in CONFIGURATIONS)
    return any(CHOICE.search(_begin(f)) for f in files if f.is_file() and not f.is_symlink())


def _begin(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(CHOICE_BYTES)


async def _lend(sandbox: Launching) -> list[Path] | None:
    """Packages of ours that a project without pytest needs; None where they would not fit.

    Raises:
        Lacking: the project's own environment does not work.
    """
    closure = await sandbox.environment()
    if closure.problem:
        raise Lacking(closure.problem, hint="its tests say nothing on another Python")
    if closure.has_pytest:
        return []
    if closure.version != sys.version_info[:2]:
        return None
    specs = [find_spec(name) for name in LENT]
    files = [Path(spec.origin) for spec in specs if spec is not None and spec.origin is not None]
    packages = [file.parent if file.name == "__init__.py" else file for file in files]
    return packages + [metadata(name) for name in ("pytest", "pluggy")]


def metadata(name: str) -> Path:
    """The .dist-info folder of a package of ours: pluggy looks its own version up there."""
    found = distribution(name)
    file = next(file for file in found.files or () if file.name == "METADATA")
    return Path(str(found.locate_file(file))).parent


def _paths(request: TestRequest) -> list[str]:
    """Files of the selection that exist, each once."""
    files = dict.fromkeys(name.split("::")[0] for name in request.select)
    return [name for name in files if (request.workspace.root / name).exists()]


async def _command(
    sandbox: Launching, request: TestRequest, paths: list[str], lent: list[Path], workers: int
) -> Command:
    name = f"plugin_{secrets.token_hex(8)}"
    command = Command(
        request.workspace,
        (),
        request.timeout_seconds,
        stdin=secrets.token_bytes(32),
        folders={f"lib/{path.name}": path for path in lent if path.is_dir()},
        env={"CODEFRAME_RESULT": str(RESULT_FD)},
    )
    place = sandbox.place(command)
    environment = (await sandbox.environment()).environment
    options: dict[str, Any] = {
        "project": place.project,
        "environment": str(environment or ""),
        "select": list(request.select),
        "own": list(request.own),
        "lines": request.lines,
        "first": list(request.order.first),
        "last": list(request.order.last),
    }
    files = {
        "launch.py": (INSIDE / "launch.py").read_bytes(),
        f"{name}.py": (INSIDE / "plugin.py").read_bytes(),
        f"{name}_coverage.py": (INSIDE / "coverage.py").read_bytes(),
        f"{name}_functions.py": (INSIDE / "functions.py").read_bytes(),
        "options.json": json.dumps(options).encode(),
        **{f"lib/{path.name}": path.read_bytes() for path in lent if path.is_file()},
    }
    return replace(command, argv=_argv(place, name, request, paths, workers), files=files)


def _argv(
    place: Place, name: str, request: TestRequest, paths: list[str], workers: int
) -> list[str]:
    argv = [place.python, f"{place.run}/launch.py", name]
    argv += [f"--rootdir={place.project}", "--continue-on-collection-errors", "--maxfail=0"]
    argv += ["-o", f"cache_dir={place.temporary}/pytest-cache", "--color=no"]
    if request.collect_only:
        argv += ["--collect-only", "-q"]
    if workers:  # files stay whole, so that what they share is made once and in its order
        argv += ["-n", str(workers), "--dist", "loadfile"]
    return [*argv, "--", *paths] if paths else argv
