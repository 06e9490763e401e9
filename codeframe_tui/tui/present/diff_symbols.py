"""Names of functions and classes in a diff."""

from __future__ import annotations

import re

from codeframe_tui.core.text import reveal_name

__all__ = ["symbol_of"]

_NAMED = re.compile(r"\b(?:def|class|func|function|fn|interface|struct|trait|impl)\s+([\w.]+)")


def symbol_of(heading: str) -> str:
    """The name in the heading of a hunk, or all of it where it has none that we know."""
    found = _NAMED.search(heading)
    return reveal_name(found[1] if found else heading)
