"""The overview's word about files to be trusted, whatever a stranger's files do to their reader."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from codeframe_tui.adapters.clock import SystemClock
from codeframe_tui.core.commands import Distrust, Trust
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.secrets import NOTHING
from codeframe_tui.core.talk.agent import AgentDefinition
from codeframe_tui.core.trust import Found, Look, Record
from codeframe_tui.service import trust
from codeframe_tui.service.trust import Trusting


class Files:
    """A port `Trust` whose look ends when it is told to."""

    def __init__(self) -> None:
        self.may_end = threading.Event()

    def stamp(self) -> object:
        return 1

    def look(self) -> Look:
        self.may_end.wait()
        raise RecursionError

    def keep(self, record: object) -> None: ...

    def forget(self, path: str) -> None: ...


@pytest.fixture
def files() -> Iterator[Files]:
    made = Files()
    yield made
    made.may_end.set()


def trusting(files: Files) -> Trusting:
    async def write(_: Any) -> Any: ...

    return Trusting(files, "manual", write, lambda: None, clock=SystemClock(), secrets=NOTHING)


async def test_the_first_overview_does_not_wait_for_files_made_to_be_slow(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "PATIENCE_SECONDS", 0.01)
    about = trusting(files)
    assert await about.brief() == {"count": 0}
    files.may_end.set()
    about.close()


async def test_files_that_break_their_reader_fail_no_overview(
    files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    files.may_end.set()
    about = trusting(files)
    assert await about.brief() == {"count": 0}
    assert "cannot be looked at" in caplog.text
    about.close()


AGENT = AgentDefinition("a", "", ("Read",), "", "D4", 1, trusted=False)


class Kept(Files):
    """A port `Trust` with one file, that tells in which order things are done."""

    def __init__(self, *, full: bool = False) -> None:
        super().__init__()
        self.done: list[object] = []
        self.full = full

    def look(self) -> Look:
        return Look("/project", (Found("a.md", "f" * 64, "text", AGENT),), None, {})

    def keep(self, record: object) -> None:
        if self.full:
            raise Lacking("the disk is full")
        assert isinstance(record, Record)
        self.done.append(("kept", record.trusted))


def deciding(kept: Kept, *, commits: bool = True) -> Trusting:
    async def write(work: Any) -> Any:
        told: list[object] = []
        emit = lambda kind, task, data: told.append(("told", data["trusted"]))  # noqa: E731
        found = work(SimpleNamespace(at="2026", emit=emit))
        if not commits:
            raise Lacking("nothing was changed")
        kept.done += told
        return found

    return Trusting(kept, "manual", write, lambda: None, clock=SystemClock(), secrets=NOTHING)


async def test_a_file_is_trusted_only_once_that_is_durable() -> None:
    kept = Kept()
    with pytest.raises(Lacking):
        await deciding(kept, commits=False).submit(Trust("a.md", "f" * 64))
    assert kept.done == []
    await deciding(kept).submit(Trust("a.md", "f" * 64))
    assert kept.done == [("told", True), ("kept", True)]


async def test_trust_that_cannot_be_recorded_is_taken_back() -> None:
    kept = Kept(full=True)
    with pytest.raises(Lacking, match="disk is full"):
        await deciding(kept).submit(Trust("a.md", "f" * 64))
    assert kept.done == [("told", True), ("told", False)]


async def test_trust_ends_though_that_cannot_be_told() -> None:
    kept = Kept()
    with pytest.raises(Lacking):
        await deciding(kept, commits=False).submit(Distrust("a.md"))
    assert kept.done == [("kept", False)]
