"""What an undo or redo would do, as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from codeframe_tui.core.change.preview import hangs
from codeframe_tui.core.text import clean_line

__all__ = ["by_commands", "preview_page"]

Document = Mapping[str, Any]

_PATHS = 10
_PATH = 200
"""Of how a later task hangs on it: paths, and characters of one."""


def preview_page(document: Document) -> str:
    """``undo --preview`` and ``redo --preview``."""
    lines = [*_head(document), *_files(document), *_later(document)]
    lines += by_commands(document)
    if waiting := document["dependants"]:
        lines.append(f"tasks that build on it: {', '.join(waiting)}")
    lines += [f"commit {each[:8]} stays in the history" for each in document["commits"]]
    return "\n".join(lines)


def by_commands(document: Document) -> Iterator[str]:
    """What came by no proposal, of ``undo --preview`` and of a plain ``undo``."""
    if found := document.get("by_commands"):
        yield "changed while a command ran without walls, by it or by you:"
        yield from (clean_line(f"  {path}") for path in found)


def _head(document: Document) -> Iterator[str]:
    kind, task, many = document["kind"], document["task"], len(document["files"])
    if refused := document["refused"]:
        yield f"{kind} of task {task} would be refused: {clean_line(refused['message'])}"
        if refused["hint"]:
            yield f"  {clean_line(refused['hint'])}"
    elif document["already"]:
        yield f"{kind} of task {task} would write nothing: your files are so already"
    else:
        yield f"{kind} of task {task} would write {many} file{'s' * (many != 1)}"


def _files(document: Document) -> Iterator[str]:
    why = {each["path"]: each["why"] for each in document["conflicts"]}
    for file in document["files"]:
        path = file["path"]
        conflict = f"  conflict: {why[path]}" if path in why else ""
        size = f"+{file['added']} -{file['removed']}"
        yield clean_line(f"  {file['action']:<7} {path}  {size}{conflict}")
    listed = {file["path"] for file in document["files"]}
    for path, cause in why.items():
        if path not in listed:
            yield clean_line(f"  {path}  conflict: {cause}")


def _later(document: Document) -> Iterator[str]:
    if not document["later_count"]:
        return
    near = [each for each in document["later"] if _hangs(each)]
    if near:
        yield "applied later, and it hangs on this:"
    for each in near:
        head = clean_line(f"{each['task']}  {each['title']}", limit=70)
        yield clean_line(f"  {head}: {'; '.join(_hangs(each))}", limit=400)
    if others := document["later_count"] - len(near):
        yield f"{others} other task{'s' * (others != 1)} applied later"
    if unread := document["unread"]:
        yield f"  of {unread} task{'s' * (unread != 1)} not all imports were looked at"


def _hangs(later: Document) -> list[str]:
    return hangs(later, _PATHS, _PATH)
