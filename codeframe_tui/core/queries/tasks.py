"""Questions about tasks and what was done for them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "MOST_ISSUES",
    "CheckDependencies",
    "ShowActivity",
    "ShowDependencies",
    "ShowEntry",
    "ShowHistory",
    "ShowIssues",
    "ShowTask",
    "ShowTaskContext",
    "ShowTasks",
    "ShowTestOutput",
]


MOST_ISSUES = 50
"""In one answer."""


@dataclass(frozen=True, slots=True)
class ShowDependencies:
    """What a task waits for and what waits for it, as two trees in the order of their lines.

    ``{"task", "needs": [node], "holds": [node], "cut": {"needs", "holds"}}``; a node is
    ``{"number", "title", "status", "phase", "held", "reason", "depth", "again"}``; ``again`` where
    the rest stands below an earlier line; ``cut`` where a tree is longer than is told.
    """

    number: str


@dataclass(frozen=True, slots=True)
class CheckDependencies:
    """What of a list a task could wait for: ``{"needs": [{"number", "problem", ...}]}``.

    A number that exists comes with ``title`` and ``status``; ``problem`` is None when it will do.

    Attributes:
        number: the task; None for one that is still to be added.
    """

    number: str | None
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShowHistory:
    """What happened to a task, oldest first, in words; its attempts stand where they were made.

    ``{"number", "title", "status", "items": [{"seq", "at", "kind", "title", "detail",
    "attempt"}], "first", "cut"}``. An attempt also has ``cause, verdict, message, files, added,
    removed, cost_usd``; of other items ``attempt`` is None. ``cut`` when older ones are left out:
    they come with ``before`` as ``first``.

    Attributes:
        before: the page before this number of an event; None = the newest.
    """

    number: str
    before: int | None = None


@dataclass(frozen=True, slots=True)
class ShowIssues:
    """The first issues whose number begins with a text or whose title has it, in natural order.

    ``{"issues": [{"number", "title"}]}``, at most `MOST_ISSUES`.
    """

    text: str = ""


@dataclass(frozen=True, slots=True)
class ShowTasks:
    """``list`` of CONTRACT §9."""


@dataclass(frozen=True, slots=True)
class ShowTask:
    """``show`` of CONTRACT §9, whole or what a screen needs of it.

    Attempts say in ``file_count`` how many files they have, runs in ``counts`` how many tests had
    which outcome, verifications in ``failed`` how many fail on the proposal, also where files and
    tests are left out. What is not whole has ``"shown": {"attempt", "stamp", "same"}`` besides:
    whose files and tests came, and what names them; ``same`` where ``known`` did, and they did
    not come again.

    Attributes:
        whole: False leaves the history out, and files and tests of all attempts but one.
        attempt: that one; None = the newest.
        known: the stamp of the files and tests that the asker has.
    """

    number: str
    whole: bool = True
    attempt: int | None = None
    known: str = ""


@dataclass(frozen=True, slots=True)
class ShowTaskContext:
    """What the worker of a task was shown last; before it was, what it would be shown now.

    ``{"number", "title", "at", "files": [{"path", "form", "tokens", "reasons"}], "earlier": [{
    "task", "title", "kind", "text", "reasons", "tokens"}], "listing": {"files", "listed",
    "tokens"}, "cut", "budget", "tokens", "tokens_by", "pinned": [{"path", "whose"}], "excluded":
    […]}``; ``at`` is None before it was shown, ``budget`` None where an earlier release did not
    store it,
    ``tokens_by`` ``model`` where its replies tell what a token is, else ``estimate``, ``listing``
    None where the first message lists no paths, ``whose`` ``task`` or
    ``project`` (where both chose about a path each is told, and the task's counts); ``kind`` of
    what was said in an earlier task is ``answer``, ``review``, ``comment`` or ``task``.
    """

    number: str


@dataclass(frozen=True, slots=True)
class ShowActivity:
    """What the worker read, ran, wrote and said for a task, oldest first.

    ``{"task", "items": [{"seq", "at", "kind", "title", "detail", "cut", "thinking", "turn",
    "tokens", "usage", "cost_usd", "ok"}], "first", "last", "after", "earlier", "task_usd",
    "today_usd"}``. ``first`` and ``last`` number the events looked at; ``after`` is the number
    asked for, or 0 when so much happened since that the answer stands alone; ``earlier`` says
    whether there are older ones. An item that is told again replaces the one of its ``seq``.

    Attributes:
        after: what happened until then is known.
        before: the page before this number; None = the newest.
    """

    number: str
    after: int = 0
    before: int | None = None


@dataclass(frozen=True, slots=True)
class ShowEntry:
    """All of one line of the activity, by the number of its event: ``{"title", "at", "text"}``."""

    number: str
    event: int


@dataclass(frozen=True, slots=True)
class ShowTestOutput:
    """Output and traceback of one test of an attempt's run."""

    number: str
    attempt: int
    run: str
    test: str
