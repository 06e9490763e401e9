"""What is run, and where things are found inside."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codeframe_tui.adapters.process import Ended
from codeframe_tui.adapters.sandbox.client import Launched
from codeframe_tui.core.text import clean_line
from codeframe_tui.core.totals import Totals
from codeframe_tui.ports import Finished, Workspace

__all__ = [
    "Command",
    "OnOutput",
    "Place",
    "counted",
    "finished",
    "limits",
    "refuse",
    "reserve_environment",
]

OnOutput = Callable[[bytes], None] | None


def limits(totals: Totals) -> dict[str, int]:
    """What each process may by itself: the kernel is faster than whoever counts them together.

    Much more of address space than of memory: threads reserve it and do not use it.
    """
    return {
        "RLIMIT_FSIZE": totals.disk_bytes,
        "RLIMIT_NOFILE": 4096,
        "RLIMIT_AS": max(8 * 2**30, 8 * totals.memory_bytes),
        "RLIMIT_CORE": 0,
    }


def counted(totals: Totals) -> dict[str, int]:
    """What all processes of a run may together, as the launcher takes it."""
    return {
        "memory": totals.memory_bytes,
        "processes": totals.processes,
        "disk": totals.disk_bytes,
    }


@dataclass(frozen=True, slots=True)
class Place:
    """Paths as the command sees them.

    Attributes:
        project: the project's folder.
        run: read-only folder with the command's own `Command.files` and `Command.folders`.
        python: the interpreter of the project.
        temporary: a private folder for temporary files.
    """

    project: str
    run: str
    python: str
    temporary: str


@dataclass(frozen=True, slots=True)
class Command:
    """One command with all that a test run needs besides.

    Attributes:
        stdin: at most 64 KiB; empty = end of file at once.
        files: name -> content, placed read-only below `Place.run`.
        folders: name -> existing folder, readable below `Place.run`.
        extras: descriptors that the command gets as 10, 11, …
        read_only: the workspace cannot be written.
        network: it may reach what the settings allow; never for a run that gives a verdict.
        token: names this run; unguessable.
    """

    workspace: Workspace
    argv: Sequence[str]
    timeout_seconds: float
    stdin: bytes = b""
    files: Mapping[str, bytes] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)
    extras: Sequence[int] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    read_only: bool = False
    network: bool = False
    token: str = field(default_factory=lambda: secrets.token_hex(8))


def refuse(message: str) -> Finished:
    """The end of a command that never began."""
    return Finished(None, b"", 0, "not_started", clean_line(message), 0.0)


def finished(ended: Ended, child: Launched, totals: Totals, *, exit_code: int | None) -> Finished:
    """Say in words how a command ended.

    Args:
        ended: what `attend` saw.
        child: the started program.
        totals: what it was allowed.
        exit_code: its exit code, where it surely ran to its end; shells' 128 + n included.
    """
    code: int | None = None
    if ended.timed_out:
        how, message = "timeout", f"stopped after {ended.seconds:.0f} s"
    elif child.exceeded:
        how, message = "limit", totals.exceeded(child.exceeded)
    elif exit_code is not None and not 128 < exit_code < 193:
        how, message, code = "exit", "", exit_code
    elif exit_code is not None:
        how, message = "signal", f"ended by signal {exit_code - 128}"
    elif child.error:
        how, message = "not_started", child.error
    elif ended.code < 0:
        how, message = "signal", f"ended by signal {-ended.code}"
    else:
        how, message = "not_started", _last_line(ended.output)
    return Finished(code, ended.output, ended.cut, how, clean_line(message), ended.seconds)


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "the sandbox ended without a word"


def reserve_environment(workspace: Path, name: str) -> str:
    """Make sure that the environment's mount point in a workspace is a real directory.

    Returns:
        Why it is not; empty when all is well. A symlink there would mount the environment over
        something else.
    """
    place = workspace / name
    if place.is_symlink() or (os.path.lexists(place) and not place.is_dir()):
        return f"{name} in the workspace must be a folder: it is reserved for the environment"
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        return f"{name} cannot be made in the workspace: {error.strerror}"
    return ""
