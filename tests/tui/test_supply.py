"""What rows in sight lack is asked for, and drawn when it comes."""

from __future__ import annotations

import asyncio
from typing import Any

from codeframe_tui.core.errors import NotFound, Refused
from codeframe_tui.core.queries import Query, ShowHunkLines, ShowSide
from codeframe_tui.tui.present.diff.pages import PAGE
from codeframe_tui.tui.widgets.messages import Scrolled
from tests.diff_documents import document, file, hunk, retry
from tests.tui.diff_host import Host, press, until
from tests.unit.test_diff_pages import in_room

SIZE = (100, 20)
LINES = 20 * PAGE


def long(lines: int = LINES) -> dict[str, Any]:
    return document(file("long.py", hunk(1, 1, *(f"+v = {n}" for n in range(lines)), old_at=0)))


class Engine:
    """Answers as an engine would; a test may hold answers back."""

    def __init__(self, whole: dict[str, Any]) -> None:
        self.hunks = {(f["path"], h["k"]): h for f in whole["files"] for h in f["hunks"]}
        self.asked: list[Query] = []
        self.open = asyncio.Event()
        self.open.set()
        self.refuses: Exception | None = None

    async def __call__(self, query: Query) -> dict[str, Any]:
        self.asked.append(query)
        await self.open.wait()
        if self.refuses is not None:
            raise self.refuses
        if isinstance(query, ShowSide):
            return {"tokens": [[[0, 1, "comment"]]] * (query.last - query.first + 1)}
        assert isinstance(query, ShowHunkLines)
        lines = self.hunks[query.path, query.k]["lines"]
        return {"lines": lines[query.first : query.first + query.count], "heading": "def f():"}

    @property
    def pages(self) -> list[int]:
        return [each.first // PAGE for each in self.asked if isinstance(each, ShowHunkLines)]


def shown(app: Host) -> list[str]:
    return [app.diff.render_line(y).text.rstrip() for y in range(app.diff.size.height)]


def is_there(app: Host) -> bool:
    return app.diff.lacks_text() is None and app.diff.lacks_colours() is None


async def test_text_comes_when_it_is_looked_at_and_the_cursor_stays() -> None:
    engine = Engine(long())
    engine.open.clear()
    app = Host(in_room(long(), 0))
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        app.supply(engine)
        diff.move_to(15 * PAGE)
        place = diff.place
        await until(pilot, lambda: len(engine.asked) == 2)
        assert shown(app)[-1].endswith("+ …")
        engine.open.set()
        await until(pilot, lambda: is_there(app))
        assert shown(app)[-1].endswith(f"+ v = {15 * PAGE - 2}")
        assert diff.place == place
        assert set(engine.pages) <= {14, 15}


async def test_only_what_is_in_sight_at_last_is_asked_for() -> None:
    engine = Engine(long())
    app = Host(in_room(long(), 0))
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        app.supply(engine)
        await until(pilot, lambda: is_there(app))
        engine.open.clear()
        engine.asked.clear()
        for page in range(2, 18):
            diff.move_to(page * PAGE + 100)
            await pilot.pause(0)
        engine.open.set()
        await until(pilot, lambda: is_there(app))
        assert len(engine.pages) <= 2
        assert engine.pages[-1] == 17


async def test_exact_colours_replace_the_guess() -> None:
    engine = Engine(retry())
    app = Host(in_room(retry(), 10_000))
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        row = diff.index.row(3)
        assert ("comment" in {kind for _, _, kind in row.tokens}) is False  # type: ignore[union-attr]
        app.supply(engine)
        await until(pilot, lambda: is_there(app))
        assert diff.index.row(3).tokens == ((0, 1, "comment"),)  # type: ignore[union-attr]
        assert not engine.pages


async def test_verdicts_on_hunks_that_came_in_outline_are_those_of_others() -> None:
    engine = Engine(retry())
    app, whole = Host(in_room(retry(), 0)), Host(retry())
    parts = []
    for each in (app, whole):
        async with each.run_test(size=SIZE) as pilot:
            diff = await each.settled(pilot)
            if each is app:
                each.supply(engine)
            await press(pilot, "space", "r", "space", "a")
            parts.append((diff.draft.parts, diff.draft.rejected_parts))
    assert parts[0] == parts[1]
    assert parts[0][0]


async def test_what_is_not_found_is_not_asked_for_again_and_a_lost_engine_is() -> None:
    engine = Engine(long())
    engine.refuses = Refused("gone", code="engine_lost")
    app = Host(in_room(long(), 0))
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        app.supply(engine)
        await until(pilot, lambda: len(engine.asked) == 2)
        engine.refuses = NotFound("no such hunk")
        diff.post_message(Scrolled())
        await until(pilot, lambda: is_there(app))
        assert "…" in shown(app)[3]
