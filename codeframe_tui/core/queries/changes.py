"""Questions about proposals and their files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codeframe_tui.core.change.parts import ALL, Parts

__all__ = [
    "MOST_LINES",
    "ShowBase",
    "ShowDiff",
    "ShowFile",
    "ShowHand",
    "ShowHits",
    "ShowHunkLines",
    "ShowLetter",
    "ShowMerge",
    "ShowOrigins",
    "ShowReview",
    "ShowSide",
    "ShowUndo",
]

MOST_LINES = 2_000
"""Of a file or a hunk at once, however many are asked for."""


@dataclass(frozen=True, slots=True)
class ShowDiff:
    """``diff`` of CONTRACT §9; attempt None = the newest, `hand.COPY` = the copy in hand.

    With ``since``, an earlier attempt: how the proposed trees of the two differ.

    Attributes:
        room: lines that come at most, the bars of hunks counted; of the hunks after them only an
            outline comes, see `core.change.diff.file_document`. None = everything.
        space: False leaves out what differs in white space only, as git's ``-w`` does. Its hunks
            are not those that verdicts name, and the document says so: ``"space": false``.
    """

    number: str
    attempt: int | None = None
    since: int | None = None
    room: int | None = None
    space: bool = True


@dataclass(frozen=True, slots=True)
class ShowHunkLines:
    """Lines of a hunk that `ShowDiff` only outlined, at most `MOST_LINES`.

    ``{"task", "attempt", "proposal", "since", "path", "k", "first", "heading",
    "lines": [[sign, text]]}``.

    Attributes:
        attempt: None = the newest.
        since: as in `ShowDiff`, like ``space``.
        k: number of the hunk, from 1.
        first: position of a line in the hunk, from 0.
    """

    number: str
    attempt: int | None
    since: int | None
    path: str
    k: int
    first: int
    count: int
    space: bool = True


@dataclass(frozen=True, slots=True)
class ShowHits:
    """Lines of a diff that hold a text, at most `search.MOST_HITS`; see `ShowHunkLines`.

    ``{"task", "attempt", "proposal", "since", "text", "hits": [[path, k, line]], "all"}``.
    """

    number: str
    attempt: int | None
    since: int | None
    text: str
    space: bool = True


@dataclass(frozen=True, slots=True)
class ShowReview:
    """Comments and the unsent verdicts of an attempt; None = the newest.

    ``{"task", "attempt", "proposal", "comments": […], "draft": {"accepted", "rejected", "seen",
    "since"}, "since": attempt or None}``: comments as in ``show``, where they stand on that
    attempt, with what ``became`` of the place since the worker was told (`core.review.became`, or
    None); ``draft`` as `core.review.draft.Draft.document`; ``since`` names the last attempt that
    a person reviewed, else the one before.
    """

    number: str
    attempt: int | None = None


@dataclass(frozen=True, slots=True)
class ShowLetter:
    """What the worker would be told: ``{"task", "text", "comments": [id]}``.

    Attributes:
        number: the task.
        kind: ``changes`` as `commands.Reject` tells, ``explain`` as `commands.Explain` does.
        overall: the reason.
        parts: what is rejected.
    """

    number: str
    kind: str = "changes"
    overall: str = ""
    parts: Parts = ALL


@dataclass(frozen=True, slots=True)
class ShowUndo:
    """What an undo, or a redo of what is undone, would do now.

    ``{"task", "kind": "undo"|"redo", "decision", "files": [{"path","action","added","removed"}],
    "already", "conflicts": [{"path","task","why"}], "refused", "commits": [id], "by_commands":
    [path], "dependants": [number], "later": [{"task","title","files","imports","depends"}],
    "later_count", "unread"}``.

    ``decision`` is the last one that it would take back, see `Undo.expect`. ``already``: the files
    are so by now, and nothing would be written. ``refused``: with which
    ``{"code","message","hint"}`` it would end, or None; ``conflicts`` names each path that is not
    as it must be, and the later task that changed it, or None. ``commits`` were made of it and
    stay in the history; ``by_commands`` are files that changed while commands ran without walls,
    of which no ignored one is known. ``dependants`` are the tasks that depend on it; ``later``
    those that were applied later and stand, oldest first: which of the ``files`` they changed, too,
    which of their own files import what the change brings, and whether they depend on it. Of many
    those that hang on it in one of these ways are named first, then the newest; of ``unread``
    tasks not all files were looked at for what they import.

    Attributes:
        kind: refused where there is nothing of that kind; None = whichever there is.
    """

    number: str
    kind: Literal["undo", "redo"] | None = None


@dataclass(frozen=True, slots=True)
class ShowBase:
    """A file as it was when work on a task began: ``{"task", "path", "text"}``.

    ``text`` is None where there was none, and empty where it is no text of a sane size.
    """

    number: str
    path: str


@dataclass(frozen=True, slots=True)
class ShowFile:
    """A whole file as an attempt proposes it: ``{"task", "attempt", "proposal", "path", "text"}``.

    ``text`` is None where the attempt has no such file. Refused (``not_editable``) where it is no
    text, or larger than 1 MiB.

    Attributes:
        attempt: None = the newest.
    """

    number: str
    path: str
    attempt: int | None = None


@dataclass(frozen=True, slots=True)
class ShowMerge:
    """An edited file of a proposal, joined with what the newest one has there.

    ``{"task", "attempt", "proposal", "path", "text", "conflict"}``: attempt and proposal are the
    newest; ``conflict`` is None, or as `ports.files.Conflict`: what both changed stands in text
    between marks, and of everything else the edited file stays.

    Attributes:
        proposal: hash of what was edited.
        text: the edited file, whole.
    """

    number: str
    proposal: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class ShowHand:
    """What a person did so far in the copy of a task.

    ``{"task", "path", "attempt", "moved", "files": [{"path","action","added","removed"}]}``: the
    folder; the attempt it began with, 0 = none; whether the task has another one by now; how its
    files differ from what it began with.
    """

    number: str


@dataclass(frozen=True, slots=True)
class ShowOrigins:
    """From which attempt the lines of a proposed file come.

    ``{"task", "attempt", "path", "runs": [[first, last, attempt]]}``: lines from 1; those in no run
    were there before, or the file is too long to tell.

    Attributes:
        attempt: None = the newest.
    """

    number: str
    path: str
    attempt: int | None = None


@dataclass(frozen=True, slots=True)
class ShowSide:
    """Lines of a file on one side of a diff, and how they are coloured.

    ``{"task", "attempt", "path", "side", "first", "total", "lines": [text],
    "tokens": [[[start, end, kind]]]}``; ``total`` is 0 where there is no text, and fewer lines come
    than were asked for where they are very many or very long. ``tokens``, one list for each line in
    characters of it, is what lexing the whole file gives (see `ports.Tokens`); it is None where
    that cannot be known.

    Attributes:
        attempt: None = the newest.
        side: with ``since``, an earlier attempt, the base is what that one proposed.
        first: line, from 1.
        last: line, from 1, that comes too.
        syntax: False leaves the tokens out: for a large file they take their time.
    """

    number: str
    attempt: int | None
    path: str
    side: Literal["base", "proposal"]
    first: int
    last: int
    since: int | None = None
    syntax: bool = True
