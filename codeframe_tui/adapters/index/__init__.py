"""The code index: finds the files that matter for a text, and what matches a pattern."""

from __future__ import annotations

from codeframe_tui.adapters.index.searcher import Searcher
from codeframe_tui.adapters.index.text_index import TextIndex

__all__ = ["Searcher", "TextIndex"]
