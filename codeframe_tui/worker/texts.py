"""Texts: files of stored trees as text."""

from __future__ import annotations

from codeframe_tui.ports import Workspaces

__all__ = ["text_at", "utf8_at"]


async def text_at(workspaces: Workspaces, tree: str, path: str) -> str | None:
    """A file as text, whatever its bytes; None where it is absent."""
    content = await workspaces.read(tree, path)
    return None if content is None else content.decode("utf-8", "replace")


async def utf8_at(workspaces: Workspaces, tree: str, path: str) -> str | None:
    """A file as text with plain ends of lines; None where it is absent or no UTF-8."""
    content = await workspaces.read(tree, path)
    if content is None:
        return None
    try:
        return content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None
