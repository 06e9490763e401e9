"""Writing tasks and issues, and saying what waits for what."""

from __future__ import annotations

import pytest
from textual.widgets import Input, TextArea

from codeframe_tui.core.commands import AddIssue, AddTask, EditTask, ImportTasks
from codeframe_tui.core.errors import Refused
from codeframe_tui.tui.modals.dependencies import DependenciesDialog
from codeframe_tui.tui.modals.issue_form import IssueForm
from codeframe_tui.tui.modals.task_form import TaskForm
from codeframe_tui.tui.widgets.lines import LineList, LineView
from codeframe_tui.tui.widgets.pick import Pick
from tests.tui.driving import Drive, opened


async def form(drive: Drive, key: str = "o", kind: type[object] = TaskForm) -> None:
    drive.key(key)
    await drive.until(lambda: isinstance(drive.app.screen, kind))
    await drive.sheet()


async def field(drive: Drive, name: str) -> None:
    """Go to a field by its keys."""
    for _ in range(12):
        if drive.app.focused is not None and drive.app.focused.id == f"field-{name}":
            return
        before = drive.app.focused
        drive.key("tab")
        await drive.until(lambda before=before: drive.app.focused is not before)  # type: ignore[misc] # bound now
    raise AssertionError(f"there is no field {name}")


def said(drive: Drive, name: str) -> str:
    view = drive.app.screen.query_one(f"#said-{name}", LineView)
    return "\n".join(view.text_at(line) for line in range(view.count()))


def value(drive: Drive, name: str) -> str:
    found = drive.app.screen.query_one(f"#field-{name}")
    if isinstance(found, TextArea):
        return found.text
    assert isinstance(found, Input | Pick)
    return found.value


async def test_every_field_of_a_task_can_be_written() -> None:
    async with opened() as drive:
        await form(drive)
        drive.type("Count retries")
        await field(drive, "description")
        drive.type("per host")
        drive.key("enter")
        drive.type("and port")
        await field(drive, "priority")
        drive.key("0")
        await field(drive, "after")
        drive.type("1.2.3 1.4.1")
        await field(drive, "issue")
        drive.type("1.2")
        await drive.until(lambda: "Client" in said(drive, "issue"))
        await field(drive, "step")
        drive.key("7")  # in the place of what stood there
        await field(drive, "evidence")
        drive.key("right")
        await drive.until(lambda: "stay green" in said(drive, "evidence"))
        await field(drive, "agent")
        drive.type("careful")
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [
            AddTask("Count retries", "per host\nand port", 0, 7, ("1.2.3", "1.4.1"), "1.2",
                    "careful", "regression")
        ]  # fmt: skip
        await drive.until(lambda: "1.9.9 is in the queue" in drive.label("notice"))


async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_sent() -> None:
    async with opened() as drive:
        await form(drive)
        drive.key("enter")
        await drive.until(lambda: "the title is empty" in said(drive, "title"))
        drive.type("x")
        await drive.until(lambda: said(drive, "title") == "")
        await field(drive, "after")
        drive.type("1.4.1, 99")
        await drive.until(lambda: "there is no task 99" in said(drive, "after"))
        assert "1.4.1 Rate limiter  queued" in said(drive, "after")
        await field(drive, "agent")
        drive.type("two words")
        await drive.until(lambda: "is no agent" in said(drive, "agent"))
        drive.key("enter")
        await drive.in_pane("field-after")
        assert drive.service.submitted == []
        assert value(drive, "agent") == "two words"


async def test_a_task_that_must_come_first_is_picked_by_words_of_its_title() -> None:
    async with opened() as drive:
        await form(drive)
        drive.type("Count")
        await field(drive, "after")
        drive.type("1.2.3, audit log")
        await drive.until(lambda: "1.3.2 Audit log API" in said(drive, "after"))
        drive.key("down")
        choices = drive.app.screen.query_one("#said-after", LineList)
        await drive.until(lambda: choices.cursor == "1.3.2")
        drive.key("enter")
        await drive.until(lambda: value(drive, "after") == "1.2.3, 1.3.2, ")
        await drive.until(lambda: "Audit log API  queued" in said(drive, "after"))
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [AddTask("Count", depends_on=("1.2.3", "1.3.2"))]


async def test_a_dependency_that_leads_back_is_refused_at_the_field() -> None:
    async with opened() as drive:
        drive.service.loops = {"1.4.2"}
        drive.app.focus_task("1.4.1")
        await drive.until(lambda: drive.pane("queue").cursor == "1.4.1")
        await form(drive, "e")
        await field(drive, "after")
        drive.type("1.4.2")
        await drive.until(lambda: "1.4.2 itself waits for it" in said(drive, "after"))
        drive.key("enter")
        await drive.in_pane("field-after")
        assert drive.service.submitted == []
        assert isinstance(drive.app.screen, TaskForm)


async def test_a_task_can_be_written_together_with_its_issue() -> None:
    async with opened() as drive:
        await form(drive)
        drive.type("Count")
        await field(drive, "issue")
        drive.type("1.7")
        await drive.until(lambda: drive.app.screen.query_one("#row-issue_title").display)
        drive.key("enter")
        await drive.until(lambda: "the title is empty" in said(drive, "issue_title"))
        drive.type("Limits")
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        wish = drive.service.submitted[0]
        assert isinstance(wish, ImportTasks)
        assert wish.document["issues"] == [{"number": "1.7", "title": "Limits"}]
        assert wish.document["tasks"][0].items() >= {"title": "Count", "issue": "1.7"}.items()


async def test_what_was_begun_and_left_stands_there_again() -> None:
    async with opened() as drive:
        await form(drive)
        drive.type("Count retries")
        await field(drive, "after")
        drive.type("audit")
        drive.key("escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        assert "o goes on writing it" in drive.label("notice")
        await form(drive)
        assert "You began to write this before." in drive.screen_text()
        assert (value(drive, "title"), value(drive, "after")) == ("Count retries", "audit")
        drive.key("ctrl+r")
        await drive.until(lambda: value(drive, "title") == value(drive, "after") == "")
        drive.key("escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        await form(drive)
        assert "You began" not in drive.screen_text()


async def test_what_was_begun_stays_kept_while_another_dialogue_is_open() -> None:
    async with opened() as drive:
        await form(drive)
        drive.type("Count retries")
        drive.key("escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        drive.key("?")
        await drive.sheet()
        drive.app.action_act("app.new_task")
        deeds = [each for each in drive.app.workers if each.group == "deeds"]
        await drive.until(lambda: deeds[-1].is_finished)
        drive.key("escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        await form(drive)
        assert value(drive, "title") == "Count retries"


async def test_a_refused_form_that_is_left_is_kept_too() -> None:
    async with opened() as drive:
        await form(drive)
        drive.type("Count retries")
        drive.service.refuse = Refused("not now")
        first = drive.app.screen
        drive.key("enter")
        await drive.until(lambda: drive.app.screen not in {first, drive.app.cockpit})
        await drive.sheet()
        assert "not now" in drive.screen_text()
        drive.key("escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        await form(drive)
        assert value(drive, "title") == "Count retries"


async def test_an_edit_sends_only_what_was_changed() -> None:
    async with opened() as drive:
        drive.app.focus_task("1.4.1")
        await drive.until(lambda: drive.pane("queue").cursor == "1.4.1")
        await form(drive, "e")
        assert not drive.app.screen.query("#field-issue")
        await field(drive, "step")
        drive.key("3", "enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [EditTask("1.4.1", workflow_step=3)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_the_whole_form_can_be_used_at_any_size(size: tuple[int, int]) -> None:
    async with opened(size=size) as drive:
        await form(drive)
        drive.type("Count retries")
        for name in ("description", "after", "issue", "agent"):
            await field(drive, name)
            shown = drive.app.screen.query_one(f"#field-{name}").region
            hint = drive.app.screen.query_one(".dialog-hint").region
            await drive.until(lambda shown=shown, hint=hint: 0 < shown.y < hint.y < size[1])  # type: ignore[misc] # bound now


async def test_a_value_is_picked_with_the_mouse() -> None:
    async with opened() as drive:
        await form(drive)
        pick = drive.app.screen.query_one("#field-evidence", Pick)
        await drive.until(lambda: pick.region.area)
        await drive.pilot.click(pick, offset=(9, 0))
        await drive.until(lambda: value(drive, "evidence") == "regression")


async def test_an_issue_is_written() -> None:
    async with opened() as drive:
        await form(drive, "I", IssueForm)
        drive.type("1")
        drive.key("enter")
        await drive.until(lambda: "is no issue number" in said(drive, "number"))
        drive.type(".7")
        await field(drive, "title")
        drive.type("Limits")
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [AddIssue("1.7", "Limits")]


# -- dependencies ---------------------------------------------------------------------------------


def tree(drive: Drive) -> str:
    view = drive.app.screen.query_one("#tree", LineView)
    return "\n".join(view.text_at(line) for line in range(view.count()))


async def dependencies(drive: Drive, number: str) -> None:
    drive.app.focus_task(number)
    await drive.until(lambda: drive.pane("queue").cursor == number)
    await form(drive, "D", DependenciesDialog)


async def test_both_directions_of_dependencies_are_shown_with_their_states() -> None:
    async with opened() as drive:
        await dependencies(drive, "1.3.2")
        assert "● 1.3.1 Audit log table" in tree(drive)
        assert "writing" in tree(drive)
        drive.key("enter")
        await drive.until(lambda: drive.app.state.focus == "1.3.1")
        await dependencies(drive, "1.3.1")
        assert tree(drive).index("WAITING FOR IT") < tree(drive).index("1.3.2 Audit log API")
        assert "for nothing: it can start" in tree(drive)


async def test_a_dependency_is_added_and_taken_out() -> None:
    async with opened() as drive:
        await dependencies(drive, "1.3.2")
        drive.key("a")
        await drive.in_pane("field-after")
        drive.type("rate")
        await drive.until(lambda: "1.4.1 Rate limiter" in said(drive, "after"))
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [EditTask("1.3.2", depends_on=("1.3.1", "1.4.1"))]
        await drive.in_pane("tree")
        drive.key("x")
        await drive.until(lambda: len(drive.service.submitted) == 2)
        assert drive.service.submitted[1] == EditTask("1.3.2", depends_on=())


async def test_what_the_engine_refuses_is_said_and_what_was_typed_stays() -> None:
    async with opened() as drive:
        await dependencies(drive, "1.3.2")
        drive.key("a")
        await drive.in_pane("field-after")
        drive.type("1.4.2")
        drive.service.refuse = Refused("task 1.3.2 would wait for itself through 1.4.2")
        drive.key("enter")
        await drive.until(lambda: "wait for itself" in said(drive, "after"))
        assert value(drive, "after") == "1.4.2"
        drive.key("escape")
        await drive.in_pane("tree")
        drive.key("escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)


async def test_an_empty_form_has_room_for_its_hints_at_any_width() -> None:
    async with opened() as drive:
        await form(drive)
        for width in (19, 20, 21, 22, 24, 1, 120):
            await drive.pilot.resize_terminal(width, 30)
            await drive.pilot.pause(0)
        assert drive.app.is_running
        assert isinstance(drive.app.screen, TaskForm)
