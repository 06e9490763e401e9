"""Find the engine of a project, or start one. The cockpit's side: stdlib and core only."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from codeframe_tui.adapters.project import Project
from codeframe_tui.core.errors import CodeframeError, Lacking, WrongUse
from codeframe_tui.wire.client import Client

__all__ = ["Starter", "connect_or_spawn", "reach", "spawn_engine"]

FIRST_RETRY_SECONDS = 0.01
LONGEST_RETRY_SECONDS = 0.25
SPAWN_GUARD_SECONDS = 3.0
"""A new engine is started at most once in this time, unless one has answered meanwhile."""

_REFUSALS: Mapping[int, type[CodeframeError]] = {
    kind.exit_code: kind for kind in (WrongUse, Lacking)
}
"""By exit code of an engine: why the next one would end as it did."""

_BOOT = (
    "import sys; root = sys.argv.pop(1); root in sys.path or sys.path.insert(0, root); "
    "from codeframe_tui.__main__ import main; sys.exit(main())"
)


def engine_argv(project: Project, options: Sequence[str] = (), *, demo: bool = False) -> list[str]:
    """The command line of an engine; ``-P`` keeps the current folder out of its imports."""
    verb = ["engine", *(["--demo"] if demo else [])]
    package_root = str(Path(__file__).resolve().parents[2])
    places = ["--project", str(project.root), "--state-dir", str(project.state_root)]
    return [sys.executable, "-P", "-c", _BOOT, package_root, *places, *options, *verb]


def spawn_engine(project: Project, options: Sequence[str] = (), *, demo: bool = False) -> int:
    """Start an engine that no terminal and no end of this process reaches.

    Args:
        options: global options of the command line besides the places, e.g. ``--sandbox none``.
        demo: with the scripted model and the tasks of the demo.

    Returns:
        Its process id.
    """
    project.prepare()
    argv = engine_argv(project, options, demo=demo)
    log_flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    return os.posix_spawn(
        argv[0],
        argv,
        dict(os.environ),
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, str(project.engine_log), log_flags, 0o600),
        ],
    )


class Starter:
    """Starts engines of one project, not more often than sensible, and reaps those that ended.

    Args: as `spawn_engine`.
    """

    def __init__(
        self, project: Project, options: Sequence[str] = (), *, demo: bool = False
    ) -> None:
        self.project = project
        self._demo = demo
        self._options = tuple(options)
        self._pid: int | None = None
        self._last = -SPAWN_GUARD_SECONDS
        self._refuses = 0

    def is_running(self) -> bool:
        """Whether somebody listens on the project's socket now."""
        probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            probe.connect(str(self.project.socket))
        except OSError:
            return False
        finally:
            probe.close()
        return True

    def spawn(self) -> None:
        """Start an engine unless one was started just now."""
        self._reap()
        if self._pid is None and time.monotonic() - self._last >= SPAWN_GUARD_SECONDS:
            self._pid = spawn_engine(self.project, self._options, demo=self._demo)
            self._last = time.monotonic()

    def answered(self) -> None:
        """An engine said hello: the next one may be started at once."""
        self._last = -SPAWN_GUARD_SECONDS

    def _reap(self) -> None:
        if self._pid is not None:
            with suppress(ChildProcessError):
                pid, status = os.waitpid(self._pid, os.WNOHANG)
                if pid == 0:
                    return
                self._refuses = os.waitstatus_to_exitcode(status)
            self._pid = None

    def check(self) -> None:
        """Whether there is a use in trying again.

        Raises:
            WrongUse: the last engine ended at once, for a setting is wrong; names it.
            Lacking: it ended for something that is missing or damaged; says what to do.
        """
        kind = _REFUSALS.get(self._refuses)
        if kind is None:
            return
        self._refuses = 0
        log = self.project.engine_log.read_text(encoding="utf-8", errors="replace")
        told = dict(line.partition(": ")[::2] for line in log.splitlines()[-2:])
        if "error" in told:
            raise kind(told["error"], hint=told.get("hint", ""))


async def reach(starter: Starter) -> Client:
    """A fresh connection, to the running engine or a new one; its iterators end with it.

    Raises: as `connect_or_spawn`.
    """
    client = Client(comes_back=False)
    await connect_or_spawn(client, starter)
    return client


async def connect_or_spawn(
    client: Client, starter: Starter, *, patience_seconds: float = 15.0
) -> None:
    """Connect to the project's engine; start one when none listens.

    Raises:
        Lacking: no engine answered in time; the hint names the log.
        WrongUse: a setting is wrong, see `Starter.check`; Lacking too.
        Refused: the engine speaks another protocol.
    """
    path = starter.project.socket
    end = time.monotonic() + patience_seconds
    wait = FIRST_RETRY_SECONDS
    while True:
        try:
            await client.connect(path)
        except (FileNotFoundError, ConnectionRefusedError, ConnectionResetError):
            starter.spawn()
            starter.check()
        else:
            starter.answered()
            return
        if time.monotonic() > end:
            raise Lacking(
                "the engine does not start",
                hint=f"its log says why: {starter.project.engine_log}",
                code="engine",
            )
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_RETRY_SECONDS)
