"""Files of the project that no snapshot holds, where a proposal names them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from codeframe_tui.core.change.diff import REGULAR
from codeframe_tui.core.errors import InvalidAnswer
from codeframe_tui.ports import Files
from codeframe_tui.worker.workshop import Workshop

__all__ = ["with_ignored"]


async def with_ignored(
    shop: Workshop, base: str, current: str, *, answered: Collection[str], named: Collection[str]
) -> str:
    """The base with the real content of those paths that no snapshot holds.

    A file that git ignores is not part of a snapshot; once the model names it, it is part of the
    proposal, so its present content must be part of the base.

    Args:
        current: what the model's tools left.
        answered: paths of its answer.
        named: what else it ever named; a change of it may be applied by now.

    Raises:
        InvalidAnswer: it holds secrets, which must not come before the model.
    """
    paths = {*answered, *named}
    known = await shop.workspaces.entries(base, paths)
    found: dict[str, tuple[str, bytes] | None] = {}
    for path in sorted(paths - known.keys()):
        mode, content = await asyncio.to_thread(_file, shop.project, path)
        if content is None:
            continue
        if _stays_home(shop, path, content):
            now = await shop.workspaces.read(current, path)
            if path in answered or now not in {None, content}:
                raise InvalidAnswer(
                    f"{path} exists and holds secrets of the person; leave it alone, and say in "
                    "the explanation what they should change in it"
                )
            if now is None:
                continue
        found[path] = (mode, content)
    return await shop.workspaces.overlay(base, found) if found else base


def _file(project: Files, path: str) -> tuple[str, bytes | None]:
    mode = project.mode(path) or ""
    return mode, project.read(path) if mode in REGULAR else None


def _stays_home(shop: Workshop, path: str, content: bytes) -> bool:
    return shop.settings.secrets.withholds(path) or shop.secrets.held(content) is not None
