"""Reports of faults of the program: a file of their own each, redacted, for their owner only.

A report says what failed and on which lines of code, never what stood in a variable: that is
people's code and words. The cockpit uses this: stdlib only, and loaded when something has failed.
"""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from traceback import TracebackException

from codeframe_tui import __version__
from codeframe_tui.adapters.project import make_private
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.secrets import Secrets
from codeframe_tui.core.text import clean, clean_line

__all__ = ["failure", "write_report"]

KEPT = 20
"""Reports in a folder; the oldest make room."""
LONGEST = 65_536
"""Characters of a report."""
CALLS = 40
"""Calls of each error that are listed, the innermost."""


def failure(folder: Path, who: str, error: BaseException, *, then: str = "") -> CodeframeError:
    """Report a fault; what to tell the person instead of its traceback.

    Args:
        folder: as `write_report`.
        who: as `write_report`.
        error: what failed.
        then: what the person can do.
    """
    path = write_report(folder, who, error)
    where = f"the report is {path}" if path else f"no report could be written to {folder}"
    return CodeframeError(
        f"something failed inside the {who} ({_described(error)})",
        hint=f"{then}; {where}" if then else where,
        code="internal",
    )


def write_report(folder: Path, who: str, error: BaseException) -> Path | None:
    """Write down that something failed; never raises.

    Args:
        folder: made when it is not there.
        who: the part of the program, a word.
        error: what failed; its causes are told too.

    Returns:
        The file; None when none can be written.
    """
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_private(folder)
        moment = datetime.now(UTC)
        unknown = secrets.token_hex(4)  # nobody can lay a file of this name in wait
        path = folder / f"report-{moment:%Y%m%d-%H%M%S}-{who}-{unknown}.txt"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            file.write(_text(who, error, moment))
    except (OSError, CodeframeError):
        return None
    _make_room(folder)
    return path


def _described(error: BaseException) -> str:
    """An error on one line, as a report and a person may see it."""
    try:
        said = clean_line(_safe(str(error)), limit=400)
    except Exception:  # noqa: BLE001 - its own text fails
        said = ""
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _text(who: str, error: BaseException, moment: datetime) -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    head = f"codeframe-tui {__version__}, Python {python} on {sys.platform}\n"
    head += f"{moment:%Y-%m-%d %H:%M:%S} UTC, {who}\n\n{_described(error)}\n\n"
    try:
        calls = "".join(TracebackException.from_exception(error, limit=-CALLS).format())
    except Exception:  # noqa: BLE001 - what cannot even be told is reported by its name
        calls = ""
    return head + _safe(calls)


def _safe(text: str) -> str:
    return Secrets.of(os.environ).redact_line(clean(text, limit=LONGEST))


def _make_room(folder: Path) -> None:
    """By name, which begins with the time: clocks that jump only change which one goes."""
    for old in sorted(folder.glob("report-*.txt"))[:-KEPT]:
        with suppress(OSError):
            old.unlink()
