"""What a file of another language than Python defines, where a wheel that reads it is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module, metadata

from tree_sitter import Language, Node, Parser, Query, QueryCursor

from codeframe_tui.adapters.index.inside.grammars import GRAMMARS, Grammar, named
from codeframe_tui.adapters.index.inside.nodes import LONGEST, Code, last_line, line_of, text_of
from codeframe_tui.core.code.context import Symbol
from codeframe_tui.core.code.imports import Import

__all__ = ["edition", "language_of", "read_code", "troubles", "uses_of"]

_KINDS = ("within", "of", "variable", "class", "function", "method")
"""Of what a name can be; the last that fits is what it is."""
_AROUND = frozenset({"within", "of"})
_OPENS = re.compile(r"(?:\s*(?:=>|[{=:;]))+$")
"""What stands between a signature and what follows it."""
_SPACE = re.compile(r"\s+")
_AROUND_WORDS = "/*!#- \t"
"""What stands around the words of a comment."""
_ABOVE = ("@", "#[", "template")
"""What may stand between a definition and the comment on it."""
_HIGHEST = 100
"""Lines above a definition that its comment may have: all would be looked at for each of many."""
_TROUBLES: list[str] = []

Found = Mapping[str, list[Node]]


@dataclass(frozen=True, slots=True)
class _Reader:
    grammar: Grammar
    parser: Parser
    query: Query

    def definitions(self, root: Node) -> tuple[dict[int, tuple[str, Found]], list[Found]]:
        """By where the name begins what it is of; and all else."""
        names: dict[int, tuple[str, Found]] = {}
        others: list[Found] = []
        for _, found in QueryCursor(self.query).matches(root):
            kind = next((each for each in reversed(_KINDS) if each in found), "")
            if not kind:
                others.append(found)
                continue
            at = found["name"][0].start_byte
            if at not in names or _KINDS.index(names[at][0]) < _KINDS.index(kind):
                names[at] = kind, found
        return names, others


def language_of(path: str) -> str:
    """The language in which a file's definitions can be read; empty for Python and for none."""
    language = named(path)
    return language if language and _reader(language) else ""


@lru_cache(maxsize=len(GRAMMARS) + 2)
def edition(language: str) -> str:
    """The version of the wheel that reads a language, which decides what is found; else empty."""
    packages = {each.name: each.package for each in GRAMMARS} | {"python": "tree_sitter_python"}
    if language not in packages:
        return ""
    try:
        return metadata.version(packages[language].replace("_", "-"))
    except metadata.PackageNotFoundError:
        return ""


def troubles() -> list[str]:
    """What is wrong with installed wheels, each once."""
    told = list(_TROUBLES)
    _TROUBLES.clear()
    return told


def read_code(language: str, content: bytes) -> Code:
    """Definitions in order, paths that are imported, comments. See `language_of`."""
    reader = _reader(language)
    assert reader is not None
    names, others = reader.definitions(reader.parser.parse(content).root_node)
    docs = [node for found in others for node in found.get("doc", ())]
    imports = sorted(
        (node for found in others for node in found.get("import", ())), key=lambda n: n.start_byte
    )
    paths = (text_of(node).strip("\"'`<>") for node in imports)
    return Code(
        tuple(_symbols(content, names, reader.grammar.comments)),
        tuple(_imports(paths, beside=reader.grammar.beside)),
        b"\n".join(content[doc.start_byte : doc.end_byte] for doc in docs),
    )


def uses_of(language: str, content: bytes, name: str) -> Iterator[tuple[int, str]]:
    """Lines, from 1, on which a name stands as code, and the text of each."""
    reader = _reader(language)
    assert reader is not None
    root = reader.parser.parse(content).root_node
    names, _ = reader.definitions(root)
    last, lines = 0, content.split(b"\n")
    wanted = re.escape(name.encode("utf-8", "replace"))
    for place in re.finditer(rb"(?<![\w$])" + wanted + rb"(?![\w$])", content):
        node = root.descendant_for_byte_range(*place.span())
        if node is None or place.start() in names:
            continue
        line = node.start_point[0] + 1
        if line != last and node.type.endswith(("identifier", "constant")):
            last = line
            yield line, line_of(lines, line)


@lru_cache(maxsize=len(GRAMMARS))
def _reader(language: str) -> _Reader | None:
    grammar = next(each for each in GRAMMARS if each.name == language)
    try:
        module = import_module(grammar.package)
        found = Language(getattr(module, grammar.function)())
        return _Reader(grammar, Parser(found), Query(found, grammar.query))
    except Exception as error:  # noqa: BLE001 - what a wheel raises ends no other question
        if not (isinstance(error, ModuleNotFoundError) and error.name == grammar.package):
            wheel = grammar.package.replace("_", "-")
            _TROUBLES.append(
                f"{grammar.name} is read as text: {wheel} does not fit"
                f" ({str(error) or type(error).__name__});"
                " install codeframe-tui[languages] again"
            )
        return None


def _symbols(
    content: bytes, names: Mapping[int, tuple[str, Found]], marks: tuple[str, ...]
) -> Iterator[Symbol]:
    lines = content.split(b"\n")
    around: list[tuple[int, str, str]] = []
    of_node = ((found[kind][0], kind, found) for kind, found in names.values())
    for node, kind, found in sorted(of_node, key=lambda e: (e[0].start_byte, -e[0].end_byte)):
        while around and around[-1][0] <= node.start_byte:
            around.pop()
        name = text_of(found["name"][0]).replace("::", ".").replace(" ", "")
        above = [around[-1][1]] if around else []
        owners = (text_of(each).partition("<")[0] for each in found.get("owner", ()))
        above += [owner.replace("::", ".") for owner in owners]
        qualified = ".".join([*above, name])
        if kind == "function" and around and around[-1][2] in {"class", "of"}:
            kind = "method"  # noqa: PLW2901 - the kind is known only here
        if kind != "variable":
            around.append((node.end_byte, qualified, kind))
        if kind not in _AROUND and name:
            row = node.start_point[0]
            yield Symbol(
                name.rpartition(".")[2],
                kind,
                row + 1,
                _signature(content, node, found, marks[:2]),
                qualified,
                last_line(node),
                _doc(lines, row, marks),
            )


def _signature(content: bytes, node: Node, found: Found, marks: tuple[str, ...]) -> str:
    start = node.start_byte
    line = content.rfind(b"\n", 0, start) + 1
    if not any(sign in content[line:start] for sign in b";{}"):
        start = line
    body = found["body"][0] if "body" in found else node.child_by_field_name("body")
    end = node.end_byte
    if body is None or body.start_byte <= found["name"][0].start_byte:
        end = content.find(b"\n", found["name"][0].end_byte, end)
        end = end if end > 0 else node.end_byte
    else:
        end = body.start_byte
    plain = content[start : min(end, start + 4 * LONGEST)].decode("utf-8", "replace")
    told = " ".join(line for line in plain.split("\n") if not line.lstrip().startswith(marks))
    return _OPENS.sub("", _SPACE.sub(" ", told).strip())[:LONGEST]


def _doc(lines: list[bytes], row: int, marks: tuple[str, ...]) -> str:
    """The first line of the comment that ends on the line above a definition."""
    first = ""
    for number in range(row - 1, max(row - _HIGHEST, 0) - 1, -1):
        line = lines[number].strip().decode("utf-8", "replace")
        if not line.startswith(marks):
            if first or not line.startswith(_ABOVE):
                break
            continue
        first = line.strip(_AROUND_WORDS) or first
        if line.startswith("/*"):
            break
    return first[:LONGEST]


def _imports(paths: Iterator[str], *, beside: bool) -> Iterator[Import]:
    for path in paths:
        if path.startswith("."):
            yield Import(0, path)
        elif beside and path:
            yield Import(0, f"./{path}")
