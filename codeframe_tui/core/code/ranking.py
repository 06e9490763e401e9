"""Which files a text is about: signals of many kinds made one score. Pure.

The weights hold for every project. They were chosen on seven repositories; those on which
`benchmarks/retrieval.py` is reported are others.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import nlargest

from codeframe_tui.core.code.testnames import is_test
from codeframe_tui.core.code.words import words

__all__ = [
    "BESIDE",
    "FURTHER",
    "HEAD",
    "LINKED",
    "VERBATIM",
    "WEIGHTS",
    "Scored",
    "bm25",
    "fuse",
    "inverse_frequencies",
    "kind_weight",
    "with_verbatim",
]

WEIGHTS = {
    "words": 0.75,
    "names": 0.375,
    "docs": 0.15,
    "path": 0.25,
    "defines": 0.5,
    "mention": 0.5,
    "area": 0.3,
    "history": 0.7,
    "recent": 0.6,
    "central": 0.25,
}
"""What each signal counts, after its best file was made 1."""
FURTHER = {"like": 0.2, "tests": 0.15, "messages": 0.7}
"""What more signals count among the files after the `HEAD` best.

They find what the others pass over, but know less well what is meant most: among the best they
would put good files behind worse ones. A project without history gets none of them.
"""
HEAD = 12
LINKED, BESIDE = 0.2, 0.1
"""What it counts to be linked with the best by imports, and to stand in their folder."""
VERBATIM = 0.5
"""What it counts that things stand in a file just as the text writes them."""
_NEIGHBOURS = 6
"""Of a folder's files, the best count for the others."""
_SEEDS, _STEPS, _STAY = 15, 6, 0.5
_K1, _B = 1.2, 0.75
_DOCS = frozenset({"doc", "document", "documentation", "exampl", "sampl", "benchmark", "tutorial"})
"""Words of a folder that is beside the code."""
_BESIDE = (
    *(".md", ".rst", ".txt", ".adoc", ".po", ".html", ".css", ".svg"),
    *(".json", ".yaml", ".yml", ".toml", ".cfg", ".ini", ".lock", ".csv", ".xml"),
)
_VENDORED = frozenset({"_vendor", "vendor", "vendored", "third_party", "thirdparty", "extern"})


@dataclass(frozen=True, slots=True)
class Scored:
    """A file's score.

    Attributes:
        parts: what each signal gave, before the weight of the file's kind.
    """

    file: int
    score: float
    parts: Mapping[str, float]


def inverse_frequencies(found: Mapping[str, int], files: int) -> dict[str, float]:
    """How much each word says, from the number of files that hold it."""
    return {word: math.log(1 + (files - n + 0.5) / (n + 0.5)) for word, n in found.items()}


def bm25(
    counts: Mapping[str, Mapping[int, float]],
    lengths: Mapping[int, float],
    wanted: Mapping[str, float],
    files: int = 0,
) -> dict[int, float]:
    """Scores of files by the words in them.

    Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), k1 = 1.2, b = 0.75.

    Args:
        counts: word -> file -> how often.
        lengths: of every file that there is, or of those that can hold words.
        wanted: word -> how much it counts.
        files: how many there are, where that is not the number of lengths.
    """
    mean = sum(lengths.values()) / max(len(lengths), 1) or 1.0
    found = {word: len(held) for word, held in counts.items()}
    idf = inverse_frequencies(found, files or len(lengths))
    scores: dict[int, float] = {}
    for word, held in counts.items():
        weight = idf[word] * wanted[word] * (_K1 + 1)
        for file, n in held.items():
            bias = _K1 * (1 - _B + _B * lengths[file] / mean)
            scores[file] = scores.get(file, 0.0) + weight * n / (n + bias)
    return scores


def fuse(
    signals: Mapping[str, Mapping[int, float]],
    links: Mapping[int, Collection[int]],
    folders: Sequence[str],
    kinds: Sequence[float],
) -> list[Scored]:
    """Files by all signals, best first.

    Args:
        signals: name in `WEIGHTS` or `FURTHER` -> file -> value from 0.
        links: file -> the files that it imports or that import it.
        folders: of each file.
        kinds: weight of each file's kind, see `kind_weight`.
    """
    assert signals.keys() <= WEIGHTS.keys() | FURTHER.keys(), "what has no weight would not count"
    parts: dict[int, dict[str, float]] = {}
    _add(parts, signals, WEIGHTS)
    sums = {file: sum(given.values()) for file, given in parts.items()}
    weighed = {file: score * kinds[file] for file, score in sums.items()}
    near = {"linked": _walk(sums, links), "beside": _beside(weighed, folders)}
    _add(parts, near, {"linked": LINKED, "beside": BESIDE})
    head = _scored(parts, kinds)[:HEAD]
    for each in head:
        del parts[each.file]
    _add(parts, signals, FURTHER, but={each.file for each in head})
    least = head[-1].score if head else math.inf
    rest = (replace(each, score=min(each.score, least)) for each in _scored(parts, kinds))
    return [*head, *rest]


def with_verbatim(
    scored: Sequence[Scored], values: Mapping[int, float], kinds: Sequence[float]
) -> list[Scored]:
    """Files again, best first, after the likeliest were read for what the text writes as code."""
    most = max(values.values(), default=0.0)
    if not most:
        return list(scored)
    found = (_with(each, VERBATIM * values.get(each.file, 0.0) / most, kinds) for each in scored)
    return sorted(found, key=lambda each: (-each.score, each.file))


def _with(each: Scored, value: float, kinds: Sequence[float]) -> Scored:
    if not value:
        return each
    score = each.score + value * kinds[each.file]
    return replace(each, score=score, parts={**each.parts, "verbatim": value})


def _add(
    parts: dict[int, dict[str, float]],
    signals: Mapping[str, Mapping[int, float]],
    weights: Mapping[str, float],
    but: Collection[int] = (),
) -> None:
    """What weighed signals give to files, each as a part of the most that it gives to any.

    Args:
        but: files that get nothing.
    """
    for name, weight in weights.items():
        values = signals.get(name, {})
        most = max(values.values(), default=0.0)
        for file, value in values.items():
            if value > 0 and file not in but:
                parts.setdefault(file, {})[name] = weight * value / most


def _scored(parts: Mapping[int, Mapping[str, float]], kinds: Sequence[float]) -> list[Scored]:
    """Files with the sum of their parts, best first."""
    scored = [Scored(f, sum(given.values()) * kinds[f], given) for f, given in parts.items()]
    return sorted(scored, key=lambda each: (-each.score, each.file))


def _walk(scores: Mapping[int, float], links: Mapping[int, Collection[int]]) -> dict[int, float]:
    """Personalised PageRank from the best files over the links."""
    best = nlargest(_SEEDS, scores.items(), key=lambda item: (item[1], -item[0]))
    total = sum(score**2 for _, score in best)
    if not total:
        return {}
    seeds = {file: score**2 / total for file, score in best}
    here: dict[int, float] = dict(seeds)
    for _ in range(_STEPS):
        there: dict[int, float] = {}
        for file, mass in here.items():
            near = links.get(file, ())
            share = mass / len(near) if near else 0.0
            for other in near:
                there[other] = there.get(other, 0.0) + share
        here = {
            file: _STAY * seeds.get(file, 0.0) + (1 - _STAY) * there.get(file, 0.0)
            for file in sorted(seeds.keys() | there.keys())
        }
    return here


def _beside(scores: Mapping[int, float], folders: Sequence[str]) -> dict[int, float]:
    """What the best files of a folder give the others in it."""
    of_folder: dict[str, list[tuple[float, int]]] = {}
    for file, score in scores.items():
        of_folder.setdefault(folders[file], []).append((score, file))
    best = {folder: nlargest(_NEIGHBOURS, found) for folder, found in of_folder.items()}
    sums = {folder: sum(score for score, _ in found) for folder, found in best.items()}
    own = {file: score for found in best.values() for score, file in found}
    given = {
        file: sums[folder] - own.get(file, 0.0)
        for file, folder in enumerate(folders)
        if folder in sums
    }
    return {file: value for file, value in given.items() if value > 1e-9}


def kind_weight(path: str, about: Iterable[str]) -> float:
    """How likely a file of this kind is meant: the project's own code first.

    Args:
        about: the words of the subject.
    """
    subject = set(about)
    weight = 1.0
    if is_test(path):
        weight *= 0.6 if "test" in subject else 0.2
    if not _VENDORED.isdisjoint(path.split("/")):
        weight *= 0.3
    if not {"doc", "docs", "document", "exampl"} & subject and _is_document(path):
        weight *= 0.6
    return weight


def _is_document(path: str) -> bool:
    *folders, name = path.split("/")
    beside = name.endswith(_BESIDE) or "." not in name
    return beside or any(map(_is_beside, folders))


@lru_cache(maxsize=2**12)
def _is_beside(folder: str) -> bool:
    return not _DOCS.isdisjoint(words(folder))
