"""What an undo or a redo would do, on the sheet that asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from codeframe_tui.core.change.preview import hangs
from codeframe_tui.tui.present.rows import BLANK, Row, heading, row, safe, wrap
from codeframe_tui.tui.present.sheets import FILES, NAMED, WIDTH, file_rows, named, point_rows
from codeframe_tui.tui.present.words import count

__all__ = ["is_possible", "preview_rows"]

_MEANS = {
    "undo": "These files become what they were before.",
    "redo": "These files get the change again.",
}
_ALREADY = {
    "undo": "Your files are without the change already: nothing is written.",
    "redo": "Your files have the change already: nothing is written.",
}


def is_possible(document: Mapping[str, Any]) -> bool:
    """Whether it would be done; what would be refused is told, and cannot be asked for."""
    return not document.get("refused")


def preview_rows(document: Mapping[str, Any]) -> list[Row]:
    """The files, what stands in the way, what hangs on it, and what it means.

    Args:
        document: the answer to `ShowUndo`.
    """
    points = [*_by_commands(document), *_near(document), *_waiting(document)]
    told = [row for point in points for row in point_rows(point)]
    means = [heading(line, "dim") for line in wrap(_meaning(document), WIDTH)]
    parts = [
        [*_refusal(document), *_conflicts(document), *file_rows({"files": _others(document)})],
        *(
            [told, means] if is_possible(document) else [means, told]
        ),  # the next step is no footnote
    ]
    return [line for part in parts if part for line in (BLANK, *part)][1:]


def _refusal(document: Mapping[str, Any]) -> list[Row]:
    refused = document.get("refused")
    if not refused:
        return []
    by_files = document.get("conflicts")
    message = "your files are not as it left them" if by_files else safe(refused.get("message"))
    lines = wrap(f"nothing would be written: {message}", WIDTH - 2)
    first = row(None, ("✘ ", "red"), (lines[0], "text"))
    return [first, *(row(None, ("  ", "red"), (line, "text")) for line in lines[1:]), BLANK]


def _conflicts(document: Mapping[str, Any]) -> list[Row]:
    found = document.get("conflicts") or ()
    rows = [
        row(None, (safe(each.get("path")), "text"), right=[(safe(each.get("why")), "amber")])
        for each in found[:FILES]
    ]
    if len(found) > FILES:
        rows.append(heading(f"and {count(len(found) - FILES, 'conflict')} more", "faint"))
    return rows


def _others(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Files that nothing stands in the way of."""
    told = {each.get("path") for each in document.get("conflicts") or ()}
    return [each for each in document.get("files") or () if each.get("path") not in told]


def _by_commands(document: Mapping[str, Any]) -> Iterator[str]:
    if found := document.get("by_commands"):
        yield f"changed while a command ran without walls, by it or by you: {named(found)}"


def _near(document: Mapping[str, Any]) -> Iterator[str]:
    """Later tasks that hang on the change, the newest first."""
    near = [each for each in document.get("later") or () if _hangs(each)]
    for each in near[: -NAMED - 1 : -1]:
        head = f"{safe(each.get('task'))} {safe(each.get('title'), limit=40)}"
        yield f"{head}, applied later, {' and '.join(_hangs(each))}"
    if len(near) > NAMED:
        yield f"{count(len(near) - NAMED, 'task')} more, applied later, hang on it too"
    if unread := document.get("unread"):
        yield f"not all imports of {count(unread, 'task')} applied later were looked at"


def _hangs(later: Mapping[str, Any]) -> list[str]:
    return [safe(each) for each in hangs(later, 1, 60)]


def _waiting(document: Mapping[str, Any]) -> Iterator[str]:
    if waiting := document.get("dependants"):
        yield f"{count(len(waiting), 'task')} built on it: {named(waiting)}"


def _meaning(document: Mapping[str, Any]) -> str:
    kind = "redo" if document.get("kind") == "redo" else "undo"
    if refused := document.get("refused"):
        hint = safe(refused.get("hint"))
        return hint[:1].upper() + hint[1:] + "." if hint else ""
    told = [(_ALREADY if document.get("already") else _MEANS)[kind]]
    near = sum(1 for each in document.get("later") or () if _hangs(each))
    if others := int(document.get("later_count") or 0) - near:
        were = "was" if others == 1 else "were"
        told.append(f"{count(others, 'other task')} {were} applied later.")
    if made := document.get("commits"):
        some = ", ".join(safe(each)[:8] for each in made[:NAMED])
        told.append(f"Your history is not rewritten: {count(len(made), 'commit')} ({some}) stays.")
    return " ".join(told)
