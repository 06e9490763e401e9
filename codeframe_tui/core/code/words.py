"""Words of texts and code, in the form in which they are compared. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

__all__ = [
    "area",
    "asked",
    "identifiers",
    "mentions",
    "names_in",
    "spelling",
    "tally",
    "verbatim",
    "words",
]

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OF_NAMES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_APART = bytes(sign if sign in _OF_NAMES else 32 for sign in range(256))
"""What stands in names stays, all else becomes a space."""
_MENTION = re.compile(r"[\w.-]+(?:/[\w.-]+)+|[A-Za-z_][\w-]*(?:\.\w+)+")
_CODE = re.compile(r"[A-Za-z]_\w|[a-z][A-Z]|[A-Z]{2}[a-z]|\d[a-z]", re.ASCII)
_AREA = re.compile(r"\W*(?:\[([^\]\n]{2,60})\]|\w{1,20}\(([^)\n]{2,60})\)!?:|([\w./ -]{2,30}):\s)")
_QUOTED = re.compile(r"`([^`\n]{2,60})`")
_OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]{2,40}(?![\w-])")
_AROUND = " \"'*:;,.()[]"
_MOST_VERBATIM, _LONGEST_VERBATIM = 24, 100
_LONGEST, _LONGEST_RUN, _LONGEST_NUMBER = 40, 400, 5
"""Longer runs of letters, and longer numbers, are data."""
_STOP_WORDS = """
a an and are as at be by can do each for from has have if in into is it its let make must need
needs new no not of on one or out should so some such than that the their then there these they
this to up use used uses using was we when where which will with would you your
"""
_STOP = frozenset(_STOP_WORDS.split())
_DEED_WORDS = """
add allow avoid backport bug change clean cleanup code correct deprecate disable doc docs
documentation drop enable ensure error feature fix handle implement improve introduce issue merge
minor move prevent refactor release remove rename replace support test tests typo update version
"""
_MOST_PARTS = 2**17
_DEED, _BODY = 0.5, 0.4
"""What a word counts that tells of the deed, not the place, and one after the first line."""


def words(text: str) -> list[str]:
    """Lower-case words of a text, split on camel and snake case, stemmed, stop words off."""
    return [word for found in _WORD.findall(text) if (word := _normal(found))]


def spelling(text: str) -> dict[str, str]:
    """The words of a text, each with how it is written there."""
    return {word: found.lower() for found in _WORD.findall(text) if (word := _normal(found))}


def asked(text: str) -> dict[str, float]:
    """The words of a task and how much each counts: the root of how often it stands there."""
    head, _, body = text.partition("\n")
    counts = {word: n**0.5 for word, n in Counter(words(head)).items()}
    for word, n in Counter(words(body)).items():
        counts[word] = counts.get(word, 0.0) + _BODY * n**0.5
    return {word: n * (_DEED if word in _deeds() else 1.0) for word, n in counts.items()}


def names_in(text: bytes) -> Counter[bytes]:
    """How often each identifier, plain word or number stands in a text, in UTF-8 or the like."""
    return Counter(text.translate(_APART).split())


def tally(names: Mapping[bytes, int]) -> dict[str, int]:
    """How often each word stands in names that stand so often."""
    counts: dict[str, int] = {}
    known = counts.get
    for parts, count in zip(map(_PARTS.__getitem__, names), names.values(), strict=True):
        for word in parts:
            counts[word] = known(word, 0) + count
    return counts


def identifiers(text: str) -> Iterator[str]:
    """What looks like a name of the code in a text for people: ``max_size``, ``JSONDecoder``."""
    for found in dict.fromkeys(_NAME.findall(text)):
        if len(found) > 2 and _CODE.search(found):
            yield found


def mentions(text: str) -> Iterator[str]:
    """What looks like a path or a dotted name in a text for people, without dots at its ends."""
    # a look that begins anew at every letter of a long run would take its length squared
    runs = (run for run in text.split() if len(run) <= _LONGEST_RUN)
    found = (each for run in runs for each in _MENTION.findall(run))
    yield from dict.fromkeys(each.strip("./") for each in found)


def area(text: str) -> frozenset[str]:
    """Names of the place that a text begins with: ``[core] …``, ``fix(core): …``, ``core: …``."""
    found = _AREA.match(text)
    said = next(filter(None, found.groups())) if found else ""
    return frozenset(name.strip("_") for name in _NAME.findall(said.lower()) if len(name) > 1)


def verbatim(text: str) -> list[str]:
    """What a text for people says in the letters of the code: quoted, a name, a path, an option."""
    found = [*_QUOTED.findall(text), *mentions(text), *identifiers(text), *_OPTION.findall(text)]
    plain = dict.fromkeys(each.removesuffix("()").strip(_AROUND) for each in found)
    return [each for each in plain if 2 < len(each) <= _LONGEST_VERBATIM][:_MOST_VERBATIM]


@lru_cache(maxsize=1)
def _deeds() -> frozenset[str]:
    return frozenset(words(_DEED_WORDS))


class _Parts(dict[bytes, tuple[str, ...]]):
    """Words of names. To know which was used last would cost more than to begin anew."""

    def __missing__(self, name: bytes) -> tuple[str, ...]:
        if len(self) >= _MOST_PARTS:
            self.clear()
        parts = self[name] = _split(name)
        return parts


_PARTS = _Parts()


def _split(name: bytes) -> tuple[str, ...]:
    if name.isdigit() and len(name) > _LONGEST_NUMBER:
        return ()
    plain = name.decode("ascii")
    if plain.islower() and plain.replace("_", "").isalpha():
        return tuple(word for part in plain.split("_") if (word := _normal(part)))
    return tuple(words(plain))


@lru_cache(maxsize=2**16)
def _normal(found: str) -> str:
    """The form in which words are compared; empty for those that say nothing."""
    word = found.lower()
    if not 2 <= len(word) <= _LONGEST or word in _STOP:
        return ""
    return _stem(word)


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
