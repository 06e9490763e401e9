"""What a Python file defines, imports and says of itself, whether or not it is whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Language, Node, Parser, Query, QueryCursor
from tree_sitter_python import language

from codeframe_tui.adapters.index.inside.nodes import LONGEST, Code, line_of, text_of
from codeframe_tui.adapters.index.inside.plain import Thin, thinned
from codeframe_tui.core.code.context import Symbol
from codeframe_tui.core.code.imports import read_import

__all__ = ["read_python", "uses_of"]

_LANGUAGE = Language(language())
_PARSER = Parser(_LANGUAGE)
_WANTED = Query(
    _LANGUAGE,
    """
    (class_definition) @class
    (function_definition) @function
    (module (expression_statement (assignment left: (identifier) @variable)))
    (import_statement) @import
    (import_from_statement) @import
    (comment) @comment
    (module . (expression_statement (string) @doc))
    (class_definition body: (block . (expression_statement (string) @doc)))
    (function_definition body: (block . (expression_statement (string) @doc)))
    """,
)
_NAMES = Query(_LANGUAGE, "(identifier) @name")
_COMMENT = re.compile(r"#[^\n]*\n")
_HEAD = ("return_type", "parameters", "superclasses", "type_parameters", "name")
_QUOTES = re.compile(r"""^[A-Za-z]{0,2}("{3}|'{3}|"|')""")


def read_python(content: bytes) -> Code:
    """Definitions in order, imports, and what people wrote in words."""
    thin = thinned(content)
    found = QueryCursor(_WANTED).captures(_PARSER.parse(thin.text).root_node)
    docs = {doc.start_byte: thin.said(doc, doc) for doc in found.get("doc", [])}
    comments = [thin.text[each.start_byte : each.end_byte] for each in found.get("comment", [])]
    statements = sorted(found.get("import", []), key=_place)
    said = (thin.said(node, node).decode("utf-8", "replace") for node in statements)
    return Code(
        tuple(_symbols(thin, found, docs)),
        tuple(each for statement in said for each in read_import(statement)),
        b"\n".join([*comments, *docs.values()]),
    )


def uses_of(content: bytes, name: str) -> Iterator[tuple[int, str]]:
    """Lines, from 1, on which a name stands as code, and the text of each."""
    wanted, last = name.encode("utf-8", "replace"), 0
    lines = content.split(b"\n")
    nodes = QueryCursor(_NAMES).captures(_PARSER.parse(content).root_node).get("name", [])
    for node in sorted(nodes, key=lambda node: node.start_byte):
        line = node.start_point[0] + 1
        if line != last and node.text == wanted and not _is_defined_by(node):
            last = line
            yield line, line_of(lines, line)


def _is_defined_by(node: Node) -> bool:
    above = node.parent
    return (
        above is not None
        and above.type in {"class_definition", "function_definition"}
        and above.child_by_field_name("name") == node
    )


def _symbols(thin: Thin, found: dict[str, list[Node]], docs: dict[int, bytes]) -> Iterator[Symbol]:
    nodes = [(node, "class") for node in found.get("class", [])]
    nodes += [(node, "function") for node in found.get("function", [])]
    nodes += [(node, "variable") for node in found.get("variable", [])]
    around: list[tuple[int, str, str]] = []
    for node, kind in sorted(nodes, key=lambda each: each[0].start_byte):
        while around and around[-1][0] <= node.start_byte:
            around.pop()
        if kind == "variable":
            yield _variable(thin, node)
            continue
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None or not (name := text_of(named)):
            continue
        inside = around[-1] if around else None
        qualified = f"{inside[1]}.{name}" if inside else name
        if kind == "function" and inside and inside[2] == "class":
            kind = "method"  # noqa: PLW2901 - the kind is known only here
        around.append((node.end_byte, qualified, kind))
        first, last = thin.lines(node)
        doc = docs.get(body.start_byte) if body else None
        told = _first_line(doc) if doc else ""
        yield Symbol(name, kind, first, _signature(thin, node), qualified, last, told)


def _variable(thin: Thin, node: Node) -> Symbol:
    name, assignment = text_of(node), node.parent
    assert assignment is not None
    said = thin.said(assignment, assignment).decode("utf-8", "replace")
    text = " ".join(said[: 4 * LONGEST].split())[:LONGEST]
    first, last = thin.lines(assignment)
    return Symbol(name, "variable", first, text, name, last, "")


def _signature(thin: Thin, node: Node) -> str:
    # the text up to the body would not do: a comment may stand before it
    heads = (end for part in _HEAD if (end := node.child_by_field_name(part)))
    plain = thin.said(node, next(heads, node)).decode("utf-8", "replace")
    if "#" in plain:
        plain = _COMMENT.sub(" ", plain)
    one_line = " ".join(plain.split())
    return one_line.replace("( ", "(").replace(", )", ")").replace(" )", ")")[:LONGEST]


def _first_line(doc: bytes) -> str:
    plain = _QUOTES.sub("", doc.decode("utf-8", "replace")).strip().rstrip("\"'")
    return plain.partition("\n")[0].strip()[:LONGEST]


def _place(node: Node) -> int:
    return node.start_byte
