"""The deed that shows what the worker of a task is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.core.commands import ChooseContext
from codeframe_tui.core.queries import ShowTaskContext
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.deeds.editing import open_in_project
from codeframe_tui.tui.deeds.places import copied, pick_to_pin
from codeframe_tui.tui.modals.context import ContextDialog

__all__ = ["show"]


async def show(desk: Desk) -> None:
    """Files with their reasons and costs; a person pins and excludes them there."""
    number = desk.number
    if not number:
        return
    asked = ShowTaskContext(number)

    async def choose(path: str, choice: str | None, for_all: bool) -> Mapping[str, Any]:
        await desk.submit(ChooseContext(path, choice, None if for_all else number))
        return await desk.feed.query(asked)

    while True:
        found = await desk.feed.query(asked)
        wish = await desk.ask(ContextDialog(found, choose=choose, now=desk.now))
        if wish is None:
            return
        if wish.what == "copy":
            copied(desk, wish.path)
            return
        if wish.what == "open":
            await open_in_project(desk, wish.path)
            return
        await pick_to_pin(desk, number)
