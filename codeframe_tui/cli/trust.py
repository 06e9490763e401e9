"""Verbs about files of the repository that loosen something once a person trusts them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from codeframe_tui.adapters.within import within
from codeframe_tui.cli.group import program
from codeframe_tui.cli.verb import App, Scene, verb
from codeframe_tui.core.commands import Distrust, Trust
from codeframe_tui.core.errors import WrongUse
from codeframe_tui.core.queries import ShowTrust
from codeframe_tui.core.text import clean_line, reveal

__all__: list[str] = []

_Document = Mapping[str, Any]
_STATES = {"declined": "not trusted", "untrusted": "not trusted", "changed": "not trusted"}


@verb(program, "trust", "trust .claude/agents/backend-worker.md")
@click.argument("file", required=False)
@click.option("--list", "listed", is_flag=True, help="All files that can be trusted, and how.")
@click.option("--show", "shown", is_flag=True, help="The file whole, and what changed; no more.")
@click.option("--expect", metavar="SHA256", help="Refuse any other content.")
async def trust(
    scene: Scene, *, file: str | None, listed: bool, shown: bool, expect: str | None
) -> None:
    """Let a file of the repository loosen what it asks for, as it is now, up to your ceiling."""
    if file is None or listed:
        if file is not None or shown or expect is not None:
            raise WrongUse("--list takes no file", hint="see `codeframe-tui trust --help`")
        document = await scene.service.query(ShowTrust())
        scene.output.document(document, lambda: "\n".join(_list(document)))
        return
    if shown and expect is not None:
        raise WrongUse("--show trusts nothing, so it expects nothing", hint="leave one of them out")
    path = _path(scene.app, file)
    page = (await scene.service.query(ShowTrust(path)))["files"][0]
    if shown:
        scene.output.document(page, lambda: "\n".join(_page(page)))
        return
    if hidden := sum(reveal(line)[1] for line in _lines(page["text"])):
        scene.output.warn(f"warning: lines with hidden characters: {hidden}; see `trust --show`")
    done = await scene.service.submit(Trust(path, page["sha256"] if expect is None else expect))
    said = done["says"] or "it asks for nothing that you or the default would not allow"
    scene.output.document(done, f"{clean_line(path)} is trusted now, as it is: {said}")


@verb(program, "distrust", "distrust .claude/agents/backend-worker.md")
@click.argument("file")
async def distrust(scene: Scene, *, file: str) -> None:
    """Trust a file of the repository no longer; nothing asks about this content again."""
    path = _path(scene.app, file)
    done = await scene.service.submit(Distrust(path))
    scene.output.document(done, f"{clean_line(path)} is not trusted: it only tightens")


def _path(app: App, file: str) -> str:
    """Relative to the project: as a shell completes it, or as `trust --list` prints it."""
    if app.remote:
        return file
    named, root = Path(os.path.abspath(file)), app.place.root  # noqa: PTH100 - links are refused
    if not os.path.lexists(named):
        return file
    if named.is_relative_to(root):
        return named.relative_to(root).as_posix()
    folder = within(root, named.parent)
    return file if folder is None else (folder / named.name).as_posix()


def _list(document: _Document) -> Iterator[str]:
    if not document["files"]:
        yield "this repository has no file that could be trusted"
    for file in document["files"]:
        state = _STATES.get(file["state"], file["state"])
        yield f"{state:<12} {clean_line(file['path'])}"
        yield from (f"{'':<12} {line}" for line in _facts(file))


def _facts(file: _Document) -> Iterator[str]:
    if file["why"]:
        yield clean_line(file["why"])
    if file["says"]:
        yield f"asks for {file['says']}"
    if file["held"]:
        yield str(file["held"])


def _page(file: _Document) -> Iterator[str]:
    yield from _list({"files": [file]})
    yield f"sha256       {file['sha256']}"
    if file["since"]:
        yield "since you trusted it:"
        yield from (f"  {sign}{reveal(text)[0]}" for sign, text in file["since"])
    yield ""
    yield from (reveal(line)[0] for line in _lines(file["text"]))
    if file["sha256"] and file["state"] not in {"trusted", "unusable", "gone"}:
        name = shlex.quote(clean_line(file["path"]))
        yield ""
        yield f"to trust it as it is: codeframe-tui trust {name} --expect {file['sha256']}"


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")
