"""Files that nobody reads line by line: written by tools, so their bar alone is shown at first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

__all__ = ["quiet_reason"]

_LOCKS = frozenset(
    {
        *("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lockb"),
        *("poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml", "pixi.lock"),
        *("Cargo.lock", "Gemfile.lock", "composer.lock", "go.sum", "flake.lock", "mix.lock"),
    }
)
_GENERATED = (
    *("*.min.js", "*.min.css", "*.js.map", "*.css.map", "*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py"),
    *("*.pb.go", "*.pb.cc", "*.pb.h", "*.generated.*", "*.g.dart", "*.designer.cs"),
)
_SAYS_SO = re.compile(r"@generated\b|\bDO NOT EDIT\b|\bautomatically generated\b", re.IGNORECASE)
_HEAD = 5  # lines at a file's start in which it may say so


def quiet_reason(file: Mapping[str, Any]) -> str:
    """Why a file of a diff document is folded at first, in a word or two; empty when it is not."""
    name = file["path"].rpartition("/")[2]
    if name in _LOCKS:
        return "lock file"
    if any(fnmatchcase(name, pattern) for pattern in _GENERATED):
        return "generated"
    return "generated" if _says_so(file) else ""


def _says_so(file: Mapping[str, Any]) -> bool:
    hunks = file["hunks"]
    if not hunks or hunks[0]["new_start"] > _HEAD:
        return False
    return any(_SAYS_SO.search(text[:400]) for _, text in hunks[0]["lines"][:_HEAD])
