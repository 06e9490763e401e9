"""Faults of the program itself: a line for the person, the traceback for the log."""

from __future__ import annotations

import logging
import sys
from types import TracebackType

__all__ = ["report_faults"]

logger = logging.getLogger(__name__)


def report_faults() -> None:
    """Replace the interpreter's traceback for the rest of this process; it still exits with 1."""
    sys.excepthook = _report


def _report(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    places = [
        handler.baseFilename
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.FileHandler)
    ]
    if places:
        logger.critical("unexpected failure", exc_info=(kind, error, traceback))
    where = f"; the traceback is in {places[0]}" if places else ""
    sys.stderr.write(f"error: something failed inside the program ({kind.__name__}){where}\n")
