"""What git says of a project for the header, without touching anything."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.harmless import (
    FILTERS,
    PATIENCE,
    RUNS_NOTHING,
    emptied,
    environment_of_project,
)

__all__ = ["ask_git", "read_facts"]


async def read_facts(root: Path) -> dict[str, Any]:
    """What the header says of the project: ``{"project", "path", "branch", "dirty"}``.

    ``branch`` and ``dirty`` are None without git. Touches nothing and starts no program that the
    repository names: no hook, no helper, no filter, nothing of a submodule. So a file that needs a
    filter to be compared may count as changed.
    """
    head = await ask_git(root, "branch", "--show-current")
    changes = None if head is None else await _changes(root)
    return {
        "project": root.name,
        "path": str(root),
        "branch": None if head is None else _text(head) or "(no branch)",
        "dirty": None if changes is None else _count(changes),
    }


async def _changes(root: Path) -> bytes | None:
    code, filters = await _ask(root, *FILTERS)
    if code not in {0, 1}:  # 1 = there are none; else nobody knows what would be run
        return None
    return await ask_git(
        root, "status", "--porcelain=v1", "-z", "--untracked-files=normal",
        "--ignore-submodules=dirty", without=filters,
    )  # fmt: skip


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace").strip()


def _count(status: bytes) -> int:
    """Changed and untracked files of ``git status -z``.

    An entry is two letters, a space and a path. A rename or copy is followed by its old name: a
    bare path, which can begin with any letters, so only its place tells it from an entry.
    """
    parts = iter(status.split(b"\0")[:-1])
    count = 0
    for entry in parts:
        count += 1
        if not set(b"RC").isdisjoint(entry[:2]):
            next(parts, None)
    return count


async def ask_git(root: Path, *arguments: str, without: bytes = b"") -> bytes | None:
    """Output of a reading git command with some settings emptied, None when it fails."""
    code, output = await _ask(root, *arguments, without=without)
    return output if code == 0 else None


async def _ask(root: Path, *arguments: str, without: bytes = b"") -> tuple[int, bytes]:
    """Exit code and output; -1 when git did not run to its end."""
    environment = environment_of_project() | emptied(without)
    try:
        process = await asyncio.create_subprocess_exec(
            "git", *RUNS_NOTHING, *arguments,
            cwd=root, env=environment, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except OSError:
        return -1, b""
    try:
        async with asyncio.timeout(PATIENCE):
            output, _ = await process.communicate()
    except TimeoutError:
        return -1, b""
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return process.returncode or 0, output
