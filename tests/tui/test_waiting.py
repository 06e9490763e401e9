"""What takes longer than a second is said while it takes; what does not is not."""

from __future__ import annotations

import asyncio

from codeframe_tui.core.commands import SetPolicy
from codeframe_tui.core.queries import Query, ShowDiff, ShowIndex
from codeframe_tui.ports import Document
from codeframe_tui.tui.waiting import Waiting, words_for
from tests.tui.driving import opened
from tests.tui.fake_service import FakeService


class SlowDiff(FakeService):
    """A service whose large change takes until a test lets it go."""

    def __init__(self) -> None:
        super().__init__()
        self.let = asyncio.Event()
        self.holds = False

    async def query(self, query: Query) -> Document:
        if self.holds and isinstance(query, ShowDiff):
            await self.let.wait()
        return await super().query(query)


async def test_a_change_that_takes_long_to_open_is_told_in_the_header() -> None:
    service = SlowDiff()
    async with opened(service) as drive:
        drive.app.feed._waiting._slow = 0.01
        service.holds = True
        service.happen("proposal.recorded", "1.2.3", attempt=3)
        await drive.until(lambda: "opening the change 1 s" in drive.label("header"))
        assert drive.label("header").startswith("shop-api")
        service.let.set()
        await drive.until(lambda: "opening" not in drive.label("header"))


async def test_the_oldest_is_told_and_the_quick_are_not() -> None:
    told: list[str] = []
    waiting = Waiting(lambda message: told.append(message.what), slow=0.0)
    quick = Waiting(lambda message: told.append(message.what), slow=60.0)
    with quick.on("quick"):
        await asyncio.sleep(0)
    with waiting.on("one"):
        await asyncio.sleep(0.01)
        with waiting.on("two"):
            await asyncio.sleep(0.01)
            assert told == ["one", "one"]
        assert told[-1] == "one"
    assert told[-1] == ""


def test_every_request_has_words() -> None:
    assert words_for(ShowDiff("1")) == "opening the change"
    assert words_for(SetPolicy("green")) == "waiting for the engine"


async def test_while_the_code_is_read_the_header_says_how_much_of_it_is() -> None:
    async with opened() as drive:
        await drive.until(lambda: any(isinstance(q, ShowIndex) for q in drive.service.asked))
        drive.service.signal("index", None, done=300, files=1_500)
        await drive.until(lambda: "reading the code 20 %" in drive.label("header"))
        drive.key("j")
        drive.service.signal("index", None, done=1_500, files=1_500)
        await drive.until(lambda: "code" not in drive.label("header"))


async def test_what_a_lost_engine_was_reading_is_not_said_of_the_next_one() -> None:
    async with opened() as drive:
        drive.service.signal("index", None, done=1, files=2)
        await drive.until(lambda: "reading the code 50 %" in drive.label("header"))
        drive.service.die()
        await drive.until(lambda: "code" not in drive.label("header"))
