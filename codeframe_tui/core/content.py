"""What the bytes of a file are. Pure."""

from __future__ import annotations

__all__ = ["is_binary", "lines_of"]

_HEAD = 8_000
"""Bytes in which git looks for a zero."""


def is_binary(content: bytes) -> bool:
    """Whether bytes are no text, as git tells it."""
    return b"\0" in content[:_HEAD]


def lines_of(text: str) -> list[str]:
    """Lines as Python counts them: it takes no form feed for an end, as `str.splitlines` does."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]
