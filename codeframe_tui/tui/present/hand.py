"""What stands on the sheets of a person's own hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.rows import BLANK, Row, heading, row, safe, wrap
from codeframe_tui.tui.present.sheets import file_rows

__all__ = ["clash_rows", "conflict_rows", "hand_rows", "kept_rows"]

_WIDTH = 66
_WHY: Mapping[str, str] = {
    "text": "the same lines: both stand in it, between marks",
    "deleted": "one side deleted it: yours stays",
    "binary": "it is no text: yours stays",
    "place": "a file and a folder in one place: yours stays",
}


def hand_rows(document: Mapping[str, Any], *, here: bool, trouble: str = "") -> list[Row]:
    """The copy and what was done in it.

    Args:
        document: of `ShowHand`.
        here: whether the folder is on this machine.
        trouble: why saves are not seen at once; empty while they are.
    """
    begun = int(document.get("attempt") or 0)
    where = "A copy of the project" + (f" with attempt {begun}:" if begun else ":")
    if not here:
        where = "A copy of the project on the machine of the engine:"
    rows = [heading(where, "dim"), *_path(document.get("path")), BLANK]
    if not document.get("waiting", True):
        rows += _warning("The task does not wait for you now: your copy is kept as it is.")
    elif document.get("moved"):
        rows += _warning(f"The task has attempt {document.get('newest')} by now.")
    if trouble:
        rows += _warning(trouble)
    if document.get("files"):
        rows += [heading("You changed:", "dim"), *file_rows(document)]
    else:
        rows.append(heading("Nothing is changed in it yet.", "dim"))
    for path in document.get("marked") or ():
        rows += [BLANK, *_warning(f"Marks of a conflict stand in {safe(path)}.")[:-1]]
    told = (
        "Any program may write there; the diff and the tests follow every save. Nothing of it "
        "touches your own files. Leave with esc and come back whenever you like."
    )
    return [*rows, BLANK, *(heading(line, "faint") for line in wrap(told, _WIDTH))]


def kept_rows(message: str, hint: str, path: str) -> list[Row]:
    """Why an edit was not taken, and where its text is."""
    rows = [heading(line, "text") for line in wrap(safe(message), _WIDTH, limit=4)]
    rows += [heading(line, "dim") for line in wrap(safe(hint), _WIDTH, limit=3)]
    return [*rows, BLANK, heading("Your text is kept in", "dim"), *_path(path)]


def conflict_rows(conflicts: Mapping[str, Any]) -> list[Row]:
    """What could not be joined; path -> why, as in the result of `LayOver`."""
    rows = []
    for path, why in conflicts.items():
        rows.append(row(None, ("! ", "amber"), (safe(path), "text")))
        rows += [
            heading(f"  {line}", "dim") for line in wrap(_WHY.get(str(why), safe(why)), _WIDTH)
        ]
    told = "Choose between the lines from <<<<<<< to >>>>>>> in your copy, then it can be done."
    return [*rows, BLANK, *(heading(line, "faint") for line in wrap(told, _WIDTH))]


def clash_rows(joined: str, mine: str) -> list[Row]:
    """Both sides stand in a file, and a person's own text beside it."""
    told = "Both sides stand in it, from <<<<<<< to >>>>>>>. Choose, save and leave the editor."
    rows = [heading(line, "text") for line in wrap(told, _WIDTH)]
    rows += [BLANK, heading("Both are in", "dim"), *_path(joined)]
    return [*rows, heading("Your own text alone is kept in", "dim"), *_path(mine)]


def _warning(text: str) -> list[Row]:
    first, *more = wrap(safe(text), _WIDTH - 2, limit=4)
    rows = [row(None, ("! ", "amber"), (first, "text"))]
    return [*rows, *(heading(f"  {line}", "text") for line in more), BLANK]


def _path(path: object) -> list[Row]:
    return [row(None, (line, "bold")) for line in wrap(safe(path), _WIDTH)]
