"""The log file: rotating, redacted, readable by its owner only. Nothing logs to the terminal."""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path

from codeframe_tui.core.text import clean

__all__ = ["close", "configure", "redact"]

MAX_BYTES = 4 * 2**20
BACKUPS = 3
HIDDEN = "[redacted]"

_PATTERNS = (
    re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
    ),
    re.compile(r"\bsk-[A-Za-z0-9_-]{12,}"),
    re.compile(r"\b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[\w-]{16,})"),
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    re.compile(r"\bAIza[\w-]{30,}"),
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"),
    re.compile(r"(?<=/#)[\w-]{16,}"),
    re.compile(r"(?i)(?<=bearer )[\w.~+/=-]{8,}"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(
        r"""(?ix) (?: api[_-]?key | (?:auth|access)[_-]?token | secret | passw(?:or)?d )
        ["']? \s*[:=]\s* ["']? (?P<value>[^\s"',;]{6,})"""
    ),
)


def configure(path: Path, level: int = logging.INFO) -> logging.Handler:
    """Send all logging to a file and nowhere else; the folder must exist.

    Returns:
        The handler, for `close`.
    """
    handler = _PrivateFile(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8")
    handler.setFormatter(_Redacting(_secrets(os.environ)))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    for chatty in ("httpx", "httpx2", "httpcore", "anthropic", "asyncio", "websockets"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
    return handler


def close(handler: logging.Handler) -> None:
    """Take a handler of `configure` out again."""
    logging.getLogger().removeHandler(handler)
    handler.close()


def redact(text: str, secrets: tuple[str, ...] = ()) -> str:
    """Text without the given values and without what looks like a key."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(_hide, text)
    return text


def _hide(match: re.Match[str]) -> str:
    whole = match.group()
    value = match.groupdict().get("value")
    return HIDDEN if value is None else whole[: -len(value)] + HIDDEN


def _secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Values of the model's keys, longest first."""
    values = {
        value
        for name, value in environment.items()
        if name.startswith("ANTHROPIC_") and name.endswith(("KEY", "TOKEN", "HEADERS"))
    }
    return tuple(sorted((v for v in values if len(v) >= 8), key=len, reverse=True))


class _Redacting(logging.Formatter):
    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")
        self._known = secrets

    def format(self, record: logging.LogRecord) -> str:
        return clean(redact(super().format(record), self._known), limit=65_536)


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Opens its files with mode 0600 and never through a link."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        fd = os.open(self.baseFilename, flags, 0o600)
        return os.fdopen(fd, "a", encoding=self.encoding)  # closed by the handler
