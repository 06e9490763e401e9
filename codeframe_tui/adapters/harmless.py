"""What keeps git from running or reading anything that a repository or this machine names."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["RUNS_NOTHING", "environment_of_store"]

RUNS_NOTHING = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
"""Options for a repository of others: it has no monitor and no hooks then."""


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
