"""The Service port across the Unix stream: the same promises, kept by client and server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from codeframe_tui.core.commands import AddTask, SetWorkers
from codeframe_tui.core.errors import CodeframeError, NotFound, Refused
from codeframe_tui.core.queries import ShowTask
from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.server import Server
from tests.contract.every_suite import *  # noqa: F403 - the suite is its functions
from tests.contract.service_kit import engine_on


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Supervisor]:
    async with engine_on(tmp_path / "state.db") as engine:
        yield engine


@pytest.fixture
async def service(
    engine: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    monkeypatch.chdir(tmp_path)  # a socket's path is short, a test's folder is not
    path, server, client = Path("s"), Server(engine), Client(comes_back=False)
    await server.start(path)
    await client.connect(path)
    yield client
    await client.close()
    await server.close()


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        (AddTask("t", depends_on=("7",)), NotFound),
        (AddTask("t", priority=5), Refused),
        (SetWorkers(workers=0), Refused),
    ],
    ids=str,
)
async def test_an_error_keeps_its_class_whatever_its_code(
    service: Service, wish: AddTask | SetWorkers, kind: type[CodeframeError]
) -> None:
    with pytest.raises(CodeframeError) as caught:
        await service.submit(wish)
    assert type(caught.value) is kind
    with pytest.raises(NotFound):
        await service.query(ShowTask("7"))
