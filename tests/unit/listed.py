"""Names that may be many: to look for each of them one after the other takes too long."""

from __future__ import annotations

from typing import Never


class Listed(tuple[str, ...]):
    """A list of names that is not searched through again and again."""

    __slots__ = ()

    def __contains__(self, _: object) -> Never:
        raise AssertionError("make a set of it first")
