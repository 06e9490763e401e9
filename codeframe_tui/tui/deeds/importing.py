"""Deeds that bring many tasks at once: a paste, and a file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from codeframe_tui.core.commands import AddTask, ImportTasks
from codeframe_tui.core.errors import CodeframeError, WrongUse
from codeframe_tui.core.importing import read_json, read_markdown, read_toml, reader_for
from codeframe_tui.core.text import clean_line
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.sheet import Choice
from codeframe_tui.tui.modals.text import AskText
from codeframe_tui.tui.modals.viewer import Viewer
from codeframe_tui.tui.present.importing import imported_rows, imported_words
from codeframe_tui.tui.present.rows import Row, heading, safe, safe_lines
from codeframe_tui.tui.present.words import count, why_words

__all__ = ["file", "paste"]

_Reader = Callable[[str, str], dict[str, Any]]
_MOST_PASTED = 200
_PASTED_SHOWN = 12
_LONGEST_TITLE = 200
_MOST_BYTES = 8 * 2**20
_IMPORT = "codeframe-tui import tasks.md takes any number, written as - [ ] title"
_LIST = re.compile(r"^[-*] \[[ xX]\] |^## \d+\.\d+ ", re.MULTILINE | re.ASCII)


async def file(desk: Desk) -> None:
    """Import a file of tasks, after a look at what is in it."""
    said = [
        heading("A .md list (- [ ] title), a .toml or a .json file, all or nothing.", "dim"),
        heading("The manual tells how issues and dependencies are written.", "faint"),
    ]
    path, wrong = "", ""
    while True:
        asked = AskText(
            "Import tasks from a file", said, send="look", text=path, one_line=True, wrong=wrong
        )
        if (given := await desk.ask(asked)) is None:
            return
        path = given
        try:
            text = await asyncio.to_thread(_read, path)
            break
        except (OSError, CodeframeError, ValueError, RuntimeError) as error:
            wrong = _why(error)
    await _import(desk, reader_for(Path(path).suffix), text, Path(path).name)


def _read(path: str) -> str:
    with Path(path).expanduser().open("rb") as opened:
        content = opened.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise WrongUse(f"it is larger than {_MOST_BYTES // 2**20} MiB")
    return content.decode("utf-8-sig")


def _why(error: Exception) -> str:
    match error:
        case UnicodeDecodeError():
            return f"byte {error.start} is not UTF-8; save it as UTF-8"
        case OSError():
            return f"it cannot be read: {error.strerror or error}"
        case CodeframeError():
            return error.message
        case _:
            return str(error)


def _reader_of(text: str) -> _Reader | None:
    """What reads a pasted text; None when it is only lines."""
    if text.lstrip().startswith("{"):
        return read_json
    if "[[tasks]]" in text:
        return read_toml
    return read_markdown if _LIST.search(text) else None


async def _import(desk: Desk, reader: _Reader, text: str, name: str) -> None:
    """Show what a list says, and import it all or not at all."""
    try:
        document = await asyncio.to_thread(reader, text, name)
        if not _tasks(document) and not document.get("issues"):
            desk.tell((f"{safe(name)}: there is no open task in it", "dim"))
            return
        title = f"Import {imported_words(document)}?"
        if await desk.choose(title, imported_rows(document), Choice("enter", "import", "yes")):
            found = await desk.submit(ImportTasks(document))
            numbers = found.get("tasks") or ()
            desk.tell(("✔ ", "green"), (f"{imported_words(document)} imported", "text"))
            if numbers and desk.cockpit.pane == "queue":
                desk.focus_task(str(numbers[0]))
    except CodeframeError as error:
        lines = [*safe_lines(error.message), *safe_lines(error.hint or "")]
        await desk.ask(Viewer("Nothing was imported", [heading(line, "text") for line in lines]))


def _tasks(document: Mapping[str, Any]) -> bool:
    return bool(document.get("tasks"))


async def paste(desk: Desk, text: str) -> None:
    """Tasks from a pasted text, after a question: a list as it can be imported, else its lines."""
    if (reader := _reader_of(text)) is not None:
        await _import(desk, reader, text, "pasted")
        return
    lines = [line.strip(" -*\t") for line in text.splitlines()]
    lines = [line for line in lines if clean_line(line, limit=_LONGEST_TITLE).strip()]
    titles = [clean_line(line, limit=_LONGEST_TITLE) for line in lines[:_MOST_PASTED]]
    if not titles:
        return
    said = f"Add {count(len(titles), 'task')} from what you pasted?"
    if await desk.choose(said, _pasted_rows(titles, lines), Choice("enter", "add", "yes")):
        await _add_all(desk, titles)


def _pasted_rows(titles: list[str], lines: list[str]) -> list[Row]:
    """The first titles, how many follow, and what of the lines is not taken."""
    rows = [heading(title, "text") for title in titles[:_PASTED_SHOWN]]
    if len(titles) > _PASTED_SHOWN:
        rows.append(heading(f"and {len(titles) - _PASTED_SHOWN} more", "faint"))
    cut = sum(len(line) > _LONGEST_TITLE for line in lines[: len(titles)])
    if cut:
        what = count(cut, "title is", "titles are")
        rows.append(heading(f"{what} cut after {_LONGEST_TITLE} characters", "amber"))
    if left := len(lines) - len(titles):
        what = count(left, "more line is", "more lines are")
        rows.append(heading(f"{what} left out", "amber"))
        rows.append(heading(_IMPORT, "dim"))
    return rows


async def _add_all(desk: Desk, titles: list[str]) -> None:
    """Add one after the other; a refusal midway says how far it came."""
    for added, title in enumerate(titles):
        try:
            await desk.submit(AddTask(title))
        except CodeframeError as error:
            said = f"added {added} of {count(len(titles), 'task')}: {safe(why_words(error))}"
            desk.tell(("✘ ", "red"), (said, "text"))
            return
    desk.tell(("✔ ", "green"), (f"{count(len(titles), 'task')} added", "text"))
