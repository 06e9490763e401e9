"""Keys of the diff that ask for something else to be shown, or to be done elsewhere."""

from __future__ import annotations

from codeframe_tui.tui.widgets.diff.comments import DiffComments
from codeframe_tui.tui.widgets.messages import (
    AttemptsAsked,
    CompareAsked,
    EditorAsked,
    LetterAsked,
    SpaceAsked,
)

__all__ = ["DiffAsking"]


class DiffAsking(DiffComments):
    """A diff that tells what a person wants besides deciding."""

    def action_copy_letter(self) -> None:
        """Ask for a copy of what the worker would be told; it decides nothing."""
        if self._stands:
            self.post_message(LetterAsked())

    def action_interdiff(self) -> None:
        """Ask for what changed since an earlier attempt, or for the proposal again."""
        if self._stands:
            self.post_message(CompareAsked())

    def action_whitespace(self) -> None:
        """Ask for the diff without changes of white space, or with them again."""
        if not self.document.get("live"):
            self.post_message(SpaceAsked())

    def action_attempts(self) -> None:
        """Ask for the list of attempts."""
        if self.place:
            self.post_message(AttemptsAsked())

    def action_edit(self) -> None:
        """Ask to edit the proposal's file."""
        if self.place:
            self.post_message(EditorAsked("edit"))

    def action_open(self) -> None:
        """Ask to open the project's file."""
        if self.place:
            self.post_message(EditorAsked("open"))

    @property
    def _stands(self) -> bool:
        """Whether a change is shown, and no file that is being written."""
        return bool(self.document["proposal"]) and not self.document.get("live")
