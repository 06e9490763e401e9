"""Syntax colours, worked out in a process of their own."""

from codeframe_tui.adapters.syntax.highlighter import Highlighter

__all__ = ["Highlighter"]
