"""A file among those that a model is shown, in the words that it reads. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["entry", "fenced"]

_FENCES = re.compile("`{3,}")


def entry(path: str, form: str, reasons: Sequence[str], text: str) -> str:
    """A file with what it is headed by; one without a text is its path, in a row of others."""
    if not text:
        return f"{path}, "
    return f"## {path} ({form}; {', '.join(reasons)})\n{fenced(text)}\n\n"


def fenced(text: str) -> str:
    """A text between fences that it does not hold itself."""
    longest = max(map(len, _FENCES.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"
