"""Commands, test runs and the code index."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    Callable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from codeframe_tui.core.code.chosen import NOTHING, Chosen
from codeframe_tui.core.events import Signal
from codeframe_tui.core.evidence.coverage import Ranges
from codeframe_tui.core.evidence.lint import LintRun
from codeframe_tui.core.evidence.reach import AS_THEY_COME, Order
from codeframe_tui.core.evidence.verification import TestRun
from codeframe_tui.core.network import Allowed, Contact
from codeframe_tui.core.tokens import GUESS, Gauge
from codeframe_tui.ports.files import Workspace
from codeframe_tui.ports.service import Document


@dataclass(frozen=True, slots=True)
class Finished:
    """How a sandboxed command ended.

    Attributes:
        exit_code: None when it was killed or never ran.
        output: bounded: head and tail, with a line between that says what was cut.
        cut_bytes: how much was cut.
        ended: ``exit``, ``signal``, ``timeout``, ``limit`` (it used more than a run may),
            ``cancelled`` or ``not_started``.
        message: one line when not ``exit``.
        contacts: what it reached of the network through us, and what was refused; bounded.
    """

    exit_code: int | None
    output: bytes
    cut_bytes: int
    ended: str
    message: str
    seconds: float
    contacts: tuple[Contact, ...] = ()


class Sandbox(Protocol):
    """Runs commands with a workspace mounted over the project's own path."""

    @property
    def level(self) -> str:
        """``bwrap``, ``unfiltered``, ``rlimits`` or ``none``; tested at start, not guessed.

        ``unfiltered`` is bubblewrap on a machine for which no filter of system calls is known.
        """
        ...

    @property
    def why(self) -> str:
        """One line: how the level came about."""
        ...

    @property
    def advice(self) -> str:
        """One line: how to get a better level; empty when there is nothing to say."""
        ...

    @property
    def hosts(self) -> Allowed:
        """What commands of the model reach of the network through us."""
        ...

    async def run(
        self,
        workspace: Workspace,
        argv: Sequence[str],
        *,
        timeout_seconds: float,
        on_output: Callable[[bytes], None] | None = None,
        network: bool = False,
    ) -> Finished:
        """Run a command in the project's folder; nothing of it survives its end or a cancel.

        Args:
            network: whether it may reach what the settings allow, where walls hold the rest back.
        """
        ...


@dataclass(frozen=True, slots=True)
class TestRequest:
    """What to run.

    Attributes:
        select: node ids or files; empty = the whole suite.
        collect_only: list the tests without running them.
        changed: paths that the proposal changes; empty = any module of the project that is
            imported from elsewhere spoils the run, not only these.
        lines: path -> ranges of lines of which is asked whether they run; empty = nothing is.
        own: test files of the proposal: hashes of what their tests do are told, and of ``lines``
            only what runs in them counts; empty = all tests count.
        order: files that run before all others, and those that run after them.
        workers: how many may run the tests side by side, where the project has pytest-xdist and
            its own options do not say how it is used.
    """

    workspace: Workspace
    run: str
    select: tuple[str, ...] = ()
    collect_only: bool = False
    timeout_seconds: float = 600.0
    changed: tuple[str, ...] = ()
    lines: Mapping[str, Ranges] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    order: Order = AS_THEY_COME
    workers: int = 0


class TestRunner(Protocol):
    """Runs the project's tests and reports what our own plugin saw."""

    async def run(self, request: TestRequest, on_signal: Callable[[Signal], None]) -> TestRun:
        """Never raises for what tests do; the reason stands in the result."""
        ...

    async def around(self) -> str:
        """Names all that a run depends on besides its tree: interpreter, packages, walls, us."""
        ...


class Baselines(Protocol):
    """What suites of trees have shown, kept beyond the engine's end; bounded, and never needed."""

    async def find(self, tree: str, around: str) -> TestRun | None:
        """What is known; None where nothing is, or what was kept is damaged."""
        ...

    async def keep(self, tree: str, around: str, run: TestRun) -> None:
        """Keep it, in the place of what was known; what was used longest ago goes."""
        ...


class Linter(Protocol):
    """Runs the project's own linters and type checkers."""

    async def tools(self) -> tuple[str, ...]:
        """Names of those that its environment has. Raises: Lacking, when nothing can be run."""
        ...

    async def run(
        self, tool: str, workspace: Workspace, paths: Sequence[str], *, timeout_seconds: float
    ) -> LintRun:
        """What one says of some files; never raises for what it does."""
        ...


class Watcher(Protocol):
    """Tells of saves in a folder, whatever program makes them."""

    def changes(self, root: Path, slower: Callable[[str], None]) -> AsyncGenerator[frozenset[str]]:
        """Paths below a folder that were written, renamed or removed, in bursts, for ever.

        Paths are relative, with ``/``; ``.git`` and caches are left out. What happens after the
        first burst was asked for is told, before or after it is there. Ends when the folder goes.

        Args:
            root: the folder.
            slower: told why, once, when the system tells of no saves any more and all files are
                looked at every second instead; what was saved before may not have been told.
        """
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that matches, or a path (line 0, no text)."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave.

    Attributes:
        hits: in the order of paths and lines, bounded.
        notes: what was left out and why, one line each: too many hits, out of time, binary files.
    """

    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()


class CodeIndex(Protocol):
    """Finds the files that matter for a text, and what matches a pattern."""

    async def context(
        self,
        text: str,
        budget_tokens: int,
        tree: str | None = None,
        *,
        chosen: Chosen = NOTHING,
        gauge: Gauge = GUESS,
        at_once: bool = False,
    ) -> Document:
        """``index context`` of CONTRACT §9; with bodies under ``files[].text`` for prompts.

        Args:
            text: what it is about.
            budget_tokens: for all bodies and definitions.
            tree: None = the project as it is now.
            chosen: files that people pinned or excluded.
            gauge: what a text costs.
            at_once: from what is read by now.
        """
        ...

    async def find(
        self, name: str, *, kind: str = "", path: str = "", at_once: bool = False
    ) -> Document:
        """``index find`` of CONTRACT §9.

        By exact name, else by start, else by part, else by letters in order, whatever the case.

        Args:
            name: with dots for a definition inside others.
            kind: ``class``, ``function``, ``method`` or ``variable``.
            path: a glob; only files whose path or name matches.
            at_once: from what is read by now.

        Returns:
            Also ``match``: how near all of it is, ``name``, ``start``, ``part`` or ``letters``.
        """
        ...

    async def relations(self, relation: str, name: str, *, at_once: bool = False) -> Document:
        """How a file or a name hangs together with others.

        Args:
            relation: ``outline``, ``importers`` or ``tests`` of a file, or ``callers`` of a name.
            name: a path of the project, or a name of its code.
            at_once: from what is read by now.

        Returns:
            ``{"cut": [...]}`` and ``symbols``, as of `find`; ``files`` with ``path`` and ``steps``
            (imports in between, from 1), for tests also ``why``; or ``uses`` with ``path``,
            ``line``, ``within`` (the definition around it) and ``text``.

        Raises:
            NotFound: there is no such file, or it is none that is indexed.
        """
        ...

    async def matches(self, pattern: str, *, path: str = "") -> Document:
        """``ShowMatches``: lines of the project's own files, but for what is ignored.

        Raises:
            WrongUse: the pattern is none.
        """
        ...

    async def places(self, text: str) -> Document:
        """``ShowPlaces``: files and definitions by a few letters, at once, of what is read by now.

        Raises:
            WrongUse: the text is longer than any name.
        """
        ...

    async def read(self, *, at_once: bool = False) -> Document:
        """Read what is new, for a while at most: ``{"files", "left"}``, how many are not read yet.

        Args:
            at_once: only tell.
        """
        ...

    async def search(
        self, workspace: Workspace, pattern: str, *, path: str = "", glob: str = ""
    ) -> Found:
        """Lines that match a regular expression, whoever wrote it; always ends in time.

        Args:
            path: only this file, or what lies below this folder.
            glob: only files whose path or name matches.

        Raises:
            WrongUse: a pattern is none.
            PathRefused: the gate declines the path.
        """
        ...

    async def paths(self, workspace: Workspace, glob: str) -> Found:
        """Files whose path matches a glob. Raises: WrongUse."""
        ...


Tokens = list[list[tuple[int, int, str]]]
"""Of each line: start, end and kind of what is coloured, in characters; kinds are ``keyword``,
``string``, ``comment``, ``number``, ``function``, ``class``, ``self`` and ``decorator``."""


class Syntax(Protocol):
    """Knows how the lines of a file are coloured."""

    async def tokens(
        self, blob: str, path: str, content: bytes, first: int, last: int
    ) -> Tokens | None:
        """Tokens of lines, as lexing the whole file gives them.

        Args:
            blob: names the content, so that it is lexed once.
            path: tells the language.
            first: line, by position from 0.
            last: the line after the last one.

        Returns:
            None where they cannot be known: no known language, a huge file, a lexer that fails.
        """
        ...
