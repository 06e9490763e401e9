"""How every verb is made: one decorator, one way out."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, Protocol

import click

from codeframe_tui.adapters import log
from codeframe_tui.adapters.project import Project, open_project
from codeframe_tui.cli.session import open_remote, open_session
from codeframe_tui.core.errors import CodeframeError, Lacking, WrongUse
from codeframe_tui.core.queries import ShowOverview
from codeframe_tui.headless.output import Output
from codeframe_tui.ports import Service

__all__ = ["App", "Scene", "ended", "not_yet", "number", "verb"]

Body = Callable[..., Awaitable[None]]
"""An async function of a `Scene` and the values of its options by name."""

BROKEN_PIPE = 128 + signal.SIGPIPE
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
_ROOM = "make room, or name another place with --state-dir; what was said before is kept"


class Opener(Protocol):
    """As `open_session`."""

    def __call__(self, place: Project, sandbox: str | None) -> AbstractAsyncContextManager[Service]:
        """See `open_session`."""
        ...


@dataclass
class App:
    """The global options, and how an engine is reached."""

    project: Path | None = None
    state_dir: Path | None = None
    sandbox: str | None = None
    remote: str | None = None
    opener: Opener = field(default=open_session)

    def open(self) -> AbstractAsyncContextManager[Service]:
        """The engine of a verb: the served one where that is wished, else the project's."""
        return open_remote(self.remote) if self.remote else self.opener(self.place, self.sandbox)

    @property
    def place(self) -> Project:
        """Where the project and its state lie. Raises: WrongUse."""
        return open_project(self.project, self.state_dir)


@dataclass(frozen=True)
class Scene:
    """What a verb works with.

    Attributes:
        service: the engine; verbs that need none must not touch it.
    """

    app: App
    output: Output
    _service: Service | None = None

    @property
    def service(self) -> Service:
        """The engine."""
        assert self._service is not None
        return self._service


def verb(
    group: click.Group,
    name: str,
    example: str,
    *,
    engine: bool = True,
    hidden: bool = False,
) -> Callable[[Body], click.Command]:
    """Make a click command of an async function that takes a `Scene` first.

    Args:
        example: shown by ``--help``, without the program's name.
        engine: whether the verb needs an engine.
    """

    def decorate(body: Body) -> click.Command:
        @click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")
        @click.pass_obj
        @wraps(body)
        def run(app: App, /, *, as_json: bool, **given: object) -> None:
            output = Output(as_json=as_json)
            call = _with_engine if engine else _without_engine
            doing = call(app, output, lambda scene: body(scene, **given))
            sys.exit(ended(lambda: asyncio.run(_terminable(doing)), output))

        epilog = f"Example: codeframe-tui {example}"
        return group.command(name, epilog=epilog, hidden=hidden)(run)

    return decorate


async def _with_engine(app: App, output: Output, body: Callable[[Scene], Awaitable[None]]) -> None:
    place = app.place
    place.prepare()
    handler = log.configure(place.verbs_log)
    async with app.open() as service:
        if app.sandbox is not None:
            await _warn_of_sandbox(app.sandbox, output, service)
        await body(Scene(app, output, service))
    log.close(handler)  # not on an error: the traceback is still to be written


async def _warn_of_sandbox(wanted: str, output: Output, service: Service) -> None:
    """An engine that runs already keeps the sandbox it was started with."""
    engine = await service.query(ShowOverview())
    if engine["pid"] != os.getpid():
        output.warn(
            f"warning: --sandbox {wanted} is without effect: the engine that runs already "
            f"(pid {engine['pid']}) uses {engine['sandbox']}"
        )


async def _without_engine(
    app: App, output: Output, body: Callable[[Scene], Awaitable[None]]
) -> None:
    await body(Scene(app, output))


def ended(act: Callable[[], object], output: Output) -> int:
    """Act, tell an expected failure, give the exit code (CONTRACT §2)."""
    try:
        act()
    except CodeframeError as error:
        output.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except asyncio.CancelledError:
        return 128 + signal.SIGTERM
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        lacking = Lacking(f"the state cannot be written: {error.strerror}", hint=_ROOM)
        output.error(lacking)
        return lacking.exit_code
    except SystemExit as end:
        return int(end.code or 0)
    return 0


async def _terminable(doing: Awaitable[None]) -> None:
    """So that SIGTERM unwinds as SIGINT does: tasks released, lock given back."""
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        await doing
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


def number(name: str = "number") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The argument NUMBER."""
    return click.argument(name, metavar="NUMBER")


def not_yet(what: str) -> WrongUse:
    """What a later release brings."""
    return WrongUse(f"{what}: not yet", hint="see CHANGELOG.md", code="not_yet")
