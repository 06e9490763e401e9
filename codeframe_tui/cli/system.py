"""Verbs about the program itself."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from codeframe_tui.adapters import log
from codeframe_tui.adapters.project import open_project
from codeframe_tui.cli import render
from codeframe_tui.cli.faults import report_lost_tasks
from codeframe_tui.cli.group import program
from codeframe_tui.cli.session import read_settings
from codeframe_tui.cli.verb import Scene, ended, not_yet, verb
from codeframe_tui.core.errors import Lacking
from codeframe_tui.demo.play import demo_folder
from codeframe_tui.headless.output import Output
from codeframe_tui.settings import Settings
from codeframe_tui.tui.launch import open_cockpit

__all__: list[str] = []


@verb(program, "doctor", "doctor --json", engine=False)
@click.option(
    "--repair",
    is_flag=True,
    help="First bring a damaged state back from its last backup; adopt the state of a project "
    "that moved; end what was left half done.",
)
async def doctor(scene: Scene, repair: bool) -> None:
    """Say what the program needs and what it found."""
    from codeframe_tui.bootstrap import check_everything  # noqa: PLC0415 - heavy

    app = scene.app
    settings = read_settings(app.state_dir, app.sandbox)
    if repair:
        await _restore(scene)
        await _adopt(scene)
        async with app.opener(app.place, app.sandbox):  # opening an engine recovers
            scene.output.warn("recovered: nothing is half done any more")
    document = await check_everything(app.place, settings)
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    scene.output.document(document, lambda: render.check_list(document, columns))
    for check in document["checks"]:
        if check["state"] == "missing" and check["name"] in _NEEDED:
            raise Lacking(check["detail"], hint=check["hint"], code=_NEEDED[check["name"]])


_NEEDED = {"git": "no_git", "state": "no_state"}
"""Checks without which no verb works, and the code of the error that says so."""


async def _restore(scene: Scene) -> None:
    from codeframe_tui.adapters.restore import restore  # noqa: PLC0415 - heavy

    if (restored := await restore(scene.app.place)) is not None:
        for line in restored.lines:
            scene.output.warn(line)


async def _adopt(scene: Scene) -> None:
    from codeframe_tui.adapters.adoption import adopt  # noqa: PLC0415 - heavy

    if (found := await adopt(scene.app.place)) is not None:
        scene.output.warn(f"adopted: the tasks and the history of {found.root} are here now")


@verb(program, "config", "config --schema", engine=False)
@click.option("--schema", is_flag=True, help="The JSON Schema of config.toml.")
async def config(scene: Scene, schema: bool) -> None:
    """Show the settings in force, or their schema."""
    document: dict[str, Any]
    if schema:
        document = Settings.model_json_schema()
    else:
        settings = read_settings(scene.app.state_dir, scene.app.sandbox)
        document = settings.model_dump(mode="json")
        for problem in _key_problems(settings.keys):
            scene.output.warn(problem)
    scene.output.document(document, lambda: json.dumps(document, indent=2))


def _key_problems(keys: Mapping[str, str]) -> list[str]:
    if not keys:
        return []
    from codeframe_tui.tui.own_keys import checked  # noqa: PLC0415 - loads Textual

    return checked(keys)[1]


@program.command("demo", epilog="Example: codeframe-tui demo --auto")
@click.option("--dir", "folder", type=click.Path(path_type=Path), help="Where to put the project.")
@click.option("--auto", is_flag=True, help="Without a screen; checks its own end state.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")
def demo(folder: Path | None, *, auto: bool, as_json: bool) -> None:
    """Play the whole job on an example project with a scripted model: no key needed."""
    sys.exit(ended(lambda: _play(folder, auto=auto), Output(as_json=as_json)))


def _play(folder: Path | None, *, auto: bool) -> None:
    if auto:
        from codeframe_tui.bootstrap.demo import play_demo  # noqa: PLC0415 - heavy

        sys.exit(asyncio.run(play_demo(folder, click.echo)))
    with demo_folder(folder) as (root, state):
        sys.exit(open_cockpit(open_project(root, state), demo=True))


@verb(program, "engine", "--project . engine", engine=False, hidden=True)
@click.option("--demo", is_flag=True, help="With the scripted model and tasks of the demo.")
async def engine(scene: Scene, *, demo: bool) -> None:
    """Serve the project until nobody needs it."""
    from codeframe_tui.bootstrap import serve  # noqa: PLC0415 - heavy

    place = scene.app.place
    place.prepare()
    handler = log.configure(place.engine_log)
    report_lost_tasks(place.reports)
    settings = read_settings(place.state_root, scene.app.sandbox)
    await serve(place.root, settings, demo=demo)
    log.close(handler)


def _later(name: str, what: str) -> None:
    """A verb that the program knows but cannot carry out yet."""

    @click.argument("anything", nargs=-1, type=click.UNPROCESSED)
    async def refuse(scene: Scene, anything: tuple[str, ...]) -> None:
        del scene, anything
        raise not_yet(name)

    refuse.__doc__ = f"{what} (not yet)."
    made = verb(program, name, name, engine=False)(refuse)
    made.context_settings = {"ignore_unknown_options": True}


_later("worker", "Work for a team's queue")
