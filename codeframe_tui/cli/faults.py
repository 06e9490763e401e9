"""Faults of the program itself: a line for the person, a report, the traceback for the log."""

from __future__ import annotations

import asyncio
import logging
import sys
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from codeframe_tui.adapters.project import state_root
from codeframe_tui.adapters.reports import failure, write_report
from codeframe_tui.headless.output import Output

__all__ = ["report_faults", "report_lost_tasks"]

logger = logging.getLogger(__name__)


def report_faults(*, as_json: bool) -> None:
    """Replace the interpreter's traceback for the rest of this process; it still exits with 1.

    What is logged while no log file is open is lost rather than printed.
    """
    logging.getLogger().addHandler(logging.NullHandler())
    sys.excepthook = partial(_report, Output(as_json=as_json))


def report_lost_tasks(folder: Path) -> None:
    """Report what fails in tasks of the running loop that nobody waits for; the process goes on.

    Args:
        folder: for the reports.
    """

    def lost(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        loop.default_exception_handler(context)
        if isinstance(error := context.get("exception"), Exception):
            write_report(folder, "engine", error)

    asyncio.get_running_loop().set_exception_handler(lost)


def _report(
    output: Output,
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType | None,
) -> None:
    logs = [
        Path(handler.baseFilename)
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.FileHandler) and Path(handler.baseFilename).is_file()
    ]
    if logs:
        logger.critical("unexpected failure", exc_info=(kind, error, traceback))
    who = "engine" if [log.stem for log in logs] == ["engine"] else "program"
    folder = logs[0].parent if logs else state_root() / "log"
    output.error(failure(folder, who, error))
