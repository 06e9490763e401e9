"""What keeps git from running or reading anything that a repository or this machine names."""

from __future__ import annotations

import os
import re
from pathlib import Path

__all__ = [
    "FILTERS",
    "NEWER_GIT",
    "PATIENCE",
    "RUNS_NOTHING",
    "emptied",
    "environment_of_project",
    "environment_of_store",
    "fault_of_git",
]

_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "USER", "LOGNAME", "EMAIL")

RUNS_NOTHING = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
"""Options for a repository of others: it has no monitor and no hooks then."""

PATIENCE = 60.0
"""Seconds that git may look at a project: what it reads there may be a pipe that nobody fills."""

FILTERS = ("config", "-z", "--name-only", "--get-regexp", r"^filter\.")
"""Asks for the settings that name filters; what compares files with the index runs them."""

NEWER_GIT = "install git 2.31 or newer: older ones run filters that a repository names"
"""What to do about a fault of git."""
_OLDEST = (2, 31)
"""The first git that heeds ``GIT_CONFIG_COUNT``, on which `emptied` rests."""
_VERSION = re.compile(r"git version (([0-9]+)\.([0-9]+)\S*)")


def fault_of_git(version: str) -> str:
    """Why a git is not used; empty when it can be.

    Args:
        version: what ``git --version`` says.
    """
    found = _VERSION.match(version)
    if found is None:
        return "git does not tell its version"
    return f"git {found[1]} is too old" if (int(found[2]), int(found[3])) < _OLDEST else ""


def environment_of_project(*also: str) -> dict[str, str]:
    """The whole environment of git in the user's repository; the user's own settings are found.

    No key of ours is in it, nothing is fetched (a repository can name a program as its remote, and
    leave an object out so that any command asks for it), and no lock is taken for a look. That
    ``GIT_NO_LAZY_FETCH`` is not known to every git; ``GIT_ALLOW_PROTOCOL`` is.

    Args:
        also: names of variables that are passed on where they are set.
    """
    kept = {name: os.environ[name] for name in (*_KEPT, *also) if name in os.environ}
    return kept | {
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def emptied(names: bytes) -> dict[str, str]:
    """Variables for git that leave settings empty; a filter without a program changes nothing.

    Args:
        names: as git tells them, for instance asked by `FILTERS`.
    """
    found = [os.fsdecode(name) for name in names.split(b"\0") if name]
    env = {"GIT_CONFIG_COUNT": str(len(found))}
    for number, name in enumerate(found):
        env |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": ""}
    return env


def environment_of_store(directory: Path) -> dict[str, str]:
    """The whole environment of git in a store of ours, where nothing else configures it."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(directory),
        "LC_ALL": "C",
        "GIT_DIR": str(directory),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
