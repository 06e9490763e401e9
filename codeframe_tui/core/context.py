"""Which files matter for a text: words, ranking, and packing into a token budget. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

__all__ = [
    "SHOWN",
    "Document",
    "Packed",
    "Ranked",
    "Symbol",
    "document_of",
    "pack",
    "rank",
    "skeleton",
    "symbols_of",
    "tokens",
    "words",
]

BODIES, SHOWN, NAMED = 5, 20, 40
"""The best files are given whole, those up to ``SHOWN`` as definitions, up to ``NAMED`` by name."""

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
    """What is known of one file.

    Attributes:
        counts: how often each word stands in it.
        length: number of words.
        names: words of the names of its definitions.
    """

    counts: Mapping[str, int]
    length: int
    symbols: tuple[Symbol, ...]
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A file with its score and why it got it."""

    path: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """A file as it goes to the model: ``body``, ``skeleton`` or ``name``, and what that costs."""

    ranked: Ranked
    form: str
    text: str
    tokens: int


def words(text: str) -> list[str]:
    """Lower-case words of a text, split on camel and snake case, plural and stop words off."""
    return [word for found in _WORD.findall(text) if (word := _normal(found))]


def document_of(path: str, text: str) -> Document:
    """What is known of a file with this text."""
    counts: Counter[str] = Counter()
    for found, count in Counter(_WORD.findall(text)).items():
        if word := _normal(found):
            counts[word] += count
    symbols = symbols_of(text) if path.endswith((".py", ".pyi")) else ()
    names = frozenset(word for symbol in symbols for word in words(symbol.name))
    return Document(counts, counts.total(), symbols, names)


def tokens(text: str) -> int:
    """Tokens of a text, estimated at four bytes each and rounded up."""
    return (len(text.encode("utf-8", "replace")) + 3) // 4


def symbols_of(text: str) -> tuple[Symbol, ...]:
    """Python definitions of a text, in order."""
    found = []
    line, at = 1, 0
    for match in _SYMBOL.finditer(text):
        line, at = line + text.count("\n", at, match.start()), match.start()
        indent, keyword, name, rest = match.groups()
        kind = "class" if keyword == "class" else "method" if indent else "function"
        found.append(Symbol(name, kind, line, f"{keyword} {name}{rest}".rstrip(" :")))
    return tuple(found)


def skeleton(text: str) -> str:
    """The definitions of a Python text, one line each."""
    return "\n".join(match.group().rstrip() for match in _SYMBOL.finditer(text))


def rank(query: str, documents: Mapping[str, Document]) -> list[Ranked]:
    """Files by BM25 of their words, plus words in path and symbol names; best first.

    Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), k1 = 1.2, b = 0.75.
    """
    spelled = {word: found.lower() for found in _WORD.findall(query) if (word := _normal(found))}
    wanted = spelled.keys()
    about_tests = "test" in wanted
    hits = {path: wanted & document.counts.keys() for path, document in documents.items()}
    idf = _inverse_frequencies(wanted, hits.values())
    mean = sum(d.length for d in documents.values()) / max(len(documents), 1) or 1.0
    ranked = []
    for path, document in documents.items():
        counts = {word: document.counts[word] for word in hits[path]}
        in_path, in_names = wanted & set(words(path)), wanted & document.names
        bias = 1.2 * (0.25 + 0.75 * document.length / mean)
        score = sum(idf[word] * n * 2.2 / (n + bias) for word, n in sorted(counts.items()))
        score += sum(1.5 * idf[w] for w in sorted(in_path)) + sum(idf[w] for w in sorted(in_names))
        if score:
            factor = 1.0 if about_tests else _weight(path)
            ranked.append(
                Ranked(path, score * factor, _reasons(spelled, counts, in_path, in_names))
            )
    return sorted(ranked, key=lambda r: (-r.score, r.path))


def pack(
    ranked: Sequence[Ranked], texts: Mapping[str, str], budget: int
) -> tuple[list[Packed], list[str]]:
    """Files in their best form that fits, and what was cut and why, one line each.

    A file is given whole, else its definitions, else its name; names are given whatever the budget.

    Args:
        texts: contents of the first `SHOWN` by path.
        budget: tokens.
    """
    packed: list[Packed] = []
    cut: list[str] = []
    left = budget
    for place, found in enumerate(ranked[:NAMED]):
        forms = [
            Packed(found, form, text, tokens(text or found.path))
            for form, text in _forms(place, found.path, texts.get(found.path, ""))
        ]
        fullest = forms[0]
        fits = next((form for form in forms if form.tokens <= left), forms[-1])
        if fits is not fullest:
            cut.append(f"{found.path}: {fullest.form} of {fullest.tokens} tokens did not fit")
        left -= fits.tokens
        packed.append(fits)
    if len(ranked) > NAMED:
        cut.append(f"{len(ranked) - NAMED} more files with a lower score")
    return packed, cut


def _forms(place: int, path: str, text: str) -> list[tuple[str, str]]:
    """Forms of a file at a place of the ranking, the fullest first."""
    forms = [("name", "")]
    if place < SHOWN and (outline := skeleton(text) if path.endswith((".py", ".pyi")) else ""):
        forms.insert(0, ("skeleton", outline))
    if place < BODIES:
        forms.insert(0, ("body", text))
    return forms


@lru_cache(maxsize=2**16)
def _normal(found: str) -> str:
    """The form in which words are compared; empty for those that say nothing."""
    word = found.lower()
    return "" if len(word) < 2 or word in _STOP else _stem(word)


def _stem(word: str) -> str:
    """One form for a word's plural, past and -ing: zone and zones, cache and caching."""
    if word.endswith(("ies", "ied")) and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        word = word[:-1]
    for ending, shortest in (("ing", 4), ("ed", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            word = word[: -len(ending)]
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _inverse_frequencies(
    wanted: Iterable[str], hits: Collection[AbstractSet[str]]
) -> dict[str, float]:
    found = Counter(word for words_ in hits for word in words_)
    return {
        word: math.log(1 + (len(hits) - found[word] + 0.5) / (found[word] + 0.5)) for word in wanted
    }


def _weight(path: str) -> float:
    name = path.rpartition("/")[2]
    if name.startswith("test_") or name.endswith("_test.py") or path.startswith("tests/"):
        return 0.5
    if name == "__init__.py":
        return 0.7
    return 1.0 if name.endswith(".py") else 0.6


def _reasons(
    spelled: Mapping[str, str],
    hits: Mapping[str, int],
    path: AbstractSet[str],
    names: AbstractSet[str],
) -> tuple[str, ...]:
    """Why a file is named, in the words of the query."""
    most = sorted(hits, key=lambda w: (-hits[w], w))[:4]
    groups = (("path", sorted(path)), ("names", sorted(names)), ("words", most))
    return tuple(
        f"{label}: {', '.join(spelled[word] for word in found)}" for label, found in groups if found
    )
