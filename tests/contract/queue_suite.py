"""What every implementation of the Service port promises about the queue; see `service_suite`."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from codeframe_tui.core.blocker import Blocker, BlockerKind
from codeframe_tui.core.commands import AddIssue, Cancel, EditTask, Hold, ImportTasks, Release
from codeframe_tui.core.progress import ToolResult
from codeframe_tui.core.queries import (
    MOST_PLACES,
    MOST_ROWS,
    CheckDependencies,
    ShowDependencies,
    ShowHistory,
    ShowIssues,
    ShowOverview,
    ShowQueue,
    ShowTasks,
    Sort,
)
from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor
from tests.contract.numbers import natural_key
from tests.contract.service_kit import add, claim, pause, propose, reply

TITLES = ("Retry on 429", "audit the LOG", "Größe prüfen", "100% _of_ p1", "a failed login")
FILTERS = (
    *("", "retry", "RETRY 429", "größe", '"100% _"', "failed", '"failed"', "blocked review"),
    *("p0", "p0 p1", "held", "done", "cancelled", "issue:1.2", "issue:1", "1.2.1", "no such word"),
    *("queued p2 issue:1.2", "o"),
)


async def fill(service: Service, engine: Supervisor) -> None:
    """Tasks in every group and of every kind, in an order that no sort gives."""
    dice = Random(7)
    await service.submit(AddIssue("1.2", "First"))
    await service.submit(AddIssue("1.10", "Tenth"))
    for number in range(40):
        issue = dice.choice((None, "1.2", "1.10"))
        title, step = f"{dice.choice(TITLES)} {number}", dice.randrange(3)
        await add(service, title, issue=issue, priority=dice.randrange(5), workflow_step=step)
    for cost in (0.5, None, 0.25, 0.0, 3.0):
        task = await claim(engine)
        await engine.record_turn(task.number, reply(0, cost))
        if cost:
            await propose(engine, task.number)
            await engine.to_review(task.number)
        else:
            await service.submit(Hold(task.number))
    asking = await claim(engine)
    await engine.open_blocker(Blocker(asking.number, BlockerKind.SYNC, "which way?", "question"))
    await claim(engine)
    waiting = (await service.query(ShowQueue()))["groups"][2]["rows"]
    for row in waiting[3::7]:
        await service.submit(Hold(row["number"]))
    for row in waiting[5::6]:
        await service.submit(Cancel(row["number"]))


def fits(row: dict[str, Any], text: str) -> bool:
    """What the filters above mean, said another way."""
    meant = {
        "": True,
        "retry": "retry" in row["title"].lower(),
        "RETRY 429": "retry" in row["title"].lower() and "429" in row["title"],
        "größe": "größe" in row["title"].lower(),
        '"100% _"': "100% _" in row["title"],
        "failed": row["status"] == "failed",
        '"failed"': "failed" in row["title"].lower(),
        "blocked review": row["status"] in {"blocked", "in_review"},
        "p0": row["priority"] == 0,
        "p0 p1": row["priority"] in {0, 1},
        "held": row["held"],
        "done": row["status"] == "completed",
        "cancelled": row["status"] == "cancelled",
        "issue:1.2": row["number"].startswith("1.2."),
        "issue:1": row["number"].startswith("1."),
        "1.2.1": row["number"].startswith("1.2.1"),
        "no such word": False,
        "queued p2 issue:1.2": row["status"] == "pending"
        and row["priority"] == 2
        and row["number"].startswith("1.2."),
        "o": "o" in row["title"].lower(),
    }
    return bool(meant[text])


def ordered(rows: list[dict[str, Any]], group: str, sort: Sort, added: list[str]) -> list[str]:
    """Numbers of a group's tasks in an order; of the turn of queued ones only what rows tell."""
    by_number = sorted(rows, key=lambda row: natural_key(row["number"]))
    falling = sort in {Sort.COST, Sort.CHANGED} or group == "done"
    if falling:
        by_number.reverse()
    if sort is Sort.AGE:
        by_number.sort(key=lambda row: added.index(row["number"]))
    elif sort is Sort.COST:
        by_number.sort(key=_known_cost, reverse=True)
    elif sort is Sort.TURN and group == "queued":
        by_number.sort(key=lambda row: (row["priority"], row["attempt"] == 0))
    else:
        by_number.sort(key=lambda row: row["since"], reverse=falling)
    return [row["number"] for row in by_number]


def _known_cost(row: dict[str, Any]) -> float:
    return -1.0 if row["cost_usd"] is None else row["cost_usd"]


def windows(total: int) -> Iterator[tuple[int, int]]:
    """Parts of a group: its start, middle and end, and what lies beyond."""
    yield from ((0, 3), (total // 2, 4), (max(total - 2, 0), 9), (total, 5), (total + 7, 1), (0, 0))


@pytest.mark.parametrize("sort", list(Sort))
async def test_any_window_is_that_part_of_the_whole_queue(
    service: Service, engine: Supervisor, sort: Sort
) -> None:
    await fill(service, engine)
    every = (await service.query(ShowTasks()))["tasks"]
    for text in FILTERS:
        whole = await service.query(ShowQueue(limit=MOST_ROWS, filter=text, sort=sort))
        assert (whole["all"], whole["filter"], whole["sort"]) == (len(every), text, sort.value)
        shown = [row["number"] for group in whole["groups"] for row in group["rows"]]
        assert sorted(shown) == sorted(row["number"] for row in every if fits(row, text)), text
        totals = [group["total"] for group in whole["groups"]]
        assert totals == [len(group["rows"]) for group in whole["groups"]]
        for first, count in windows(max(totals)):
            parts = tuple((group["key"], first, count) for group in whole["groups"])
            found = await service.query(ShowQueue(0, parts, filter=text, sort=sort))
            for group, part in zip(whole["groups"], found["groups"], strict=True):
                assert part["rows"] == group["rows"][first : first + count]
                assert part["total"] == group["total"]
        assert await _places(service, shown, text, sort) == {
            row["number"]: [group["key"], place]
            for group in whole["groups"]
            for place, row in enumerate(group["rows"])
        } | ({"77777": None} if shown else {})


async def _places(service: Service, numbers: list[str], text: str, sort: Sort) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for start in range(0, len(numbers), MOST_PLACES - 1):
        asked = ("77777", *numbers[start : start + MOST_PLACES - 1])
        found |= (await service.query(ShowQueue(0, at=asked, filter=text, sort=sort)))["places"]
    return found


@pytest.mark.parametrize("sort", list(Sort))
async def test_each_group_has_the_order_that_was_asked_for(
    service: Service, engine: Supervisor, sort: Sort
) -> None:
    await fill(service, engine)
    events = [event async for event in _added(service)]
    groups = (await service.query(ShowQueue(sort=sort)))["groups"]
    for group in groups[1 if sort is Sort.TURN else 0 :]:
        if (group["key"], sort) != ("queued", Sort.TURN):
            found = [row["number"] for row in group["rows"]]
            assert found == ordered(group["rows"], group["key"], sort, events)


async def _added(service: Service) -> Any:
    count = (await service.query(ShowQueue()))["all"]
    async for event in service.events(0):
        if event.type == "task.added":
            yield event.task
            count -= 1
            if not count:
                return


async def test_what_a_filter_leaves_out_has_no_place(service: Service) -> None:
    number = await add(service, "Retry")
    await pause(service)
    found = await service.query(ShowQueue(at=(number,), filter="audit"))
    assert found["places"] == {number: None}
    assert [group["total"] for group in found["groups"]] == [0, 0, 0, 0]
    assert found["all"] == 1


async def test_a_large_queue_is_delivered_in_bounded_parts(service: Service) -> None:
    count = 2 * MOST_ROWS + 10
    await service.submit(ImportTasks({"tasks": [{"title": f"t{n}"} for n in range(count)]}))
    whole = (await service.query(ShowQueue(limit=10**9)))["groups"][2]
    assert (whole["total"], len(whole["rows"])) == (count, MOST_ROWS)
    end = await service.query(ShowQueue(0, (("queued", count - 3, 10**9),), at=("2000",)))
    assert [row["number"] for row in end["groups"][2]["rows"]] == ["2008", "2009", "2010"]
    assert end["places"] == {"2000": ["queued", 1999]}
    negative = await service.query(ShowQueue(0, (("queued", -5, -5), ("nothing", 0, 5))))
    assert negative["groups"][2]["rows"] == []


# -- what waits for what --------------------------------------------------------------------------


async def test_dependencies_are_told_in_both_directions(service: Service) -> None:
    await pause(service)
    for number, needs in (("1", ()), ("2", ("1",)), ("3", ("1", "2")), ("4", ("3",)), ("5", ())):
        await add(service, f"t{number}", depends_on=needs)
    await service.submit(Cancel("1"))
    found = await service.query(ShowDependencies("3"))
    told = [(each["depth"], each["number"], each["status"]) for each in found["needs"]]
    assert told == [(0, "1", "cancelled"), (0, "2", "pending"), (1, "1", "cancelled")]
    assert [each["number"] for each in found["holds"]] == ["4"]
    assert found["task"]["title"] == "t3"
    assert found["cut"] == {"needs": False, "holds": False}
    holds = (await service.query(ShowDependencies("1")))["holds"]
    assert [(each["depth"], each["number"], each["again"]) for each in holds] == [
        (0, "2", False),
        (1, "3", False),
        (2, "4", False),
        (0, "3", True),
    ]


async def test_a_long_chain_of_dependencies_is_cut(service: Service) -> None:
    tasks = [
        {"number": str(n + 1), "title": "t", "depends_on": [str(n)] if n else []}
        for n in range(300)
    ]
    await service.submit(ImportTasks({"tasks": tasks}))
    found = await service.query(ShowDependencies("300"))
    assert (len(found["needs"]), found["cut"]) == (200, {"needs": True, "holds": False})


async def test_dependencies_are_checked_before_they_are_sent(service: Service) -> None:
    await add(service, "first")
    await add(service, "second", depends_on=("1",))
    wish = CheckDependencies("1", ("2", "1", "7", "x", "2"))
    found = (await service.query(wish))["needs"]
    assert [(each["number"], each["problem"]) for each in found] == [
        ("2", "2 itself waits for 1"),
        ("1", "a task cannot wait for itself"),
        ("7", "there is no task 7"),
        ("x", "'x' is no number of a task"),
    ]
    new = (await service.query(CheckDependencies(None, ("2",))))["needs"]
    assert [(each["title"], each["problem"]) for each in new] == [("second", None)]


async def test_issues_are_found_by_number_and_title(service: Service) -> None:
    for number, title in (("1.10", "Tenth"), ("1.9", "Ninth"), ("2.1", "Also the ninth")):
        await service.submit(AddIssue(number, title))
    for text, numbers in (
        ("", ["1.9", "1.10", "2.1"]),
        ("1.", ["1.9", "1.10"]),
        ("NINTH", ["1.9", "2.1"]),
        ("%", []),
    ):
        found = (await service.query(ShowIssues(text)))["issues"]
        assert [each["number"] for each in found] == numbers


# -- what happened --------------------------------------------------------------------------------


async def test_the_history_of_a_task_has_its_attempts_where_they_were_made(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service, "first")
    await service.submit(EditTask(number, title="better", priority=1))
    task = await claim(engine)
    await engine.record_turn(number, reply(0, 0.5))
    await engine.record_tool(number, ToolResult("t1", "Read"), "read a.py")
    await propose(engine, task.number)
    await engine.to_review(number)
    await service.submit(Cancel(number, "not needed"))
    found = await service.query(ShowHistory(number))
    assert (found["title"], found["status"], found["cut"]) == ("better", "cancelled", False)
    said = [(item["title"], item["attempt"]) for item in found["items"]]
    assert said == [
        ("added", None),
        ("changed: title, priority", None),
        ("started work", None),
        ("attempt 1", 1),
        ("waits for review", None),
        ("cancelled", None),
    ]
    attempt = found["items"][3]
    assert attempt.items() >= {"verdict": "proven", "files": 2, "added": 2, "removed": 2}.items()
    assert (attempt["detail"], attempt["cost_usd"]) == ("why", 0.5)
    assert found["items"][5]["detail"] == "not needed"


async def test_a_long_history_keeps_what_is_newest(service: Service) -> None:
    number = await add(service)
    for _ in range(2):
        for wish in (Hold, Release):
            await service.submit(wish(number))
    whole = (await service.query(ShowHistory(number)))["items"]
    titles = [item["title"] for item in whole]
    assert titles == ["added", "put on hold", "released", "put on hold", "released"]


# -- what goes on by itself -----------------------------------------------------------------------


async def test_only_what_can_start_counts_as_ready(service: Service) -> None:
    async def is_ready() -> bool:
        return bool((await service.query(ShowOverview()))["ready"])

    assert not await is_ready()
    first = await add(service, "first")
    assert await is_ready()
    await add(service, "second", depends_on=(first,))
    await service.submit(Hold(first))
    assert not await is_ready()
    await service.submit(Release(first))
    assert await is_ready()
    await service.submit(Cancel(first))  # now the other one can never start
    assert not await is_ready()
