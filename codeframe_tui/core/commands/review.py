"""Wishes about a proposal: judging it, testing it again, taking it out."""

from __future__ import annotations

from dataclasses import dataclass, field

from codeframe_tui.core.change.parts import ALL, Parts

__all__ = [
    "Acknowledge",
    "AddComment",
    "Approve",
    "DeleteComment",
    "EditComment",
    "Explain",
    "Redo",
    "Reject",
    "RunTests",
    "SaveDraft",
    "StopTests",
    "Undo",
]


@dataclass(frozen=True, slots=True)
class Approve:
    """Decide to apply a proposal or a part of it.

    The decision is durable at once; applying follows. Result: ``{"decision": id}``; its end is the
    event ``change.applied`` or ``change.refused`` with that id.

    Attributes:
        number: the task.
        expect: refuse unless this is the hash of the newest proposal; empty = do not check.
        parts: what is accepted; empty = all of it.
        rest_to_worker: send what was not accepted back as a new attempt instead of declining it.
        by: ``person`` or ``policy:<name>``.
    """

    number: str
    expect: str = ""
    parts: Parts = ALL
    rest_to_worker: bool = False
    by: str = "person"


@dataclass(frozen=True, slots=True)
class Reject:
    """Send a proposal back: the reason, named parts of it, and comments not told yet.

    Result: ``{"text": what the worker is told, word for word}``; `ShowLetter` shows it before.

    Attributes:
        number: the task.
        reason: may be empty when parts are named or there are comments to tell.
        parts: what is rejected; empty = all of it.
        expect: as in `Approve`.
        letter: refuse unless this is what the worker would be told; empty = do not check.
    """

    number: str
    reason: str
    parts: Parts = ALL
    expect: str = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Explain:
    """Let the worker answer the open questions in words; the same proposal is reviewed again.

    Result: ``{"text": what the worker is told}``. The end is the event ``review.answered``.

    Attributes:
        expect: as in `Approve`.
        letter: as in `Reject`.
    """

    number: str
    expect: str = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class AddComment:
    """Say something about a proposal; the worker is told with the next `Reject` or `Explain`.

    Result: ``{"comment": id}``.

    Attributes:
        number: the task.
        text: what is said.
        path: a file of the proposal; empty = the whole proposal.
        first: a line from 1; 0 = the whole file.
        last: the last line; 0 = ``first``.
        side: ``new``, or ``old`` for the file before the change; empty = new, old where the
            file is deleted.
        type: ``issue``, ``question`` or ``nit``.
        attempt: 0 = the newest.
    """

    number: str
    text: str
    path: str = ""
    first: int = 0
    last: int = 0
    side: str = ""
    type: str = "issue"
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class EditComment:
    """Say it differently; None leaves a field as it is. The worker is told anew. Result: ``{}``."""

    number: str
    comment: int
    text: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteComment:
    """Take a comment back. Result: ``{}``."""

    number: str
    comment: int


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Say of flags that they were seen, and why they may stand. Result: ``{"flags": [id]}``.

    It stands on a later attempt as long as the same is flagged at the same place and text. No
    policy goes by it: a change with a red flag is applied by a person only.

    Attributes:
        number: the task.
        reason: why they may stand; the worker reads it with the next letter.
        flags: ids as ``show`` has them; empty = all red ones that were not acknowledged.
        expect: as in `Approve`.
    """

    number: str
    reason: str
    flags: tuple[str, ...] = ()
    expect: str = ""


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Keep verdicts that are not sent yet; replaces what was kept of that attempt. Result: ``{}``.

    Attributes:
        number: the task.
        proposal: hash of the attempt that they are about.
        accepted: what is accepted so far.
        rejected: what is rejected so far.
        seen: paths of the files a person has been in.
        since: path -> the earlier attempt from which its marks come.
    """

    number: str
    proposal: str
    accepted: Parts = ALL
    rejected: Parts = ALL
    seen: tuple[str, ...] = ()
    since: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undo:
    """Take an applied change out of the real tree. Result: ``{"decision": id}`` as `Approve`.

    Attributes:
        expect: refuse unless this is the ``decision`` that `ShowUndo` tells; 0 = do not check.
    """

    number: str
    expect: int = 0


@dataclass(frozen=True, slots=True)
class Redo:
    """Bring the change back that the last undo took out. Result and attributes: as `Undo`."""

    number: str
    expect: int = 0


@dataclass(frozen=True, slots=True)
class RunTests:
    """Let tests of the newest proposal run again, in the sandbox; no verdict changes by it.

    Result: ``{"attempt": int}``; its end is the event ``tests.ended``, its outcomes stand in
    ``show`` and, as run ``again``, in `ShowTestOutput`.

    Attributes:
        tests: node ids or files; empty = the whole suite.
        expect: as in `Approve`.
    """

    number: str
    tests: tuple[str, ...] = ()
    expect: str = ""


@dataclass(frozen=True, slots=True)
class StopTests:
    """Stop what `RunTests` began. Result: ``{}``."""

    number: str
