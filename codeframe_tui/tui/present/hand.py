"""What stands on the sheets of a person's own hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.rows import BLANK, Row, heading, row, safe, wrap
from codeframe_tui.tui.present.sheets import file_rows

__all__ = ["hand_rows", "kept_rows"]

_WIDTH = 66


def hand_rows(document: Mapping[str, Any], *, here: bool) -> list[Row]:
    """The copy and what was done in it.

    Args:
        document: of `ShowHand`.
        here: whether the folder is on this machine.
    """
    begun = int(document.get("attempt") or 0)
    where = "A copy of the project" + (f" with attempt {begun}:" if begun else ":")
    if not here:
        where = "A copy of the project on the machine of the engine:"
    rows = [heading(where, "dim"), *_path(document.get("path")), BLANK]
    if document.get("moved"):
        said = "The task has another proposal by now: what you did can only be looked at."
        rows += [row(None, ("! ", "amber"), (said, "text")), BLANK]
    if document.get("files"):
        rows += [heading("You changed:", "dim"), *file_rows(document)]
    else:
        rows.append(heading("Nothing is changed in it yet.", "dim"))
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


def _path(path: object) -> list[Row]:
    return [row(None, (line, "bold")) for line in wrap(safe(path), _WIDTH)]
