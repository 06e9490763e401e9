"""Finds out by trial which level holds here."""

from __future__ import annotations

import asyncio
import logging
import platform
import secrets
import shutil
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from codeframe_tui.adapters.sandbox import seccomp
from codeframe_tui.adapters.sandbox.advice import advise, look_around
from codeframe_tui.adapters.sandbox.bwrap import BwrapSandbox, home
from codeframe_tui.adapters.sandbox.closure import Closure, look_up
from codeframe_tui.adapters.sandbox.command import Command, OnOutput, Place, refuse
from codeframe_tui.adapters.sandbox.etc import make_etc
from codeframe_tui.adapters.sandbox.network import CLOSED, Network
from codeframe_tui.adapters.sandbox.rlimits import RlimitsSandbox
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.network import NOWHERE, Allowed
from codeframe_tui.core.totals import Totals
from codeframe_tui.ports import Finished, Sandbox, Workspace

__all__ = ["Launching", "NoSandbox", "open_sandbox"]

log = logging.getLogger(__name__)

CONSENT = "or consent to limits only with --sandbox rlimits"
DEFAULT = Totals()
TRIAL_SECONDS = 20.0
TRIAL = """
grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status
[ -r "$1" ] && echo LEAK
echo x 2>/dev/null > "$2"
unshare -U true 2>/dev/null && echo NESTED
grep -qzv '^PATH=' /proc/1/environ 2>/dev/null && echo INHERITED
"$3" -I -S -c "$4" "$5" "$6"
exit 7
"""
REACH = """
import os, socket, sys
for family, where in (2, ("127.0.0.1", int(sys.argv[1]))), (1, chr(0) + sys.argv[2]):
    try:
        with socket.socket(family) as each:
            each.connect(where)
            print("REACHED")
    except OSError:
        pass
host, _, port = os.environ.get("HTTP_PROXY", "").rpartition("/")[2].partition(":")
if port:
    with socket.create_connection((host, int(port))) as each:
        each.sendall(b"CONNECT 127.0.0.1:%d HTTP/1.0\\r\\n\\r\\n" % int(sys.argv[1]))
        if b" 200 " in each.recv(64):
            print("REACHED")
print("TRIED")
"""


class Launching(Sandbox, Protocol):
    """A sandbox that can also run a `Command`, with files and pipes of its own."""

    def place(self, command: Command) -> Place:
        """Where the command will find things."""
        ...

    async def environment(self) -> Closure:
        """The project's Python as it is now. Raises: Lacking."""
        ...

    async def launch(self, command: Command, on_output: OnOutput = None) -> Finished:
        """Run it; see `Sandbox.run`."""
        ...


@dataclass(slots=True)
class NoSandbox:
    """Runs nothing."""

    why: str
    advice: str = ""
    level: str = "none"
    hosts: Allowed = NOWHERE

    @property
    def told(self) -> str:
        """Why, and what to do, in one line."""
        return "; ".join(filter(None, (self.why, self.advice)))

    async def run(
        self,
        workspace: Workspace,
        argv: Sequence[str],
        *,
        timeout_seconds: float,
        on_output: OnOutput = None,
        network: bool = False,
    ) -> Finished:
        """Refuse, and say how to get a sandbox."""
        del workspace, argv, timeout_seconds, on_output, network
        return refuse(f"not run: {self.told}")


async def open_sandbox(
    project: Path,
    state_dir: Path,
    consent: str | None,
    totals: Totals = DEFAULT,
    network: Network = CLOSED,
) -> BwrapSandbox | RlimitsSandbox | NoSandbox:
    """The best sandbox that holds here.

    Args:
        project: the project's folder.
        state_dir: a folder of ours outside the project; the sandbox keeps small files in it.
        consent: see `Settings.sandbox`.
        totals: see `Settings.totals`.
        network: see `Settings.network`; it changes nothing where no walls hold.

    Raises:
        Lacking: bubblewrap is demanded and does not work here, or no Python runs.
    """
    if consent == "none":
        return NoSandbox("--sandbox none was chosen: nothing runs", "choose bwrap or rlimits")
    project, state_dir = await asyncio.to_thread(lambda: (project.resolve(), state_dir.resolve()))
    closure = await look_up(project, (home(), state_dir))
    program = shutil.which("bwrap") if sys.platform == "linux" else None
    problem = "bubblewrap (bwrap) is not installed"
    if program is not None:
        sealed = BwrapSandbox(project, state_dir, program, closure, totals, network)
        await asyncio.to_thread(make_etc, sealed.etc, home())
        problem = await _try(sealed)
        if not problem:
            sealed.level, holds = _held(platform.machine())
            sealed.why = "; ".join((holds, *closure.refused))
            return sealed
    log.warning("no bubblewrap sandbox: %s", problem)
    advice = advise(problem, look_around())
    if consent == "bwrap":
        raise Lacking(problem, hint=f"{advice}, {CONSENT}", code="no_sandbox")
    if consent == "rlimits":
        why = "; ".join((f"limits only: {problem}", *closure.refused))
        return RlimitsSandbox(project, state_dir, closure, totals, why, advice)
    return NoSandbox(problem, f"{advice}, {CONSENT}")


def _held(machine: str) -> tuple[str, str]:
    """The level of a bubblewrap that stood its trial, and what is said of it."""
    if seccomp.program(machine) is not None:
        return "bwrap", "bubblewrap holds"
    missing = f"no filter of system calls is known for this machine ({machine})"
    return "unfiltered", f"bubblewrap holds what namespaces hold, but {missing}"


async def _try(sandbox: BwrapSandbox) -> str:
    """Run the real thing on hostile wishes; returns what is wrong, empty when it holds."""
    folder = sandbox.state_dir / "sandbox"
    secret, outside = folder / "canary", folder / f"written-{secrets.token_hex(4)}"
    secret.write_text("secret", encoding="utf-8")
    trial = folder / "trial" / "workspace"
    trial.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as unix:
        name = f"cft-{secrets.token_hex(8)}"
        unix.bind(f"\0{name}")
        unix.listen()
        reach = [str(sandbox.closure.python), REACH, str(server.getsockname()[1]), name]
        argv = ["/bin/sh", "-c", TRIAL, "trial", str(secret), str(outside), *reach]
        command = Command(Workspace("trial", trial), argv, TRIAL_SECONDS, network=True)
        result = await sandbox.launch(command)
    shutil.rmtree(trial.parent, ignore_errors=True)
    if result.exit_code != 7:
        return f"bubblewrap does not start here: {result.message or 'self-test failed'}"
    filtered = seccomp.program(platform.machine()) is not None
    return _judge(result.output.decode("utf-8", "replace"), outside.exists(), filtered)


def _judge(output: str, wrote_outside: bool, filtered: bool) -> str:
    words = output.split()
    status = dict(zip(words[::2], words[1::2], strict=False))
    faults = {
        "it wrote outside": wrote_outside,
        "it read a file of the state": "LEAK" in words,
        "it made a user namespace": "NESTED" in words,
        "it reached the machine's network": "REACHED" in words,
        "the network was not tried": "TRIED" not in words,
        "it read more of our environment than it needs": "INHERITED" in words,
        "it kept capabilities": int(status.get("CapEff:", "1"), 16) != 0,
        "it may gain privileges": status.get("NoNewPrivs:") != "1",
        "its system calls are not filtered": filtered and status.get("Seccomp:") != "2",
    }
    found = [text for text, is_true in faults.items() if is_true]
    return f"bubblewrap is no boundary here: {', '.join(found)}" if found else ""
