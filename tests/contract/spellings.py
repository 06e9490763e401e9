"""One folder, reached by two paths that no comparison of texts tells to be the same."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["second_spelling"]


@contextmanager
def second_spelling(folder: Path, at: Path) -> Iterator[Path]:
    """Mount a folder at a second path, as real as the first: no link is between them."""
    if os.getuid() != 0:
        pytest.skip("only root can mount a folder twice")
    at.mkdir(parents=True)
    mount = ["mount", "--bind", str(folder), str(at)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)
