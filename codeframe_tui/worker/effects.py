"""Effects: what a command without walls did to the real project is told, and kept for undo."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext, suppress
from dataclasses import replace
from typing import Any

from codeframe_tui.core.blocker import Blocker
from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.errors import CodeframeError, PathRefused
from codeframe_tui.core.progress import COMMAND, Effects
from codeframe_tui.core.some import some
from codeframe_tui.core.text import clean_line
from codeframe_tui.ending import ended
from codeframe_tui.worker.countdown import countdown
from codeframe_tui.worker.frame import Looked
from codeframe_tui.worker.permission import WALLED
from codeframe_tui.worker.tools import ToolOutcome
from codeframe_tui.worker.workshop import Workshop
from codeframe_tui.worker.write import side

__all__ = ["found_after", "framed", "recalling"]

logger = logging.getLogger(__name__)
_FILES = {None, "100644", "100755"}
_UNKNOWN = "what a command of task %s changed is not known"
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
        await shop.ledger.begin_effects(number, call["id"], shop.frame.first)
        try:
            outcome = await run()
        except BaseException:
            await _kept(shop, number, call)
            raise
        return _telling(outcome, await _kept(shop, number, call), "While it ran")


async def found_after(
    shop: Workshop, number: str, call: Mapping[str, Any], outcome: ToolOutcome
) -> ToolOutcome:
    """Tell what changed since a command began whose end no engine saw.

    A person may have worked since, so that no undo takes it back.
    """
    if call["name"] != "Bash":
        return outcome
    first = await shop.ledger.begun_effects(number, call["id"])
    if first is None:
        return outcome
    command = str(call["input"]["command"])
    paths: tuple[str, ...] | None = None
    try:
        now = await shop.frame.glance(shop.workspaces)
        paths = tuple(diff.path for diff in await shop.workspaces.diff(first, now))
    except CodeframeError:
        logger.exception(_UNKNOWN, number)
        await _tell_unknown(shop, number, command)
    else:
        found = Effects(command, beyond=paths, trees=(first, now), since=True)
        await shop.ledger.record_effects(number, found)
    return _telling(outcome, paths, "Since it began, by it or by others")


async def recalling(shop: Workshop, question: Blocker) -> Blocker:
    """A question about a command, with what earlier ones of the task changed and still stands."""
    done = await shop.ledger.applied(question.task)
    commands = (each for each in done if each.kind == COMMAND)
    paths = list(dict.fromkeys(path for each in commands for path in each.parts.files))
    if not paths or question.id:
        return question
    named = some((clean_line(path, limit=60) for path in paths), _RECALLED)
    said = f"Commands of this task changed files of your project: {named}."
    return replace(question, question=f"{question.question}\n{said}")


def _waiting(shop: Workshop, number: str) -> AbstractContextManager[None]:
    return countdown(shop, number, "the command of another task", shop.settings.waits.tool)


async def _kept(shop: Workshop, number: str, call: Mapping[str, Any]) -> Sequence[str] | None:
    """Look again and store what is different; the paths, None where that is not known.

    Also for a worker that is stopped: what was done is done, and has to be told.
    """
    command = str(call["input"]["command"])
    looking = asyncio.ensure_future(_seen(shop, command))
    stopped = await ended(looking)
    found: Effects | None = None
    try:
        found = looking.result()
        await shop.ledger.record_effects(number, found)  # who is stopped waits for no room
    except Exception:
        logger.exception(_UNKNOWN, number)
        found = None
        await _tell_unknown(shop, number, command)
    finally:
        if stopped is not None:
            raise stopped
    return None if found is None else sorted([*found.files, *found.beyond])


async def _seen(shop: Workshop, command: str) -> Effects:
    looked = await shop.frame.looked(shop.workspaces)
    diffs = await shop.workspaces.diff(looked.base, looked.tree)
    back = await _can_go_back(shop, looked, diffs)
    files = tuple(diff.path for diff in diffs if diff.path in back)
    standing = await _standing(shop, looked.unseen)
    beyond = [diff.path for diff in diffs if diff.path not in back]
    beyond += [path for path in looked.unseen if not standing.get(path, True)]
    tree = looked.tree
    if len(files) < len(diffs):
        tree = await _only(shop, looked, [diff for diff in diffs if diff.path in back])
    return Effects(command, files, tuple(sorted(beyond)), (looked.base, tree))


async def _tell_unknown(shop: Workshop, number: str, command: str) -> None:
    message = "a command ran without a sandbox, and what it changed could not be looked at"
    with suppress(CodeframeError):  # the log has it; and what was not told is looked for again
        await shop.ledger.record_event("problem", number, {"message": f"{number}: {message}"})
        await shop.ledger.record_effects(number, Effects(command))


async def _can_go_back(shop: Workshop, looked: Looked, diffs: Sequence[FileDiff]) -> set[str]:
    """Which an undo could write: regular files at paths that the gate lets pass.

    And which really came, went or changed: what no look takes any more, or did not take before,
    stood all the time.
    """
    plain = [diff for diff in diffs if {diff.old_mode, diff.new_mode} <= _FILES]
    standing = await _standing(shop, [diff.path for diff in plain])
    return {
        diff.path
        for diff in plain
        if standing.get(diff.path) is (diff.new_mode is not None)
        and not (diff.old_mode is None and looked.was_there(diff.path))
    }


async def _standing(shop: Workshop, paths: Sequence[str]) -> dict[str, bool]:
    """Which of the paths are there; without those that the gate declines."""
    try:
        there = set(await shop.working_tree.differs(dict.fromkeys(paths)))
        return {path: path in there for path in paths}
    except PathRefused:
        if len(paths) <= 1:
            return {}
    half = len(paths) // 2  # it does not tell which one
    return await _standing(shop, paths[:half]) | await _standing(shop, paths[half:])


async def _only(shop: Workshop, looked: Looked, diffs: Sequence[FileDiff]) -> str:
    """The first tree with some of the differences."""
    changes = {
        diff.path: await side(shop.workspaces, looked.tree, diff.path, diff.new_mode)
        for diff in diffs
    }
    return await shop.workspaces.overlay(looked.base, changes)


def _telling(outcome: ToolOutcome, paths: Sequence[str] | None, when: str) -> ToolOutcome:
    """What the model and the line of the activity say of it."""
    if paths is None:
        said = "What it changed of the person's own project is not known: a look at it failed."
        brief = "what it changed is not known"
    elif not paths:
        return outcome
    else:
        named = some((clean_line(path, limit=200) for path in paths), _NAMED)
        many = f"{len(paths)} file{'s' * (len(paths) != 1)}"
        said = (
            f"{when}, {many} of the person's own project changed: {named}. That is no part of "
            "your proposal; work in your copy, with relative paths."
        )
        brief = f"{many} of your project changed"
    return replace(
        outcome, text=f"{outcome.text}\n[{said}]", summary=f"{outcome.summary} · {brief}"
    )
