"""A queue of a hundred thousand tasks, of which the cockpit holds a few."""

from __future__ import annotations

import asyncio

from codeframe_tui.core.commands import AddTask, Command, EditTask
from codeframe_tui.core.queries import Query, ShowQueue, Sort
from codeframe_tui.ports import Document
from codeframe_tui.tui.present.queue import task_rows
from codeframe_tui.tui.present.windows import is_task
from codeframe_tui.tui.widgets.queue import QueuePane
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, task

MANY = 20_000


class SlowService(FakeService):
    """Answers about the queue when it may."""

    may: asyncio.Event

    async def query(self, query: Query) -> Document:
        if isinstance(query, ShowQueue):
            await self.may.wait()
        return await super().query(query)


def many(service: FakeService | None = None, count: int = MANY) -> FakeService:
    service = service or FakeService()
    rows = [task(str(n), f"task {n}") for n in range(1, count + 1)]
    service.queue = {"groups": [{"key": "queued", "total": count, "rows": rows}]}
    service.diffs, service.blockers = {}, {"blockers": []}
    return service


def queue(drive: Drive) -> QueuePane:
    return drive.app.cockpit.query_one(QueuePane)


def in_sight(drive: Drive) -> list[str]:
    pane = queue(drive)
    top = pane.scroll_offset.y
    lines = range(top, min(top + pane.size.height, pane.count()))
    return [pane.text_at(line) for line in lines]


async def at(drive: Drive, number: str) -> None:
    """Wait until the cursor is on a task and all rows in sight are there."""
    await drive.until(lambda: queue(drive).cursor == number)
    await drive.until(lambda: in_sight(drive) and "…" not in "".join(in_sight(drive)))


async def test_the_end_of_a_hundred_thousand_tasks_is_one_key_away() -> None:
    async with opened(many(count=100_000)) as drive:
        assert drive.label("queue-title") == "QUEUE  100,000 tasks"
        drive.key("G")
        await at(drive, "100000")
        assert in_sight(drive)[-1].startswith("  100000 task 100000")
        await drive.until(lambda: drive.app.state.focus == "100000")
        drive.key("g")
        await at(drive, "1")
        drive.key("pagedown")
        await drive.until(lambda: queue(drive).scroll_offset.y > 0)
        await at(drive, str(queue(drive).size.height))


async def test_the_cockpit_never_holds_or_asks_for_more_than_a_few_rows() -> None:
    async with opened(many()) as drive:
        drive.key("G")
        await at(drive, str(MANY))
        for _ in range(8):
            here = queue(drive).cursor
            drive.key("pageup")
            await drive.until(lambda: queue(drive).cursor != here)  # noqa: B023 - awaited here
            await drive.until(lambda: is_task(queue(drive).cursor))
            assert len(task_rows(drive.app.state.queue or {})) <= 300
        asked = [query for query in drive.service.asked if isinstance(query, ShowQueue)]
        assert max(rows for query in asked for _, _, rows in query.windows) <= 300


async def test_scrolling_with_the_wheel_brings_rows_and_leaves_the_cursor() -> None:
    async with opened(many()) as drive:
        await at(drive, "1")
        queue(drive).scroll_to(y=10_000, animate=False, immediate=True)
        await drive.until(lambda: in_sight(drive)[0].startswith("  10000 task 10000"))
        assert queue(drive).cursor == "1"
        await drive.until(lambda: not any("…" in line for line in in_sight(drive)))
        drive.key("j")
        await at(drive, "2")
        assert queue(drive).scroll_offset.y <= 2


async def test_the_cursor_goes_with_its_task_wherever_that_moves() -> None:
    async with opened(many()) as drive:
        drive.key("j", "j")
        await at(drive, "3")
        rows = drive.service.queue["groups"][0]["rows"]
        rows.insert(19_000, rows.pop(2))
        drive.service.happen("task.edited", "3", fields=["priority"])
        await drive.until(lambda: queue(drive).scroll_offset.y > 18_000)
        await at(drive, "3")
        assert any(line.startswith("  3 ") for line in in_sight(drive))
        done = {"key": "done", "total": 1, "rows": [rows.pop(19_000)]}
        drive.service.queue["groups"][0]["total"] -= 1
        drive.service.queue["groups"].append(done)
        drive.service.happen("task.status", "3", to="completed")
        await drive.until(lambda: in_sight(drive)[-2:-1] == ["DONE"])
        await at(drive, "3")


async def test_what_is_read_stays_in_sight_when_thousands_come_before_it() -> None:
    async with opened(many()) as drive:
        await at(drive, "1")
        queue(drive).scroll_to(y=10_000, animate=False, immediate=True)
        await drive.until(lambda: in_sight(drive)[0].startswith("  10000 task 10000"))
        await drive.until(lambda: not any("…" in line for line in in_sight(drive)))
        rows = drive.service.queue["groups"][0]["rows"]
        rows[:0] = [task(f"9.9.{n}", "urgent", priority=0) for n in range(5_000)]
        drive.service.happen("task.added", "9.9.1", title="urgent")
        await drive.until(lambda: queue(drive).scroll_offset.y == 15_000)
        await drive.until(lambda: in_sight(drive)[0].startswith("  10000 task 10000"))


async def test_a_key_for_a_row_that_is_still_coming_does_nothing_to_another() -> None:
    service = SlowService()
    service.may = asyncio.Event()
    service.may.set()
    async with opened(many(service)) as drive:
        await at(drive, "1")
        service.may.clear()
        drive.key("G", "p", "plus")
        await drive.until(lambda: "on its way" in drive.label("notice"))
        service.may.set()
        await at(drive, str(MANY))
        assert service.submitted == []
        await drive.until(lambda: drive.app.state.focus == str(MANY))
        drive.key("p")
        await drive.until(lambda: [wish.number for wish in service.submitted] == [str(MANY)])  # type: ignore[union-attr] # all of them have one


async def test_a_task_of_a_question_is_found_wherever_it_stands() -> None:
    service = many()
    asks = {"id": "b7", "task": "17000", "kind": "SYNC", "question": "?", "status": "open"}
    service.blockers = {"blockers": [asks]}
    async with opened(service) as drive:
        drive.key("b")
        await at(drive, "17000")
        assert any(line.startswith("  17000 task 17000") for line in in_sight(drive))


# -- filter and order -----------------------------------------------------------------------------


async def _filtered(drive: Drive, text: str) -> None:
    drive.key("/")
    await drive.in_pane("sought")
    drive.type(text)
    await drive.until(lambda: f"· {text}" in drive.label("queue-title"))


async def test_a_filter_is_typed_and_escape_brings_all_tasks_back() -> None:
    async with opened(many()) as drive:
        drive.key("G")
        await at(drive, str(MANY))
        await _filtered(drive, "task 1999")
        assert drive.label("queue-title") == "QUEUE  11 of 20,000 · task 1999"
        await at(drive, "1999")
        assert len(in_sight(drive)) == 12
        assert drive.label("found").startswith("11 of 20,000")
        drive.key("enter")
        await drive.in_pane("queue")
        drive.key("j")
        await at(drive, "19990")
        await drive.until(lambda: drive.app.state.focus == "19990")
        await drive.until(lambda: "esc show all" in drive.label("footer"))
        drive.app.tell(("something came up", "text"))  # it must not take the key
        drive.key("escape")
        await drive.until(lambda: drive.label("queue-title") == "QUEUE  20,000 tasks")
        await at(drive, "19990")
        assert any(line.startswith("  19990 ") for line in in_sight(drive))
        assert drive.label("notice") == ""
        await drive.until(lambda: "show all" not in drive.label("footer"))


async def test_a_filter_that_nothing_fits_says_what_one_can_type() -> None:
    async with opened(many()) as drive:
        await _filtered(drive, "nothing")
        assert drive.label("queue-title") == "QUEUE  0 of 20,000 · nothing"
        assert "issue:1.2" in "\n".join(in_sight(drive))
        await drive.until(lambda: "no task fits" in drive.label("found"))
        drive.key("escape")
        await at(drive, "1")


async def test_the_order_of_the_queue_is_chosen_and_shown() -> None:
    async with opened(many()) as drive:
        for name, said in (("age", "oldest first"), ("cost", "by cost")):
            drive.key("s")
            await drive.until(lambda said=said: drive.label("queue-title").endswith(said))  # type: ignore[misc] # bound now
            asked = [query for query in drive.service.asked if isinstance(query, ShowQueue)]
            assert asked[-1].sort == Sort(name)
        drive.key("s", "s")
        await drive.until(lambda: drive.label("queue-title") == "QUEUE  20,000 tasks")


# -- what a person does with a task -----------------------------------------------------------


class KeptService(FakeService):
    """Does what some commands say to the queue it shows."""

    async def submit(self, command: Command) -> Document:
        rows = self.queue["groups"][0]["rows"]
        match command:
            case AddTask(title):
                rows.insert(9_000, task("99999", title))
                self.queue["groups"][0]["total"] += 1
                self.happen("task.added", "99999", title=title)
                self.submitted.append(command)
                return {"number": "99999"}
            case EditTask(number):
                place = next(at for at, row in enumerate(rows) if row["number"] == number)
                rows.append(rows.pop(place))
                self.happen("task.edited", number, fields=["priority"])
        return await super().submit(command)


async def test_a_new_task_far_down_is_gone_to_and_its_place_is_told() -> None:
    async with opened(many(KeptService())) as drive:
        await at(drive, "1")
        drive.key("o")
        await drive.sheet()
        await drive.in_pane("field-title")
        drive.type("Count retries")
        drive.key("enter")
        await at(drive, "99999")
        assert any(line.startswith("  99999 Count retries") for line in in_sight(drive))
        assert "99999 is in the queue · queued, place 9,001" in drive.label("notice")


async def test_a_new_task_that_the_filter_hides_is_told_so() -> None:
    async with opened(many(KeptService())) as drive:
        await _filtered(drive, "task 7")
        drive.key("enter")
        await drive.in_pane("queue")
        drive.key("o")
        await drive.in_pane("field-title")
        drive.type("Count retries")
        drive.key("enter")
        await drive.until(lambda: "the filter hides it" in drive.label("notice"))


async def test_the_cursor_follows_a_task_whose_priority_a_person_lowers() -> None:
    async with opened(many(KeptService())) as drive:
        drive.key("j")
        await at(drive, "2")
        drive.key("minus")
        await drive.until(lambda: queue(drive).scroll_offset.y > MANY - 100)
        await at(drive, "2")
        assert in_sight(drive)[-1].startswith("  2 ")
