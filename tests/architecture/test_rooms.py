"""Rooms stay small: what does not fit on a few screens has two subjects."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import codeframe_tui

FILES = sorted(Path(codeframe_tui.__file__).parent.rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) < LONGEST_FILE
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []
