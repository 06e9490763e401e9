"""`index context`: the signals of a text over a tree, ranked and packed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from codeframe_tui.adapters.index.inside.finding import symbols_of
from codeframe_tui.adapters.index.inside.further import like, of_tests
from codeframe_tui.adapters.index.inside.past import Past
from codeframe_tui.adapters.index.inside.reading import read_as
from codeframe_tui.adapters.index.inside.shelf import Shelf, Tree
from codeframe_tui.adapters.index.inside.verbatim import standing
from codeframe_tui.core.code.chosen import NOTHING, Chosen, arrange
from codeframe_tui.core.code.context import NAMED, Packed, Ranked, Source, Symbol, pack, shown
from codeframe_tui.core.code.ignore import is_secret
from codeframe_tui.core.code.ranking import (
    Scored,
    bm25,
    fuse,
    inverse_frequencies,
    kind_weight,
    with_verbatim,
)
from codeframe_tui.core.code.testnames import is_test
from codeframe_tui.core.code.words import (
    area,
    asked,
    identifiers,
    mentions,
    spelling,
    verbatim,
    words,
)
from codeframe_tui.core.tokens import Gauge

__all__ = ["context", "rank"]

_MOST_WORDS = 80
"""Words of a long text that are looked for, those that count most first."""
_MOST_NAMES = 40
_MAX_SYMBOLS = 200
_REASONS = 5
_TOLD = 2 * NAMED
"""Files of which it is told why they were found; those behind them are not named."""
_TESTED = 5
"""Of so many of the best files the nearest tests are named too."""


@dataclass
class _Look:
    """One text over one tree.

    Attributes:
        wanted: word -> how much it counts.
    """

    tree: Tree
    spelled: Mapping[str, str]
    wanted: Mapping[str, float]
    words: dict[str, dict[int, int]]
    names: dict[str, dict[int, int]]
    docs: dict[str, dict[int, int]]


def context(
    shelf: Shelf, past: Past, tree: Tree, text: str, budget: int, *, chosen: Chosen, gauge: Gauge
) -> dict[str, Any]:
    """The document of CONTRACT §9, with bodies under ``files[].text``."""
    unread = tree.every if tree.left else ()
    found = rank(shelf, past, tree, text, chosen)
    ranked, pinned, told = arrange(found, chosen, tree.numbers, unread)
    best = [each.path for each in ranked[: pinned + _shown(ranked[pinned:])]]
    numbers = [tree.numbers[path] for path in best]
    symbols = {path: tuple(symbols_of(shelf, tree, path)) for path in best}
    with closing(shelf.objects.read((tree.blobs[n] for n in numbers), 2**30)) as contents:
        sources = {
            path: Source((content or b"").decode("utf-8", "replace"), symbols[path])
            for path, content in zip(best, contents, strict=True)
        }
    about = frozenset(words(text))
    packed, cut = pack(ranked, sources, budget, about, pinned, gauge=gauge)
    cut += told
    meant = [
        _symbol(path, symbol)
        for path in best
        for symbol in symbols[path]
        if not about.isdisjoint(words(symbol.name))
    ]
    if len(meant) > _MAX_SYMBOLS:
        cut.append(f"{len(meant) - _MAX_SYMBOLS} more definitions")
    if tree.left:
        cut.append(f"{tree.left} files that are not indexed yet; ask again in a moment")
    files = list(map(_file, packed))
    return {"files": files, "symbols": meant[:_MAX_SYMBOLS], "budget": budget, "cut": cut}


def rank(shelf: Shelf, past: Past, tree: Tree, text: str, chosen: Chosen = NOTHING) -> list[Ranked]:
    """Files that a text may be about, with reasons, best first.

    Args:
        chosen: no reason names a file that is left out.
    """
    look = _look(shelf, tree, text)
    signals, why = _signals(shelf, past, look, text)
    named = why["tests"].items()
    why["tests"] = {f: p for f, p in named if _is_told(p) and not chosen.leaves_out(p)}
    near = shelf.linked(tree)
    subject = words(text.partition("\n")[0])
    kinds = [kind_weight(path, subject) for path in tree.paths]
    folders = [path.rpartition("/")[0] for path in tree.paths]
    fused = fuse(signals, near, folders, kinds)
    stands, why["verbatim"] = standing(shelf, tree, [each.file for each in fused], verbatim(text))
    fused = with_verbatim(fused, stands, kinds)
    scored = [each for each in fused if _is_told(tree.paths[each.file])]
    ranked = [
        Ranked(
            tree.paths[each.file],
            each.score,
            tuple(_reasons(each, look, why)) if place < _TOLD else (),
        )
        for place, each in enumerate(scored)
    ]
    first = _shown(ranked)
    return [*ranked[:first], *_with_tests(ranked, first, near, tree, chosen)]


def _is_told(path: str) -> bool:
    """Whether a model is told of a file: it could name it, and it does not look secret.

    What looks secret is read when the model asks for it, and not before.
    """
    return not is_secret(path) and not any("\ud800" <= sign <= "\udfff" for sign in path)


def _look(shelf: Shelf, tree: Tree, text: str) -> _Look:
    spelled = spelling(text)
    wanted = dict(Counter(asked(text)).most_common(_MOST_WORDS))
    look = _Look(tree, spelled, wanted, {}, {}, {})
    for word in wanted:
        fields: tuple[dict[int, int], ...] = ({}, {}, {})
        for document, *counts in shelf.postings(word):
            for file in tree.files.get(document, ()):
                for found, count in zip(fields, counts, strict=True):
                    if count:
                        found[file] = count
        look.words[word], look.names[word], look.docs[word] = fields
    return look


def _signals(
    shelf: Shelf, past: Past, look: _Look, text: str
) -> tuple[dict[str, dict[int, float]], dict[str, dict[int, str]]]:
    """Values of files by signal, and what is to be said of some of them."""
    tree, wanted = look.tree, look.wanted
    lengths = [shelf.lengths[document] for document in tree.documents]
    fields = ((look.words, 0), (look.names, 1), (look.docs, 2))
    of_words, of_names, of_docs = (
        bm25(field, dict(enumerate(each[n] for each in lengths)), wanted) for field, n in fields
    )
    named = [wanted.keys() & _name_words(path) for path in tree.paths]
    defined, defines = _defining(shelf, tree, text)
    in_area, areas = _in_area(tree, text)
    numbers = past.numbers(tree.numbers)
    similar, changes = past.similar(wanted, numbers)
    # without a past these mislead more often than they find
    alike, like_what = ({}, {}) if past.is_empty else like(shelf, tree, wanted)
    spoken, tests = ({}, {}) if past.is_empty else of_tests(tree, of_words)
    messages, said = past.messages(wanted, numbers)
    signals = {
        "words": of_words,
        "names": of_names,
        "docs": of_docs,
        "path": {n: len(f) / len(_name_words(tree.paths[n])) for n, f in enumerate(named) if f},
        "defines": defined,
        "mention": _mentioned(tree, text),
        "area": in_area,
        "history": similar,
        "recent": past.recent(numbers),
        "central": {file: math.log1p(len(others)) for file, others in shelf.linked(tree).items()},
        "like": alike,
        "tests": spoken,
        "messages": messages,
    }
    spelled = {n: ", ".join(sorted(look.spelled[w] for w in f)) for n, f in enumerate(named) if f}
    why = {"defines": defines, "area": areas, "history": changes, "path": spelled, "tests": tests}
    why |= {
        name: {file: look.spelled[word] for file, word in of_files.items()}
        for name, of_files in (("like", like_what), ("messages", said))
    }
    return signals, why


@lru_cache(maxsize=2**14)
def _name_words(path: str) -> frozenset[str]:
    """The words of a file's name; those of a package are its folder's."""
    folder, _, name = path.rpartition("/")
    if name.startswith("__init__."):
        name = folder.rpartition("/")[2]
    return frozenset(words(name.partition(".")[0]))


def _defining(shelf: Shelf, tree: Tree, text: str) -> tuple[dict[int, float], dict[int, str]]:
    """Files that define what looks like a name of the code, the rarer the better."""
    query = "SELECT document FROM symbol WHERE name = ? COLLATE NOCASE AND name = ?1"
    scores: dict[int, float] = {}
    names: dict[int, list[str]] = {}
    for name in list(identifiers(text))[:_MOST_NAMES]:
        documents = {document for (document,) in shelf.database.execute(query, (name,))}
        files = [file for document in documents for file in tree.files.get(document, ())]
        weight = inverse_frequencies({name: len(files)}, len(tree.paths))[name]
        for file in files:
            scores[file] = scores.get(file, 0.0) + weight
            names.setdefault(file, []).append(name)
    return scores, {file: ", ".join(found[:3]) for file, found in names.items()}


def _mentioned(tree: Tree, text: str) -> dict[int, float]:
    """Files whose path, or module, the text names."""
    endings: dict[str, float] = {}
    for found in mentions(text):
        endings[found] = 1.0
        dotted = found.replace(".", "/")
        endings.setdefault(f"{dotted}.py", 0.8)
        endings.setdefault(f"{dotted}/__init__.py", 0.8)
        endings.setdefault(f"{dotted.rpartition('/')[0]}.py", 0.5)
    scores: dict[int, float] = {}
    for number, path in enumerate(tree.paths):
        for start in _starts(path):
            if value := endings.get(path[start:]):
                scores[number] = max(value, scores.get(number, 0.0))
    return scores


def _in_area(tree: Tree, text: str) -> tuple[dict[int, float], dict[int, str]]:
    """Files that have, as folder or name, what the text begins with, the fewer the better."""
    if not (names := area(text)):
        return {}, {}
    found = {n: here for n, path in enumerate(tree.paths) if (here := names & _parts(path))}
    counts = Counter(name for here in found.values() for name in here)
    weights = inverse_frequencies(counts, len(tree.paths))
    best = {n: max(here, key=lambda name: (weights[name], name)) for n, here in found.items()}
    return {n: weights[name] for n, name in best.items()}, best


@lru_cache(maxsize=2**14)
def _parts(path: str) -> frozenset[str]:
    """The names of a file and of the folders around it."""
    *folders, name = path.lower().split("/")
    return frozenset(each.strip("_") for each in (*folders, name.partition(".")[0]))


def _starts(path: str) -> Iterator[int]:
    yield 0
    for number, sign in enumerate(path):
        if sign == "/":
            yield number + 1


def _reasons(each: Scored, look: _Look, why: Mapping[str, Mapping[int, str]]) -> Iterator[str]:
    """Why a file is named, the weightiest first, in the words of the text."""
    n = each.file
    told = {
        "words": f"words: {_of_file(look, look.words, n)}",
        "names": f"names: {_of_file(look, look.names, n)}",
        "path": f"path: {why['path'].get(n, '')}",
        "defines": f"defines {why['defines'].get(n, '')}",
        "mention": "named in the task",
        "area": f"place: {why['area'].get(n, '')}",
        "verbatim": f"holds {why['verbatim'].get(n, '')}",
        "history": f"touched by: {change}" if (change := why["history"].get(n)) else "",
        "like": f"words like: {why['like'].get(n, '')}",
        "tests": f"told of by {test}" if (test := why["tests"].get(n)) else "",
        "messages": f"past changes say: {why['messages'].get(n, '')}",
        "recent": "changed of late",
        "central": "much is linked to it",
        "linked": "linked to others by imports",
        "beside": "beside others in its folder",
    }
    least = max(each.parts.values()) / 20
    best = sorted(each.parts.items(), key=lambda part: (-part[1], part[0]))
    weighty = (told[name] for name, value in best if told.get(name) and value >= least)
    yield from islice(weighty, _REASONS)


def _of_file(look: _Look, field: Mapping[str, Mapping[int, int]], file: int) -> str:
    hits = {word: files[file] for word, files in field.items() if file in files}
    most = sorted(hits, key=lambda word: (-hits[word], word))[:4]
    return ", ".join(look.spelled[word] for word in most)


def _shown(ranked: Sequence[Ranked]) -> int:
    return shown((each.path for each in ranked), lambda path: bool(read_as(path)))


def _with_tests(
    ranked: list[Ranked],
    first: int,
    near: Mapping[int, Iterable[int]],
    tree: Tree,
    chosen: Chosen,
) -> Iterator[Ranked]:
    """What comes after the best, the nearest tests of the very best first."""
    rest = {each.path: each for each in ranked[first:]}
    tests: dict[str, str] = {}
    for each in ranked[:_TESTED]:
        if is_test(each.path) or chosen.leaves_out(each.path):
            continue
        near_tests = [tree.paths[n] for n in near.get(tree.numbers[each.path], ())]
        known = [path for path in near_tests if is_test(path) and path in rest]
        for path in sorted(known, key=lambda path: -rest[path].score)[:2]:
            tests.setdefault(path, f"tests {each.path}")
    for path, reason in list(tests.items())[: NAMED - first]:
        found = rest.pop(path)
        yield Ranked(path, found.score, (reason, *found.reasons))
    yield from rest.values()


def _symbol(path: str, symbol: Symbol) -> dict[str, Any]:
    return {
        "name": symbol.name,
        "kind": symbol.kind,
        "path": path,
        "line": symbol.line,
        "signature": symbol.signature,
    }


def _file(file: Packed) -> dict[str, Any]:
    return {
        "path": file.ranked.path,
        "score": round(file.ranked.score, 3),
        "reasons": list(file.ranked.reasons),
        "tokens": file.tokens,
        "form": file.form,
        "text": file.text,
    }
