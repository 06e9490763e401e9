"""Deeds for finding the way in a diff."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from codeframe_tui.core.hand import COPY
from codeframe_tui.core.queries import ShowOrigins, ShowSide
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.file_picker import KEEP, FilePicker
from codeframe_tui.tui.modals.picker import Pickable, Picker
from codeframe_tui.tui.modals.viewer import Viewer
from codeframe_tui.tui.modals.whole_file import WholeFileDialog
from codeframe_tui.tui.present.comment_list import comment_items
from codeframe_tui.tui.present.comments import place_at
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.explanation import intent_rows
from codeframe_tui.tui.present.files import size_spans
from codeframe_tui.tui.present.rows import safe
from codeframe_tui.tui.present.whole_file import PAGE, WholeFile, changed_in
from codeframe_tui.tui.present.words import action_sign, count

__all__ = ["intent", "jump", "jump_to_comment", "whole_file"]

_READABLE = 72
"""Cells of a line of a text that is read."""


async def jump(desk: Desk) -> None:
    """Go to a file by a few letters of its path, or show only files that fit."""
    files = list(desk.diff.document["files"])
    items = [_file_item(file, desk.diff.draft.seen) for file in files]
    paths = [file["path"] for file in files]
    dialog = FilePicker(items, paths, only=desk.diff.only)
    picked = await desk.ask(dialog)
    if picked == KEEP:
        desk.diff.narrow(dialog.typed)
    elif picked is not None:
        desk.diff.reach(Place(paths[picked]), top=True)


def _file_item(file: Mapping[str, Any], seen: Collection[str]) -> Pickable:
    sign, style = action_sign(file["action"])
    name = (safe(file["path"]), "dim" if file["path"] in seen else "text")
    return Pickable(name[0], ((f"{sign} ", style), name), tuple(size_spans(file)))


async def intent(desk: Desk) -> None:
    """What the task asks, and what the worker says of the attempt that is shown."""
    task, shown = desk.state.task or {}, desk.state.attempt_shown or desk.state.newest
    attempts: Sequence[Mapping[str, Any]] = task.get("attempts") or ()
    attempt = next((each for each in attempts if each.get("attempt") == shown), {})
    title = f"{desk.number} {safe(task.get('title'))}"
    await desk.ask(Viewer(title, intent_rows(task, attempt, _READABLE)))


async def whole_file(desk: Desk) -> None:
    """The file under the cursor as it will be; a line of it leads into the diff."""
    place, diff = desk.diff.place, desk.diff.document
    at = None if place is None else desk.diff.index.position(place.path)
    if place is None or at is None or desk.diff.is_live:
        return
    path, line = place.path, desk.diff.index.line_number(desk.diff.cursor)
    number, attempt = str(diff.get("task") or desk.number), diff.get("attempt")

    async def lines(first: int, last: int) -> Mapping[str, Any]:
        asked = ShowSide(number, attempt, path, "proposal", first, last)
        return await desk.feed.query(asked)

    side = await lines((line - 1) // PAGE * PAGE + 1, (line - 1) // PAGE * PAGE + PAGE)
    if not side["total"]:
        desk.tell((f"{safe(path)} has no text after the change", "dim"))
        return
    runs: Sequence[Sequence[int]] = ()
    if attempt != COPY and desk.state.newest > 1:
        runs = (await desk.feed.query(ShowOrigins(number, path, attempt)))["runs"]
    file = WholeFile(path, changed_in(diff["files"][at]), runs)
    file.put(side)
    chosen = await desk.ask(WholeFileDialog(file, min(line, file.total), lines))
    if chosen is not None and (found := place_at(desk.diff.document, path, chosen)):
        desk.diff.reach(found)


async def jump_to_comment(desk: Desk) -> None:
    """All comments on what is shown; go to one."""
    review, shown = desk.state.review or {}, desk.state.diff or {}
    if not review or review.get("proposal") != shown.get("proposal"):
        desk.tell(("one moment, the comments are on their way", "dim"))
        return
    found = comment_items(review["comments"])
    unsent = sum(not item.sent for item in found)
    items = [Pickable(item.text, item.left, item.right) for item in found]
    title = f"Comments · {count(len(found), 'comment')}, {unsent} not sent"
    picked = await desk.ask(Picker(title, items, nothing="nobody said anything yet"))
    if picked is not None and not desk.diff.reach_comment(found[picked].comment):
        desk.tell(("it does not stand in what is shown now", "dim"))
