"""Which files of a project a file imports. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Import", "Modules", "beside", "read_import"]

_REMARK = re.compile(r"#[^\n]*|\\\n|[()]")
_FROM = re.compile(r"from\b ?(\.*+)(?: ?(?!import\b)([\w.]++))?+ ?import\b ?(.*)")
_SOURCES = (".py", ".pyi")
_UNSAID = ("", ".ts", ".tsx", ".js", ".jsx", ".mts", ".cts", ".mjs", ".cjs", ".rb")
"""What may be left away behind a path that is imported."""
_OF_FOLDER = ("index.ts", "index.tsx", "index.js", "index.jsx")
"""What is meant where a folder is imported."""
_MADE_FROM = {"js": ("ts", "tsx"), "mjs": ("mts",), "cjs": ("cts",), "jsx": ("tsx",)}
"""A file is imported by the name of the one that is made from it."""
_ON_PATH = frozenset({"", "src", "lib", "python"})


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module.

    Attributes:
        level: dots before it; 0 = absolute.
        module: dotted, empty for ``from . import name``; in other languages than Python a path
            that begins with a dot.
        names: what is taken from it, each of which may be a module of its own.
    """

    level: int
    module: str
    names: tuple[str, ...] = ()


def read_import(statement: str) -> Iterator[Import]:
    """The modules that an import statement names."""
    plain = " ".join(_REMARK.sub(" ", statement).split())
    if found := _FROM.match(plain):
        dots, module, names = found.groups("")
        yield Import(len(dots), module, tuple(_first_words(names)))
    elif plain.startswith("import "):
        for module in _first_words(plain.removeprefix("import ")):
            yield Import(0, module)


def _first_words(text: str) -> Iterator[str]:
    for part in text.split(","):
        if parts := part.split():
            yield parts[0]


class Modules:
    """The modules of a tree by their dotted names.

    A file has the name that its packages give it, so ``src/app/net.py`` is ``app.net``, and each
    longer one that the folders above give. A file of no package is a module of its own folder; only
    where the folder is one that programs put on their path is it known from everywhere.

    Args:
        paths: all files; others than Python's are passed over.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        sources = [path for path in paths if path.endswith(_SOURCES)]
        packages = {
            path.rpartition("/")[0]
            for path in sources
            if path.rpartition("/")[2].startswith("__init__.")
        }
        self._named: dict[str, str] = {}
        self._longer: dict[str, str] = {}
        for path in sorted(sources, key=lambda path: (path.count("/"), path)):
            parts = _parts(path)
            top = _top(path, packages)
            folder = path.rpartition("/")[0]
            if folder in packages or folder.rpartition("/")[2] in _ON_PATH:
                self._named.setdefault(".".join(parts[top:]), path)
            for first in range(top):
                self._longer.setdefault(".".join(parts[first:]), path)

    def named(self, module: str) -> str | None:
        """The file of a module; None for a module of others."""
        return self._named.get(module) or self._longer.get(module)

    def imported(self, path: str, imports: Iterable[Import]) -> set[str]:
        """The files that a file imports: by ``from a import b`` ``a.b``, else ``a``."""
        found: set[str] = set()
        for each in imports:
            base = _absolute(path, each)
            if base is None:
                continue
            whole = self._at(path, base, each.level)
            of_names = {self._at(path, [*base, name], each.level) for name in each.names} - {None}
            found |= {file for file in of_names if file}
            if whole and (len(of_names) < len(each.names) or not each.names):
                found.add(whole)
        found.discard(path)
        return found

    def _at(self, path: str, module: Sequence[str], level: int) -> str | None:
        if not level:
            beside = "/".join([*path.split("/")[:-1], *module])
            return self.named(".".join(module)) or self._file(beside)
        return self._file("/".join(module))

    def _file(self, place: str) -> str | None:
        found = self.named(place.replace("/", "."))
        return found if found and "/".join(_parts(found)) == place else None


def beside(path: str, imports: Iterable[Import], files: Container[str]) -> set[str]:
    """The files that a file of another language imports by paths from its own folder."""
    found = set()
    for each in imports:
        parts = path.split("/")[:-1]
        for part in each.module.split("/"):
            if part == "..":
                parts = parts[:-1]
            elif part not in {"", "."}:
                parts.append(part)
        place = "/".join(parts)
        named = next((name for name in _meant(place) if name in files), None)
        if named and named != path:
            found.add(named)
    return found


def _meant(place: str) -> Iterator[str]:
    """Files that an imported path may mean, the likest first."""
    if place:
        yield from (place + end for end in _UNSAID)
    yield from (f"{place}/{name}".lstrip("/") for name in _OF_FOLDER)
    plain, _, ending = place.rpartition(".")
    if plain:
        yield from (f"{plain}.{other}" for other in _MADE_FROM.get(ending, ()))


def _parts(path: str) -> list[str]:
    parts = path.rpartition(".")[0].split("/")
    return parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts


def _top(path: str, packages: set[str]) -> int:
    """Of how many folders the names are no part of the module's."""
    folders = path.split("/")[:-1]
    first = len(folders)
    while first and "/".join(folders[:first]) in packages:
        first -= 1
    return first


def _absolute(path: str, each: Import) -> list[str] | None:
    """An import's parts: from the tree's root for a relative one; None when it leaves the tree."""
    module = each.module.split(".") if each.module else []
    if not each.level:
        return module
    folders = path.split("/")[:-1]
    up = each.level - 1
    return None if up > len(folders) else [*folders[: len(folders) - up], *module]
