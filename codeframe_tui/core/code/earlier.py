"""What was said in earlier tasks of the project that a text may be about. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from codeframe_tui.core.code.ranking import bm25, inverse_frequencies
from codeframe_tui.core.code.words import asked, spelling, words
from codeframe_tui.core.tokens import GUESS, Gauge

__all__ = ["Found", "Piece", "find", "told"]

_MOST, _TOKENS = 8, 1_500
"""Pieces that are given, and the tokens that they may cost together."""
_LONGEST = 700
"""Characters of a piece that are given."""
_SHARED = 2
"""Words that a piece must have in common with the text: one says little."""
_LEAST = 0.25
"""Of the best score, from where on a piece is given."""
_KINDS: Mapping[str, float] = {"answer": 1.5, "review": 1.2, "comment": 1.2, "task": 1.0}
"""Kinds of pieces, and how much each counts: what a person decided most of all."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that was said for an earlier task.

    Attributes:
        task: its number.
        kind: ``answer`` to a question of the worker, ``comment`` on a proposal, ``review`` of one,
            or ``task``: what its worker says of what was applied.
        text: what was said.
        about: the question, or the place of a comment; else empty.
    """

    task: str
    title: str
    kind: str
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A piece with why it is given and what it costs."""

    piece: Piece
    score: float
    reasons: tuple[str, ...]
    tokens: int


def find(pieces: Sequence[Piece], text: str, gauge: Gauge = GUESS) -> list[Found]:
    """Pieces that a text may be about, best first, inside a few tokens.

    Args:
        pieces: newest first.
        text: title and description of a task, and what else it is about.
        gauge: what a piece costs.
    """
    spelled = spelling(text)
    wanted = asked(text)
    tallies = [_tally(each) for each in pieces]
    counts = {
        word: {n: tally[word] for n, tally in enumerate(tallies) if word in tally}
        for word in wanted
    }
    idf = inverse_frequencies({word: len(held) for word, held in counts.items()}, len(pieces))
    lengths = {n: sum(tally.values()) for n, tally in enumerate(tallies)}
    scores = {
        n: score * _KINDS.get(pieces[n].kind, 1.0)
        for n, score in bm25(counts, lengths, wanted).items()
        if sum(word in tallies[n] for word in wanted) >= _SHARED
    }
    least = _LEAST * max(scores.values(), default=0.0)
    found: list[Found] = []
    left = _TOKENS
    for n in sorted(scores, key=lambda n: (-scores[n], n)):
        cost = gauge.tokens(told(pieces[n]))
        if scores[n] < least or len(found) == _MOST:
            break
        if cost <= left:
            shared = sorted((w for w in wanted if w in tallies[n]), key=lambda w: (-idf[w], w))[:4]
            reason = f"words: {', '.join(spelled[word] for word in shared)}"
            found.append(Found(pieces[n], round(scores[n], 3), (reason,), cost))
            left -= cost
    return found


@lru_cache(maxsize=8_192)
def _tally(piece: Piece) -> Mapping[str, int]:
    """How often which word stands in a piece; most pieces are the same for every task."""
    return Counter(words(f"{piece.title} {piece.about} {piece.text}"))


def told(piece: Piece) -> str:
    """A piece in words for the model."""
    text, about = _short(piece.text), _short(piece.about)
    whose = f"Task {piece.task} ({piece.title})"
    match piece.kind:
        case "answer":
            return f"{whose}, the worker asked: {about}\nA person answered: {text}"
        case "comment":
            return f"{whose}, a person said of {about}: {text}"
        case "review":
            return f"{whose}, a person wanted changes: {text}"
        case _:
            return f"{whose}, its worker said of its change: {text}" if text else whose


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"
