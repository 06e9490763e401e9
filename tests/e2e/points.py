"""Engines that are killed at a named point. ``python -m tests.e2e.points`` is their nursery.

The nursery has imported everything an engine needs; for each line of JSON it forks one engine, a
process of its own with the real lock, socket and sandbox, and says its pid, then how it ended. In
that process an audit hook listens for the point and ends it by kill -9 there.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from codeframe_tui.adapters.project import Project
from codeframe_tui.ports.points import POINT

ROOT = Path(__file__).parents[2]


ANY = "*"
"""Every point there is."""


def kill_at(point: str, times: int = 1) -> None:
    """End this process by kill -9 when it passes the point so many times."""
    passed = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal passed
        if event == POINT and point in {arguments[0], ANY}:
            passed += 1
            if passed == times:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


class Nursery:
    """Starts engines of one project, one after the other."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        argv = (sys.executable, "-m", "tests.e2e.points")
        self._process = await asyncio.create_subprocess_exec(
            *argv, stdin=PIPE, stdout=PIPE, cwd=ROOT
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def engine(self, point: str = "", times: int = 1, *, dear: bool = False) -> int:
        """Start an engine that dies at the point; returns its pid.

        Args:
            times: how often it passes it.
            dear: whether its model costs a dollar for every token of a reply.
        """
        assert self._process is not None
        assert self._process.stdin is not None
        wish = {
            "project": str(self._project.root),
            "log": str(self._project.engine_log),
            "point": point,
            "times": times,
            "dear": dear,
        }
        self._process.stdin.write(json.dumps(wish).encode() + b"\n")
        return await self._number()

    async def ended(self) -> int:
        """Wait for its end; returns its exit code, below zero the signal that ended it."""
        return await self._number()

    async def _number(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        return int(await self._process.stdout.readline())


def _main() -> None:
    from codeframe_tui.adapters.model import sdk  # noqa: F401 - so that engines need not import it
    from codeframe_tui.bootstrap import assembly  # noqa: F401
    from codeframe_tui.bootstrap.serve import serve
    from codeframe_tui.core.usage import PRICES, Price
    from codeframe_tui.settings import Settings

    dear = Price(0.0, 1e6, 0.0, 0.0)
    for line in sys.stdin:
        wish = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            for old in (1, 2):
                os.dup2(log, old)
            if wish["point"]:
                kill_at(wish["point"], wish["times"])
            if wish["dear"]:
                cast(dict[str, Price], PRICES).update({"scripted": dear, Settings().model: dear})
            asyncio.run(serve(Path(wish["project"]), Settings()))
            os._exit(0)
        _say(pid)
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _say(number: int) -> None:
    os.write(1, b"%d\n" % number)


if __name__ == "__main__":
    _main()
