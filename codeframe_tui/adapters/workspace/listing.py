"""What the user's own git says about the project; asked, never told."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from codeframe_tui.adapters.bounded import read_regular
from codeframe_tui.adapters.harmless import PATIENCE, RUNS_NOTHING, environment_of_project
from codeframe_tui.adapters.workspace.git import TIMED_OUT, run_git
from codeframe_tui.adapters.workspace.objects import SUBMODULE
from codeframe_tui.adapters.workspace.rules import LIMIT, OutsideRules, parse_rules

__all__ = ["Listing", "list_project", "outside_rules"]

_FLAGS = (*RUNS_NOTHING, "-c", "core.precomposeUnicode=false")


@dataclass(frozen=True, slots=True)
class Listing:
    """Paths below the project, as git sees them.

    Attributes:
        tracked: paths in the user's index.
        untracked: paths that no rule ignores.
        submodules: folders of other repositories, and the commit that the index names.
        absent: how many tracked paths a sparse checkout keeps off the disk.
        problem: why git could not be asked, although there is a repository; empty when it could.
    """

    tracked: frozenset[str] = frozenset()
    untracked: frozenset[str] = frozenset()
    submodules: Mapping[str, str] = field(default_factory=dict)
    absent: int = 0
    problem: str = field(default="", compare=False)


def _ask(project: Path, *argv: str) -> subprocess.CompletedProcess[bytes]:
    return run_git([*_FLAGS, *argv], env=environment_of_project(), cwd=project, seconds=PATIENCE)


def list_project(project: Path) -> Listing | None:
    """The listing; None when the folder is not in a git work tree.

    A folder that an outer repository ignores counts as not in it.
    """
    index = _ask(project, "ls-files", "--stage", "-t", "-z")
    if index.returncode:
        there = index.returncode == TIMED_OUT or (project / ".git").exists()
        return _unasked(index) if there else None
    others = _ask(project, "ls-files", "--others", "--exclude-standard", "-z")
    if others.returncode:
        return _unasked(others)
    listing = _parse(index.stdout, others.stdout)
    return listing if listing.tracked or listing.untracked else None


def _unasked(done: subprocess.CompletedProcess[bytes]) -> Listing:
    return Listing(problem=done.stderr.decode("utf-8", "replace").strip().partition("\n")[0])


def _parse(index: bytes, others: bytes) -> Listing:
    tracked: set[str] = set()
    submodules: dict[str, str] = {}
    absent = 0
    for line in index.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        tag, mode, object_id, _ = head.decode("ascii").split(" ")
        if mode == SUBMODULE:
            submodules[os.fsdecode(path)] = object_id
        else:
            tracked.add(os.fsdecode(path))
            absent += tag == "S"
    names = [os.fsdecode(name) for name in others.split(b"\0")[:-1]]
    # git ends the names of other repositories with a slash
    untracked = frozenset(name for name in names if not name.endswith("/"))
    return Listing(frozenset(tracked), untracked, submodules, absent)


def outside_rules(project: Path) -> OutsideRules:
    """Rules of folders above the project, of ``info/exclude`` and of the user's configuration."""
    places = _ask(
        project, "rev-parse", "--show-prefix", "--show-toplevel", "--git-path", "info/exclude"
    )
    if places.returncode:
        return OutsideRules()
    prefix, top, exclude, *_ = os.fsdecode(places.stdout).split("\n")
    specs: list[tuple[str, GitIgnoreSpec]] = []
    parts = prefix.split("/")[:-1]
    for depth in range(len(parts) - 1, -1, -1):
        above = "/".join(parts[:depth])
        _add(specs, "".join(f"{part}/" for part in parts[depth:]), Path(top, above, ".gitignore"))
    _add(specs, prefix, project / exclude)
    _add(specs, prefix, _users_excludes(project))
    return OutsideRules(tuple(specs))


def _users_excludes(project: Path) -> Path:
    named = _ask(project, "config", "--type=path", "--get", "core.excludesFile")
    if not named.returncode:
        return project / os.fsdecode(named.stdout.rstrip(b"\n"))
    config = os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()
    return Path(config, "git", "ignore")


def _add(specs: list[tuple[str, GitIgnoreSpec]], prefix: str, file: Path) -> None:
    try:
        specs.append((prefix, parse_rules(read_regular(file, LIMIT))))
    except OSError:
        return
