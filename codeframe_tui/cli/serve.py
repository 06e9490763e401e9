"""Verbs that serve an engine to others, and supervise one from elsewhere."""

from __future__ import annotations

import logging
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codeframe_tui.adapters import log
from codeframe_tui.cli.group import program
from codeframe_tui.cli.verb import App, Scene, ended, not_yet, verb
from codeframe_tui.core.errors import CodeframeError, Refused, WrongUse
from codeframe_tui.headless.output import Output
from codeframe_tui.tui.launch import attach_cockpit
from codeframe_tui.wire.address import LOOPBACK, Address, keep_address, read_address
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.start import Starter, connect_or_spawn

if TYPE_CHECKING:
    from codeframe_tui.wire.gateway import Gateway

__all__: list[str] = []

logger = logging.getLogger(__name__)

TOKEN_BYTES = 32
NICENESS = 10
"""As the engine's own: watchers never take the processor from a worker."""


@verb(program, "serve", "serve --port 7000", engine=False)
@click.option("--host", default="127.0.0.1", help="127.0.0.1 (default) or ::1, nothing else.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: a free one.")
@click.option("--web", is_flag=True, help="A page for browsers too (not yet).")
async def serve(scene: Scene, host: str, port: int, web: bool) -> None:
    """Serve the project's engine on this machine until interrupted.

    Prints two addresses: with the first one everything can be done, with the second one only
    watched. Each holds a secret; both change with every start. A file of the state folder has
    them too, which `attach` and --remote read.
    """
    if web:
        raise not_yet("serve --web")
    here = _here(host)
    scene.app.place.prepare()
    handler = log.configure(scene.app.place.verbs_log)
    await _serve(scene, here, port)
    log.close(handler)


def _here(host: str) -> str:
    if host not in LOOPBACK:
        raise WrongUse(
            f"{host} is not this machine's own address, and the connection is not encrypted",
            hint="leave --host out; from another machine: ssh -L PORT:127.0.0.1:PORT THIS-ONE",
            code="not_loopback",
        )
    return LOOPBACK[host]


async def _serve(scene: Scene, host: str, port: int) -> None:
    from codeframe_tui.wire.gateway import Gateway  # noqa: PLC0415 - loads websockets
    from codeframe_tui.wire.relay import Relay, WatchOnly, first_to_end  # noqa: PLC0415

    place, sandbox = scene.app.place, scene.app.sandbox
    starter = Starter(place, ("--sandbox", sandbox) if sandbox else ())
    async with AsyncExitStack() as stack:
        upstream = Client()
        stack.push_async_callback(upstream.close)
        await connect_or_spawn(upstream, starter)
        os.nice(NICENESS)
        relay = Relay(upstream, upstream.found)
        await relay.start()
        stack.callback(relay.close)
        tokens = [secrets.token_urlsafe(TOKEN_BYTES) for _ in range(2)]
        gateway = Gateway({tokens[0]: relay, tokens[1]: WatchOnly(relay)})
        stack.push_async_callback(gateway.close)
        port = await _opened(gateway, host, port)
        addresses = [Address(host, port, token) for token in tokens]
        stack.enter_context(_kept(place.addresses, addresses))
        _tell(scene.output, place.addresses, addresses)
        await first_to_end(relay.run(), _stay_connected(upstream, starter))


async def _opened(gateway: Gateway, host: str, port: int) -> int:
    try:
        return await gateway.start(host, port)
    except OSError as error:
        what = f"port {port} of {host} cannot be used: {error.strerror}"
        raise Refused(what, hint="leave --port out, or name a free one", code="no_port") from error


async def _stay_connected(upstream: Client, starter: Starter) -> None:
    """An engine that ends, or is replaced by a newer one, is found or started again."""
    while True:
        await upstream.lost.wait()
        logger.warning("the engine is lost")
        await connect_or_spawn(upstream, starter)


@contextmanager
def _kept(path: Path, addresses: list[Address]) -> Iterator[None]:
    """The file of the addresses, for as long as they are worth something."""
    keep_address(path, *addresses)
    try:
        yield
    finally:
        with suppress(CodeframeError):
            if read_address(str(path)) == addresses[0]:  # a later `serve` has its own
                path.unlink(missing_ok=True)


def _tell(output: Output, path: Path, addresses: list[Address]) -> None:
    """Print the addresses; into a log or a pipe of people's text only where they can be read."""
    control, watch = addresses
    lines = [f"serving at {control.place}"]
    if sys.stdout.isatty():
        lines += [f"to supervise:  {control.url}", f"to watch only: {watch.url}"]
    lines += [f"both stand in  {path}"]
    found = {"control": control.url, "watch": watch.url, "file": str(path)}
    output.document(found, "\n".join(lines))


@program.command("attach", epilog="Example: codeframe-tui attach")
@click.argument("place", metavar="[URL|FILE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Errors as JSON.")
@click.pass_obj
def attach(app: App, *, place: str | None, as_json: bool) -> None:
    """Open a cockpit on an engine that `serve` offers.

    Without an address: that of --remote or CODEFRAME_TUI_REMOTE, else the one that `serve` left
    for this project. Others can see a URL among this machine's processes: prefer a file.
    """
    sys.exit(ended(lambda: _attach(app, place), Output(as_json=as_json)))


def _attach(app: App, named: str | None) -> None:
    place = named or app.remote or str(app.place.addresses)
    read_address(place)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WrongUse("the cockpit needs a terminal", hint="see `codeframe-tui --help`")
    sys.exit(attach_cockpit(place))
