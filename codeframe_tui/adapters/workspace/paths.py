"""Sets of relative paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

__all__ = ["above", "fitting"]

T = TypeVar("T")


def above(paths: Iterable[str]) -> set[str]:
    """All folders that hold the paths; without the top."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def fitting(paths: Mapping[str, T], taken: Iterable[str]) -> dict[str, T]:
    """Those paths that can lie beside the taken ones: not equal, not above, not below one."""
    files = set(taken)
    folders = above(files)
    return {
        path: value
        for path, value in paths.items()
        if path not in files and path not in folders and files.isdisjoint(above([path]))
    }
