"""What every language has in common once tree-sitter has parsed it."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from codeframe_tui.core.code.context import Symbol
from codeframe_tui.core.code.imports import Import

__all__ = ["LONGEST", "Code", "last_line", "line_of", "text_of"]

LONGEST = 300
"""Characters of a signature or a first line that are kept."""


@dataclass(frozen=True, slots=True)
class Code:
    """What is known of a text.

    Attributes:
        docs: its comments and docstrings.
    """

    symbols: tuple[Symbol, ...]
    imports: tuple[Import, ...]
    docs: bytes


def text_of(node: Node) -> str:
    """What stands there."""
    return (node.text or b"").decode("utf-8", "replace")


def last_line(node: Node) -> int:
    """The last line, from 1, on which something of it stands."""
    row, column = node.end_point
    return max(row + (column > 0), node.start_point[0] + 1)


def line_of(content_lines: list[bytes], line: int) -> str:
    """A line, from 1, as it is told."""
    return content_lines[line - 1].decode("utf-8", "replace").strip()
