"""Effects: what a command without walls did to the real project is told, and kept for undo."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from dataclasses import replace
from typing import Any

from codeframe_tui.core.blocker import Blocker
from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.errors import CodeframeError, PathRefused
from codeframe_tui.core.progress import COMMAND
from codeframe_tui.core.text import clean_line
from codeframe_tui.worker.countdown import countdown
from codeframe_tui.worker.permission import WALLED
from codeframe_tui.worker.tools import ToolOutcome
from codeframe_tui.worker.workshop import Workshop
from codeframe_tui.worker.write import side

__all__ = ["found_after", "framed", "recalling"]

_log = logging.getLogger(__name__)
_FILES = {None, "100644", "100755"}
_NAMED = 20
_RECALLED = 4


async def framed(
    shop: Workshop,
    number: str,
    call: Mapping[str, Any],
    run: Callable[[], Awaitable[ToolOutcome]],
) -> ToolOutcome:
    """Run a call of a tool; where it may reach the real project, between two looks at that.

    What changed there is told to the model and to people, and an undo of the task takes it back.
    """
    if call["name"] != "Bash" or shop.sandbox.level in WALLED:
        return await run()
    async with AsyncExitStack() as stack:
        with _waiting(shop, number) if shop.frame.is_taken else nullcontext():
            await stack.enter_async_context(shop.frame.opened(shop.workspaces))
        await shop.ledger.begin_effects(number, shop.frame.first)
        try:
            outcome = await run()
        except BaseException:
            await _to_the_end(_kept(shop, number, call))
            raise
        return _telling(outcome, await _to_the_end(_kept(shop, number, call)))


async def found_after(
    shop: Workshop, number: str, call: Mapping[str, Any], outcome: ToolOutcome
) -> ToolOutcome:
    """Tell what changed since a command began whose end no engine saw.

    A person may have worked since, so that no undo takes it back.
    """
    first = await shop.ledger.begun_effects(number)
    if call["name"] != "Bash" or first is None:
        return outcome
    try:
        now = (await shop.workspaces.snapshot()).tree
        paths = [diff.path for diff in await shop.workspaces.diff(first, now)]
    except CodeframeError:
        await _tell_unknown(shop, number)
        return outcome
    command = str(call["input"]["command"])
    await shop.ledger.record_effects(
        number, command=command, files=(), beyond=paths, trees=(first, now)
    )
    return _telling(outcome, paths)


async def recalling(shop: Workshop, question: Blocker) -> Blocker:
    """A question about a command, with what earlier ones of the task changed and still stands."""
    done = await shop.ledger.applied(question.task)
    commands = (each for each in done if each.kind == COMMAND)
    paths = list(dict.fromkeys(path for each in commands for path in each.parts.files))
    if not paths or question.id:
        return question
    named = ", ".join(clean_line(path, limit=60) for path in paths[:_RECALLED])
    more = f" and {len(paths) - _RECALLED} more" if len(paths) > _RECALLED else ""
    said = f"Commands of this task changed files of your project: {named}{more}."
    return replace(question, question=f"{question.question}\n{said}")


def _waiting(shop: Workshop, number: str) -> AbstractContextManager[None]:
    return countdown(shop, number, "the command of another task", shop.settings.waits.tool)


async def _to_the_end(look: Awaitable[Sequence[str]]) -> Sequence[str]:
    """Also for a worker that is stopped: what was done is done, and has to be told."""
    looking = asyncio.ensure_future(look)
    try:
        return await asyncio.shield(looking)
    except asyncio.CancelledError:
        await asyncio.wait({looking})
        raise


async def _kept(shop: Workshop, number: str, call: Mapping[str, Any]) -> Sequence[str]:
    """Look again and store what is different; the paths."""
    command = str(call["input"]["command"])
    try:
        base, tree = await shop.frame.looked(shop.workspaces)
        diffs = await shop.workspaces.diff(base, tree)
        beyond = [diff.path for diff in diffs if not await _can_go_back(shop, diff)]
        if beyond:
            tree = await _without(shop, base, tree, diffs, beyond)
        files = [diff.path for diff in diffs if diff.path not in set(beyond)]
        await shop.ledger.record_effects(
            number, command=command, files=files, beyond=beyond, trees=(base, tree)
        )
    except CodeframeError:
        await _tell_unknown(shop, number)
        return ()
    return [diff.path for diff in diffs]


async def _tell_unknown(shop: Workshop, number: str) -> None:
    _log.exception("what a command of task %s changed is not known", number)
    message = "a command ran without a sandbox, and what it changed could not be looked at"
    await shop.ledger.record_event("problem", None, {"message": f"{number}: {message}"})


async def _can_go_back(shop: Workshop, diff: FileDiff) -> bool:
    """Whether an undo could write it: a regular file at a path that the gate lets pass."""
    if not {diff.old_mode, diff.new_mode} <= _FILES:
        return False
    try:
        await shop.working_tree.differs({diff.path: None})
    except PathRefused:
        return False
    return True


async def _without(
    shop: Workshop, base: str, tree: str, diffs: Sequence[FileDiff], beyond: Sequence[str]
) -> str:
    changes = {
        diff.path: await side(shop.workspaces, tree, diff.path, diff.new_mode)
        for diff in diffs
        if diff.path not in set(beyond)
    }
    return await shop.workspaces.overlay(base, changes)


def _telling(outcome: ToolOutcome, paths: Sequence[str]) -> ToolOutcome:
    """What the model and the line of the activity say of it."""
    if not paths:
        return outcome
    named = ", ".join(paths[:_NAMED]) + (f" and {len(paths) - _NAMED} more" * (len(paths) > _NAMED))
    many = f"{len(paths)} file{'s' * (len(paths) != 1)}"
    said = (
        f"While it ran, {many} of the person's own project changed: {named}. That is no part of "
        "your proposal; work in your copy, with relative paths."
    )
    return replace(
        outcome,
        text=f"{outcome.text}\n[{said}]",
        summary=f"{outcome.summary} · {many} of your project changed",
    )
