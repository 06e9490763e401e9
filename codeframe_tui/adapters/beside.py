"""Asks a script in a process beside ours, which starts with the first question."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

__all__ = ["DEATHS", "Beside", "import_paths"]

logger = logging.getLogger(__name__)

PACKAGE = Path(__file__).parents[2]
"""Where `codeframe_tui` is imported from."""
MAX_ANSWER = 64 * 2**20
DEATHS = 3
"""After which nothing is asked any more: something kills the process again and again."""


def import_paths(*names: str) -> list[str]:
    """Where our package and others are imported from; those are found, not imported."""
    paths = [str(PACKAGE)]
    for name in names:
        found = find_spec(name)
        if found is not None and found.origin is not None:
            paths.append(str(Path(found.origin).parents[1]))
    return list(dict.fromkeys(paths))


class Beside:
    """A process that answers JSON lines with JSON lines; it ends with `close` or with ours.

    Args:
        what: what it is for, in the words of the log.
        script: is run by path, and sees nothing of our environment but ``env``.
        first: gives the first line that it reads.
        when_gone: called when it ended.
        heard: gets what it says unasked: objects whose ``id`` is 0.
        in_a_row: after how many deaths without an answer between nothing is asked any more; None =
            after `DEATHS`, whatever lay between.
    """

    def __init__(
        self,
        what: str,
        script: Path,
        first: Callable[[], Mapping[str, Any]],
        *,
        env: Mapping[str, str] | None = None,
        when_gone: Callable[[], None] = lambda: None,
        heard: Callable[[Mapping[str, Any]], None] = lambda _: None,
        in_a_row: int | None = None,
    ) -> None:
        self._what = what
        self._script = script
        self._first = first
        self._env = dict(env or {})
        self._when_gone = when_gone
        self._heard = heard
        self._ids = count(1)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._deaths = 0
        self._forgives = in_a_row is not None
        self._most = in_a_row or DEATHS

    async def ask(self, question: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        """An answer; empty when there is none to be had.

        Args:
            content: follows the question's line.
        """
        process = await self._started()
        if process is None or process.stdin is None:
            return {}
        number = next(self._ids)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            with suppress(ConnectionError):
                line = json.dumps({"id": number, **question}).encode("ascii")
                process.stdin.write(line + b"\n" + content)
                await process.stdin.drain()
            return await answer
        finally:
            self._waiting.pop(number, None)

    @property
    def is_over(self) -> bool:
        """Whether nothing is asked any more."""
        return self._deaths >= self._most

    async def close(self) -> None:
        """End the process; no other one is started."""
        self._deaths = self._most
        async with self._starting:
            process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
        if self._reading is not None:
            await self._reading

    def kill(self) -> None:
        """End what runs; whoever waits gets no answer, and the next question starts it again."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _started(self) -> asyncio.subprocess.Process | None:
        async with self._starting:
            if self._process is None and not self.is_over:
                try:
                    self._process = await self._start()
                except OSError as error:
                    logger.warning("no %s: %s", self._what, error)
                    self._deaths = self._most
            return self._process

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-W", "ignore", str(self._script)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._env,
            cwd=os.sep,
            start_new_session=True,
            limit=MAX_ANSWER,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(self._first()).encode("ascii") + b"\n")
        self._reading = asyncio.create_task(self._read(process))
        return process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                answer = json.loads(line)
                if not answer["id"]:
                    self._heard(answer)
                waiting = self._waiting.get(answer["id"])
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer)
                    self._deaths = 0 if self._forgives else self._deaths
        except ValueError:  # an answer longer than any may be
            process.kill()
        if self._process is process:
            logger.warning("the process for %s ended", self._what)
            self._process = None
            self._deaths += 1
        self._when_gone()
        for each in self._waiting.values():
            if not each.done():
                each.set_result({})
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
