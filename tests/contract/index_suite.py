"""What every implementation of the Service port promises about the code; see `service_suite`."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from codeframe_tui.core.blocker import Blocker, BlockerKind
from codeframe_tui.core.code.chosen import MOST
from codeframe_tui.core.commands import AddComment, Answer, Cancel, ChooseContext
from codeframe_tui.core.errors import CodeframeError, NotFound, PathRefused, Refused, WrongUse
from codeframe_tui.core.queries import (
    RELATIONS,
    ShowContext,
    ShowHistory,
    ShowIndex,
    ShowMatches,
    ShowPlaces,
    ShowRelations,
    ShowSymbols,
    ShowTaskContext,
)
from codeframe_tui.core.tokens import GUESS, Asked
from codeframe_tui.core.usage import Usage
from codeframe_tui.ports import Document, Service
from codeframe_tui.service import Supervisor
from tests.contract.service_kit import FILES, Echo, add, claim, propose, reply


@pytest.fixture
def index(engine: Supervisor) -> Echo:
    found = engine._code._index()
    assert isinstance(found, Echo)
    return found


async def test_definitions_are_asked_for_by_name_kind_and_place(service: Service) -> None:
    found = await service.query(ShowSymbols("Retry", "class", "src/*"))
    assert found["symbols"] == [{"name": "Retry", "kind": "class", "path": "src/*"}]


async def test_lines_are_searched_by_a_pattern(service: Service) -> None:
    found = await service.query(ShowMatches("a.c", "*.py"))
    assert found == {"matches": [{"path": "*.py", "line": 1, "text": "a.c"}], "cut": []}


@pytest.mark.parametrize("relation", RELATIONS)
async def test_code_tells_how_it_hangs_together(service: Service, relation: str) -> None:
    found = await service.query(ShowRelations(relation, "a.py"))
    assert found == {"files": [{"path": "a.py", "why": relation}], "cut": []}


async def test_another_relation_is_refused_with_those_there_are(service: Service) -> None:
    with pytest.raises(WrongUse) as refused:
        await service.query(ShowRelations("context", "a.py"))
    assert "outline" in refused.value.hint


async def test_the_context_comes_without_the_texts(service: Service) -> None:
    found = await service.query(ShowContext("retry"))
    assert found["files"] == [{"path": "a.py", "tokens": 5}]


def paths(found: Document) -> list[str]:
    return [file["path"] for file in found["files"]]


async def test_before_a_task_begins_it_is_told_what_its_worker_would_be_shown(
    service: Service,
) -> None:
    number = await add(service, "retry", description="on 429")
    found = await service.query(ShowTaskContext(number))
    assert (found["number"], found["title"], found["at"]) == (number, "retry", None)
    assert found["files"] == [{"path": "a.py", "tokens": len("retry\non 429")}]
    lines = ["Files of the project:", *sorted({*FILES.keys() - {"link"}, "made.py"})]
    count = len(lines) - 1
    listing = {"files": count, "listed": count, "tokens": GUESS.tokens("\n".join(lines))}
    assert found["listing"] == listing
    assert found["tokens"] == len("retry\non 429") + listing["tokens"]
    assert (found["pinned"], found["excluded"], found["cut"]) == ([], [], [])


async def test_tokens_are_estimated_until_the_model_in_force_counted_some(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service, "retry" * 20)
    for query in (ShowContext("retry" * 20 + "\n"), ShowTaskContext(number)):
        found = await service.query(query)
        assert (found["tokens_by"], found["files"][0]["tokens"]) == ("estimate", 101)
    await claim(engine)
    counted = replace(reply(0), usage=Usage(400, 50, cache_read_tokens=600))
    await engine.record_turn(number, counted, asked=Asked((await engine.policy())[3], 5_000))
    for query in (ShowContext("retry" * 20 + "\n"), ShowTaskContext(number)):
        found = await service.query(query)
        assert (found["tokens_by"], found["files"][0]["tokens"]) == ("model", 81)
    assert await engine.gauge("another") == GUESS


async def test_what_the_worker_was_shown_stays_to_be_seen(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service)
    await claim(engine)
    file = {"path": "x.py", "form": "body", "reasons": ["path: x"], "tokens": 7}
    shown = {"files": [file | {"text": "secret"}], "cut": ["y.py: body did not fit"], "budget": 9}
    shown["listing"] = {"files": 3, "tokens": 2}
    await engine.record_context(number, shown)
    found = await service.query(ShowTaskContext(number))
    assert (found["files"], found["cut"]) == ([file], ["y.py: body did not fit"])
    assert (found["budget"], found["tokens"], found["listing"]) == (9, 9, shown["listing"])
    assert found["at"] is not None


async def test_a_pinned_file_always_comes_and_an_excluded_one_never(service: Service) -> None:
    number, other = await add(service), await add(service)
    held = await service.submit(ChooseContext("./b.py", "pinned", number))
    assert held == {"task": number, "pinned": ["b.py"], "excluded": [], "told": False}
    held = await service.submit(ChooseContext("a.py", "excluded"))
    assert (held["task"], held["excluded"]) == (None, ["a.py"])
    found = await service.query(ShowTaskContext(number))
    assert paths(found) == ["b.py"]
    assert found["pinned"] == [{"path": "b.py", "whose": "task"}]
    assert found["excluded"] == [{"path": "a.py", "whose": "project"}]
    assert paths(await service.query(ShowTaskContext(other))) == []
    assert paths(await service.query(ShowContext("any"))) == []
    await service.submit(ChooseContext("a.py", "pinned", other))
    assert paths(await service.query(ShowTaskContext(other))) == ["a.py", "a.py"]
    await service.submit(ChooseContext("a.py", None))
    assert paths(await service.query(ShowTaskContext(number))) == ["a.py", "b.py"]


async def test_what_is_chosen_for_a_task_and_for_all_is_told_of_both(service: Service) -> None:
    number = await add(service)
    for path, choice, task in [
        ("a.py", "excluded", None), ("b.py", "pinned", None),
        ("a.py", "pinned", number), ("lib", "excluded", number), ("b.py", "pinned", number),
    ]:  # fmt: skip
        await service.submit(ChooseContext(path, choice, task))
    found = await service.query(ShowTaskContext(number))
    assert found["pinned"] == [
        {"path": "a.py", "whose": "task"},
        {"path": "b.py", "whose": "task"},
        {"path": "b.py", "whose": "project"},
    ]
    assert found["excluded"] == [
        {"path": "lib", "whose": "task"},
        {"path": "a.py", "whose": "project"},
    ]


async def test_choices_are_for_the_worker_and_in_the_story_of_the_task(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service)
    await service.submit(ChooseContext("lib/", "excluded", number))
    await service.submit(ChooseContext("b.py", "pinned"))
    held = (await engine.ground(number)).chosen
    assert (held.pinned, held.excluded) == (("b.py",), ("lib",))
    items = (await service.query(ShowHistory(number)))["items"]
    assert [item["title"] for item in items] == ["added", "lib: excluded by a person"]


async def test_a_worker_that_has_its_context_reads_of_a_pinned_file_in_a_note(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service)
    await claim(engine)
    await engine.set_base(number, "b" * 40)
    for path, choice, told in [
        ("b.py", "pinned", True), ("a.py", "pinned", True), ("b.py", "pinned", False),
        ("y.py", "excluded", False),
    ]:  # fmt: skip
        held = await service.submit(ChooseContext(path, choice, number))
        assert held["told"] is told
    assert (await service.submit(ChooseContext("a.py", "pinned")))["told"] is False
    notes = [message.text for message in (await engine.progress(number)).inbox]
    assert notes == [
        "Read b.py before you go on: a person pinned it to this task.",
        "Read a.py before you go on: a person pinned it to this task.",
    ]


async def test_nobody_is_told_of_what_is_pinned_to_a_task_that_ended(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service)
    await claim(engine)
    await engine.set_base(number, "b" * 40)
    await service.submit(Cancel(number))
    assert (await service.submit(ChooseContext("b.py", "pinned", number)))["told"] is False


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        (ChooseContext("gone.py", "pinned"), NotFound),
        (ChooseContext("c.bin", "pinned"), NotFound),
        (ChooseContext("link", "pinned"), NotFound),
        (ChooseContext("../x.py", "excluded"), PathRefused),
        (ChooseContext("/etc/passwd", "pinned"), PathRefused),
        (ChooseContext("a.py", "loved"), WrongUse),
        (ChooseContext("a.py", "pinned", "7.7.7"), NotFound),
    ],
    ids=str,
)
async def test_a_choice_that_cannot_be_is_refused(
    service: Service, wish: ChooseContext, kind: type[CodeframeError]
) -> None:
    with pytest.raises(kind):
        await service.submit(wish)


async def test_more_choices_than_anyone_oversees_are_refused(service: Service) -> None:
    for n in range(MOST):
        await service.submit(ChooseContext(f"f{n}", "excluded"))
    with pytest.raises(Refused) as refused:
        await service.submit(ChooseContext("more", "excluded"))
    assert refused.value.code == "too_many"


async def test_places_are_found_by_letters_and_what_is_not_read_yet_is_read_from_then_on(
    service: Service, index: Echo
) -> None:
    found = await service.query(ShowPlaces("a.py"))
    assert found["places"] == [{"kind": "file", "name": "a.py", "path": "a.py", "line": 0}]
    assert (found["more"], found["files"], found["left"]) == (0, 2, 2)
    index.go_on.set()
    async with asyncio.timeout(5):
        while (known := await service.query(ShowIndex()))["left"]:
            await asyncio.sleep(0)
    assert known == {"files": 2, "left": 0}


async def test_while_the_code_is_read_people_are_answered_from_what_is_read(
    service: Service, index: Echo
) -> None:
    number = await add(service)
    questions = (
        ShowContext("x"), ShowTaskContext(number), ShowSymbols("x"), ShowRelations("callers", "x"),
    )  # fmt: skip
    for question in questions:
        await service.query(question)
    assert await service.query(ShowIndex()) == {"files": 2, "left": 2}
    for question in questions:
        await service.query(question)
    assert index.at_once == [False] * 4 + [True] * 4


ASKED = "Round half up or half even for amounts of an invoice?"


async def test_what_was_asked_said_and_proposed_before_is_part_of_the_context(
    service: Service, engine: Supervisor
) -> None:
    first = await add(service, "Currency rounding")
    await claim(engine)
    question = await engine.open_blocker(Blocker(first, BlockerKind.SYNC, ASKED, "question"))
    await service.submit(Answer(question, "half even"))
    assert (await claim(engine)).number == first
    await propose(engine, first)
    await engine.to_review(first)
    await service.submit(AddComment(first, "rounding of amounts has a name", "a.py", 1))
    number = await add(service, "Round amounts")
    found = (await service.query(ShowTaskContext(number)))["earlier"]
    assert {(each["task"], each["kind"]) for each in found} == {
        (first, "answer"), (first, "comment"),
    }  # fmt: skip
    assert found[0]["text"] == (
        f"Task {first} (Currency rounding), the worker asked: {ASKED}\nA person answered: half even"
    )
    assert found[0]["reasons"] == ["words: amounts, round"]
    assert (await service.query(ShowContext("round amounts")))["earlier"] == found
    own = (await service.query(ShowTaskContext(first)))["earlier"]
    assert own == []


async def test_what_the_worker_was_told_of_earlier_work_stays_to_be_seen(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service)
    await claim(engine)
    said = {"task": "1", "kind": "answer", "text": "half even", "tokens": 3, "reasons": ["w"]}
    await engine.record_context(number, {"files": [], "cut": [], "earlier": [said]})
    found = await service.query(ShowTaskContext(number))
    assert (found["earlier"], found["tokens"]) == ([said], 3)
