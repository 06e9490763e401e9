"""More attempts than the worker has by itself, as a person allows them in an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["MOST_ATTEMPTS", "granted", "more_attempts"]

MOST_ATTEMPTS = 20
"""That can be allowed at once."""

_MORE = re.compile(r"\s*(\d{1,2}) more (?:attempts?|tries|try)[\s.!]*", re.IGNORECASE)


def more_attempts(number: int) -> str:
    """The answer that allows so many."""
    return f"{number} more attempt{'s' * (number != 1)}"


def granted(answers: Iterable[str]) -> int:
    """Corrections that answers allow: an answer itself makes one attempt, the others correct it."""
    found = (_MORE.fullmatch(answer) for answer in answers)
    return sum(max(min(int(each[1]), MOST_ATTEMPTS) - 1, 0) for each in found if each)
