"""Where files of the past stand today. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

__all__ = ["renamed"]

_EVERYWHERE = frozenset({"__init__.py", "__main__.py", "conftest.py", "setup.py"})
"""Names that say nothing of the file."""


def renamed(gone: Iterable[str], paths: Iterable[str]) -> dict[str, str]:
    """The path of today with the same end as one that is gone, where there is one such.

    Two parts have to agree, ``utils/text.py``, or the name when no other file has it.
    """
    ends: dict[str, str] = {}
    for path in paths:
        for end in _ends(path):
            ends[end] = "" if end in ends else path
    found = {}
    for path in gone:
        end = next((end for end in _ends(path) if end in ends), "")
        if ("/" in end or end not in _EVERYWHERE) and (like := ends.get(end)):
            found[path] = like
    return found


def _ends(path: str) -> Iterator[str]:
    """A path without more and more of its folders."""
    while path:
        yield path
        path = path.partition("/")[2]
