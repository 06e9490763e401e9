"""Whoever waits at a terminal for the code to be read is told how far it is."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from codeframe_tui.cli.reading import answer
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.events import Signal
from codeframe_tui.core.queries import ShowSymbols
from codeframe_tui.headless.output import Output


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def asked(stderr: io.StringIO, *, as_json: bool = False, breaks: bool = False) -> str:
    """What stderr gets of an answer for which files are read."""
    told = asyncio.Event()

    async def signals() -> AsyncIterator[Signal]:
        yield Signal("output", None, {"chunk": "x"})
        yield Signal("index", None, {"done": 450, "files": 1_500})
        told.set()
        if breaks:
            raise Refused("the engine is gone")
        await asyncio.Event().wait()

    async def query(_: object) -> dict[str, Any]:
        await told.wait()
        return {"symbols": []}

    output = Output(as_json=as_json, stdout=io.StringIO(), stderr=stderr)
    scene: Any = SimpleNamespace(
        service=SimpleNamespace(signals=signals, query=query), output=output
    )
    assert await answer(scene, ShowSymbols("x")) == {"symbols": []}
    return stderr.getvalue()


@pytest.mark.parametrize("breaks", [False, True])
async def test_a_terminal_is_told_how_far_reading_is_and_its_line_is_cleared(
    *, breaks: bool
) -> None:
    said = await asked(Terminal(), breaks=breaks)
    assert said == "\r\x1b[Kreading the code: 450 of 1,500 files\r\x1b[K"


async def test_programs_are_told_nothing() -> None:
    assert await asked(io.StringIO()) == await asked(Terminal(), as_json=True) == ""
