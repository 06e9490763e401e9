"""The bubblewrap level: namespaces, a read-only system, the workspace over the project's path.

The order of the arguments matters: later mounts hide earlier ones.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from codeframe_tui.adapters.process import attend
from codeframe_tui.adapters.sandbox import seccomp
from codeframe_tui.adapters.sandbox.client import Launcher, Order
from codeframe_tui.adapters.sandbox.closure import Closure, look_up
from codeframe_tui.adapters.sandbox.command import (
    Command,
    OnOutput,
    Place,
    counted,
    finished,
    limits,
    refuse,
    reserve_environment,
)
from codeframe_tui.adapters.sandbox.etc import UID
from codeframe_tui.adapters.sandbox.network import CLOSED, Network
from codeframe_tui.adapters.sandbox.stdin import stdin_of
from codeframe_tui.core.network import Allowed
from codeframe_tui.core.totals import Totals
from codeframe_tui.ports import Finished, Workspace

__all__ = ["BwrapSandbox"]

RUN = "/run/cft"
ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
"""Of bubblewrap itself: whoever is inside reads it from the first process."""
FIRST_UID = 61_184
REMEMBERED = 16
"""Workspaces of which is kept what belongs to their user already."""
FIRST_EXTRA = 10
"""The number of a command's first descriptor; see the launcher."""
ISOLATION = (
    *("--hostname", "sandbox", "--json-status-fd", "@status"),
    *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
    *("--unshare-cgroup-try", "--disable-userns", "--cap-drop", "ALL"),
    *("--uid", str(UID), "--gid", str(UID)),
    *("--die-with-parent", "--new-session", "--ro-bind", "/usr", "/usr"),
)
DEVICES = ("--dev", "/dev", "--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys")
SEALS = ("--size", "67108864", "--tmpfs", "/dev/shm", "--remount-ro", "/dev", "--remount-ro", "/")  # noqa: S108


@dataclass(slots=True)
class BwrapSandbox:
    """Runs commands under bubblewrap; as root it drops to an unprivileged user first."""

    project: Path
    state_dir: Path
    bwrap: str
    closure: Closure
    totals: Totals
    network: Network = CLOSED
    why: str = ""
    advice: str = ""
    level: str = "bwrap"
    _launcher: Launcher = field(default_factory=Launcher)
    _given: dict[str, str] = field(default_factory=dict)

    async def run(
        self,
        workspace: Workspace,
        argv: Sequence[str],
        *,
        timeout_seconds: float,
        on_output: OnOutput = None,
        network: bool = False,
    ) -> Finished:
        """See `Sandbox.run`."""
        command = Command(workspace, tuple(argv), timeout_seconds, network=network)
        return await self.launch(command, on_output)

    def place(self, command: Command) -> Place:
        """Where things are for a command; see `Place`."""
        del command
        python = str(self.closure.python)
        return Place(str(self.project), RUN, python, tempfile.gettempdir())

    @property
    def hosts(self) -> Allowed:
        """See `Sandbox.hosts`."""
        return self.network.allowed

    @property
    def etc(self) -> Path:
        """Where `make_etc` put the sandbox's /etc."""
        return self.state_dir / "sandbox" / "etc"

    async def environment(self) -> Closure:
        """The closure as it is now. Raises: Lacking, when no Python runs."""
        if not self.closure.is_fresh():
            self.closure = await look_up(self.project, (home(), self.state_dir))
        return self.closure

    async def launch(self, command: Command, on_output: OnOutput = None) -> Finished:
        """Run a command; a cancel leaves nothing of it."""
        closure = await self.environment()
        if not (command.network and self.network.allowed):
            return await self._launch(command, closure, on_output)
        from codeframe_tui.adapters.sandbox.proxy import (  # noqa: PLC0415 - where it is allowed
            becoming,
            open_proxy,
        )

        async with open_proxy(self.network) as (proxy, fd):
            number = FIRST_EXTRA + len(command.extras)
            argv = becoming(str(closure.python), number, command.argv)
            handing = replace(command, argv=argv, extras=(*command.extras, fd))
            done = await self._launch(handing, closure, on_output)
        return replace(done, contacts=proxy.contacts())

    async def _launch(self, command: Command, closure: Closure, on_output: OnOutput) -> Finished:
        root = command.workspace.root
        if closure.environment is not None:
            problem = reserve_environment(root, closure.environment.name)
            if problem:
                return refuse(problem)
        order = self._order(command, closure)
        with stdin_of(command.stdin) as stdin:
            child = await self._launcher.start(order, stdin, command.extras)
        ended = await attend(child, timeout_seconds=command.timeout_seconds, on_output=on_output)
        if order.give:
            self._keep(order.give, child.given)
        codes = [line["exit-code"] for line in child.status if "exit-code" in line]
        return finished(ended, child, self.totals, exit_code=codes[-1] if codes else None)

    def _order(self, command: Command, closure: Closure) -> Order:
        drop = os.getuid() == 0
        data = {f"file.{name}": content for name, content in command.files.items()}
        code = seccomp.program(platform.machine())
        if code is not None:
            data["seccomp"] = code
        stage = _Stage(active=drop)
        each = limits(self.totals)
        give = str(command.workspace.root) if drop and not command.read_only else ""
        if drop:
            each["RLIMIT_NPROC"] = self.totals.processes
        argv = [self.bwrap, *self._options(command, closure, stage)]
        if code is not None:
            argv += ["--seccomp", "@seccomp"]
        return Order(
            argv=[*argv, *self._surroundings(command, closure), "--", *self._prefix(drop=drop)],
            command=command.argv,
            env=ENVIRONMENT,
            cwd="/",
            limits=each,
            totals=counted(self.totals),
            watched=() if command.read_only else [os.path.realpath(command.workspace.root)],
            private=self._private(),
            data=data,
            stage=stage.sources,
            uid=_uid(command.workspace.root) if drop else None,
            give=give,
            given=self._given.get(give, ""),
        )

    def _keep(self, workspace: str, given: str) -> None:
        """Remember what was last seen of a workspace, for the next command; of some workspaces."""
        self._given.pop(workspace, None)
        self._given[workspace] = given
        if len(self._given) > REMEMBERED:
            del self._given[next(iter(self._given))]

    def _options(self, command: Command, closure: Closure, stage: _Stage) -> Iterator[str]:
        project = str(self.project)
        yield from ISOLATION
        yield from _system()
        yield from ("--ro-bind", stage.source(self.etc), "/etc")
        yield from DEVICES
        for place, size in self._private().items():
            yield from ("--size", str(size), "--tmpfs", place)
        for path in closure.binds:
            yield from ("--ro-bind", stage.source(path), str(path))
        for path, target in closure.links:
            yield from ("--symlink", target, str(path))
        bind = "--ro-bind" if command.read_only else "--bind"
        yield from (bind, stage.source(command.workspace.root), project)
        if closure.environment is not None:
            where = closure.environment
            yield from ("--ro-bind", stage.source(where), str(where))
        if command.files or command.folders:
            yield from ("--dir", RUN)
        for name in command.files:
            yield from ("--ro-bind-data", f"@file.{name}", f"{RUN}/{name}")
        for name, path in command.folders.items():
            yield from ("--ro-bind", stage.source(path), f"{RUN}/{name}")
        yield from SEALS

    def _private(self) -> dict[str, int]:
        """Empty file systems and their sizes; the outer one first where one holds the other."""
        size = self.totals.disk_bytes & -(2**20)
        places = {tempfile.gettempdir(): size, str(home()): size // 4}
        return {path: places[path] for path in sorted(places, key=len)}

    def _prefix(self, *, drop: bool) -> list[str]:
        """The process limit counts all of a user's processes; set inside, it counts only ours."""
        prlimit = None if drop else shutil.which("prlimit", path="/usr/bin:/bin")
        return [] if prlimit is None else [prlimit, f"--nproc={self.totals.processes}", "--"]

    def _surroundings(self, command: Command, closure: Closure) -> Iterator[str]:
        variables = {
            "PATH": f"{closure.python.parent}:/usr/bin:/bin",
            "HOME": str(home()),
            "LANG": "C.UTF-8",
            "TMPDIR": tempfile.gettempdir(),
            "USER": "worker",
            "PYTHONDONTWRITEBYTECODE": "1",
            **command.env,
        }
        yield from ("--chdir", str(self.project), "--clearenv")
        for name, value in variables.items():
            yield from ("--setenv", name, value)


def home() -> Path:
    """The user's HOME; a made-up one where it is unset or the root directory."""
    path = Path(os.path.realpath(os.environ.get("HOME") or "/"))
    return path if path != Path("/") else Path("/home/worker")


@dataclass(slots=True)
class _Stage:
    """Gives bind sources new names when the launcher must bind them before it drops root."""

    active: bool
    sources: list[str] = field(default_factory=list)

    def source(self, path: Path) -> str:
        if not self.active:
            return str(path)
        self.sources.append(str(path))
        return f"{tempfile.gettempdir()}/{len(self.sources) - 1}"


def _system() -> Iterator[str]:
    for name in ("bin", "lib", "lib64", "lib32", "sbin"):
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))


def _uid(workspace: Path) -> int:
    """An unprivileged user for each workspace; always the same, so that files keep their owner."""
    return FIRST_UID + zlib.crc32(os.fsencode(workspace)) % 4096
