"""The log file: rotating, redacted, readable by its owner only. Nothing logs to the terminal."""

from __future__ import annotations

import logging
import logging.handlers
import os
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

from codeframe_tui.core.secrets import Secrets
from codeframe_tui.core.text import clean

__all__ = ["close", "configure"]

MAX_BYTES = 4 * 2**20
BACKUPS = 3


def configure(path: Path, level: int = logging.INFO) -> logging.Handler:
    """Send all logging to a file and nowhere else; the folder must exist.

    Returns:
        The handler, for `close`.
    """
    handler = _PrivateFile(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8")
    handler.setFormatter(_Redacting(Secrets.of(os.environ)))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    for chatty in ("httpx", "httpx2", "httpcore", "anthropic", "asyncio", "websockets"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
    return handler


def close(handler: logging.Handler) -> None:
    """Take a handler of `configure` out again."""
    logging.getLogger().removeHandler(handler)
    with suppress(OSError):  # what a full disk did not take is lost
        handler.close()


class _Redacting(logging.Formatter):
    def __init__(self, secrets: Secrets) -> None:
        super().__init__("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return clean(self._secrets.redact_line(super().format(record)), limit=65_536)


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Opens its files with mode 0600 and never through a link."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - as logging calls it
        """A full disk takes no lines; whoever looks at the terminal is not shown why."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        fd = os.open(self.baseFilename, flags, 0o600)
        return os.fdopen(fd, "a", encoding=self.encoding)  # closed by the handler
