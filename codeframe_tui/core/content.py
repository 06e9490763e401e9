"""What the bytes of a file are. Pure."""

from __future__ import annotations

__all__ = ["is_binary"]

_HEAD = 8_000
"""Bytes in which git looks for a zero."""


def is_binary(content: bytes) -> bool:
    """Whether bytes are no text, as git tells it."""
    return b"\0" in content[:_HEAD]
