"""Verbs of the queue."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from codeframe_tui.cli import render
from codeframe_tui.cli.group import program
from codeframe_tui.cli.verb import Scene, number, verb
from codeframe_tui.core.commands import (
    AddIssue,
    AddTask,
    Cancel,
    Command,
    EditTask,
    Hold,
    ImportTasks,
    Note,
    Release,
    Retry,
)
from codeframe_tui.core.errors import NotFound, WrongUse
from codeframe_tui.core.importing import reader_for
from codeframe_tui.core.queries import ShowTask, ShowTasks

__all__: list[str] = []

EVIDENCE = click.Choice(["tdd", "regression", "none"])
PRIORITY = click.IntRange(0, 4)
IMPORT_BYTES = 32 * 2**20


@verb(program, "add", "add 'Retry on 429' -p 1 --after 3")
@click.argument("title")
@click.option("-d", "--description", default="", help="What is to be done, in full.")
@click.option("-p", "--priority", type=PRIORITY, default=2, help="0 (highest) to 4; default 2.")
@click.option("--step", type=click.IntRange(0), default=0, help="Order inside equal priority.")
@click.option("--after", multiple=True, metavar="NUMBER", help="A task that must be done first.")
@click.option("--issue", metavar="X.Y", help="The issue it belongs to.")
@click.option("--agent", metavar="NAME", help="The agent definition; default: the built-in one.")
@click.option("--evidence", type=EVIDENCE, default="tdd", help="What proves it; default tdd.")
async def add(
    scene: Scene,
    *,
    title: str,
    description: str,
    priority: int,
    step: int,
    after: tuple[str, ...],
    issue: str | None,
    agent: str | None,
    evidence: str,
) -> None:
    """Add a task; prints its number."""
    wish = AddTask(title, description, priority, step, after, issue, agent, evidence)
    done = await scene.service.submit(wish)
    scene.output.document(done, done["number"])


@program.group("issue", epilog="Example: codeframe-tui issue add 1.2 'Rate limits'")
def issue_group() -> None:
    """Issues, the parents of tasks."""


@verb(issue_group, "add", "issue add 1.2 'Rate limits' -d 'All of the API'")
@click.argument("issue", metavar="X.Y")
@click.argument("title")
@click.option("-d", "--description", default="", help="What it is about.")
async def add_issue(scene: Scene, issue: str, title: str, description: str) -> None:
    """Add an issue."""
    done = await scene.service.submit(AddIssue(issue, title, description))
    scene.output.document(done, done["number"])


@verb(program, "import", "import tasks.json")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
async def import_(scene: Scene, source: Path) -> None:
    """Import issues and tasks from a .json, .toml or .md file, or JSON from '-'.

    All or nothing.
    """
    done = await scene.service.submit(ImportTasks(_parsed(source)))
    tasks, issues = len(done.get("tasks", [])), len(done.get("issues", []))
    scene.output.document(done, f"imported {tasks} tasks and {issues} issues")


def _parsed(source: Path) -> dict[str, Any]:
    try:
        content = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
    except OSError as error:
        why = f"{source} cannot be read: {error.strerror}"
        raise NotFound(why, hint="name a file, or - for standard input") from error
    if len(content) > IMPORT_BYTES:
        raise WrongUse(f"{source} is larger than {IMPORT_BYTES // 2**20} MiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        why = f"{source}: byte {error.start} is not UTF-8"
        raise WrongUse(why, hint="save it as UTF-8", code="not_utf8") from error
    return reader_for(source.suffix)(text, str(source))


@verb(program, "list", "list --json")
async def list_(scene: Scene) -> None:
    """List all tasks."""
    document = await scene.service.query(ShowTasks())
    scene.output.document(document, lambda: render.task_table(document))


@verb(program, "show", "show 1.2.3")
@number()
async def show(scene: Scene, number: str) -> None:
    """Show a task with its attempts and their evidence."""
    document = await scene.service.query(ShowTask(number))
    scene.output.document(document, lambda: render.task_page(document))


@verb(program, "edit", "edit 3 --priority 0 --after 2")
@number()
@click.option("--title")
@click.option("-d", "--description")
@click.option("-p", "--priority", type=PRIORITY, help="0 (highest) to 4.")
@click.option("--step", type=click.IntRange(0), help="Order inside equal priority.")
@click.option("--after", multiple=True, metavar="NUMBER", help="Replaces all dependencies.")
@click.option("--no-after", is_flag=True, help="Takes all dependencies away.")
@click.option("--agent", metavar="NAME")
@click.option("--evidence", type=EVIDENCE)
async def edit(
    scene: Scene,
    *,
    number: str,
    title: str | None,
    description: str | None,
    priority: int | None,
    step: int | None,
    after: tuple[str, ...],
    no_after: bool,
    agent: str | None,
    evidence: str | None,
) -> None:
    """Change a task that nobody works on."""
    depends_on = after if after or no_after else None
    wish = EditTask(number, title, description, priority, step, depends_on, agent, evidence)
    if wish == EditTask(number):
        raise WrongUse("nothing to change", hint="name a field, e.g. --priority 0")
    await _do(scene, wish, f"task {number} is changed")


@verb(program, "hold", "hold 3")
@number()
async def hold(scene: Scene, number: str) -> None:
    """Keep a task from being taken."""
    await _do(scene, Hold(number), f"task {number} is on hold")


@verb(program, "release", "release 3")
@number()
async def release(scene: Scene, number: str) -> None:
    """Take a hold back."""
    await _do(scene, Release(number), f"task {number} is released")


@verb(program, "cancel", "cancel 3 --reason 'done by hand'")
@number()
@click.option("--reason", default="cancelled by a person")
async def cancel(scene: Scene, number: str, reason: str) -> None:
    """End a task without its change."""
    await _do(scene, Cancel(number, reason), f"task {number} is cancelled")


@verb(program, "retry", "retry 3 --hint 'use the existing client'")
@number()
@click.option("--hint", default="", help="What the worker should know.")
async def retry(scene: Scene, number: str, hint: str) -> None:
    """Send a task back to work."""
    await _do(scene, Retry(number, hint), f"task {number} waits for a worker")


@verb(program, "note", "note 3 'the limit is per user'")
@number()
@click.argument("text")
async def note(scene: Scene, number: str, text: str) -> None:
    """Write to the worker; it reads it with its next turn."""
    await _do(scene, Note(number, text), f"noted for task {number}")


async def _do(scene: Scene, wish: Command, told: str) -> None:
    done = await scene.service.submit(wish)
    scene.output.document(done, told)
