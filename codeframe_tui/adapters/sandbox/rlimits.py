"""Below bubblewrap: limits and a clean end, but no walls. Only with the person's consent."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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
)
from codeframe_tui.adapters.sandbox.stdin import stdin_of
from codeframe_tui.core.network import NOWHERE, Allowed
from codeframe_tui.core.totals import Totals
from codeframe_tui.ports import Finished, Workspace

__all__ = ["RlimitsSandbox"]

REROOT = Path(__file__).with_name("reroot")
WRITABLE = ("home", "tmp")


@dataclass(slots=True)
class RlimitsSandbox:
    """Runs commands in the workspace itself, as the same user, with all that user may read.

    Imports of the project are led to the workspace; every process a command leaves is ended.
    """

    project: Path
    state_dir: Path
    closure: Closure
    totals: Totals
    why: str = ""
    advice: str = ""
    level: str = "rlimits"
    hosts: Allowed = NOWHERE
    _launcher: Launcher = field(default_factory=Launcher)

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
        return Place(
            project=os.path.realpath(command.workspace.root),
            run=str(self._folder("run", command.token)),
            python=str(self.closure.python),
            temporary=str(self._folder("tmp", command.token)),
        )

    async def environment(self) -> Closure:
        """The closure as it is now. Raises: Lacking, when no Python runs."""
        if not self.closure.is_fresh():
            self.closure = await look_up(self.project, ())
        return self.closure

    async def launch(self, command: Command, on_output: OnOutput = None) -> Finished:
        """Run a command; a cancel leaves nothing of it."""
        closure = await self.environment()
        place = self.place(command)
        order = Order(
            argv=(),
            command=command.argv,
            env={**self._variables(place, closure, command.token), **command.env},
            cwd=place.project,
            limits=limits(self.totals),
            totals=counted(self.totals),
            filter=_filter(),
            watched=[place.project, *(str(self._folder(kind, command.token)) for kind in WRITABLE)],
        )
        with self._prepared(command):
            with stdin_of(command.stdin) as stdin:
                child = await self._launcher.start(order, stdin, command.extras)
            limit = command.timeout_seconds
            ended = await attend(child, timeout_seconds=limit, on_output=on_output)
        code = None if ended.code < 0 else ended.code
        return finished(ended, child, self.totals, exit_code=code)

    def _folder(self, kind: str, token: str) -> Path:
        return self.state_dir / "sandbox" / f"{kind}-{token}"

    @contextlib.contextmanager
    def _prepared(self, command: Command) -> Iterator[None]:
        """Private HOME and TMPDIR, and the command's own files; gone afterwards."""
        folders = {kind: self._folder(kind, command.token) for kind in (*WRITABLE, "run")}
        try:
            for folder in folders.values():
                folder.mkdir(parents=True, mode=0o700)
            for name, content in command.files.items():
                target = folders["run"] / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            for name, path in command.folders.items():
                target = folders["run"] / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(path, target_is_directory=True)
            yield
        finally:
            for folder in folders.values():
                shutil.rmtree(folder, ignore_errors=True)

    def _variables(self, place: Place, closure: Closure, token: str) -> dict[str, str]:
        environment = str(closure.environment or "")
        return {
            "PATH": f"{closure.python.parent}:/usr/bin:/bin",
            "HOME": str(self._folder("home", token)),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self._folder("tmp", token)),
            "USER": "worker",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(REROOT),
            "CODEFRAME_REROOT": json.dumps([str(self.project), place.project, environment]),
        }


def _filter() -> bytes:
    """No wall, but nobody debugs us, gains rights, or types into our terminal."""
    known = seccomp.program(platform.machine()) if sys.platform == "linux" else None
    return known or b""
