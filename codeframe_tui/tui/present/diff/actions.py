"""The keys of the diff, as one table for its bindings, the footer, the help and the palette."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["DIFF_ACTIONS", "DiffAction"]


class DiffAction(NamedTuple):
    """One thing a key does in the diff.

    Attributes:
        action: ``diff.NAME`` of the method ``action_NAME``; also the id of the binding.
        keys: default keys, comma separated, as characters or Textual key names.
        label: one to three words for the footer; empty = not in the footer.
        help: one line for the help and the palette.
    """

    action: str
    keys: str
    label: str
    help: str

    @property
    def name(self) -> str:
        """The action without its place."""
        return self.action.partition(".")[2]


DIFF_ACTIONS: tuple[DiffAction, ...] = (
    DiffAction(
        "diff.accept_hunk", "space", "accept", "Accept this hunk and go on to the next undecided"
    ),
    DiffAction(
        "diff.reject_hunk", "r", "reject", "Reject this hunk and go on to the next undecided"
    ),
    DiffAction("diff.comment", "c", "comment", "Comment on this line or range, or change this one"),
    DiffAction(
        "diff.interdiff", "i", "since", "Show what changed since the attempt you reviewed, or all"
    ),
    DiffAction("diff.send", "S", "send", "Send the review: apply, request changes, explain only"),
    DiffAction(
        "diff.approve_all", "A", "accept all", "Accept and apply everything, after one look"
    ),
    DiffAction("diff.accept_file", "a", "accept file", "Accept all of this file and go on"),
    DiffAction("diff.reject_file", "R", "reject file", "Reject all of this file and go on"),
    DiffAction("diff.take_back", "U", "take back", "Take the last verdict back"),
    DiffAction("diff.next_undecided", "u", "undecided", "Go to the next hunk without a verdict"),
    DiffAction("diff.range", "v", "lines", "Choose lines: accept, reject or comment only them"),
    DiffAction(
        "diff.comment_file", "C", "", "Comment on this file; on the first row, on all of it"
    ),
    DiffAction("diff.next_comment", "M,right_parenthesis", "", "Go to the next comment"),
    DiffAction("diff.previous_comment", "left_parenthesis", "", "Go to the previous comment"),
    DiffAction("diff.comments", "L", "", "All comments, open, sent or outdated; go to one"),
    DiffAction("diff.copy_letter", "Y", "", "Copy all that the worker would be told"),
    DiffAction("diff.attempts", "I", "", "Choose an attempt to look at or to compare with"),
    DiffAction("diff.next_hunk", "]", "next hunk", "Go to the next hunk"),
    DiffAction("diff.previous_hunk", "[", "", "Go to the previous hunk"),
    DiffAction("diff.next_file", "}", "", "Go to the next file"),
    DiffAction("diff.previous_file", "{", "", "Go to the previous file"),
    DiffAction("diff.cursor_down", "j,down", "", "Go down a line"),
    DiffAction("diff.cursor_up", "k,up", "", "Go up a line"),
    DiffAction("diff.page_down", "pagedown", "", "Go down a page"),
    DiffAction("diff.page_up", "pageup", "", "Go up a page"),
    DiffAction("diff.top", "g,home", "", "Go to the first line"),
    DiffAction("diff.bottom", "G,end", "", "Go to the last line"),
    DiffAction("diff.shift_right", "right", "", "Show more of long lines"),
    DiffAction("diff.shift_left", "left", "", "Show the start of long lines"),
    DiffAction(
        "diff.jump", "p", "", "Go to a file by letters or a glob; there tab shows only these"
    ),
    DiffAction("diff.symbols", "s", "", "Functions and classes that change; go to one"),
    DiffAction(
        "diff.whole_file", "t", "", "The whole file as it will be, and which attempt brought what"
    ),
    DiffAction("diff.intent", "d", "", "What the task asks, and what the worker says that it did"),
    DiffAction("diff.explanation", "D", "", "Show or hide what the worker says beside the code"),
    DiffAction("diff.next_flag", "exclamation_mark", "", "Go to the next flag"),
    DiffAction(
        "diff.acknowledge",
        "K",
        "flag",
        "What is flagged here and why; acknowledge it with a reason",
    ),
    DiffAction(
        "diff.split", "equals_sign", "", "Split view: old and new beside each other, or not"
    ),
    DiffAction("diff.wrap", "W", "", "Wrap long lines, or cut them at the edge"),
    DiffAction(
        "diff.whitespace",
        "w",
        "white space",
        "Leave out changes of white space, or show them again",
    ),
    DiffAction(
        "diff.fold", "z", "fold", "Show or hide unchanged code; elsewhere fold or unfold the file"
    ),
    DiffAction("diff.fold_all", "Z", "", "Fold all files to their bars, or unfold them"),
    DiffAction("diff.edit", "E", "edit", "Edit this file of the proposal in $EDITOR, by hand"),
    DiffAction("diff.open", "e", "", "Open the project's own file in $EDITOR at this line"),
    DiffAction("diff.copy_place", "y", "", "Copy path:line of this line"),
)
