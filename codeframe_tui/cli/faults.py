"""Faults of the program itself: a line for the person, the traceback for the log."""

from __future__ import annotations

import logging
import os
import sys
from functools import partial
from types import TracebackType

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.secrets import Secrets
from codeframe_tui.core.text import clean_line
from codeframe_tui.headless.output import Output

__all__ = ["report_faults"]

logger = logging.getLogger(__name__)


def report_faults(*, as_json: bool) -> None:
    """Replace the interpreter's traceback for the rest of this process; it still exits with 1.

    What is logged while no log file is open is lost rather than printed.
    """
    logging.getLogger().addHandler(logging.NullHandler())
    sys.excepthook = partial(_report, Output(as_json=as_json))


def _report(
    output: Output,
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType | None,
) -> None:
    places = [
        handler.baseFilename
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.FileHandler)
    ]
    if places:
        logger.critical("unexpected failure", exc_info=(kind, error, traceback))
    said = clean_line(Secrets.of(os.environ).redact_line(str(error)))
    what = f"something failed inside the program ({kind.__name__}: {said})"
    hint = f"the traceback is in {places[0]}" if places else ""
    output.error(CodeframeError(what, hint=hint, code="internal"))
