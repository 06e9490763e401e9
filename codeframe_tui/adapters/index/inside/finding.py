"""Definitions by name, and how files and names hang together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

from codeframe_tui.adapters.index.inside.questions import UnfitError
from codeframe_tui.adapters.index.inside.reading import read_as, uses_of
from codeframe_tui.adapters.index.inside.shelf import Shelf, Tree
from codeframe_tui.core.code.context import Symbol
from codeframe_tui.core.code.globs import compile_glob
from codeframe_tui.core.code.testnames import is_test, named_after, source_name

__all__ = ["callers", "find", "importers", "nearest", "outline", "symbols_of", "tests_for"]

MAX_SYMBOLS = 200
MAX_LETTERED = 20
"""Definitions that have no more than the letters of a name: most of them mean something else."""
MATCHES = ("name", "start", "part", "letters")
"""How near what is found is to a name, see `find`."""
MAX_USES = 300
LONGEST, MOST_STARS = 200, 4
"""Of names and globs; what is longer costs more than it can find."""
_STARS = re.compile(r"\*+")
_HELD = 2
"""The stage of names that hold what is looked for, see `nearest`."""
_MAX_READ = 2_000
"""Files that are read for the uses of one name."""
_SELECT = """
SELECT document, name, kind, first, signature, qualified, last, doc FROM symbol WHERE
"""
_EXACT = _SELECT + "name = ? COLLATE NOCASE"
_LIKE = _SELECT + "name LIKE ? ESCAPE '!'"
_OF_DOCUMENT = _SELECT + "document = ? ORDER BY place"

Hit = tuple[str, Symbol]


def symbols_of(shelf: Shelf, tree: Tree, path: str) -> Iterator[Symbol]:
    """Definitions of a file, in order."""
    document = tree.documents[tree.numbers[path]]
    for row in shelf.database.execute(_OF_DOCUMENT, (document,)):
        yield Symbol(*row[1:])


def find(shelf: Shelf, tree: Tree, name: str, *, kind: str = "", path: str = "") -> dict[str, Any]:
    """Definitions of this name, else of those that begin with it, hold it, or its letters in order.

    Args:
        name: dots ask for a definition inside others: ``Retry.delay``.
        path: a glob; only files whose path or name matches.

    Raises:
        UnfitError: one is too long, has too many stars to be matched in time, or is no glob.
    """
    if max(len(name), len(path)) > LONGEST or len(_STARS.findall(path)) > MOST_STARS:
        raise UnfitError(f"at most {LONGEST} characters and {MOST_STARS} stars are looked for")
    above, _, last = _text(name).rpartition(".")
    glob = _glob(path) if path else None
    hits: list[Hit] = []
    match = ""
    for near, found in zip(MATCHES, _by_stage(shelf, tree, last), strict=False):
        hits = [
            hit for hit in found if _wanted(hit, above, kind) and (not glob or _below(hit, glob))
        ]
        if hits:
            match = near
            break
    hits.sort(key=lambda hit: (*_distance(last, hit[1].name), is_test(hit[0]), hit[0], hit[1].line))
    most = MAX_LETTERED if last and match == MATCHES[-1] else MAX_SYMBOLS
    cut = [f"{len(hits) - most} more definitions"] if len(hits) > most else []
    shown = [_document(*hit) for hit in hits[:most]]
    return {"symbols": shown, "match": match if last else "", "cut": cut}


def nearest(
    shelf: Shelf, tree: Tree, name: str, most: int, *, letters: bool
) -> Iterator[tuple[int, Hit]]:
    """Definitions of this name, and of names like it until there are enough.

    Each comes once, with 0 for the very name, 1 for one that begins with it, 2 for one that holds
    it; 3 for one that has its letters in order, with ``letters`` and where there is no other.
    """
    above, _, last = _text(name).rpartition(".")
    seen: set[tuple[str, int]] = set()
    for stage, found in enumerate(_by_stage(shelf, tree, last)):
        for hit in found:
            place = hit[0], hit[1].line
            if place not in seen and _wanted(hit, above, ""):
                seen.add(place)
                yield stage, hit
        if len(seen) >= most or (stage == _HELD and (seen or not letters)):
            return


def outline(shelf: Shelf, tree: Tree, path: str) -> dict[str, Any]:
    """All definitions of a file. Raises: KeyError when it is not in the tree."""
    return {"symbols": [_document(path, each) for each in symbols_of(shelf, tree, path)], "cut": []}


def importers(shelf: Shelf, tree: Tree, path: str) -> dict[str, Any]:
    """Files that import a file, and at how many steps. Raises: KeyError."""
    steps = _importing(shelf, tree, path)
    found = sorted(steps.items(), key=lambda each: (each[1], tree.paths[each[0]]))
    return {"files": [{"path": tree.paths[n], "steps": step} for n, step in found], "cut": []}


def tests_for(shelf: Shelf, tree: Tree, path: str) -> dict[str, Any]:
    """Tests that are named after a file, or import it, the nearest first. Raises: KeyError."""
    source = source_name(path)
    steps = _importing(shelf, tree, path)
    tests = []
    for number, other in enumerate(tree.paths):
        if other == path or not is_test(other):
            continue
        named = source is not None and named_after(other) == source
        if named or number in steps:
            tests.append((not named, steps.get(number, 0), other))
    files = [
        {"path": other, "steps": step, "why": "imports it" if step else "named after it"}
        for _, step, other in sorted(tests)
    ]
    return {"files": files, "cut": []}


def callers(shelf: Shelf, tree: Tree, name: str) -> dict[str, Any]:
    """Lines on which a name stands as code, and the definition around each.

    By name: what else is called the same is among them.
    """
    last = _text(name).rpartition(".")[2][:LONGEST]
    holding = shelf.holding(last)
    files = [n for n, d in enumerate(tree.documents) if d in holding and read_as(tree.paths[n])]
    cut = []
    if len(files) > _MAX_READ:
        cut.append(f"{len(files) - _MAX_READ} more files that may hold the name")
    read = files[:_MAX_READ]
    uses: list[dict[str, Any]] = []
    with closing(shelf.objects.read((tree.blobs[n] for n in read), 2**30)) as contents:
        for number, content in zip(read, contents, strict=True):
            path = tree.paths[number]
            if last and last.encode() in (content or b""):
                around = [s for s in symbols_of(shelf, tree, path) if s.kind != "variable"]
                uses += _uses(path, content or b"", last, around)
    if len(uses) > MAX_USES:
        cut.append(f"{len(uses) - MAX_USES} more uses")
    return {"uses": uses[:MAX_USES], "cut": cut}


def _uses(path: str, content: bytes, name: str, around: list[Symbol]) -> Iterator[dict[str, Any]]:
    for line, text in uses_of(read_as(path), content, name):
        inside = [s.qualified for s in around if s.line <= line <= s.last]
        yield {"path": path, "line": line, "within": inside[-1] if inside else "", "text": text}


def _importing(shelf: Shelf, tree: Tree, path: str) -> dict[int, int]:
    start = tree.numbers[path]
    importing: dict[int, list[int]] = {}
    for number, files in shelf.imported(tree).items():
        for file in files:
            importing.setdefault(file, []).append(number)
    steps = {start: 0}
    edge = [start]
    while edge:
        edge = sorted({n for file in edge for n in importing.get(file, ())} - steps.keys())
        step = max(steps.values()) + 1
        steps.update(dict.fromkeys(edge, step))
    del steps[start]
    return steps


def _by_stage(shelf: Shelf, tree: Tree, name: str) -> Iterator[Iterator[Hit]]:
    """Definitions of each of `_stages`; the next is looked for only when it is asked for."""
    for query, pattern in _stages(name):
        rows = shelf.database.execute(query, (pattern,))
        yield _hits(tree, ((row[0], Symbol(*row[1:])) for row in rows))


def _stages(name: str) -> Iterator[tuple[str, str]]:
    yield _EXACT, name
    plain = [re.sub(r"([!%_])", r"!\1", sign) for sign in name]
    if name:
        yield _LIKE, "".join(plain) + "%"
        yield _LIKE, "%" + "".join(plain) + "%"
    yield _LIKE, "%" + "%".join(plain) + "%"


def _hits(tree: Tree, found: Iterable[tuple[int, Symbol]]) -> Iterator[Hit]:
    for document, symbol in found:
        for file in tree.files.get(document, ()):
            yield tree.paths[file], symbol


def _wanted(hit: Hit, above: str, kind: str) -> bool:
    symbol = hit[1]
    inside = symbol.qualified.rpartition(".")[0].casefold()
    within = not above or f".{inside}".endswith(f".{above.casefold()}")
    return within and (not kind or symbol.kind == kind)


def _text(name: str) -> str:
    """Of a name what can stand in a file: a terminal of another encoding gives half characters."""
    return name.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _glob(path: str) -> re.Pattern[str]:
    try:
        return compile_glob(path)
    except re.error as error:
        raise UnfitError(f"{path!r} is no pattern of paths: {error}") from error


def _below(hit: Hit, glob: re.Pattern[str]) -> bool:
    path = hit[0]
    return bool(glob.fullmatch(path) or glob.fullmatch(path.rpartition("/")[2]))


def _distance(name: str, found: str) -> tuple[bool, int, int]:
    """How far a found name is from the wanted one: its case, the letters in between, the rest."""
    low, gaps, at = found.casefold(), 0, 0
    for number, letter in enumerate(name.casefold()):
        place = low.find(letter, at)
        gaps += place - at if number else 0
        at = place + 1
    return name != found, gaps, len(found)


def _document(path: str, symbol: Symbol) -> Mapping[str, Any]:
    return {
        "name": symbol.name,
        "kind": symbol.kind,
        "path": path,
        "line": symbol.line,
        "signature": symbol.signature,
        "qualified": symbol.qualified,
        "last": symbol.last,
        "doc": symbol.doc,
    }
