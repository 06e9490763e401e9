"""Reach the project's engine: the running one, else one in this process."""

from __future__ import annotations

import asyncio
import time
import tomllib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from codeframe_tui.adapters.project import Project
from codeframe_tui.core.errors import Refused, WrongUse
from codeframe_tui.ports import Service
from codeframe_tui.settings import Settings, config_dir
from codeframe_tui.wire.address import read_address
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.remote import reach_remote

__all__ = ["open_remote", "open_session", "read_settings"]

PATIENCE_SECONDS = 10.0
"""How long a verb waits while another one holds the project."""
RETRY_SECONDS = 0.03
LEAVING_SECONDS = 2.0
"""How long others may take to finish before an engine that was hosted for a verb ends."""


def read_settings(state_root: Path | None, sandbox: str | None) -> Settings:
    """The settings; what the command line names wins.

    Raises:
        WrongUse: a setting is wrong, or the file is broken; names it.
    """
    named = {"state_dir": state_root, "sandbox": sandbox}
    try:
        return Settings.model_validate({k: v for k, v in named.items() if v is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        what = f"setting {name}" if name else "the settings cannot be read"
        raise WrongUse(f"{what}: {why}", hint=_where()) from error
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(f"{config_dir() / 'config.toml'}: {error}", hint="correct it") from error


def _where() -> str:
    return f"it is set by CODEFRAME_TUI_… or in {config_dir() / 'config.toml'}"


@asynccontextmanager
async def open_session(place: Project, sandbox: str | None) -> AsyncIterator[Service]:
    """The service of a project: attach to its engine, else host one until the block ends.

    Others reach a hosted engine as any other; whoever does when it ends may finish first.

    Args:
        sandbox: consent of the command line, for an engine that is hosted here.

    Raises:
        Refused: another process holds the project and does not answer.
        Lacking: see `bootstrap.open_engine`.
    """
    async with AsyncExitStack() as stack:
        end = time.monotonic() + PATIENCE_SECONDS
        while (service := await _attach(place, stack)) is None:
            try:
                service = await _host(place, sandbox, stack)
                break
            except Refused as error:
                if error.code != "engine_running" or time.monotonic() > end:
                    raise
            await asyncio.sleep(RETRY_SECONDS)
        yield service


@asynccontextmanager
async def open_remote(place: str) -> AsyncIterator[Service]:
    """The service that `serve` offers at a URL, or at the one that a file holds.

    Raises: as `read_address` and `reach_remote`.
    """
    client = await reach_remote(partial(read_address, place))
    try:
        yield client
    finally:
        await client.close()


async def _attach(place: Project, stack: AsyncExitStack) -> Service | None:
    client = Client(comes_back=False)
    try:
        await client.connect(place.socket)
    except (FileNotFoundError, ConnectionRefusedError, ConnectionResetError):
        return None
    stack.push_async_callback(client.close)
    return client


async def _host(place: Project, sandbox: str | None, stack: AsyncExitStack) -> Service:
    from codeframe_tui.bootstrap import open_engine  # noqa: PLC0415 - heavy; most verbs attach
    from codeframe_tui.wire.server import Server  # noqa: PLC0415

    settings = read_settings(place.state_root, sandbox)
    engine = await stack.enter_async_context(open_engine(place.root, settings, announced=False))
    server = Server(engine.service)
    await server.start(place.socket)
    stack.push_async_callback(server.close, LEAVING_SECONDS)
    return engine.service
