"""Runs pytest and reports what our own plugin saw."""

from codeframe_tui.adapters.pytest.runner import PytestRunner

__all__ = ["PytestRunner"]
