"""Which words of a changed line changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["Span", "pair_lines", "word_marks"]

Span = tuple[int, int]
"""Start and end in characters."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_LONG = 2_000  # characters; above, only what stands between equal ends is marked
_ALIKE = 0.4  # share of equal characters below which marks would only be noise
_LOOK_AHEAD = 8  # added lines that one removed line is compared with


def word_marks(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Mark what differs between two forms of a line.

    Returns:
        Spans in the old and in the new line; both empty when the lines have little in common.
    """
    if len(old) + len(new) > _LONG:
        return _between_equal_ends(old, new)
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - 28 ms that the first frame must not pay

    old_words, new_words = _WORD.findall(old), _WORD.findall(new)
    old_at, new_at = _offsets(old_words), _offsets(new_words)
    kept = 0
    old_marks: list[Span] = []
    new_marks: list[Span] = []
    for code in Indel.opcodes(old_words, new_words):
        if code.tag == "equal":
            kept += _weight(old_words[code.src_start : code.src_end])
        elif code.tag == "delete":
            old_marks.append((old_at[code.src_start], old_at[code.src_end]))
        else:
            new_marks.append((new_at[code.dest_start], new_at[code.dest_end]))
    if 2 * kept < _ALIKE * (_weight(old_words) + _weight(new_words)):
        return (), ()
    return _joined(old, old_marks), _joined(new, new_marks)


def pair_lines(removed: Sequence[str], added: Sequence[str]) -> list[tuple[int, int]]:
    """Which removed line became which added one, as pairs of positions, both increasing."""
    if len(removed) == len(added):
        return list(zip(range(len(removed)), range(len(added)), strict=True))
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - as above

    pairs: list[tuple[int, int]] = []
    start = 0
    for i, old in enumerate(removed):
        scores = [
            (Indel.normalized_similarity(old.strip()[:_LONG], new.strip()[:_LONG]), -j)
            for j, new in enumerate(added[start : start + _LOOK_AHEAD], start)
        ]
        score, j = max(scores, default=(0.0, 0))
        if score > 0.6:
            pairs.append((i, -j))
            start = 1 - j
    return pairs


def _weight(words: Sequence[str]) -> int:
    return sum(len(word) for word in words if not word.isspace())


def _offsets(words: Sequence[str]) -> list[int]:
    offsets = [0]
    for word in words:
        offsets.append(offsets[-1] + len(word))
    return offsets


def _joined(text: str, marks: list[Span]) -> tuple[Span, ...]:
    """Join marks with at most two characters of punctuation or space between them."""
    if not marks:
        return ()
    joined = [marks[0]]
    for (_, end), (start, stop) in pairwise(marks):
        gap = text[end:start]
        if len(gap) <= 2 and not any(map(str.isalnum, gap)):
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return tuple(joined)


def _between_equal_ends(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    from rapidfuzz.distance import Postfix, Prefix  # noqa: PLC0415 - as above

    head = int(Prefix.similarity(old, new))
    tail = min(int(Postfix.similarity(old, new)), min(len(old), len(new)) - head)
    if 2 * (head + tail) < _ALIKE * (len(old) + len(new)):
        return (), ()
    old_span, new_span = (head, len(old) - tail), (head, len(new) - tail)
    return (
        (old_span,) if old_span[0] < old_span[1] else (),
        (new_span,) if new_span[0] < new_span[1] else (),
    )
