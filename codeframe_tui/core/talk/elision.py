"""Recognise a line that stands for text a model left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["elided_line"]

_DOTS = r"(?:\.{3,}+|…)"
_WHAT = (
    r"(?:code|files?|class(?:es)?|functions?|methods?|modules?|contents?|implementation|imports"
    r"|tests?|lines)"
)
_STAYS = (
    r"(?:unchanged|(?:is\ |was\ |are\ )?omitted(?:\ for\ brevity)?|as\ before|as\ is"
    r"|(?:goes\ )?here"
    r"|(?:stays?|remains?|is|are)\ (?:the\ same|identical|unchanged|as\ (?:is|before)))"
)
_REST = rf"(?:rest|remainder)(?:\ of\ (?:the\ |this\ )?(?:\w+\ )?{_WHAT})?"
_SAME = rf"(?:existing|remaining|previous|original|other|unchanged)\ (?:\w+\ )?{_WHAT}"
_ELISION = re.compile(
    rf"""\s*
    (?P<mark> \{{/\*+ | \#+ | //+ | /\*+ | -- | <!-- | ; | % | \[ | < )? [\s=(\[-]*+
    (?P<dots> {_DOTS} )? [\s(\[<]*+ (?: keep\ )? (?: the\ | all\ )?
    (?: (?: {_REST} | {_SAME} ) \ (?P<stays> {_STAYS} ) | (?P<code> existing\ code )
      | (?P<gone> {_WHAT}\ (?:is\ |are\ )?omitted (?:\ for\ brevity)? )
      | everything\ else (?:\ {_STAYS})? | same\ as\ (?:before|above) | no\ changes (?:\ \w+)?
      | {_REST} | {_SAME} | unchanged | omitted | snip | truncated )
    [\s)]* (?P<end> {_DOTS} )? [\s.)>\]=-]*+ (?: \*+/\}} | \*+/ | --> )? \s*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MAX_LINE = 120


def elided_line(text: bytes, known: Sequence[bytes]) -> str | None:
    """The first line that is nothing but a remark such as ``# ... rest unchanged``.

    Args:
        known: contents in which the same line may really stand.
    """
    real: set[bytes] | None = None
    for line in text.splitlines():
        if len(line) > _MAX_LINE or not _says_elided(line.decode("utf-8", "replace")):
            continue
        if real is None:
            real = {old.strip() for content in known for old in content.splitlines()}
        if line.strip() not in real:
            return line.decode("utf-8", "replace").strip()
    return None


def _says_elided(line: str) -> bool:
    """Conservative: a whole line, marked as a remark or by dots, that says something is missing."""
    match = _ELISION.fullmatch(" ".join(line.split()))  # long runs of space cost a regex dearly
    if match is None:
        return False
    if match["dots"] or match["end"]:
        return True
    return match["mark"] is not None and bool(match["stays"] or match["code"] or match["gone"])
