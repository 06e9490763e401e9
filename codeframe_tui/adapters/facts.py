"""What git says of a project for the header, without touching anything."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.harmless import RUNS_NOTHING, environment_of_project

__all__ = ["ask_git", "read_facts"]


async def read_facts(root: Path) -> dict[str, Any]:
    """What the header says of the project: ``{"project", "path", "branch", "dirty"}``.

    ``branch`` and ``dirty`` are None without git. Touches nothing and starts no program that the
    repository names: no hook, no helper, no filter, nothing of a submodule. So a file that needs a
    filter to be compared may count as changed.
    """
    head = await ask_git(root, "branch", "--show-current")
    filters = await ask_git(root, "config", "-z", "--name-only", "--get-regexp", r"^filter\.") or ""
    changes = await ask_git(
        root, "status", "--porcelain=v1", "-z", "--untracked-files=normal",
        "--ignore-submodules=dirty", without=filters.split("\0")[:-1],
    )  # fmt: skip
    return {
        "project": root.name,
        "path": str(root),
        "branch": None if head is None else head.strip() or "(no branch)",
        "dirty": None if changes is None else _count(changes),
    }


def _count(status: str) -> int:
    """Changed and untracked files of ``git status -z``.

    An entry is two letters, a space and a path. A rename or copy is followed by its old name: a
    bare path, which can begin with any letters, so only its place tells it from an entry.
    """
    parts = iter(status.split("\0")[:-1])
    count = 0
    for entry in parts:
        count += 1
        if not {"R", "C"}.isdisjoint(entry[:2]):
            next(parts, None)
    return count


async def ask_git(root: Path, *arguments: str, without: Sequence[str] = ()) -> str | None:
    """Output of a reading git command with some settings emptied, None when it fails."""
    environment = environment_of_project()
    environment |= {f"GIT_CONFIG_KEY_{number}": name for number, name in enumerate(without)}
    environment |= {f"GIT_CONFIG_VALUE_{number}": "" for number in range(len(without))}
    environment["GIT_CONFIG_COUNT"] = str(len(without))
    try:
        process = await asyncio.create_subprocess_exec(
            "git", *RUNS_NOTHING, *arguments,
            cwd=root, env=environment, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except OSError:
        return None
    output, _ = await process.communicate()
    return output.decode("utf-8", "replace") if process.returncode == 0 else None
