"""What is loaded while nothing happens: no first picture and no first key waits for it."""

from __future__ import annotations

from importlib import import_module

__all__ = ["load"]

_LATER = ("rapidfuzz.distance", "codeframe_tui.tui.deeds.table", "codeframe_tui.tui.deeds.desk")
"""For marking words of a diff, and for every key that asks or sends something."""


def load() -> None:
    """Load it; in a thread of its own, for it takes a few frames."""
    for name in _LATER:
        import_module(name)
