"""What the model is shown of the files that matter, inside a token budget. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from codeframe_tui.core.code.entry import entry
from codeframe_tui.core.code.words import words
from codeframe_tui.core.content import lines_of
from codeframe_tui.core.tokens import GUESS, Gauge

__all__ = [
    "NAMED",
    "SHOWN",
    "Packed",
    "Ranked",
    "Source",
    "Symbol",
    "outline",
    "pack",
    "shown",
]

BODIES, SHOWN, NAMED = 5, 20, 40
"""The best files are given whole, the first ``SHOWN`` with definitions by these, others by name."""
_MOST_SHOWN = 30
"""With files that have no definitions among them; the others are for the nearest tests."""
SHARE = 0.6
"""What one file may take of the tokens that are left; those after it matter too."""
_SHOWN_KINDS = frozenset({"class", "function", "method"})


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition.

    Attributes:
        kind: ``class``, ``function``, ``method`` or ``variable`` (of a module).
        line: from 1.
        qualified: the name with those of the definitions around it, joined by dots.
        last: its last line.
        doc: first line of its docstring.
    """

    name: str
    kind: str
    line: int
    signature: str
    qualified: str
    last: int
    doc: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A file with its score and why it got it."""

    path: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What of a file can be shown."""

    text: str
    symbols: tuple[Symbol, ...] = ()


@dataclass(frozen=True, slots=True)
class Packed:
    """A file as it goes to the model: ``body``, ``skeleton`` or ``name``, and what that costs.

    A skeleton may hold the bodies of definitions that the text is about. The cost is that of the
    entry, with what heads it and the fences around it.
    """

    ranked: Ranked
    form: str
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class _Price:
    """What the forms of a file cost."""

    found: Ranked
    gauge: Gauge

    def of(self, form: str, text: str) -> int:
        return self.gauge.tokens(entry(self.found.path, form, self.found.reasons, text))


def outline(symbols: Sequence[Symbol]) -> str:
    """Definitions, one a line, each after the number of its line and below what it belongs to."""
    return "\n".join(_line(symbol) for symbol in symbols if symbol.kind in _SHOWN_KINDS)


def shown(paths: Iterable[str], defines: Callable[[str], bool]) -> int:
    """How many files, from the best on, are given by more than their names.

    A text has no definitions to show, so those that stand among code take no place from it.
    """
    code = number = 0
    for number, path in enumerate(islice(paths, _MOST_SHOWN), 1):  # noqa: B007 - how many it took
        code += defines(path)
        if code == SHOWN:
            break
    return number


def pack(
    ranked: Sequence[Ranked],
    sources: Mapping[str, Source],
    budget: int,
    about: Collection[str],
    pinned: int = 0,
    *,
    gauge: Gauge = GUESS,
) -> tuple[list[Packed], list[str]]:
    """Files in their best form that fits, and what was cut and why, one line each.

    A file is given whole, else its definitions with the bodies of those that are meant, else its
    definitions, else its name. Names are given whatever the budget, and leave the rest of it.

    Args:
        sources: of those that are pinned, and of the others those that are `shown`, by path.
        budget: tokens.
        about: words of the text.
        pinned: how many stand before the ranked ones; each is given whole where it fits.
        gauge: what a text costs.
    """
    packed: list[Packed] = []
    cut: list[str] = []
    prices = [_Price(found, gauge) for found in ranked[: pinned + NAMED]]
    names = [price.of("name", "") for price in prices]
    left = budget - sum(names)
    for place, (price, name) in enumerate(zip(prices, names, strict=True), -pinned):
        found = price.found
        source = sources.get(found.path, Source(""))
        left += name
        most = int(left * SHARE) if 0 <= place < BODIES else left
        forms = list(_forms(place, source, most, about, price))
        sizes = [price.of(*each) for each in forms]
        fits = next((n for n, size in enumerate(sizes) if size <= most), len(forms) - 1)
        if fits:
            cut.append(f"{found.path}: {forms[0][0]} of {sizes[0]} tokens did not fit")
        left -= sizes[fits]
        packed.append(Packed(found, *forms[fits], sizes[fits]))
    if (more := len(ranked) - pinned - NAMED) > 0:
        cut.append(f"{more} more files with a lower score")
    return packed, cut


def _forms(
    place: int, source: Source, most: int, about: Collection[str], price: _Price
) -> Iterator[tuple[str, str]]:
    """Forms of a file at a place of the ranking, the fullest first."""
    lines = outline(source.symbols)
    if place < BODIES and source.text:
        yield "body", source.text
        room = most - price.of("skeleton", lines)
        if lines and (excerpt := _excerpt(source, room, about, price.gauge)):
            yield "skeleton", excerpt
    if lines:
        yield "skeleton", lines
    yield "name", ""


def _excerpt(source: Source, room: int, about: Collection[str], gauge: Gauge) -> str:
    """The outline with bodies of definitions named in ``about``, the most meant first."""
    lines = lines_of(source.text)
    shown = [symbol for symbol in source.symbols if symbol.kind in _SHOWN_KINDS]
    chosen: list[Symbol] = []
    meant = {id(s): len(set(words(s.qualified)).intersection(about)) for s in shown}
    for symbol in sorted(shown, key=lambda s: (-meant[id(s)], s.last - s.line)):
        if not meant[id(symbol)]:
            break
        cost = gauge.tokens(_body(lines, symbol)) + 1
        if cost <= room and not any(
            s.line <= symbol.last and symbol.line <= s.last for s in chosen
        ):
            chosen.append(symbol)
            room -= cost
    if not chosen:
        return ""
    whole = {symbol.line: symbol for symbol in chosen}
    parts, until = [], 0
    for symbol in shown:
        if symbol.line <= until:
            continue
        if whole.get(symbol.line) is symbol:
            parts.append(_body(lines, symbol))
            until = symbol.last
        else:
            parts.append(_line(symbol))
    return "\n".join(parts)


def _body(lines: Sequence[str], symbol: Symbol) -> str:
    numbered = enumerate(lines[symbol.line - 1 : symbol.last], symbol.line)
    return "\n".join(f"{number:>5} {line}".rstrip() for number, line in numbered)


def _line(symbol: Symbol) -> str:
    return f"{symbol.line:>5} {'    ' * symbol.qualified.count('.')}{symbol.signature}"
