"""Two cockpits and a verb at the same time on one project, over the real wire."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.message import Message

from codeframe_tui.adapters.project import Project
from codeframe_tui.core.commands import Approve, Command, Reject
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.queries import ShowQueue, ShowTask
from codeframe_tui.service import Supervisor
from codeframe_tui.tui.feed import Feed
from codeframe_tui.tui.messages import Arrived, Happened
from codeframe_tui.wire.address import Address
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.gateway import Gateway
from codeframe_tui.wire.relay import Relay
from codeframe_tui.wire.remote import reach_remote
from codeframe_tui.wire.server import Server
from codeframe_tui.wire.start import Starter, reach
from tests.contract.service_kit import add, engine_on, in_review, settle_all, show


class Cockpit:
    """A cockpit without its screen: all that it is told, and its wishes."""

    def __init__(self, connect: Callable[[], Awaitable[Client]]) -> None:
        self._told: list[Message] = []
        self._news = asyncio.Event()
        self.feed = Feed(connect, self._hear, gap=0.0)
        self.feed.want("queue", ShowQueue())

    def _hear(self, message: Message) -> None:
        self._told.append(message)
        self._news.set()

    @property
    def events(self) -> list[tuple[int, str]]:
        """Number and type of each event."""
        return [(m.event.seq, m.event.type) for m in self._told if isinstance(m, Happened)]

    def newest(self, slot: str) -> Any:
        """The newest document of a slot."""
        found = [m.document for m in self._told if isinstance(m, Arrived) and m.slot == slot]
        return found[-1] if found else None

    async def until(self, condition: Callable[[Cockpit], object]) -> None:
        """Wait for what it is told."""
        async with asyncio.timeout(20):
            while not condition(self):
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def shared(folder: Path) -> AsyncIterator[tuple[Supervisor, Project, Cockpit, Cockpit]]:
    """An engine with a cockpit beside it and one that came through the gateway."""
    place = Project(folder, folder / "s")
    place.prepare()
    async with engine_on(folder / "state.db") as engine:
        server, upstream = Server(engine), Client()
        await server.start(place.socket)
        await upstream.connect(place.socket)
        relay = Relay(upstream)
        await relay.start()
        gateway = Gateway({"token": relay})
        port = await gateway.start("127.0.0.1", 0)
        remote = partial(reach_remote, lambda: Address("127.0.0.1", port, "token"))
        near, far = Cockpit(partial(reach, Starter(place))), Cockpit(remote)
        running = [
            asyncio.create_task(part) for part in (relay.run(), near.feed.run(), far.feed.run())
        ]
        for cockpit in (near, far):
            await cockpit.until(lambda seen: seen.newest("queue"))
        try:
            yield engine, place, near, far
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await gateway.close()
            relay.close()
            await upstream.close()
            await server.close()


async def verb(place: Project, *arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "codeframe_tui", "--project", str(place.root)],
        *["--state-dir", str(place.state_root), *arguments],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.fault(
    "people",
    "two cockpits and a verb decide the same proposal",
    sees="the second one is told that it is decided already",
    kept="the first decision, once",
)
@pytest.mark.parametrize("decider", ["near", "far"])
@pytest.mark.parametrize("second", [Approve("1"), Reject("1", "no")], ids=["approve", "reject"])
async def test_a_decision_is_seen_by_all_and_a_second_one_is_refused_with_its_reason(
    tmp_path: Path, runtime: Path, decider: str, second: Command
) -> None:
    async with shared(tmp_path) as (engine, place, near, far):
        number = await in_review(engine)
        one, other = (near, far) if decider == "near" else (far, near)
        await other.until(
            lambda seen: (seen.newest("queue") or {"groups": [{}]})["groups"][0].get("rows")
        )
        assert "decision" in await one.feed.submit(Approve(number))
        await other.until(lambda seen: "review.approved" in dict(seen.events).values())
        with pytest.raises(CodeframeError) as refused:
            await other.feed.submit(second)
        assert refused.value.code == "already_decided"
        assert refused.value.message
        code, out, err = await verb(place, "reject", number, "--reason", "late", "--json")
        assert (code, out) == (1, "")
        assert json.loads(err)["error"]["message"] == refused.value.message
        await settle_all(engine)
        last = (await show(engine, number))["history"][-1]["seq"]
        for cockpit in (near, far):
            await cockpit.until(lambda seen: seen.events[-1][0] == last)
        assert near.events == far.events
        assert [seq for seq, _ in near.events] == list(range(near.events[0][0], last + 1))
        assert (await far.feed.query(ShowTask(number)))["status"] == "completed"


async def test_a_verb_between_two_cockpits_is_seen_by_both(tmp_path: Path, runtime: Path) -> None:
    async with shared(tmp_path) as (engine, place, near, far):
        code, out, _ = await verb(place, "add", "by a verb")
        assert (code, out) == (0, "1\n")
        await add(engine, "by a cockpit")
        for cockpit in (near, far):
            await cockpit.until(lambda seen: len(seen.events) >= 2)
            await cockpit.until(
                lambda seen: (
                    [row["title"] for row in seen.newest("queue")["groups"][2]["rows"]]
                    == ["by a verb", "by a cockpit"]
                )
            )
        assert near.events == far.events == [(1, "task.added"), (2, "task.added")]
