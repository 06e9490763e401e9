"""Paths of the corpora as they are sent, and trees that hold what a case says."""

from __future__ import annotations

import json
import os
import socket
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.security.cases import CORPORA

__all__ = ["digest", "lay", "legal_names", "spelled"]


def spelled(case: Mapping[str, Any]) -> str:
    """The path of a case."""
    if "json" in case:
        return str(json.loads(case["json"]))
    return str(case.get("by", "")).join([case["path"]] * case.get("times", 1))


def legal_names() -> list[str]:
    """All odd names that must pass."""
    found = tomllib.loads((CORPORA / "names.toml").read_text(encoding="utf-8"))
    return [*found["names"], *map(spelled, found["long"])]


def lay(root: Path, there: list[str]) -> None:
    """Make what a case says that a tree holds."""
    root.mkdir(parents=True, exist_ok=True)
    for entry in there:
        name, _, how = entry.partition(" ")
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        match how[:2].strip(), how[2:].strip():
            case "->", target:
                place.symlink_to(target)
            case "=", other:
                place.hardlink_to(root / other)
            case "|", _:
                os.mkfifo(place)
            case "~", _:
                _bind(place)
            case "@", _:
                lay(root, [f"{name}/x"])
                (place / ".git").write_text("gitdir: elsewhere\n")
            case mark, _ if name.endswith("/"):
                assert not mark
                place.mkdir()
            case mark, _:
                place.write_bytes(b"x")
                place.chmod(0o444 if mark == "!" else 0o644)


def _bind(place: Path) -> None:
    here = Path.cwd()
    os.chdir(place.parent)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(place.name)
    finally:
        os.chdir(here)


def digest(top: Path) -> dict[str, object]:
    """All that lies below a folder: kinds, modes, links' targets and bytes."""
    found: dict[str, object] = {}
    for path in top.rglob("*"):
        mode = path.lstat().st_mode
        content: object = path.read_bytes() if stat.S_ISREG(mode) else None
        found[str(path)] = (mode, str(path.readlink()) if stat.S_ISLNK(mode) else content)
    return found
