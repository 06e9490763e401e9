"""The code index: finds the files that matter for a text."""

from __future__ import annotations

from codeframe_tui.adapters.index.text_index import TextIndex

__all__ = ["TextIndex"]
