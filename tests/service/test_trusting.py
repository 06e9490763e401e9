"""The overview's word about files to be trusted, whatever a stranger's files do to their reader."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from codeframe_tui.adapters.clock import SystemClock
from codeframe_tui.core.secrets import NOTHING
from codeframe_tui.core.trust import Look
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
