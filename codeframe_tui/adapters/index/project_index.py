"""The port CodeIndex over a process beside ours, which knows every content of the project."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.beside import Beside, import_paths
from codeframe_tui.adapters.harmless import environment_of_project
from codeframe_tui.adapters.index.inside.grammars import GRAMMARS
from codeframe_tui.adapters.index.inside.questions import DEATHS
from codeframe_tui.adapters.index.searcher import Searcher
from codeframe_tui.core.change.diff import REGULAR
from codeframe_tui.core.code.chosen import NOTHING, Chosen
from codeframe_tui.core.errors import CodeframeError, Lacking, NotFound, WrongUse
from codeframe_tui.core.tokens import GUESS, Gauge
from codeframe_tui.ports import Workspace, Workspaces

__all__ = ["ProjectIndex"]

logger = logging.getLogger(__name__)

_WHEELS = tuple(dict.fromkeys(each.package for each in GRAMMARS))
SCRIPT = Path(__file__).with_name("inside") / "answer.py"
PATIENCE = 60.0
"""Seconds for reading what is new before an answer comes from what is known."""
TRIES = DEATHS + 1
"""Of one question: a content that ends the process each time is passed over in the end."""
MARGIN = 120.0
"""Seconds for the answer itself, on a slow disk; after it the process hangs."""
_ERRORS: Mapping[str, type[CodeframeError]] = {
    "Lacking": Lacking,
    "NotFound": NotFound,
    "WrongUse": WrongUse,
}


class ProjectIndex(Searcher):
    """Answers for a tree, the project's as it is now where none is named.

    What is known of a content is kept in a file of its own, so only new content is read again:
    after a switch of branches, for a proposal, and after a restart.

    Args:
        objects: the private store that holds the trees.
        database: the index's file; may be missing, and removed while nobody answers.
        project: where the past is read.
        patience: see `PATIENCE`.
    """

    def __init__(
        self,
        workspaces: Workspaces,
        *,
        objects: Path,
        database: Path,
        project: Path,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__()
        self._workspaces = workspaces
        self._project = project
        self._patience = patience
        self._turn = asyncio.Lock()
        places = {"objects": objects, "database": database, "project": project}
        self._knower = Beside(
            "the code index",
            SCRIPT,
            lambda: {
                "paths": import_paths("tree_sitter", "tree_sitter_python", *_WHEELS),
                **{name: str(place) for name, place in places.items()},
            },
            env=environment_of_project(),  # the user's own git reads the past
            when_gone=self._over,
            heard=self._heard,
            in_a_row=3 * TRIES,
        )
        self._told = 0
        self._tell: Callable[[int, int], None] = lambda *_: None

    def when_reading(self, tell: Callable[[int, int], None]) -> None:
        """Call this while much is read: how many files of how many; both the same at the end."""
        self._tell = tell

    def _heard(self, said: Mapping[str, Any]) -> None:
        if "trouble" in said:
            logger.warning("%s", said["trouble"])
            return
        done, files = said["read"]
        self._told = files if done < files else 0
        self._tell(done, files)

    def _over(self) -> None:
        if self._told:
            self._heard({"read": [self._told, self._told]})

    async def close(self) -> None:
        """End the process."""
        await self._knower.close()

    async def context(
        self,
        text: str,
        budget_tokens: int,
        tree: str | None = None,
        *,
        chosen: Chosen = NOTHING,
        gauge: Gauge = GUESS,
        at_once: bool = False,
    ) -> dict[str, Any]:
        """Ranked files, packed into the budget; see the port."""
        about = {"text": text, "budget": budget_tokens, "bytes_each": gauge.bytes_each}
        people = {"pinned": chosen.pinned, "excluded": chosen.excluded}
        return await self._ask("context", tree, about | people, at_once=at_once)

    async def find(
        self, name: str, *, kind: str = "", path: str = "", at_once: bool = False
    ) -> dict[str, Any]:
        """Definitions by name; see the port."""
        about = {"name": name, "among": {"kind": kind, "path": path}}
        return await self._ask("find", None, about, at_once=at_once)

    async def relations(self, relation: str, name: str, *, at_once: bool = False) -> dict[str, Any]:
        """How a file or a name hangs together with others; see the port."""
        return await self._ask(relation, None, {"name": name}, at_once=at_once)

    async def matches(self, pattern: str, *, path: str = "") -> dict[str, Any]:
        """Lines of the project's files; see the port."""
        tree = (await self._workspaces.snapshot()).tree
        entries = await self._workspaces.entries(tree)
        files = sorted(path for path, entry in entries.items() if entry.mode in REGULAR)
        project = Workspace("project", self._project)
        found = await self.search(project, pattern, glob=path, among=files)
        return {"matches": [asdict(hit) for hit in found.hits], "cut": list(found.notes)}

    async def places(self, text: str) -> dict[str, Any]:
        """Files and definitions by a few letters; see the port."""
        return await self._ask("places", None, {"name": text}, at_once=True)

    async def read(self, *, at_once: bool = False) -> dict[str, Any]:
        """Read what is new; see the port."""
        return await self._ask("read", None, {}, at_once=at_once)

    async def _ask(
        self, ask: str, tree: str | None, about: Mapping[str, object], *, at_once: bool = False
    ) -> dict[str, Any]:
        tree = tree or (await self._workspaces.snapshot()).tree
        seconds = 0 if at_once else self._patience
        question = {"ask": ask, "tree": tree, "seconds": seconds, **about}
        # the process answers one by one, so no time is spent on waiting; but for what is asked at
        # once reading is interrupted
        async with nullcontext() if at_once else self._turn:
            for _ in range(TRIES):
                if answer := await self._answer(question):
                    break
        if error := answer.get("error"):
            kind, message = error
            raise _ERRORS[kind](message)
        if "answer" not in answer:
            again = "start the engine again" if self._knower.is_over else "ask again"
            raise CodeframeError("the code index broke off", hint=f"see the log and {again}")
        found: dict[str, Any] = answer["answer"]
        return found

    async def _answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._patience + MARGIN):
                return await self._knower.ask(question)
        except TimeoutError as error:
            self._knower.kill()
            raise CodeframeError(
                "the code index did not answer in time", hint="ask again: it starts anew"
            ) from error
