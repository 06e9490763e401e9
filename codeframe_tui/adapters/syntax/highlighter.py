"""Asks a process beside ours how lines of a file are coloured."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from codeframe_tui.ports.running import Tokens

__all__ = ["Highlighter"]

logger = logging.getLogger(__name__)

SCRIPT = Path(__file__).with_name("inside") / "lex.py"
PACKAGE = Path(__file__).parents[3]
MAX_BYTES = 8 * 2**20
"""Larger files are not lexed: it would take minutes."""
MAX_ANSWER = 64 * 2**20
MAX_SENT = 4_096
"""Files of which it is remembered that they were sent."""
DEATHS = 3
"""After which there are no colours: something kills the process again and again."""


class Highlighter:
    """The port Syntax over pygments, which is imported only in the process that is asked.

    The process starts with the first question, is niced, and ends with `close` or with ours.
    """

    def __init__(self) -> None:
        self._ids = count(1)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._sent: set[tuple[str, str]] = set()
        self._deaths = 0

    async def tokens(
        self, blob: str, path: str, content: bytes, first: int, last: int
    ) -> Tokens | None:
        """How lines are coloured; see the port."""
        if len(content) > MAX_BYTES or first >= last:
            return None
        request = {"blob": blob, "path": path, "first": first, "last": last}
        key = (blob, path)
        answer = await self._ask(request, b"" if key in self._sent else content)
        if answer.get("missing"):
            answer = await self._ask(request, content)
        if len(self._sent) >= MAX_SENT:
            self._sent.clear()
        self._sent.add(key)
        tokens = answer.get("tokens")
        return tokens and [[(*span,) for span in line] for line in tokens]

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
        if self._reading is not None:
            await self._reading

    async def _ask(self, request: dict[str, Any], content: bytes) -> dict[str, Any]:
        """An answer; empty when there is none to be had."""
        process = await self._started()
        if process is None or process.stdin is None:
            return {}
        number = next(self._ids)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        head = {"id": number, **request, "size": len(content) if content else -1}
        try:
            with suppress(ConnectionError):
                process.stdin.write(json.dumps(head).encode("ascii") + b"\n" + content)
                await process.stdin.drain()
            return await answer
        finally:
            self._waiting.pop(number, None)

    async def _started(self) -> asyncio.subprocess.Process | None:
        async with self._starting:
            if self._process is None and self._deaths < DEATHS:
                try:
                    self._process = await self._start()
                except OSError as error:
                    logger.warning("no syntax colours: %s", error)
                    self._deaths = DEATHS
            return self._process

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-W", "ignore", str(SCRIPT)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            cwd=os.sep,
            start_new_session=True,
            limit=MAX_ANSWER,
        )
        assert process.stdin is not None
        found = find_spec("pygments")  # found, not imported
        paths = [str(PACKAGE)]
        if found is not None and found.origin is not None:
            paths.append(str(Path(found.origin).parents[1]))
        process.stdin.write(json.dumps({"paths": paths}).encode("ascii") + b"\n")
        self._reading = asyncio.create_task(self._read(process))
        return process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                answer = json.loads(line)
                waiting = self._waiting.get(answer["id"])
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer)
        except ValueError:  # an answer longer than any may be
            process.kill()
        if self._process is process:
            logger.warning("the process for syntax colours ended")
            self._process = None
            self._deaths += 1
        self._sent.clear()
        for each in self._waiting.values():
            if not each.done():
                each.set_result({})
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
