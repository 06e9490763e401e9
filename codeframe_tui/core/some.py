"""Names of which there may be many, in a few words."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["some"]


def some(names: Iterable[str], most: int = 3, between: str = ", ") -> str:
    """The first names, and how many more there are: ``a, b, c and 2 more``."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return between.join(listed[:most]) + more
