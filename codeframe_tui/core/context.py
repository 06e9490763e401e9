"""Which files matter for a text: words, ranking, and packing into a token budget. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Document", "Ranked", "Symbol", "rank", "skeleton", "symbols_of", "tokens", "words"]

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SYMBOL = re.compile(r"^([ \t]*)(?:async[ \t]+)?(def|class)[ \t]+([A-Za-z_]\w*)(.*)$", re.MULTILINE)
_STOP = frozenset(
    {
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "do",
        "each",
        "for",
        "from",
        "has",
        "have",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "let",
        "make",
        "must",
        "need",
        "needs",
        "new",
        "no",
        "not",
        "of",
        "on",
        "one",
        "or",
        "out",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "up",
        "use",
        "used",
        "uses",
        "using",
        "was",
        "we",
        "when",
        "where",
        "which",
        "will",
        "with",
        "would",
        "you",
        "your",
    }
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition.

    Attributes:
        kind: ``class``, ``function`` or ``method``.
        line: from 1.
    """

    name: str
    kind: str
    line: int
    signature: str


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of one file: how often each word stands in it, and its definitions."""

    counts: Mapping[str, int]
    length: int
    symbols: tuple[Symbol, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A file with its score and why it got it."""

    path: str
    score: float
    reasons: tuple[str, ...]


def words(text: str) -> list[str]:
    """Lower-case words of a text, split on camel and snake case, plural and stop words off."""
    found = (word.lower() for word in _WORD.findall(text))
    return [_stem(word) for word in found if len(word) > 1 and word not in _STOP]


def tokens(text: str) -> int:
    """Tokens of a text, estimated at four bytes each and rounded up."""
    return (len(text.encode("utf-8", "replace")) + 3) // 4


def symbols_of(text: str) -> tuple[Symbol, ...]:
    """Python definitions of a text, in order."""
    found = []
    for match in _SYMBOL.finditer(text):
        indent, keyword, name, rest = match.groups()
        kind = "class" if keyword == "class" else "method" if indent else "function"
        line = text.count("\n", 0, match.start()) + 1
        found.append(Symbol(name, kind, line, f"{keyword} {name}{rest}".rstrip(" :")))
    return tuple(found)


def skeleton(text: str) -> str:
    """The definitions of a Python text, one line each."""
    return "\n".join(match.group().rstrip() for match in _SYMBOL.finditer(text))


def rank(query: str, documents: Mapping[str, Document]) -> list[Ranked]:
    """Files by BM25 of their words, plus words in path and symbol names; best first.

    Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), k1 = 1.2, b = 0.75.
    """
    wanted = Counter(words(query))
    about_tests = "test" in wanted
    idf = _inverse_frequencies(wanted, documents.values())
    mean = sum(d.length for d in documents.values()) / max(len(documents), 1) or 1.0
    ranked = []
    for path, document in documents.items():
        hits = {word: document.counts[word] for word in wanted if word in document.counts}
        in_path = set(words(path)) & wanted.keys()
        in_names = {w for s in document.symbols for w in words(s.name)} & wanted.keys()
        score = sum(
            idf[w] * n * 2.2 / (n + 1.2 * (0.25 + 0.75 * document.length / mean))
            for w, n in hits.items()
        )
        score += sum(1.5 * idf[w] for w in in_path) + sum(idf[w] for w in in_names)
        if score:
            factor = 1.0 if about_tests else _weight(path)
            ranked.append(Ranked(path, score * factor, _reasons(hits, in_path, in_names)))
    return sorted(ranked, key=lambda r: (-r.score, r.path))


def _stem(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "es", "s", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _inverse_frequencies(wanted: Iterable[str], all_: Iterable[Document]) -> dict[str, float]:
    documents = list(all_)
    total = len(documents)
    return {
        word: math.log(1 + (total - n + 0.5) / (n + 0.5))
        for word in wanted
        for n in [sum(word in d.counts for d in documents)]
    }


def _weight(path: str) -> float:
    name = path.rpartition("/")[2]
    if name.startswith("test_") or name.endswith("_test.py") or path.startswith("tests/"):
        return 0.5
    if name == "__init__.py":
        return 0.7
    return 1.0 if name.endswith(".py") else 0.6


def _reasons(hits: Mapping[str, int], path: set[str], names: set[str]) -> tuple[str, ...]:
    reasons: list[str] = []
    groups: Sequence[tuple[str, Iterable[str]]] = (
        ("path", sorted(path)),
        ("names", sorted(names)),
        ("words", sorted(hits, key=lambda w: (-hits[w], w))[:4]),
    )
    for label, found in groups:
        shown = ", ".join(found)
        if shown:
            reasons.append(f"{label}: {shown}")
    return tuple(reasons)
