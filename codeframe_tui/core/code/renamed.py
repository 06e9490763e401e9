"""Where files of the past stand today. Pure."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["renamed"]

_EVERYWHERE = frozenset({"__init__.py", "__main__.py", "conftest.py", "setup.py"})
"""Names that say nothing of the file."""


def renamed(gone: Iterable[str], paths: Iterable[str]) -> dict[str, str]:
    """The path of today with the same end as one that is gone, where there is one such.

    Two parts have to agree, ``utils/text.py``, or the name when no other file has it.
    """
    by_name: dict[str, list[str]] = {}
    for path in paths:
        by_name.setdefault(path.rpartition("/")[2], []).append(path)
    found = {}
    for path in gone:
        name = path.rpartition("/")[2]
        like = sorted((-_shared(path, other), other) for other in by_name.get(name, ()))
        if not like or (len(like) > 1 and like[0][0] == like[1][0]):
            continue
        if like[0][0] < -1 or (len(like) == 1 and name not in _EVERYWHERE):
            found[path] = like[0][1]
    return found


def _shared(path: str, other: str) -> int:
    """How many parts at the end are the same."""
    count = 0
    for mine, theirs in zip(reversed(path.split("/")), reversed(other.split("/")), strict=False):
        if mine != theirs:
            break
        count += 1
    return count
