"""What every implementation of the Service port promises.

A module that runs the suite imports all of it and gives two fixtures: ``engine``, a `Supervisor`
with running workers and nobody who works, and ``service``, the implementation under test on it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from codeframe_tui.core.blocker import Blocker, BlockerKind
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import (
    AddIssue,
    AddTask,
    Answer,
    Approve,
    Cancel,
    Command,
    EditTask,
    Hold,
    ImportTasks,
    KeepWorking,
    Note,
    Redo,
    Reject,
    Release,
    Retry,
    Revise,
    RunTests,
    SetPolicy,
    SetWorkers,
    StopTests,
    Undo,
)
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.events import EVENT_TYPES, Event, Signal
from codeframe_tui.core.evidence.verification import Outcome, TestCase, TestRun, Verdict
from codeframe_tui.core.policy import CONDITIONS, Case, Policy, rule
from codeframe_tui.core.progress import Effects, ToolResult
from codeframe_tui.core.queries import (
    Query,
    ShowActivity,
    ShowBase,
    ShowBlockers,
    ShowDiff,
    ShowEntry,
    ShowEvents,
    ShowHistory,
    ShowOverview,
    ShowQueue,
    ShowTask,
    ShowTasks,
    ShowTestOutput,
    ShowUndo,
    ShowUsage,
)
from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor, documents
from codeframe_tui.service.unit import Unit
from codeframe_tui.wire.channel import MAX_MESSAGE_BYTES
from tests.contract.service_kit import (
    add,
    blocked,
    claim,
    in_review,
    pause,
    propose,
    reply,
    said,
    settle_all,
    show,
    status,
)
from tests.service.statements import statements_of

# -- numbers and fields ---------------------------------------------------------------------------


async def test_numbers_count_on_per_issue_and_plainly(service: Service) -> None:
    await service.submit(AddIssue("1.5", "Import"))
    given = [await add(service, issue=issue) for issue in (None, "1.5", None, "1.5")]
    assert given == ["1", "1.5.1", "2", "1.5.2"]
    assert await add(service, number="1.5.9") == "1.5.9"
    assert await add(service, issue="1.5") == "1.5.10"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (AddTask("  "), "bad_title"),
        (AddTask("a\x1b[31mb"), "bad_title"),
        (AddTask("x" * 201), "bad_title"),
        (AddTask("t", priority=5), "bad_priority"),
        (AddTask("t", priority=-1), "bad_priority"),
        (AddTask("t", workflow_step=-1), "bad_step"),
        (AddTask("t", evidence="maybe"), "bad_evidence"),
        (AddTask("t", agent="a b"), "bad_agent"),
        (AddTask("t", number="01"), "bad_number"),
        (AddTask("t", number="1"), "exists"),
        (AddTask("t", number="2", depends_on=("2",)), "cycle"),
        (AddTask("t", issue="9.9"), "unknown_issue"),
        (AddTask("t", issue="9"), "bad_issue_number"),
        (AddTask("t", depends_on=("7",)), "unknown_dependency"),
        (AddIssue("1", "t"), "bad_issue_number"),
        (AddIssue("1.1", ""), "bad_title"),
        (EditTask("7", title="t"), "not_found"),
        (EditTask("1", depends_on=("1",)), "cycle"),
        (Answer("b1", "x"), "not_found"),
        (Answer("x", "x"), "not_found"),
        (Note("1", " \n"), "empty"),
        (Note("1", "x" * 20_001), "too_long"),
        (Note("1", "half\ud800"), "bad_request"),
        (AddTask("t", "half\ud800"), "bad_request"),
        (Approve("1"), "nothing_to_review"),
        (Reject("1", "no"), "nothing_to_review"),
        (Undo("1"), "nothing_to_undo"),
        (Redo("1"), "nothing_to_redo"),
        (Retry("1"), "not_retryable"),
        (SetPolicy("yolo"), "bad_policy"),
        (SetWorkers(workers=0), "bad_workers"),
        (SetWorkers(model=" "), "bad_workers"),
    ],
    ids=str,
)
async def test_a_wrong_wish_is_refused_and_changes_nothing(
    service: Service, command: Command, code: str
) -> None:
    await add(service)
    before = await service.query(ShowEvents())
    with pytest.raises(CodeframeError) as caught:
        await service.submit(command)
    assert caught.value.code == code
    assert await service.query(ShowEvents()) == before


@pytest.mark.parametrize(
    "query",
    [
        ShowTask("7"),
        ShowBase("7", "a.py"),
        ShowDiff("7"),
        ShowDiff("1"),
        ShowActivity("7"),
        ShowTestOutput("1", 1, "red", "t"),
    ],
    ids=str,
)
async def test_a_question_about_nothing_is_not_found(service: Service, query: Query) -> None:
    await add(service)
    with pytest.raises(CodeframeError) as caught:
        await service.query(query)
    assert caught.value.code == "not_found"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "old\n"),
        ("new.py", None),
        ("huge.txt", ""),
        ("c.bin", ""),
        ("../../etc/passwd", None),
        (".git/config", None),
    ],
)
async def test_a_file_is_told_as_it_was_when_work_began(
    service: Service, engine: Supervisor, path: str, text: str | None
) -> None:
    number = await add(service)
    before = await service.query(ShowBase(number, "a.py"))
    assert before == {"task": number, "path": "a.py", "text": None}
    await engine.claim("worker")
    await engine.set_base(number, "t" * 40)
    assert await service.query(ShowBase(number, path)) == {
        "task": number, "path": path, "text": text
    }  # fmt: skip


async def test_a_title_is_folded_to_one_line(service: Service) -> None:
    assert (await show(service, await add(service, " two\n lines ")))["title"] == "two lines"


async def test_an_edit_changes_the_named_fields_only(service: Service) -> None:
    first, second = await add(service), await add(service, "old", priority=3)
    await service.submit(EditTask(second, title="new", depends_on=(first,)))
    found = await show(service, second)
    assert (found["title"], found["priority"], found["depends_on"]) == ("new", 3, [first])
    assert found["waiting_on"] == [first]
    assert found["history"][-1]["data"] == {"fields": ["title", "depends_on"]}


async def test_an_edit_of_a_begun_task_reaches_its_worker(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service, "old")
    await service.submit(EditTask(number, title="older"))
    assert (await engine.progress(number)).inbox == ()
    await claim(engine)
    await engine.record_turn(number, said(0))
    await engine.release(number)
    await service.submit(EditTask(number, priority=1))
    assert (await engine.progress(number)).inbox == ()
    await service.submit(EditTask(number, title="new", description="more", evidence="none"))
    (message,) = (await engine.progress(number)).inbox
    assert message.kind == "edit"
    for told in ("title is now: new", "description is now:\nmore", "a person reviews it"):
        assert told in message.text
    assert "step" not in message.text


async def test_a_cycle_through_others_is_refused_by_name(service: Service) -> None:
    first = await add(service)
    second = await add(service, depends_on=(first,))
    third = await add(service, depends_on=(second,))
    with pytest.raises(CodeframeError, match=f"task {first} would wait for itself through {third}"):
        await service.submit(EditTask(first, depends_on=(third,)))


# -- import ---------------------------------------------------------------------------------------


async def test_an_import_may_refer_to_itself_and_to_what_is_there(service: Service) -> None:
    old = await add(service)
    document = {
        "issues": [{"number": "2.1", "title": "Billing", "description": "all of it"}],
        "tasks": [
            {"title": "later", "issue": "2.1", "depends_on": ["2.1.7", old], "priority": 0},
            {"title": "first", "number": "2.1.7", "evidence": "none", "agent": "mine"},
            {"title": "plain", "workflow_step": 4},
        ],
    }
    result = await service.submit(ImportTasks(document))
    assert result == {"issues": ["2.1"], "tasks": ["2.1.8", "2.1.7", "2"]}
    later, first = await show(service, "2.1.8"), await show(service, "2.1.7")
    assert (later["waiting_on"], later["priority"]) == (["2.1.7", old], 0)
    assert (first["issue"], first["agent"], first["evidence"]) == ("2.1", "mine", "none")


async def test_an_import_lists_every_error_and_takes_nothing(service: Service) -> None:
    await add(service)
    document = {
        "extra": 1,
        "issues": [{"number": "1", "title": "t"}, {"number": "3.1"}, "x"],
        "tasks": [
            {"title": "a", "number": "1"},
            {"title": 7, "priority": True, "colour": "red"},
            {"title": "b", "issue": "9.9", "depends_on": ["8", 1]},
            {"title": "c", "number": "5", "depends_on": ["6"]},
            {"title": "d", "number": "6", "depends_on": ["5"]},
            {"title": "e", "priority": 9, "evidence": "maybe"},
        ],
    }
    with pytest.raises(CodeframeError) as caught:
        await service.submit(ImportTasks(document))
    lines = caught.value.message.splitlines()
    assert lines[0] == "14 errors, nothing was imported:"
    assert {line.partition(":")[0] for line in lines[1:]} == {
        "extra",
        "issues[0].number",
        "issues[1].title",
        "issues[2]",
        "tasks[0].number",
        "tasks[1].title",
        "tasks[1].priority",
        "tasks[1].colour",
        "tasks[2].issue",
        "tasks[2].depends_on[0]",
        "tasks[2].depends_on[1]",
        "tasks[3].depends_on",
        "tasks[5].priority",
        "tasks[5].evidence",
    }
    assert [task["number"] for task in (await service.query(ShowTasks()))["tasks"]] == ["1"]


# -- the order of work ----------------------------------------------------------------------------


async def test_tasks_are_taken_by_priority_step_and_natural_number(
    service: Service, engine: Supervisor
) -> None:
    for number, priority, step in (
        ("10", 2, 0),
        ("9", 2, 0),
        ("8", 2, 1),
        ("7", 1, 5),
        ("11", 0, 9),
    ):
        await add(service, number=number, priority=priority, workflow_step=step)
    queued = (await service.query(ShowQueue()))["groups"][2]["rows"]
    taken = [(await claim(engine)).number for _ in range(5)]
    assert taken == ["11", "7", "9", "10", "8"] == [row["number"] for row in queued]
    assert await engine.claim("w1") is None


async def test_a_started_task_goes_before_a_fresh_one_of_its_priority(
    service: Service, engine: Supervisor
) -> None:
    started = await add(service, workflow_step=9)
    await claim(engine)
    await add(service)
    urgent = await add(service, priority=0)
    await engine.release(started)
    assert [(await claim(engine)).number for _ in range(2)] == [urgent, started]


async def test_a_task_that_cannot_start_says_why(service: Service, engine: Supervisor) -> None:
    first, held, waiting = await add(service), await add(service), await add(service)
    await service.submit(EditTask(waiting, depends_on=(first, held)))
    await service.submit(Hold(held))
    await pause(service)
    why = {task["number"]: task["why"] for task in (await service.query(ShowTasks()))["tasks"]}
    assert why == {first: "paused", held: "on hold", waiting: "waits for 1, 2"}
    assert await engine.claim("w1") is None
    await pause(service, False)
    assert (await claim(engine)).number == first
    assert await engine.claim("w1") is None
    await service.submit(Release(held))
    assert (await claim(engine)).number == held


async def test_a_task_says_that_it_waits_for_what_was_cancelled(service: Service) -> None:
    first = await add(service)
    second = await add(service, depends_on=(first,))
    assert (await show(service, second))["why"] == f"waits for {first}"
    await service.submit(Cancel(first))
    found = await show(service, second)
    assert found["waiting_on"] == [first]
    assert found["why"].startswith(f"waits for {first}, which was cancelled")


async def test_a_completed_dependency_frees_and_its_undo_binds_again(
    service: Service, engine: Supervisor
) -> None:
    first = await in_review(engine)
    second = await add(service, depends_on=(first,))
    await service.submit(Approve(first))
    assert await engine.claim("w1") is None
    await settle_all(engine)
    assert (await show(service, second))["waiting_on"] == []
    await service.submit(Undo(first))
    await settle_all(engine)
    assert (await show(service, second))["waiting_on"] == [first]
    undone = [e for e in (await show(service, first))["history"] if e["type"] == "change.undone"]
    assert undone[0]["data"]["dependants"] == [second]


async def test_a_limit_counts_fresh_tasks_only(service: Service, engine: Supervisor) -> None:
    first = await add(service)
    await add(service)
    await service.submit(SetWorkers(max_tasks=1))
    assert (await claim(engine)).number == first
    assert await engine.claim("w1") is None
    await engine.release(first)
    assert (await claim(engine)).number == first


async def test_a_limit_ends_when_workers_are_started_or_paused_again(
    service: Service, engine: Supervisor
) -> None:
    begun, fresh = await add(service), await add(service)
    await claim(engine)
    await engine.release(begun)
    await service.submit(SetWorkers(paused=False, max_tasks=0))
    why = {task["number"]: task["why"] for task in (await service.query(ShowTasks()))["tasks"]}
    assert why == {begun: None, fresh: "the limit of this run is reached"}
    assert (await show(service, fresh))["why"] == why[fresh]
    assert (await claim(engine)).number == begun
    assert await engine.claim("w1") is None
    await service.submit(SetWorkers(workers=2))
    assert await engine.claim("w1") is None
    await service.submit(SetWorkers(paused=False))
    assert (await show(service, fresh))["why"] is None
    assert (await claim(engine)).number == fresh


async def test_two_workers_never_get_the_same_task(service: Service, engine: Supervisor) -> None:
    numbers = {await add(service) for _ in range(40)}
    taken = await asyncio.gather(*(engine.claim(f"w{i % 2}") for i in range(50)))
    claimed = [task.number for task in taken if task]
    assert sorted(claimed, key=int) == sorted(numbers, key=int)


# -- hold, cancel, retry, note --------------------------------------------------------------------


async def test_a_hold_takes_a_task_from_its_worker(service: Service, engine: Supervisor) -> None:
    number = await add(service)
    await claim(engine)
    stopped = engine.cancelled(number)
    await service.submit(Hold(number))
    await stopped
    found = await show(service, number)
    assert (found["status"], found["held"], found["why"]) == ("pending", True, "on hold")
    with pytest.raises(CodeframeError) as caught:
        await engine.record_turn(number, said(0))
    assert caught.value.code == "not_in_progress"
    await service.submit(Hold(number))
    await service.submit(Release(number))
    assert (await claim(engine)).number == number


async def test_a_cancel_ends_a_task_and_its_questions(service: Service, engine: Supervisor) -> None:
    number, blocker = await blocked(engine)
    await service.submit(Cancel(number, "not needed"))
    found = await show(service, number)
    assert (found["status"], found["reason"]) == ("cancelled", "not needed")
    everything = await service.query(ShowBlockers(all=True))
    assert [(b["id"], b["status"]) for b in everything["blockers"]] == [(blocker, "resolved")]
    for command in (Cancel(number), Hold(number), Note(number, "x")):
        with pytest.raises(CodeframeError, match="is cancelled"):
            await service.submit(command)


async def test_a_retry_brings_the_hint_into_the_same_conversation(
    service: Service, engine: Supervisor
) -> None:
    number, _ = await blocked(engine)
    await service.submit(Retry(number, "use the cache"))
    assert (await service.query(ShowBlockers()))["blockers"] == []
    assert (await claim(engine)).number == number
    inbox = (await engine.progress(number)).inbox
    assert [(message.kind, message.text) for message in inbox] == [("hint", "use the cache")]
    await engine.record_turn(number, said(0), [inbox[0].id])
    assert (await engine.progress(number)).inbox == ()
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Retry(number))
    assert caught.value.code == "not_retryable"


async def test_a_note_waits_for_the_next_turn(service: Service, engine: Supervisor) -> None:
    number = await add(service)
    result = await service.submit(Note(number, "mind the\nlog"))
    inbox = (await engine.progress(number)).inbox
    assert [(m.id, m.kind, m.text) for m in inbox] == [(result["note"], "note", "mind the\nlog")]


# -- questions ------------------------------------------------------------------------------------


async def test_an_answer_lets_the_same_task_go_on(service: Service, engine: Supervisor) -> None:
    number, blocker = await blocked(engine, "left or right?\nsay it")
    found = await show(service, number)
    assert (found["status"], found["reason"]) == ("blocked", "left or right?")
    assert found["why"] == f"answer to {blocker}"
    assert await service.submit(Answer(blocker, "left")) == {"task": number}
    assert (await claim(engine)).number == number
    message = (await engine.progress(number)).inbox[0]
    assert (message.kind, message.text, message.blocker) == ("answer", "left", blocker)
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Answer(blocker, "right"))
    assert caught.value.code == "already_answered"


async def test_an_asynchronous_question_does_not_hold_its_task(
    service: Service, engine: Supervisor
) -> None:
    number, blocker = await blocked(engine, kind=BlockerKind.ASYNC)
    assert await status(service, number) == "in_progress"
    await service.submit(Answer(blocker, "yes"))
    assert await status(service, number) == "in_progress"
    assert (await engine.progress(number)).inbox[0].text == "yes"


async def test_blockers_say_what_they_hold_up(service: Service, engine: Supervisor) -> None:
    number, blocker = await blocked(engine)
    second = await add(service, depends_on=(number,))
    await add(service, depends_on=(second,))
    found = (await service.query(ShowBlockers()))["blockers"][0]
    assert found["id"] == blocker == "b1"
    assert (found["holds"], found["attempts"], found["title"]) == (2, 0, "a task")


# -- review ---------------------------------------------------------------------------------------


async def test_an_approval_is_a_row_until_it_is_carried_out(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    proposal = (await show(service, number))["proposal"]
    decision = (await service.submit(Approve(number, expect=proposal)))["decision"]
    pending = (await engine.pending_decisions())[0]
    assert (pending.id, pending.kind, pending.proposal) == (decision, "apply", proposal)
    found = await show(service, number)
    assert (found["status"], found["phase"]) == ("in_progress", "applying")
    assert await engine.claim("w1") is None
    await engine.release(number)
    assert await status(service, number) == "in_progress"
    for command, code in (
        (Approve(number), "already_decided"),
        (Cancel(number), "applying"),
        (Hold(number), "applying"),
    ):
        with pytest.raises(CodeframeError) as caught:
            await service.submit(command)
        assert caught.value.code == code
    await settle_all(engine)
    assert await status(service, number) == "completed"
    done = (await show(service, number))["history"]
    assert [e["data"] for e in done if e["type"] == "change.applied"] == [
        {"decision": decision, "files": ["a.py"], "by": "person"}
    ]


async def test_an_approval_of_another_proposal_is_refused(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    for command in (Approve(number, expect="0" * 64), Reject(number, "no", expect="0" * 64)):
        with pytest.raises(CodeframeError) as caught:
            await service.submit(command)
        assert caught.value.code == "stale_proposal"
    assert await status(service, number) == "in_review"


@pytest.mark.parametrize(
    "parts",
    [
        Parts(files=("c.py",)),
        Parts(hunks=(("c.py", 1),)),
        Parts(hunks=(("a.py", 3),)),
        Parts(hunks=(("a.py", 0),)),
        Parts(hunks=(("b.bin", 1),)),
        Parts(lines=(("c.py", 1, 2),)),
        Parts(lines=(("a.py", 3, 9),)),
        Parts(lines=(("b.bin", 1, 9),)),
    ],
    ids=str,
)
async def test_a_part_that_is_not_there_is_not_found(
    service: Service, engine: Supervisor, parts: Parts
) -> None:
    number = await in_review(engine)
    for command in (Approve(number, parts=parts), Reject(number, "no", parts)):
        with pytest.raises(CodeframeError) as caught:
            await service.submit(command)
        assert caught.value.code == "not_found"
    assert await engine.pending_decisions() == []


async def test_a_part_with_the_rest_sent_back_resumes_on_a_new_base(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    parts = Parts(files=("b.bin",), hunks=(("a.py", 2),))
    await service.submit(Approve(number, parts=parts, rest_to_worker=True))
    shown = (await service.query(ShowDiff(number)))["files"]
    assert [hunk["verdict"] for hunk in shown[0]["hunks"]] == ["declined", "accepted"]
    await settle_all(engine)
    progress = await engine.progress(number)
    assert (progress.task.status, progress.base) == ("pending", None)
    assert progress.inbox[0].kind == "rejection"
    assert "b.bin, a.py hunk 2" in progress.inbox[0].text


async def test_a_refused_apply_is_reviewed_again_and_a_retry_rebases(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    await service.submit(Approve(number))
    decision = (await engine.pending_decisions())[0]
    await engine.refuse_decision(decision, code="conflict", message="a.py differs", paths=["a.py"])
    found = await show(service, number)
    assert (found["status"], found["reason"]) == ("in_review", "a.py differs")
    assert found["history"][-2]["data"]["code"] == "conflict"
    await service.submit(Retry(number))
    progress = await engine.progress(number)
    assert progress.base is None
    assert [message.kind for message in progress.inbox] == ["rebase"]


async def test_a_rejection_after_a_conflict_rebases_once(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    await service.submit(Approve(number))
    decision = (await engine.pending_decisions())[0]
    await engine.refuse_decision(decision, code="conflict", message="a.py differs", paths=["a.py"])
    await service.submit(Reject(number, "too slow"))
    progress = await engine.progress(number)
    assert progress.base is None
    assert [message.kind for message in progress.inbox] == ["rejection", "rebase"]
    await claim(engine)
    await propose(engine, number, 2)
    await engine.to_review(number)
    await service.submit(Reject(number, "still too slow"))
    assert (await engine.progress(number)).base is not None


async def test_a_rejection_goes_back_with_its_reason(service: Service, engine: Supervisor) -> None:
    number = await in_review(engine)
    await service.submit(Reject(number, "too slow", Parts(hunks=(("a.py", 1),))))
    task = await claim(engine)
    assert task.number == number
    message = (await engine.progress(number)).inbox[0]
    assert (message.kind, message.text) == (
        "rejection",
        "too slow\n\n1. a.py:1 (rejected): hunk 1\n   > -old\n   > +new",
    )


async def test_a_blocked_proposal_can_be_approved_as_it_is(
    service: Service, engine: Supervisor
) -> None:
    number, _ = await blocked(engine)
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Approve(number))
    assert caught.value.code == "nothing_to_review"
    await service.submit(Retry(number))
    await claim(engine)
    await propose(engine, number)
    question = Blocker(number, BlockerKind.SYNC, "still red", "corrections")
    blocker = await engine.open_blocker(question)
    await service.submit(Approve(number))
    decision = (await engine.pending_decisions())[0]
    await engine.refuse_decision(decision, code="verification", message="no")
    assert await status(service, number) == "blocked"
    await service.submit(Approve(number))
    await settle_all(engine)
    assert await status(service, number) == "completed"
    everything = (await service.query(ShowBlockers(all=True)))["blockers"]
    assert {b["id"]: b["status"] for b in everything}[blocker] == "resolved"


async def test_an_undo_takes_a_completed_change_back_once(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    await service.submit(Approve(number))
    await settle_all(engine)
    (applied,) = await engine.applied(number)
    assert applied.applied_tree == "c" * 40
    decision = (await service.submit(Undo(number)))["decision"]
    assert await status(service, number) == "completed"
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Undo(number))
    assert caught.value.code == "already_decided"
    refused = (await engine.pending_decisions())[0]
    assert (refused.id, refused.kind) == (decision, "undo")
    await engine.refuse_decision(refused, code="conflict", message="edited since")
    assert await status(service, number) == "completed"
    await service.submit(Undo(number))
    await settle_all(engine)
    found = await show(service, number)
    assert (found["status"], found["reason"]) == ("cancelled", "undone")
    assert (await engine.progress(number)).base is None
    assert await engine.applied(number) == []


@pytest.mark.parametrize("state", ["pending", "cancelled", "in_progress"])
async def test_an_undo_after_a_part_keeps_the_state_and_clears_the_base(
    service: Service, engine: Supervisor, state: str
) -> None:
    number = await in_review(engine)
    await service.submit(Approve(number, parts=Parts(files=("b.bin",)), rest_to_worker=True))
    await settle_all(engine)
    if state == "cancelled":
        await service.submit(Cancel(number))
    if state == "in_progress":
        await claim(engine)
        with pytest.raises(CodeframeError, match="being worked on"):
            await service.submit(Undo(number))
        return
    await service.submit(Undo(number))
    assert await engine.claim("w1") is None  # not while its base is taken away
    await settle_all(engine)
    progress = await engine.progress(number)
    assert (progress.task.status, progress.base) == (state, None)
    assert progress.inbox[-1].kind == "rebase"
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Undo(number))
    assert caught.value.code == "nothing_to_undo"


async def undone(service: Service, engine: Supervisor, **parts: Any) -> str:
    number = await in_review(engine)
    await service.submit(Approve(number, **parts))
    await settle_all(engine)
    await service.submit(Undo(number))
    await settle_all(engine)
    return number


async def test_a_redo_brings_an_undone_change_back_and_can_be_undone_again(
    service: Service, engine: Supervisor
) -> None:
    number = await undone(service, engine)
    waiting = await add(service, depends_on=(number,))
    assert (await service.query(ShowUndo(number)))["kind"] == "redo"
    decision = (await service.submit(Redo(number)))["decision"]
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Redo(number))
    assert caught.value.code == "already_decided"
    (pending,) = await engine.pending_decisions()
    assert (pending.id, pending.kind) == (decision, "redo")
    await engine.refuse_decision(pending, code="conflict", message="edited since")
    assert await status(service, number) == "cancelled"
    await service.submit(Redo(number))
    assert (await engine.undone(number)) is not None
    await settle_all(engine)
    assert await status(service, number) == "completed"
    found = await show(service, number)
    told = [e for e in found["history"] if e["type"] == "change.redone"]
    assert told[0]["data"]["dependants"] == [waiting]
    assert [e["type"] for e in found["history"] if e["type"].endswith(("done", "applied"))] == [
        "change.applied", "change.undone", "change.redone",
    ]  # fmt: skip
    assert (await service.query(ShowUndo(number)))["kind"] == "undo"
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Redo(number))
    assert caught.value.code == "nothing_to_redo"
    (standing,) = await engine.applied(number)
    assert standing.kind == "redo"
    await service.submit(Undo(number))
    await settle_all(engine)
    assert await status(service, number) == "cancelled"


async def test_a_redo_after_a_retry_is_refused_until_the_new_work_is_cancelled(
    service: Service, engine: Supervisor
) -> None:
    number = await undone(service, engine)
    await service.submit(Retry(number))
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Redo(number))
    assert (caught.value.code, number in caught.value.hint) == ("moved_on", True)
    await service.submit(Cancel(number))
    await service.submit(Redo(number))
    await settle_all(engine)
    assert await status(service, number) == "completed"


async def test_a_retry_waits_for_the_end_of_a_redo_or_undo(
    service: Service, engine: Supervisor
) -> None:
    number = await undone(service, engine)
    before = (await engine.progress(number)).inbox
    await service.submit(Redo(number))
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Retry(number, hint="otherwise"))
    assert caught.value.code == "already_decided"
    assert (await engine.progress(number)).inbox == before
    await settle_all(engine)
    assert await status(service, number) == "completed"
    other = await undone(service, engine, parts=Parts(files=("b.bin",)), rest_to_worker=True)
    await service.submit(Cancel(other))
    await service.submit(Redo(other))
    await settle_all(engine)
    await service.submit(Undo(other))
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Retry(other))
    assert caught.value.code == "already_decided"
    await settle_all(engine)
    await service.submit(Retry(other))
    assert await status(service, other) == "pending"


async def test_a_redo_of_a_part_keeps_the_state_and_tells_the_worker(
    service: Service, engine: Supervisor
) -> None:
    number = await undone(service, engine, parts=Parts(files=("b.bin",)), rest_to_worker=True)
    await service.submit(Redo(number))
    await settle_all(engine)
    progress = await engine.progress(number)
    assert (progress.task.status, progress.base) == ("pending", None)
    assert "back" in progress.inbox[-1].text
    assert len(await engine.applied(number)) == 1


async def test_what_was_applied_later_to_other_tasks_is_known(
    service: Service, engine: Supervisor
) -> None:
    first, second, third = [await in_review(engine) for _ in range(3)]
    for number in (first, second, third):
        await service.submit(Approve(number))
        await settle_all(engine)
    await service.submit(Undo(third))
    await settle_all(engine)
    (applied,) = await engine.applied(first)
    later = await engine.standing_after(applied)
    assert [(each.decision.task, each.files) for each in later] == [(second, ("a.py",))]


async def test_a_preview_tells_what_an_undo_would_do_and_why_not(
    service: Service, engine: Supervisor
) -> None:
    number, later = [await in_review(engine) for _ in range(2)]
    for each in (number, later):
        await service.submit(Approve(each))
        await settle_all(engine)
    waiting = await add(service, depends_on=(number,))
    told = await service.query(ShowUndo(number, "undo"))
    assert (told["task"], told["kind"], told["already"]) == (number, "undo", True)
    assert (told["refused"], told["conflicts"]) == (None, [])
    assert told["dependants"] == [waiting]
    shown = {"task": later, "title": "a task", "files": ["a.py"], "imports": [], "depends": False}
    assert (told["later"], told["later_count"]) == ([shown], 1)
    with pytest.raises(CodeframeError) as caught:
        await service.query(ShowUndo(number, "redo"))
    assert caught.value.code == "nothing_to_redo"
    with pytest.raises(CodeframeError) as caught:
        await service.submit(Undo(number, told["decision"] + 1))
    assert caught.value.code == "stale_preview"
    await service.submit(Undo(number, told["decision"]))
    told = await service.query(ShowUndo(number))
    assert told["refused"]["code"] == "already_decided"
    assert told["refused"].keys() == {"code", "message", "hint"}


async def test_what_a_command_changed_is_undone_and_redone_and_completes_nothing(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service)
    await claim(engine)
    assert (await show(service, number))["undoable"] is False
    trees = ("b" * 40, "c" * 40)
    await engine.record_effects(number, Effects("make", ("a.py",), ("link",), trees))
    await engine.release(number)
    found = await show(service, number)
    assert found["undoable"] is True
    told = [each["data"] for each in found["history"] if each["type"] == "command.changed"]
    assert told == [
        {
            "decision": 1, "command": "make", "files": ["a.py"], "beyond": ["link"], "count": 2,
            "since": False,
        }
    ]  # fmt: skip
    (standing,) = await engine.applied(number)
    assert (standing.kind, standing.applied_base) == ("command", "b" * 40)
    assert (await service.query(ShowUndo(number, "undo")))["by_commands"] == ["a.py"]
    for wish in (Undo(number), Redo(number)):
        await service.submit(wish)
        await settle_all(engine)
        assert await status(service, number) == "pending"
    assert "is back in it" in (await engine.progress(number)).inbox[-1].text
    await engine.record_effects(number, Effects("ln", beyond=("link",)))
    assert len(await engine.applied(number)) == 1


async def test_lines_are_accepted_and_told_per_hunk(service: Service, engine: Supervisor) -> None:
    number = await in_review(engine)
    await service.submit(Approve(number, parts=Parts(lines=(("a.py", 2, 2),))))
    shown = (await service.query(ShowDiff(number)))["files"]
    assert [hunk["verdict"] for hunk in shown[0]["hunks"]] == ["declined", "accepted"]
    (pending,) = await engine.pending_decisions()
    assert pending.parts.lines == (("a.py", 2, 2),)


async def test_a_diff_since_an_attempt_tells_what_it_compares(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    await service.submit(Reject(number, "other names"))
    await claim(engine)
    newest = await propose(engine, number, 2)
    found = await service.query(ShowDiff(number, since=1))
    assert (found["since"], found["attempt"], found["proposal"]) == (1, 2, newest)
    assert found["rebased"] is False
    assert found["files"][0]["hunks"][0]["verdict"] is None
    with pytest.raises(CodeframeError) as caught:
        await service.query(ShowDiff(number, since=3))
    assert caught.value.code == "not_found"


APPLIES = rule(Case(Policy.GREEN, Verdict.PROVEN))


async def test_a_policy_approves_with_its_conditions(service: Service, engine: Supervisor) -> None:
    number = await add(service)
    await claim(engine)
    await propose(engine, number)
    await engine.approve_by_policy(number, APPLIES)
    assert (await engine.pending_decisions())[0].by == "policy:green"
    history = {e["type"]: e["data"] for e in (await show(service, number))["history"]}
    assert history["policy.decided"] == {"attempt": 1, **APPLIES.document}
    shown = (await show(service, number))["ruling"]
    assert (shown["policy"], shown["decision"]) == ("green", "apply")
    assert [each["name"] for each in shown["conditions"]] == [each.name for each in CONDITIONS]


async def test_what_is_left_to_a_person_says_which_conditions_did_not_hold(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service)
    assert (await show(service, number))["ruling"] is None
    await claim(engine)
    await propose(engine, number)
    waits = rule(Case(Policy.MANUAL, Verdict.PROVEN))
    await engine.to_review(number, waits)
    shown = await show(service, number)
    assert shown["status"] == "in_review"
    failed = [each for each in shown["ruling"]["conditions"] if not each["passed"]]
    asks = "the policy applies changes by itself"
    assert failed == [{"name": "policy", "asks": asks, "value": "manual", "passed": False}]
    told = (await service.query(ShowHistory(number)))["items"]
    said = next(each for each in told if each["title"] == "policy manual: left to you")
    assert said["detail"].split("\n")[:2] == ["✘ policy: manual", "✔ verdict: proven"]
    await service.submit(Reject(number, "other names"))
    await claim(engine)
    await propose(engine, number, 2)
    assert (await show(service, number))["ruling"] is None


# -- documents ------------------------------------------------------------------------------------


async def test_the_overview_has_every_field_of_the_header(
    service: Service, engine: Supervisor
) -> None:
    number = await add(service)
    await claim(engine)
    await engine.record_turn(number, reply(0))
    await service.submit(KeepWorking(True))
    await service.submit(SetPolicy("green"))
    await service.submit(SetWorkers(workers=3, model="m"))
    found = await service.query(ShowOverview())
    worker = found["workers"][0]
    assert (worker["task"], worker["title"], worker["phase"]) == (number, "a task", "gathering")
    assert found["counts"] == {"needs_you": 0, "working": 1, "queued": 0, "done": 0}
    wanted = {"policy": "green", "worker_limit": 3, "model": "m", "keep": True, "paused": False}
    assert found.items() >= {**wanted, "cost_usd": 0.5, "cap_usd": 5.0, "branch": "branch"}.items()
    assert found["last_event"] == (await service.query(ShowEvents()))["last"]


async def test_the_overview_counts_the_queue_once(service: Service, engine: Supervisor) -> None:
    await add(service)
    await claim(engine)
    with statements_of() as statements:
        await service.query(ShowOverview())
    assert sum("tallies" in each for each in statements) == 1


async def test_a_page_of_events_ends_before_it_is_too_long_for_a_message(
    service: Service, engine: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 2 * documents.PAGE_BYTES < MAX_MESSAGE_BYTES
    monkeypatch.setattr(documents, "PAGE_BYTES", 2_000)
    before = (await service.query(ShowEvents()))["last"]
    sizes = [100, *([900] * 5), 5_000, 1]

    def note(unit: Unit) -> dict[str, Any]:
        for size in sizes:
            unit.emit("problem", None, {"message": "x" * size})
        return {}

    await engine._write(note)
    heard: list[int] = []
    pages = []
    while page := (await service.query(ShowEvents(before + len(heard))))["events"]:
        heard += [len(event["data"].get("message", "")) for event in page]
        pages.append(len(page))
    assert heard == [*sizes[:-2], 0, 1], "what no message holds comes without its data"
    assert pages == [3, 2, 1, 1, 1]


async def test_the_overview_knows_when_nothing_can_go_on_without_a_person(
    service: Service, engine: Supervisor
) -> None:
    async def is_idle() -> bool:
        return bool((await service.query(ShowOverview()))["idle"])

    assert await is_idle()
    number = await add(service)
    await add(service, depends_on=(number,))
    assert not await is_idle()
    await pause(service)
    assert await is_idle()
    await pause(service, paused=False)
    await claim(engine)
    assert not await is_idle()
    await propose(engine, number)
    await engine.to_review(number)
    assert await is_idle(), "a review waits for a person, who starts an engine"
    proposal = (await show(service, number))["proposal"]
    await service.submit(Revise(number, proposal, (("a.py", "mine\n"),)))
    await pause(service)
    assert not await is_idle(), "what a person made is tested while workers pause"
    assert (await engine.claim("w1", revised=True)) is not None
    await engine.to_review(number)
    assert await is_idle()
    await service.submit(Approve(number))
    assert not await is_idle()


async def test_the_queue_puts_what_holds_up_most_first(
    service: Service, engine: Supervisor
) -> None:
    old = await in_review(engine)
    holder, blocker = await blocked(engine)
    await add(service, depends_on=(holder,))
    groups = (await service.query(ShowQueue(limit=2)))["groups"]
    assert [(group["key"], group["total"]) for group in groups] == [
        ("needs_you", 2),
        ("working", 0),
        ("queued", 1),
        ("done", 0),
    ]
    rows = groups[0]["rows"]
    assert [(row["number"], row["blocker"], row["why"]) for row in rows] == [
        (holder, blocker, f"answer to {blocker}"),
        (old, None, "review"),
    ]


async def test_what_is_done_is_shown_newest_first(service: Service) -> None:
    first, second = await add(service), await add(service)
    await service.submit(Cancel(second))
    await service.submit(Cancel(first))
    done = (await service.query(ShowQueue(limit=1)))["groups"][3]
    assert (done["total"], [row["number"] for row in done["rows"]]) == (2, [first])


async def test_show_tells_attempts_with_their_evidence(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    found = await show(service, number)
    attempt = found["attempts"][0]
    assert (found["attempt"], found["verdict"]) == (1, "proven")
    assert attempt["files"][0] == {"path": "a.py", "action": "modify", "added": 2, "removed": 2}
    assert attempt["verification"]["red"]["tests"] == [
        {"id": "t.py::test_a", "outcome": "failed", "duration": 0.1, "message": "1 != 2"}
    ]
    assert attempt["verification"]["green"]["verdict"] == "not_run"
    output = await service.query(ShowTestOutput(number, 1, "red", "t.py::test_a"))
    assert (output["outcome"], output["text"]) == ("failed", "traceback")
    raw = await service.query(ShowTestOutput(number, 1, "red", ""))
    assert raw["text"] == "raw"


async def test_activity_reads_as_sentences(service: Service, engine: Supervisor) -> None:
    number = await add(service)
    await claim(engine)
    await engine.record_context(
        number, {"files": [{"path": "a.py", "text": "x", "reasons": ["r"]}]}
    )
    await engine.record_turn(number, reply(0))
    await engine.record_tool(number, ToolResult("t1", "Read"), "read a.py")
    await engine.record_tool(number, ToolResult("t1", "Read", "text", ok=True), "read a.py")
    items = (await service.query(ShowActivity(number)))["items"]
    assert [(item["kind"], item["title"]) for item in items] == [
        ("state", "started work"),
        ("context", "gathered 1 files"),
        ("model", "replied"),
        ("tool", "read a.py"),
    ]
    assert (items[2]["tokens"], items[2]["cost_usd"], items[2]["detail"]) == (15, 0.5, "I read it.")
    assert (items[2]["turn"], items[2]["usage"]["output_tokens"]) == (1, 5)
    assert items[3]["ok"] is True
    found = await service.query(ShowActivity(number))
    assert (found["task_usd"], found["today_usd"]) == (0.5, 0.5)


async def test_a_line_of_the_activity_opens_to_all_of_it(
    service: Service, engine: Supervisor
) -> None:
    number, other = await add(service), await add(service)
    assert (await claim(engine)).number == number
    long = "word " * 1_000
    call = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls\n-l", "n": 3}}
    spoken = ({"type": "thinking", "thinking": f"hm {long}"}, {"type": "text", "text": long}, call)
    await engine.record_turn(number, replace(reply(0), content=spoken))
    await engine.record_tool(number, ToolResult("t1", "Bash"), "ls -l")
    await engine.record_tool(number, ToolResult("t1", "Bash", long, ok=False), "ls -l")
    turn, tool = (await service.query(ShowActivity(number)))["items"][-2:]
    assert (turn["cut"], turn["thinking"][:6], len(turn["detail"])) == (True, "hm wor", 300)
    assert (tool["cut"], tool["ok"], tool["detail"]) == (True, False, long[:300])
    whole = await service.query(ShowEntry(number, turn["seq"]))
    assert whole["text"].startswith(f"THINKING\nhm {long}\n\n{long}\n\nTOKENS\ninput 10 · output 5")
    told = await service.query(ShowEntry(number, tool["seq"]))
    assert told["text"] == f"INPUT\ncommand:\nls\n-l\nn: 3\n\nRESULT\n{long}"
    answers = ({"type": "tool_result", "tool_use_id": "t1", "content": "as it was told"},)
    await engine.record_turn(number, replace(said(1, "tools"), content=answers))
    await engine.record_turn(number, reply(2))  # the newest turn is another now
    told = await service.query(ShowEntry(number, tool["seq"]))
    assert told["text"].endswith("RESULT\nas it was told")
    for wrong in (ShowEntry(other, tool["seq"]), ShowEntry(number, 10_000), ShowEntry(number, 0)):
        with pytest.raises(CodeframeError) as caught:
            await service.query(wrong)
        assert caught.value.code == "not_found"


async def test_a_note_says_which_turn_it_joined(service: Service, engine: Supervisor) -> None:
    number = await add(service)
    await claim(engine)
    await engine.record_turn(number, said(0))
    await engine.record_turn(number, reply(1))
    await service.submit(Note(number, "mind the rounding"))
    note = (await service.query(ShowActivity(number)))["items"][-1]
    assert (note["title"], note["turn"]) == ("note from a person, waits", None)
    waiting = (await engine.progress(number)).inbox
    await engine.record_turn(number, said(2, "resume"), [message.id for message in waiting])
    await engine.record_turn(number, reply(3))
    items = (await service.query(ShowActivity(number)))["items"]
    assert (items[-2]["title"], items[-2]["detail"]) == (
        "note from a person, joined turn 2", "mind the rounding"
    )  # fmt: skip
    assert items[-1]["turn"] == 2


@pytest.mark.parametrize("cost", [0.25, None])
async def test_usage_adds_up_and_an_unknown_price_stays_unknown(
    service: Service, engine: Supervisor, cost: float | None
) -> None:
    number = await add(service)
    await claim(engine)
    await engine.record_turn(number, reply(0, 0.5))
    await engine.record_turn(number, said(1))
    await engine.record_turn(number, reply(2, cost))
    found = await service.query(ShowUsage())
    total = None if cost is None else 0.75
    tokens = {"input_tokens": 20, "output_tokens": 10}
    assert found["tasks"][0].items() >= {"number": number, "cost_usd": total, **tokens}.items()
    assert found["total"].items() >= {"cost_usd": total, **tokens}.items()
    assert found["caps"] == {"per_task": None, "per_run": 5.0, "per_day": None}
    (model,) = found["models"]
    assert model.items() >= {"model": "m", "calls": 2, "cost_usd": total, **tokens}.items()
    assert found["periods"].keys() == {"run", "today", "month"}
    for period in found["periods"].values():
        assert period.items() >= {"calls": 2, "cost_usd": total, **tokens}.items()
    assert found["periods"]["month"]["since"] == "2026-01-01T00:00:00.000Z"
    assert (await show(service, number))["cost_usd"] == total


# -- tests that run again --------------------------------------------------------------------------

PASSES = TestRun(True, cases=(TestCase("t.py::test_a", Outcome.PASSED, 0.3),), duration=0.4)
FAILS = TestRun(
    True, cases=(TestCase("t.py::test_a", Outcome.FAILED, 0.3, "E", "1 != 2", "traceback"),)
)


async def test_tests_run_again_beside_the_verification(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    before = await show(service, number)
    assert await service.submit(RunTests(number, ("t.py::test_a",))) == {"attempt": 1}
    assert (await show(service, number))["testing"] is True
    again = await engine.next_again()
    assert (again.tree, again.tests) == (f"{1:040}", ("t.py::test_a",))
    await engine.end_again(again, FAILS)
    after = await show(service, number)
    found = after["attempts"][0]["again"]
    assert [(test["id"], test["outcome"]) for test in found["tests"]] == [
        ("t.py::test_a", "failed")
    ]
    assert (found["ok"], found["passed"], found["failed"]) == (True, 0, 1)
    assert (after["testing"], after["status"], after["verdict"]) == (False, "in_review", "proven")
    assert after["attempts"][0]["verification"] == before["attempts"][0]["verification"]
    said = await service.query(ShowTestOutput(number, 1, "again", "t.py::test_a"))
    assert said["text"] == "traceback"
    assert (await service.query(ShowTestOutput(number, 1, "red", "t.py::test_a")))["text"]


async def test_a_test_runs_again_by_its_id_word_for_word(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    ids = ("t.py::test_a[" + "x" * 2_000 + "]", "t.py::test_a[\u200b\u202e \x1b[31m]")
    await service.submit(RunTests(number, ids))
    again = await engine.next_again()
    assert again.tests == ids
    cases = tuple(TestCase(each, Outcome.FAILED, 0.1, "E", "1 != 2", each[-3:]) for each in ids)
    await engine.end_again(again, TestRun(True, cases=cases))
    found = (await show(service, number))["attempts"][0]["again"]
    assert tuple(test["id"] for test in found["tests"]) == ids
    for each in ids:
        said = await service.query(ShowTestOutput(number, 1, "again", each))
        assert said["text"] == each[-3:]


async def test_the_newest_repetition_is_shown_and_the_log_keeps_all(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    for run in (FAILS, PASSES):
        await service.submit(RunTests(number))
        await engine.end_again(await engine.next_again(), run)
    shown = await show(service, number)
    assert [t["outcome"] for t in shown["attempts"][0]["again"]["tests"]] == ["passed"]
    told = [e["data"] for e in shown["history"] if e["type"] == "tests.ended"]
    assert [(each["passed"], each["failed"]) for each in told] == [(0, 1), (1, 0)]
    titles = [item["title"] for item in (await service.query(ShowActivity(number)))["items"]]
    assert titles[-2:] == ["runs tests again: all", "tests again: 1 passed in 0.4 s"]


async def test_tests_of_a_task_run_one_at_a_time_until_they_are_stopped(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    await service.submit(RunTests(number))
    with pytest.raises(CodeframeError, match="run again already"):
        await service.submit(RunTests(number))
    again = await engine.next_again()
    await service.submit(StopTests(number))
    await engine.again_stopped(number)
    await engine.end_again(again, TestRun(False, "stopped", "stopped by a person"))
    found = (await show(service, number))["attempts"][0]["again"]
    assert (found["ok"], found["reason"]) == (False, "stopped")
    with pytest.raises(CodeframeError, match="no tests"):
        await service.submit(StopTests(number))
    await service.submit(RunTests(number))


async def test_tests_of_a_done_or_blocked_task_can_run_again(
    service: Service, engine: Supervisor
) -> None:
    done = await in_review(engine)
    await service.submit(Approve(done))
    await settle_all(engine)
    waits = await add(engine)
    await claim(engine)
    await propose(engine, waits)
    await engine.open_blocker(Blocker(waits, BlockerKind.SYNC, "which?", "question"))
    for number in (done, waits):
        assert await service.submit(RunTests(number)) == {"attempt": 1}
        assert (await engine.next_again()).task == number


async def test_a_run_that_cannot_be_is_refused_and_tells_nothing(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    new, worked_on = await add(service, priority=4), await add(service, priority=0)
    await claim(engine)
    wrong = (
        (RunTests("99"), "not_found"),
        (RunTests(new), "nothing_to_test"),
        (RunTests(worked_on), "in_progress"),
        (RunTests(number, expect="other"), "other_proposal"),
        (RunTests(number, ("../t.py::test_a",)), "path_refused"),
        (RunTests(number, ("/etc/t.py",)), "path_refused"),
        (RunTests(number, ("t.py::" + "x" * 5_000,)), "too_long"),
        (StopTests(number), "no_tests_run"),
    )
    for wish, code in wrong:
        with pytest.raises(CodeframeError) as caught:
            await service.submit(wish)
        assert caught.value.code == code
    history = [event["type"] for event in (await show(service, number))["history"]]
    assert "tests.started" not in history
    assert (await show(service, number))["testing"] is False


async def test_without_a_sandbox_no_test_runs_again(
    service: Service, engine: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await in_review(engine)
    known = engine._facts()
    monkeypatch.setattr(engine, "_facts", lambda: known | {"sandbox": "none", "sandbox_why": "no"})
    with pytest.raises(CodeframeError) as caught:
        await service.submit(RunTests(number))
    assert (caught.value.code, caught.value.hint) == ("no_sandbox", "run `codeframe-tui doctor`")


# -- events and signals ---------------------------------------------------------------------------


async def _take(service: Service, after: int | None, count: int) -> list[Event]:
    found = []
    async for event in service.events(after):
        found.append(event)
        if len(found) == count:
            break
    return found


async def test_events_replay_and_go_on_live(service: Service) -> None:
    for _ in range(3):
        await add(service)
    replayed = asyncio.create_task(_take(service, 1, 4))
    last = await service.query(ShowEvents())
    await add(service)
    await add(service)
    events = await replayed
    assert [event.seq for event in events] == list(range(2, 6))
    assert {event.type for event in events} <= EVENT_TYPES.keys()
    assert (await service.query(ShowEvents(after=last["last"])))["events"][0][
        "type"
    ] == "task.added"


async def test_no_event_is_lost_or_repeated_under_load(
    service: Service, engine: Supervisor
) -> None:
    first = (await service.query(ShowEvents()))["last"]

    async def write() -> None:
        for i in range(60):
            await engine.record_event("problem", None, {"message": str(i)})

    readers = [asyncio.create_task(_take(service, first, 600)) for _ in range(3)]
    await asyncio.gather(*(write() for _ in range(10)))
    for reader in readers:
        assert [event.seq for event in await reader] == list(range(first + 1, first + 601))


async def test_a_burst_larger_than_any_queue_reaches_a_slow_reader(
    service: Service, engine: Supervisor
) -> None:
    count = 3_000
    stream = service.events((await service.query(ShowEvents()))["last"])
    first = asyncio.ensure_future(anext(stream))
    document = {"tasks": [{"title": str(i)} for i in range(count)]}
    await service.submit(ImportTasks(document))
    await engine.record_event("problem", None, {"message": "the end"})
    events = [await first]
    while events[-1].type != "problem":
        events.append(await anext(stream))
    assert [event.seq - events[0].seq for event in events] == list(range(count + 1))


async def test_signals_are_merged_while_nobody_reads(service: Service, engine: Supervisor) -> None:
    stream = service.signals()
    first = asyncio.ensure_future(anext(stream))
    while not first.done():
        engine.publish(Signal("waiting", "0", {}))
        await asyncio.sleep(0)
    for text in ("ab", "cd"):
        engine.publish(Signal("model.text", "1", {"text": text}, append=True))
    for done in (1, 2):
        engine.publish(Signal("test.progress", "1", {"done": done}, key="red"))
    found: dict[str, Any] = {}
    while len(found) < 2:
        signal = await anext(stream)
        if signal.task == "1":
            found[signal.kind] = signal.data
    assert found == {"model.text": {"text": "abcd"}, "test.progress": {"done": 2}}


async def test_a_page_of_the_log_or_the_queue_is_bounded(
    engine: Supervisor, service: Service
) -> None:
    def fill(unit: Unit) -> None:
        for _ in range(1100):
            unit.emit("problem", None, {"message": "m"})

    await add(service, "first")
    await add(service, "second")
    await engine._write(fill)
    for limit, count in ((-1, 1), (0, 1), (7, 7), (10**9, 1000)):
        assert len((await service.query(ShowEvents(limit=limit)))["events"]) == count
    for limit, count in ((-1, 0), (0, 0), (1, 1), (10**9, 2)):
        groups = (await service.query(ShowQueue(limit=limit)))["groups"]
        assert len(groups[2]["rows"]) == count
