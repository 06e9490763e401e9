"""What the parts say that load after the first picture.

These are in a room of their own because whoever listens is there before the parts are. They are
plain classes for the same reason: a dataclass takes twenty times as long to make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:  # as above
    from collections.abc import Callable

    from codeframe_tui.tui.present.diff.kinds import Place
    from codeframe_tui.tui.present.draft import ReviewDraft

__all__ = [
    "ApproveAllAsked",
    "AttemptsAsked",
    "Choosing",
    "CommentAsked",
    "CompareAsked",
    "DraftChanged",
    "EarlierAsked",
    "EditorAsked",
    "FilePicked",
    "FlagAsked",
    "HitsAsked",
    "JumpAsked",
    "LetterAsked",
    "LinesAsked",
    "LogMoved",
    "Narrowed",
    "OnlyToRead",
    "ProposalAsked",
    "Scrolled",
    "SendAsked",
    "SpaceAsked",
    "TestsFiltered",
    "Told",
]

# -- the diff -----------------------------------------------------------------------------------


class Scrolled(Message):
    """Other rows of the diff came into sight."""


class Told(Message):
    """What came of a key, or why nothing did."""

    def __init__(self, text: str, style: str = "dim") -> None:
        super().__init__()
        self.text = text
        self.style = style


class Choosing(Message):
    """Lines are chosen from now on, or not any more."""

    def __init__(self, *, on: bool) -> None:
        super().__init__()
        self.on = on


class DraftChanged(Message):
    """A verdict was given or taken back, or a file was seen first."""

    def __init__(self, draft: ReviewDraft) -> None:
        super().__init__()
        self.draft = draft


class OnlyToRead(Message):
    """A person wants to decide on what is only to read."""


class ApproveAllAsked(Message):
    """A person wants to accept everything; nothing is decided yet."""


class SendAsked(Message):
    """A person wants to send the draft; nothing is decided yet."""


class LetterAsked(Message):
    """A person wants to copy what the worker would be told."""


class FlagAsked(Message):
    """A person wants to look at a flag, the diff's `flag_asked`, and perhaps to acknowledge it."""


class Narrowed(Message):
    """Other files of the diff are shown."""


class CommentAsked(Message):
    """A person wants to write or change a comment, about what the diff's `asked` says."""


class CompareAsked(Message):
    """A person wants to see what changed since an earlier attempt, or the proposal again."""


class ProposalAsked(Message):
    """A person wants to see the newest proposal again."""


class SpaceAsked(Message):
    """A person wants changes of white space left out, or shown again."""


class AttemptsAsked(Message):
    """A person wants to choose among attempts."""


class EditorAsked(Message):
    """A person wants to ``edit`` the file under the cursor, or to ``open`` the project's."""

    def __init__(self, wish: str) -> None:
        super().__init__()
        self.wish = wish


class JumpAsked(Message):
    """A person wants to ``jump`` to a file, or to one of the ``symbols`` or ``comments``."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what


class HitsAsked(Message):
    """The engine is to search, for the text is not all here; see `DiffSearch.give_hits`.

    Args:
        about: proposal, attempt, since, space, and the text that is sought.
    """

    def __init__(self, about: tuple[str, int | None, int | None, bool, str]) -> None:
        super().__init__()
        self.about = about


class LinesAsked(Message):
    """Unchanged lines are to be shown; whoever has them gives them with `DiffFolds.give_lines`.

    Args:
        shown: the proposal, its attempt, and the earlier one that it is compared with, if any.
        place: of the gap that they are in.
        first: line after the change, from 1.
        last: line that comes too.
    """

    def __init__(
        self, shown: tuple[str, int | None, int | None], place: Place, first: int, last: int
    ) -> None:
        super().__init__()
        self.proposal, self.attempt, self.since = shown
        self.place = place
        self.first = first
        self.last = last


# -- beside and below it ------------------------------------------------------------------------


class FilePicked(Message):
    """A file was clicked."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


class EarlierAsked(Message):
    """Older rows of a list are wanted; ``answered`` is called when they came, or did not."""

    def __init__(self, answered: Callable[[], None]) -> None:
        super().__init__()
        self.answered = answered


class TestsFiltered(Message):
    """Other tests are wanted."""


class LogMoved(Message):
    """The raw log follows its end from now on, or does not any more."""
