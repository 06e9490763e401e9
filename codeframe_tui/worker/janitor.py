"""Tidy: remove the folders that no task needs any more."""

from __future__ import annotations

import logging
from collections.abc import Callable

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.lifecycle import ENDED
from codeframe_tui.core.task import Status
from codeframe_tui.ports.points import passing
from codeframe_tui.worker.again import FOLDER
from codeframe_tui.worker.workshop import Workshop

__all__ = ["tidy"]

logger = logging.getLogger(__name__)


async def tidy(shop: Workshop, busy: Callable[[str], bool]) -> None:
    """Remove all folders of ended tasks, and the test folders of tasks that nobody works on.

    Args:
        busy: whether a task is worked on or decided this moment; its folders stay.
    """
    try:
        folders = [name for name in await shop.workspaces.names() if _is_ours(name)]
        statuses = await shop.ledger.statuses([_number(name) for name in folders])
        for name in folders:
            if not busy(_number(name)) and _is_done_with(name, statuses.get(_number(name))):
                passing("tidy.removing")
                await shop.workspaces.remove(name)
    except CodeframeError as error:  # a folder that stays harms nobody
        logger.warning("folders were not tidied: %s", error.message)


def _is_ours(name: str) -> bool:
    return name.partition("-")[0] in {"task", "verify", FOLDER}


def _number(name: str) -> str:
    return name.partition("-")[2]


def _is_done_with(name: str, status: Status | None) -> bool:
    if name.startswith(f"{FOLDER}-"):
        return True
    if name.startswith("verify-"):
        return status is not Status.IN_PROGRESS
    return status is None or status in ENDED
