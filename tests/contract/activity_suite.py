"""What every implementation of the service promises about long stories; see `every_suite`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from codeframe_tui.adapters.store import talk
from codeframe_tui.core.commands import Hold, Note, Release
from codeframe_tui.core.progress import ToolResult
from codeframe_tui.core.queries import ShowActivity, ShowEntry, ShowHistory
from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor
from codeframe_tui.service import activity as rooms
from codeframe_tui.service import history as stories
from tests.contract.service_kit import add, claim, reply, said

Page = dict[str, Any]


async def talked(engine: Supervisor, turns: int) -> str:
    """A claimed task with so many replies, each of which ran a tool of the same id."""
    number = await add(engine)
    await claim(engine)
    for n in range(turns):
        await answered(engine, number, n)
    return number


async def answered(engine: Supervisor, number: str, n: int) -> None:
    """One more reply and its tool call."""
    await engine.record_turn(number, reply(2 * n))
    for result in (ToolResult("0", "Read"), ToolResult("0", "Read", f"content {n}", ok=True)):
        await engine.record_tool(number, result, f"read {n}.py")
    await engine.record_turn(number, said(2 * n + 1, "tools"))


def titles(page: Page) -> list[str]:
    return [item["title"] for item in page["items"]]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Indexes of turns whose content was read."""
    found: list[int] = []
    turn = talk._turn

    def note(row: Any) -> Any:
        found.append(row["index"])
        return turn(row)

    monkeypatch.setattr(talk, "_turn", note)
    return found


async def test_an_event_reads_the_new_turns_only(
    engine: Supervisor, service: Service, parsed: list[int]
) -> None:
    number = await talked(engine, 20)
    whole = await service.query(ShowActivity(number))
    assert len([item for item in whole["items"] if item["kind"] == "model"]) == 20
    parsed.clear()
    await answered(engine, number, 20)
    new = await service.query(ShowActivity(number, after=whole["last"]))
    assert titles(new) == ["replied", "read 20.py"]
    assert (new["items"][0]["turn"], new["items"][1]["detail"]) == (21, "content 20")
    assert (new["after"], new["task"], new["earlier"]) == (whole["last"], number, False)
    assert parsed == [40]
    none = await service.query(ShowActivity(number, after=new["last"]))
    assert (none["items"], none["first"], none["last"]) == ([], new["last"], new["last"])
    assert parsed == [40]


ANSWER = """Here it is.
```json
{"files": [{"path": "a.py", "action": "create", "content": "x = 1\\n"}], "explanation": "A new a."}
```"""


async def test_an_answer_is_told_in_its_words_and_kept_as_it_came(
    engine: Supervisor, service: Service
) -> None:
    number = await add(engine)
    await claim(engine)
    for index, text in enumerate((ANSWER, '{"files": what')):
        await engine.record_turn(
            number, replace(reply(2 * index), content=({"type": "text", "text": text},))
        )
        await engine.record_turn(number, said(2 * index + 1))
    answer, broken = [
        item for item in (await service.query(ShowActivity(number)))["items"] if item["turn"]
    ]
    assert answer["detail"] == "A new a.\ncreate a.py"
    assert broken["detail"] == '{"files": what'
    whole = (await service.query(ShowEntry(number, answer["seq"])))["text"]
    assert whole.startswith(f"A new a.\ncreate a.py\n\nAS IT CAME\n{ANSWER}")


async def test_calls_of_one_name_tell_each_what_they_gave(
    engine: Supervisor, service: Service
) -> None:
    number = await talked(engine, 3)
    items = (await service.query(ShowActivity(number)))["items"]
    tools = [item for item in items if item["kind"] == "tool"]
    assert [item["detail"] for item in tools] == [f"content {n}" for n in range(3)]
    told = [(await service.query(ShowEntry(number, item["seq"])))["text"] for item in tools]
    assert told == [f"RESULT\ncontent {n}" for n in range(3)]


async def test_people_read_no_token_of_a_command_and_the_model_reads_it(
    engine: Supervisor, service: Service
) -> None:
    token = "ghp_abcdefghijklmnopqrst0123"
    number = await add(engine)
    await claim(engine)
    call = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": f"echo {token}"}}
    spoken = ({"type": "thinking", "thinking": f"hm {token}"}, call)
    await engine.record_turn(number, replace(reply(0), content=spoken))
    printed = f"{'.' * (rooms.SHORT - 10)} {token}"
    for result in (ToolResult("t1", "Bash"), ToolResult("t1", "Bash", printed, ok=True)):
        await engine.record_tool(number, result, "ran echo")
    turn, tool = (await service.query(ShowActivity(number)))["items"][-2:]
    assert (turn["thinking"], tool["detail"][-10:]) == ("hm [redacted]", " [redacted")
    told = (await service.query(ShowEntry(number, tool["seq"])))["text"]
    assert told.startswith("INPUT\ncommand: echo [redacted]\n\nRESULT\n...")
    assert told.endswith(". [redacted]")
    progress = await engine.progress(number)
    assert (progress.turns[-1].content, progress.tools[-1].content) == (spoken, printed)


async def test_every_page_of_an_activity_can_be_reached(
    engine: Supervisor, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await talked(engine, 12)
    whole = await service.query(ShowActivity(number))
    assert not whole["earlier"]
    monkeypatch.setattr(rooms, "EVENTS", 10)
    page = await service.query(ShowActivity(number))
    found = page["items"]
    pages = 1
    while page["earlier"]:
        page = await service.query(ShowActivity(number, before=page["first"]))
        found = [*page["items"], *found]
        pages += 1
    assert found == whole["items"]
    assert pages == 4
    # who was away for more than a page begins anew
    late = await service.query(ShowActivity(number, after=whole["items"][0]["seq"]))
    assert (late["after"], late["earlier"]) == (0, True)


async def test_a_note_that_joins_a_turn_is_told_again(engine: Supervisor, service: Service) -> None:
    number = await talked(engine, 1)
    await service.submit(Note(number, "mind the rounding"))
    before = await service.query(ShowActivity(number))
    assert titles(before)[-1] == "note from a person, waits"
    waiting = (await engine.progress(number)).inbox
    await engine.record_turn(number, said(2, "resume"), [message.id for message in waiting])
    await engine.record_turn(number, reply(3))
    new = await service.query(ShowActivity(number, after=before["last"]))
    assert titles(new) == ["note from a person, joined turn 2", "replied"]
    assert new["items"][0]["seq"] == before["items"][-1]["seq"]


async def test_every_page_of_a_history_can_be_reached(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await add(service)
    for _ in range(6):
        for wish in (Hold, Release):
            await service.submit(wish(number))
    whole = await service.query(ShowHistory(number))
    assert len(whole["items"]) == 13
    monkeypatch.setattr(stories, "MOST", 5)
    page = await service.query(ShowHistory(number))
    found = page["items"]
    while page["cut"]:
        page = await service.query(ShowHistory(number, page["first"]))
        found = [*page["items"], *found]
    assert found == whole["items"]
