"""The functions and classes of a change, and how many callers each has in the project."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.message import Message

from codeframe_tui.core.errors import Lacking, NotFound
from codeframe_tui.core.queries import Query, ShowRelations
from codeframe_tui.ports import Document
from codeframe_tui.tui.modals.picker import Picker
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.symbols import Symbol
from codeframe_tui.tui.present.symbol_list import callers_in
from codeframe_tui.tui.widgets.diff.view import DiffView
from codeframe_tui.tui.widgets.lines import LineList
from tests.diff_documents import document, file, hunk
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService


def _use(path: str, within: str, text: str = "x = f()") -> Document:
    return {"path": path, "line": 1, "within": within, "text": text}


@pytest.mark.parametrize(
    ("uses", "cut", "told"),
    [
        ([], [], "no callers"),
        ([_use("b.py", "g"), _use("b.py", "g")], [], "1 caller"),
        ([_use("b.py", "g"), _use("c.py", ""), _use("b.py", "h")], [], "3 callers"),
        ([_use("b.py", "", "from a import f"), _use("c.py", "", "f,")], [], "no callers"),
        ([_use("a.py", "A.f"), _use("a.py", "A.f.inner"), _use("b.py", "A.f")], [], "1 caller"),
        ([_use("b.py", "g")], ["9 more uses"], "1+ callers"),
        ([], ["4 files that are not indexed yet"], ""),
    ],
)
def test_callers_are_places_that_use_it(uses: list[Document], cut: list[str], told: str) -> None:
    assert callers_in({"uses": uses, "cut": cut}, Symbol("~", "A.f", Place("a.py"))) == told


class Indexed(FakeService):
    """Its index answers when it may."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.may, self.gone = asyncio.Event(), False
        below = hunk(
            2, 40, "         return x", " ", "+    def new(self):", heading="def old(self):"
        )
        changed = hunk(1, 9, " def price(kg):", "-    x", "+    y")
        self.diffs = {"1.2.3": document(file("a.py", changed, below), file("b.js", changed))}

    async def query(self, query: Query) -> Document:
        if not isinstance(query, ShowRelations):
            return await super().query(query)
        await self.may.wait()
        if self.gone:
            raise Lacking("this engine has no code index")
        if query.relation == "outline":
            if query.name != "a.py":
                raise NotFound("no such file")
            lines = {"price": 9, "A": 20, "A.old": 30}
            return {"symbols": [{"line": n, "qualified": q} for q, n in lines.items()], "cut": []}
        self.asked.append(query)
        return {"uses": [_use("b.py", "g"), _use("c.py", "h")], "cut": []}


async def _listed(drive: Drive) -> LineList:
    drive.key("2")
    await drive.in_pane("diff")
    drive.key("s")
    await drive.sheet()
    assert isinstance(drive.app.screen, Picker)
    return drive.app.screen.query_one(LineList)


def _texts(listed: LineList) -> list[str]:
    return [" ".join(listed.text_at(n).split()) for n in range(3)]


async def test_the_list_is_there_at_once_and_callers_come_to_it() -> None:
    service = Indexed()
    async with opened(service) as drive:
        listed = await _listed(drive)
        assert _texts(listed) == ["~ price a.py", "+ new a.py", "~ price b.js"]
        drive.key("down")
        await drive.until(lambda: listed.cursor == "1")
        service.may.set()
        await drive.until(lambda: "caller" in listed.text_at(0))
        assert _texts(listed) == ["~ price 2 callers a.py", "+ A.new a.py", "~ price b.js"]
        assert listed.cursor == "1"
        # no index knows another language, and what is new has no callers
        assert [q.name for q in service.asked if isinstance(q, ShowRelations)] == ["price"]
        drive.key("enter")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        assert drive.app.cockpit.query_one(DiffView).place == Place("a.py", 2, 2)


async def test_what_comes_while_something_is_typed_is_found_and_can_be_taken() -> None:
    service = Indexed()
    async with opened(service) as drive:
        listed = await _listed(drive)
        drive.type("anew")
        await drive.until(lambda: "nothing like it" in listed.text_at(0))
        service.may.set()
        await drive.until(lambda: "A.new" in listed.text_at(0))
        assert listed.cursor == "1"
        drive.key("enter")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        assert drive.app.cockpit.query_one(DiffView).place == Place("a.py", 2, 2)


async def test_the_row_that_was_chosen_while_typing_stays_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = Indexed()
    async with opened(service) as drive:
        listed = await _listed(drive)
        moved: list[str | None] = []
        post = listed.post_message

        def posted(message: Message) -> bool:
            if isinstance(message, LineList.Highlighted):
                moved.append(message.key)
            return post(message)

        drive.type("price")
        await drive.until(lambda: listed.count() == 2)
        drive.key("down")
        await drive.until(lambda: listed.cursor == "2")
        monkeypatch.setattr(listed, "post_message", posted)
        service.may.set()
        await drive.until(lambda: "caller" in listed.text_at(0))
        assert (listed.cursor, moved) == ("2", [])


async def test_an_engine_that_cannot_tell_or_is_slow_changes_nothing() -> None:
    service = Indexed()
    service.gone = True
    async with opened(service) as drive:
        listed = await _listed(drive)
        before = _texts(listed)
        service.may.set()
        drive.type("new")
        await drive.until(lambda: listed.count() == 1)
        drive.key(*["backspace"] * 3)
        await drive.until(lambda: listed.count() == 3)
        assert _texts(listed) == before
        drive.key("escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)


async def test_leaving_the_list_ends_the_questions() -> None:
    service = Indexed()
    async with opened(service) as drive:
        left = (await _listed(drive)).screen
        drive.key("escape")
        await drive.until(lambda: not left.is_running)
        service.may.set()
        await drive.pilot.pause()
        assert not any(isinstance(query, ShowRelations) for query in service.asked)
