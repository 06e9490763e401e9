"""What people switch while the engine runs."""

from __future__ import annotations

from pathlib import Path

from codeframe_tui.adapters.store import SqlStore
from codeframe_tui.core.commands import SetPolicy, SetWorkers
from codeframe_tui.core.queries import ShowOverview
from codeframe_tui.service import Supervisor
from codeframe_tui.settings import Settings
from tests.contract.service_kit import TickingClock, add, facts


async def _overview(path: Path, settings: Settings, *commands: SetPolicy | SetWorkers) -> list[str]:
    store = await SqlStore.open(path)
    engine = Supervisor(store, TickingClock(), settings=settings, facts=facts)
    for command in commands:
        await engine.submit(command)
    found = await engine.query(ShowOverview())
    engine.close()
    await store.close()
    return [str(found[name]) for name in ("policy", "model", "worker_limit")]


async def test_a_switch_outlives_the_engine_and_switching_back_follows_the_settings(
    tmp_path: Path,
) -> None:
    path, first = tmp_path / "state.db", Settings(policy="manual", model="a", workers=1)
    there = SetPolicy("auto"), SetWorkers(workers=3, model="b")
    back = SetPolicy("manual"), SetWorkers(workers=1, model="a")
    later = Settings(policy="green", model="c", workers=2)
    assert await _overview(path, first, *there) == ["auto", "b", "3"]
    assert await _overview(path, later) == ["auto", "b", "3"]
    assert await _overview(path, first, *back) == ["manual", "a", "1"]
    assert await _overview(path, later) == ["green", "c", "2"]


async def test_a_number_of_tasks_holds_until_workers_are_started_or_paused_again(
    tmp_path: Path,
) -> None:
    store = await SqlStore.open(tmp_path / "state.db")
    engine = Supervisor(store, TickingClock(), settings=Settings(), facts=facts)
    await add(engine)
    await engine.submit(SetWorkers(paused=False, max_tasks=0))
    assert await engine.claim("w") is None
    await engine.submit(SetWorkers(paused=True))
    await engine.submit(SetWorkers(paused=False))
    assert await engine.claim("w") is not None
    engine.close()
    await store.close()
