"""The keys of the diff, as one table for its bindings, the footer, the help and the palette."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["DIFF_ACTIONS", "DiffAction"]


class DiffAction(NamedTuple):
    """One thing a key does in the diff.

    Attributes:
        action: name of the method without ``action_``; the binding's id is ``diff.`` and this.
        keys: default keys, comma separated, as characters or Textual key names.
        label: one or two words for the footer.
        help: a line for the help and the palette.
    """

    action: str
    keys: str
    label: str
    help: str


DIFF_ACTIONS: tuple[DiffAction, ...] = (
    DiffAction(
        "accept_hunk", "space", "accept", "Accept this hunk and go on to the next undecided"
    ),
    DiffAction("reject_hunk", "r", "reject", "Reject this hunk and go on to the next undecided"),
    DiffAction("accept_file", "a", "accept file", "Accept all of this file and go on"),
    DiffAction("reject_file", "R", "reject file", "Reject all of this file and go on"),
    DiffAction("approve_all", "A", "accept all", "Accept and apply everything, after one look"),
    DiffAction("take_back", "U", "take back", "Take the last verdict back"),
    DiffAction("send", "S", "send", "Send the verdicts: apply, or request changes"),
    DiffAction("next_undecided", "u", "undecided", "Go to the next hunk without a verdict"),
    DiffAction("next_hunk", "]", "next hunk", "Go to the next hunk"),
    DiffAction("previous_hunk", "[", "previous hunk", "Go to the previous hunk"),
    DiffAction("next_file", "}", "next file", "Go to the next file"),
    DiffAction("previous_file", "{", "previous file", "Go to the previous file"),
    DiffAction("cursor_down", "j,down", "down", "Go down a line"),
    DiffAction("cursor_up", "k,up", "up", "Go up a line"),
    DiffAction("page_down", "pagedown", "page down", "Go down a page"),
    DiffAction("page_up", "pageup", "page up", "Go up a page"),
    DiffAction("top", "g,home", "top", "Go to the first line"),
    DiffAction("bottom", "G,end", "end", "Go to the last line"),
    DiffAction("shift_right", "right", "right", "Show more of long lines"),
    DiffAction("shift_left", "left", "left", "Show the start of long lines"),
    DiffAction("fold", "z", "fold", "Fold or unfold this file"),
    DiffAction("copy_place", "y", "copy place", "Copy path:line of this line"),
)
