"""How a file is read, by its name: Python, another language whose wheel is there, or mere text."""

from __future__ import annotations

from collections.abc import Iterator

from codeframe_tui.adapters.index.inside import languages, python
from codeframe_tui.adapters.index.inside.nodes import Code

__all__ = ["PYTHON", "read", "read_as", "uses_of"]

PYTHON = "python"
_OF_PYTHON = (".py", ".pyi")


def read_as(path: str) -> str:
    """The language whose definitions are known of a file, by its name; empty for mere text."""
    return PYTHON if path.endswith(_OF_PYTHON) else languages.language_of(path)


def read(language: str, content: bytes) -> Code:
    """Definitions in order, imports, and what people wrote in words.

    Args:
        language: see `read_as`; not of mere text.
    """
    if language == PYTHON:
        return python.read_python(content)
    return languages.read_code(language, content)


def uses_of(language: str, content: bytes, name: str) -> Iterator[tuple[int, str]]:
    """Lines, from 1, on which a name stands as code, and the text of each."""
    if language == PYTHON:
        return python.uses_of(content, name)
    return languages.uses_of(language, content, name)
