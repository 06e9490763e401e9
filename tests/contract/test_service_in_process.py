"""The Service port, fulfilled in the process of the engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor
from tests.contract.every_suite import *  # noqa: F403 - the suite is its functions
from tests.contract.service_kit import engine_on


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Supervisor]:
    async with engine_on(tmp_path / "state.db") as engine:
        yield engine


@pytest.fixture
def service(engine: Supervisor) -> Service:
    return engine
