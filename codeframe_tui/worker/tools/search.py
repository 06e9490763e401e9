"""Glob and Grep over a workspace; the index bounds them in time and size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.ports import CodeIndex, Found, Workspace

__all__ = ["glob_files", "grep_files"]


async def glob_files(
    index: CodeIndex, workspace: Workspace, given: Mapping[str, Any]
) -> tuple[str, str]:
    """Paths that match a pattern, sorted."""
    found = await index.paths(workspace, given["pattern"])
    text = _told("\n".join(hit.path for hit in found.hits) or "no file matches", found)
    return text, f"listed {given['pattern']} · {len(found.hits)} files"


async def grep_files(
    index: CodeIndex, workspace: Workspace, given: Mapping[str, Any]
) -> tuple[str, str]:
    """Lines that match a regular expression, as ``path:line: text``."""
    narrowed = {name: given[name] for name in ("path", "glob") if name in given}
    found = await index.search(workspace, given["pattern"], **narrowed)
    lines = "\n".join(f"{hit.path}:{hit.line}: {hit.text}" for hit in found.hits)
    return (
        _told(lines or "nothing found", found),
        f"searched {given['pattern']!r} · {len(found.hits)} hits",
    )


def _told(text: str, found: Found) -> str:
    return "\n".join([text, *(f"… {note}" for note in found.notes)])
