"""Runs the scripts of `inside`: work that would hold the interpreter's lock for too long.

A thread would not do: the matcher of regular expressions gives the lock to nobody.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from codeframe_tui.adapters.process import Ended, run_program
from codeframe_tui.core.errors import CodeframeError

__all__ = ["PACKAGE", "run_script"]

logger = logging.getLogger(__name__)

PACKAGE = Path(__file__).parents[3]
"""Where `codeframe_tui` is imported from."""
INSIDE = Path(__file__).with_name("inside")


async def run_script(
    name: str, feed: IO[bytes], take: Callable[[dict[str, Any]], None], *, seconds: float
) -> Ended:
    """Run a script of `inside` to its end or to the limit.

    Args:
        name: the script's stem.
        feed: a file; the script reads it from its start.
        take: gets each object that the script writes, as it comes.

    Raises:
        CodeframeError: it broke; the log has its words.
    """
    feed.flush()
    os.lseek(feed.fileno(), 0, os.SEEK_SET)
    rest = bytearray()

    def split(chunk: bytes) -> None:
        *lines, last = (rest + chunk).split(b"\n")
        rest[:] = last
        for line in lines:
            if line.startswith(b"{"):
                take(json.loads(line))

    ended = await run_program(
        [sys.executable, "-I", "-S", "-W", "ignore", str(INSIDE / f"{name}.py")],
        env={},
        cwd=INSIDE,
        timeout_seconds=seconds,
        on_output=split,
        stdin=feed.fileno(),
    )
    if ended.code and not ended.timed_out:
        logger.error("%s ended with %s: %r", name, ended.code, ended.output[-2000:])
        raise CodeframeError(f"the {name} broke off (code {ended.code})", hint="see the log")
    return ended
