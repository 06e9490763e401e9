"""Verbs and exit codes."""

from codeframe_tui.cli.main import main

__all__ = ["main"]
