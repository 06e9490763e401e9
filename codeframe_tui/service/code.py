"""Questions about the project's code, and about what of it tasks are shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from codeframe_tui.core import queries
from codeframe_tui.core.change.diff import REGULAR
from codeframe_tui.core.code.ground import Ground
from codeframe_tui.core.commands import ChooseContext
from codeframe_tui.core.content import is_binary
from codeframe_tui.core.errors import CodeframeError, NotFound, WrongUse
from codeframe_tui.core.queries import Query
from codeframe_tui.core.tokens import GUESS
from codeframe_tui.ports import CodeIndex, Document, Store, Workspaces
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service import chosen
from codeframe_tui.service.ground import ground_of_task, ground_of_text
from codeframe_tui.service.unit import find_task
from codeframe_tui.settings import Settings
from codeframe_tui.worker.context import context_for, listing_for

__all__ = ["Code"]

logger = logging.getLogger(__name__)

_ROUNDS = 60
"""Times that reading goes on after it took as long as the index is patient."""


class Code:
    """Answers from the index and from what was stored.

    Args:
        index: gives the code index. Raises: Lacking.
        trees: gives the workspaces. Raises: Lacking.
        settings: its limits bound a context.
    """

    def __init__(
        self,
        store: Store,
        index: Callable[[], CodeIndex],
        trees: Callable[[], Workspaces],
        settings: Settings,
    ) -> None:
        self._store = store
        self._index = index
        self._trees = trees
        self._settings = settings
        self._reading: asyncio.Task[None] | None = None

    async def answer(self, query: Query) -> Document:
        """The document of a question. Raises: WrongUse when it is none of these."""
        match query:
            case queries.ShowContext(text):
                settings = self._settings
                about = await self._store.read(lambda read: ground_of_text(read, settings, text))
                snapshot = await self._trees().snapshot()
                found = await self._context(about, snapshot.tree)
                found["cut"] = [*found["cut"], *snapshot.notes]
                del found["left"]  # for the listing of a first message, which is none of a text's
                return found
            case queries.ShowTaskContext(number):
                return await self._shown(number)
            case queries.ShowSymbols(name, kind, path):
                find = self._index().find
                return await find(name, kind=kind, path=path, at_once=self._is_reading)
            case queries.ShowMatches(pattern, path):
                return await self._index().matches(pattern, path=path)
            case queries.ShowPlaces(text):
                return self._read_on(await self._index().places(text))
            case queries.ShowIndex():
                return self._read_on(await self._index().read(at_once=True))
            case queries.ShowRelations(relation, name):
                if relation not in queries.RELATIONS:
                    known = ", ".join(queries.RELATIONS)
                    raise WrongUse(f"{relation!r} is no relation of code", hint=f"one of {known}")
                relations = self._index().relations
                return await relations(relation, name, at_once=self._is_reading)
            case _:
                raise WrongUse(f"{type(query).__name__} is no question about the code")

    def close(self) -> None:
        """Read no more."""
        if self._reading is not None:
            self._reading.cancel()

    def _read_on(self, found: Document) -> Document:
        """Begin to read what the answer says is left."""
        if found["left"] and not self._is_reading:
            self._reading = asyncio.create_task(self._read())
        return found

    @property
    def _is_reading(self) -> bool:
        """Whether much is being read: then people are answered from what is read by now."""
        return self._reading is not None and not self._reading.done()

    async def _read(self) -> None:
        try:
            for _ in range(_ROUNDS):
                if not (await self._index().read())["left"]:
                    break
        except CodeframeError as error:  # whoever asks next is told
            logger.warning("reading the code: %s", error.message)

    async def check(self, command: ChooseContext) -> ChooseContext:
        """With its path as the gate takes it. Raises: WrongUse, PathRefused, NotFound."""
        command = chosen.checked(command)
        if command.choice == "pinned":
            tree = (await self._trees().snapshot()).tree
            entry = (await self._trees().entries(tree, [command.path])).get(command.path)
            is_file = entry is not None and entry.mode in REGULAR
            content = await self._trees().read(tree, command.path) if is_file else None
            if content is None or is_binary(content):
                raise NotFound(
                    f"{command.path} cannot be pinned: the project has no such text file",
                    hint="give the path of a file as `index context` lists it",
                )
        return command

    async def _to_be_shown(self, ground: Ground) -> Document:
        """What the first message of a task would show now, with its listing of paths."""
        snapshot = await self._trees().snapshot()
        found = await self._context(ground, snapshot.tree)
        _, listing, cut = await listing_for(self._trees(), snapshot, ground, found["left"])
        return {**found, "listing": listing, "cut": [*found["cut"], *cut, *snapshot.notes]}

    async def _context(self, ground: Ground, tree: str | None = None) -> Document:
        """What a task would be shown now, without the texts of files."""
        budget = self._settings.limits.context_tokens
        found = await context_for(self._index(), ground, budget, tree, at_once=self._is_reading)
        without = [
            {name: value for name, value in file.items() if name != "text"}
            for file in found.get("files", [])
        ]
        return {**found, "files": without}

    async def _shown(self, number: str) -> Document:
        known = await self._store.read(partial(_known, number, self._settings))
        shown = known.shown if known.ground is None else await self._to_be_shown(known.ground)
        files, said = shown["files"], shown.get("earlier", [])
        listing = shown.get("listing")
        costs = [*files, *said, *([listing] if listing else [])]
        return {
            "number": known.number,
            "title": known.title,
            "at": known.at,
            "files": files,
            "earlier": said,
            "cut": shown["cut"],
            "budget": shown.get("budget"),
            "tokens_by": shown.get("tokens_by", GUESS.by),
            "listing": listing,
            "tokens": sum(each.get("tokens", 0) for each in costs),
            **known.choices,
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored about the context of a task.

    Attributes:
        at: when its worker was shown something last; None = it was not yet.
        shown: what that was.
        ground: of what it would be shown now; None = it was shown something.
    """

    number: str
    title: str
    at: str | None
    shown: Document
    ground: Ground | None
    choices: Document


def _known(number: str, settings: Settings, tables: Tables) -> _Known:
    task = find_task(tables, number)
    told = tables.events.typed(task.number, ("context.gathered",), 1)
    return _Known(
        number=task.number,
        title=task.title,
        at=told[-1].at if told else None,
        shown=told[-1].data if told else {},
        ground=None if told else ground_of_task(tables, settings, task),
        choices=chosen.choices(tables, task.number),
    )
