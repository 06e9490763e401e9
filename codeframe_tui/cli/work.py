"""Verbs that work and follow."""

from __future__ import annotations

import os
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Protocol, cast

import click

from codeframe_tui.cli import render
from codeframe_tui.cli.group import program
from codeframe_tui.cli.paths import project_path
from codeframe_tui.cli.reading import answer
from codeframe_tui.cli.verb import Scene, verb
from codeframe_tui.core.commands import ChooseContext
from codeframe_tui.core.errors import WrongUse
from codeframe_tui.core.events import Event
from codeframe_tui.core.queries import (
    ShowContext,
    ShowEvents,
    ShowMatches,
    ShowRelations,
    ShowSymbols,
    ShowTaskContext,
    ShowUsage,
)
from codeframe_tui.core.text import clean_line
from codeframe_tui.headless.run import Wanted, run_until_idle

__all__: list[str] = []

PAGE = 1000
_AS_WRITTEN = "(a path is taken as it is written, not as a pattern)"


class _Closing(Protocol):
    async def aclose(self) -> None: ...


@verb(program, "run", "run --policy green --max-tasks 3")
@click.option("--policy", type=click.Choice(["manual", "green", "auto"]), help="Who approves.")
@click.option("--workers", type=click.IntRange(1, 16), help="Tasks worked on at once.")
@click.option("--model", metavar="M", help="The model, as the API names it.")
@click.option("--max-tasks", type=click.IntRange(1), metavar="N", help="Stop taking after N.")
async def run(
    scene: Scene,
    *,
    policy: str | None,
    workers: int | None,
    model: str | None,
    max_tasks: int | None,
) -> None:
    """Work until nothing can go on.

    Exit code: 0 done, 3 a person is needed, 4 a task failed, 5 the environment lacks something.
    """
    wanted = Wanted(policy, workers, model, max_tasks)
    outcome = await run_until_idle(scene.service, wanted, scene.output.event)
    if outcome.lacking is not None:
        raise outcome.lacking
    if not scene.output.as_json:
        scene.output.document({}, outcome.text())
    sys.exit(outcome.exit_code)


@verb(program, "events", "events --follow --after 120 --json")
@click.option("--follow", is_flag=True, help="Go on until interrupted.")
@click.option("--after", type=click.IntRange(0), default=0, metavar="SEQ")
async def events(scene: Scene, follow: bool, after: int) -> None:
    """Show what happened, oldest first."""
    if follow:
        feed = scene.service.events(after)
        async with aclosing(cast("_Closing", feed)):
            async for event in feed:
                scene.output.event(event)
        return
    while page := (await scene.service.query(ShowEvents(after, PAGE)))["events"]:
        for document in page:
            fields = ("seq", "at", "type", "task", "data")
            scene.output.event(Event(*(document[name] for name in fields)))
        after = page[-1]["seq"]


@verb(program, "usage", "usage --json")
async def usage(scene: Scene) -> None:
    """Show tokens and money."""
    document = await scene.service.query(ShowUsage())
    scene.output.document(document, lambda: render.usage_table(document))


@program.group("index", epilog="Example: codeframe-tui index find RateLimiter")
def index_group() -> None:
    """What is known of the code."""


@verb(index_group, "find", "index find RateLimiter --kind class")
@click.argument("name")
@click.option("--kind", type=click.Choice(["class", "function", "method", "variable"]))
@click.option("--path", "glob", default="", metavar="GLOB", help="Only in files that match.")
async def find(scene: Scene, name: str, *, kind: str | None, glob: str) -> None:
    """Find definitions by name, else by its start, a part, or letters in order."""
    document = await answer(scene, ShowSymbols(name, kind or "", glob))
    scene.output.document(document, lambda: render.symbol_list(document))


@verb(index_group, "search", "index search 'retry.*429' --path '*.py'")
@click.argument("pattern")
@click.option("--path", "glob", default="", metavar="GLOB", help="Only in files that match.")
async def search(scene: Scene, pattern: str, *, glob: str) -> None:
    """Show lines that match a regular expression, as the worker's Grep finds them."""
    document = await answer(scene, ShowMatches(pattern, glob))
    scene.output.document(document, lambda: render.match_list(document))


@verb(index_group, "outline", "index outline src/api.py")
@click.argument("path")
async def outline(scene: Scene, path: str) -> None:
    """Show what a file defines."""
    document = await answer(scene, ShowRelations("outline", _path(scene, path)))
    scene.output.document(
        document, lambda: render.symbol_list(document, "no definition is known in it")
    )


@verb(index_group, "importers", "index importers src/api.py")
@click.argument("path")
async def importers(scene: Scene, path: str) -> None:
    """Show which files import a file, and in how many steps."""
    document = await answer(scene, ShowRelations("importers", _path(scene, path)))
    scene.output.document(document, lambda: render.file_list(document, "no file imports it"))


@verb(index_group, "tests", "index tests src/api.py")
@click.argument("path")
async def tests(scene: Scene, path: str) -> None:
    """Show the tests of a file: those named after it, then those that import it."""
    document = await answer(scene, ShowRelations("tests", _path(scene, path)))
    scene.output.document(document, lambda: render.file_list(document, "no test of it is known"))


@verb(index_group, "callers", "index callers RateLimiter.take")
@click.argument("name")
async def callers(scene: Scene, name: str) -> None:
    """Show where a name is used; by name, so whatever else has that name is among it."""
    document = await answer(scene, ShowRelations("callers", name))
    scene.output.document(document, lambda: render.use_list(document))


@verb(index_group, "context", "index context 'retry on 429'")
@click.argument("text", required=False)
@click.option("--task", "task", metavar="NUMBER", help="What the worker of this task was shown.")
async def context(scene: Scene, text: str | None, *, task: str | None) -> None:
    """Show which files a task with this text would be given, or a task of the queue was."""
    if (text is None) == (task is None):
        raise WrongUse("give either a text or --task NUMBER", hint="see `index context --help`")
    query = ShowContext(text or "") if task is None else ShowTaskContext(task)
    document = await answer(scene, query)
    scene.output.document(document, lambda: render.context_list(document))


def _path(scene: Scene, typed: str) -> str:
    """What a person typed, as the project's engine knows it; one elsewhere knows no folder here."""
    app = scene.app
    return typed if app.remote else project_path(app.place.root, typed, Path.cwd().resolve())


def _warn_of_nothing(scene: Scene, path: str) -> None:
    if not (scene.app.remote or os.path.lexists(scene.app.place.root / path)):
        scene.output.warn(f"warning: nothing is at {clean_line(path)} now {_AS_WRITTEN}")


def _choice(name: str, choice: str, said: str) -> None:
    """A verb that chooses about a file, for one task or for the project."""

    @verb(index_group, name, f"index {name} src/api.py --task 7")
    @click.argument("path")
    @click.option("--task", "task", metavar="NUMBER", help="For this task only.")
    @click.option("--remove", is_flag=True, help="Take the choice back.")
    async def choose(scene: Scene, path: str, *, task: str | None, remove: bool) -> None:
        wish = ChooseContext(_path(scene, path), None if remove else choice, task)
        document = await scene.service.submit(wish)
        if not remove:
            _warn_of_nothing(scene, wish.path)
        scene.output.document(document, lambda: render.choice_list(document))

    choose.help = said


_choice("pin", "pinned", "Always show a file to the worker, of one task or of all.")
_choice("exclude", "excluded", "Never show a file or folder to the worker, of one task or of all.")
