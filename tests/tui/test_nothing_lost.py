"""What a person wrote stays until it is taken, or until that person lets it go."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from codeframe_tui.core.commands import AddTask, Answer, Command, ImportTasks, KeepWorking, Reject
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.importing import read_markdown
from codeframe_tui.core.queries import Query, ShowLetter
from codeframe_tui.ports import Document
from codeframe_tui.tui.modals.letter import LetterSheet
from codeframe_tui.tui.modals.sheet import Sheet
from codeframe_tui.tui.modals.task_form import TaskForm
from codeframe_tui.tui.modals.text import AnswerDialog, AskText, Words
from codeframe_tui.tui.modals.viewer import Viewer
from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService


@dataclass
class SlowService(FakeService):
    """Holds commands back until a test lets them go."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def submit(self, command: Command) -> Document:
        self.submitted.append(command)
        await self.gate.wait()
        raise Refused("the engine is gone")


async def _in_front(drive: Drive, kind: type[object]) -> None:
    await drive.until(lambda: isinstance(drive.app.screen, kind))
    await drive.sheet()


async def _write(drive: Drive, title: str) -> None:
    """Send a task that is neither taken nor refused for now."""
    sent = len(drive.service.submitted)
    drive.key("o")
    await _in_front(drive, TaskForm)
    drive.type(title)
    drive.key("enter")
    await drive.until(lambda: len(drive.service.submitted) > sent)
    await drive.until(lambda: drive.app.screen is drive.app.cockpit)


async def test_a_refused_text_waits_below_another_dialogue() -> None:
    service = SlowService()
    async with opened(service) as drive:
        await _write(drive, "Count retries")
        drive.key("?")
        await _in_front(drive, Viewer)
        service.gate.set()
        await drive.until(lambda: "the engine is gone" in drive.label("notice"))
        assert isinstance(drive.app.screen, Viewer)
        drive.key("escape")
        await _in_front(drive, TaskForm)
        assert drive.app.screen.query_one("#field-title", Input).value == "Count retries"
        assert "the engine is gone" in drive.screen_text()


async def test_refused_texts_come_back_one_after_the_other() -> None:
    service = SlowService()
    async with opened(service) as drive:
        await _write(drive, "one")
        await _write(drive, "two")
        drive.key("?")
        await _in_front(drive, Viewer)
        service.gate.set()
        await drive.until(lambda: "the engine is gone" in drive.label("notice"))
        drive.key("escape")
        titles = []
        for _ in range(2):
            await _in_front(drive, TaskForm)
            assert len(drive.app.screen_stack) == 2
            form = drive.app.screen
            titles.append(form.query_one("#field-title", Input).value)
            drive.key("escape")
            await drive.until(lambda form=form: drive.app.screen is not form)  # type: ignore[misc] # bound now
        assert sorted(titles) == ["one", "two"]
        assert service.submitted == [AddTask("one"), AddTask("two")]


@dataclass
class SlowToReject(SlowService):
    """Takes its time for a rejection only."""

    letter: Refused | None = None

    async def submit(self, command: Command) -> Document:
        if isinstance(command, Reject):
            return await super().submit(command)
        return await FakeService.submit(self, command)

    async def query(self, query: Query) -> Document:
        if isinstance(query, ShowLetter) and self.letter is not None:
            raise self.letter
        return await super().query(query)


async def test_a_refused_review_waits_below_another_dialogue_with_what_was_said_of_all() -> None:
    service = SlowToReject()
    async with opened(service, size=(120, 50)) as drive:
        drive.key("2")
        await drive.in_pane("diff")
        view = drive.app.cockpit.query_one(DiffView)
        await drive.until(lambda: view.can_decide)
        drive.key("r", "S")
        await _say_of_all(drive, "hurry")
        await _in_front(drive, LetterSheet)
        drive.app.screen._appeared -= 1  # type: ignore[attr-defined] # a dialogue's
        drive.key("r")
        await drive.until(lambda: any(isinstance(each, Reject) for each in service.submitted))
        drive.key("?")
        await _in_front(drive, Viewer)
        service.gate.set()
        await drive.until(lambda: "the engine is gone" in drive.label("notice"))
        assert isinstance(drive.app.screen, Viewer)
        drive.key("escape")
        await _in_front(drive, LetterSheet)
        assert "✘ the engine is gone" in drive.screen_text()
        assert "│ hurry" in drive.screen_text()
        service.letter = Refused("the letter is gone", hint="wait a little")
        await _say_of_all(drive, " up")
        await drive.until(lambda: "✘ the letter is gone · wait" in drive.screen_text())
        assert "the engine is gone" not in drive.screen_text()


async def _say_of_all(drive: Drive, text: str) -> None:
    """Write about all of a proposal, on the sheet that sends its review."""
    await _in_front(drive, LetterSheet)
    drive.app.screen._appeared -= 1  # type: ignore[attr-defined] # a dialogue's
    drive.key("o")
    await _in_front(drive, AskText)
    drive.type(text)
    drive.key("enter")
    await drive.until(lambda: not isinstance(drive.app.screen, AskText))


@pytest.mark.parametrize("keys", ["up, but 2 digits", "2"])
async def test_a_refused_answer_stands_in_the_dialogue_again(keys: str) -> None:
    async with opened() as drive:
        drive.key("b")
        await drive.in_pane("blockers")
        drive.key("enter")
        await _in_front(drive, AnswerDialog)
        first = drive.app.screen
        drive.service.refuse = Refused("the engine is gone", hint="wait a little")
        drive.type(keys)
        drive.key("enter")
        await drive.until(lambda: drive.app.screen not in {first, drive.app.cockpit})
        await _in_front(drive, AnswerDialog)
        assert "the engine is gone · wait a little" in drive.screen_text()
        assert "half even" in drive.screen_text()
        text = "" if keys == "2" else keys
        assert drive.app.screen.query_one(Words).text == text
        drive.key("enter")
        await drive.until(lambda: len(drive.service.submitted) == 2)
        assert drive.service.submitted[1] == Answer("b1", text or "half even")


def _idle() -> FakeService:
    service = FakeService()
    service.overview |= {"paused": True, "workers": []}
    return service


async def _question(drive: Drive) -> None:
    """Ask to leave, and wait until the answer counts."""
    drive.key("ctrl+q")
    await _in_front(drive, Sheet)
    assert isinstance(drive.app.screen, Sheet)
    drive.app.screen._appeared -= 1


async def test_leaving_asks_over_an_open_dialogue_while_work_runs() -> None:
    async with opened() as drive:
        drive.key("o")
        await _in_front(drive, TaskForm)
        drive.type("Count retries")
        await _question(drive)
        assert "2 tasks in work" in drive.screen_text()
        assert "is not sent yet" in drive.screen_text()
        drive.key("ctrl+q")
        await drive.pilot.pause()
        assert len(drive.app.screen_stack) == 3
        drive.key("escape")
        await _in_front(drive, TaskForm)
        assert drive.app.screen.query_one("#field-title", Input).value == "Count retries"
        await _question(drive)
        drive.key("k")
        await drive.until(lambda: drive.app.return_value == 0)
        assert drive.service.submitted == [KeepWorking(on=True)]


@pytest.mark.parametrize("served", [False, True])
async def test_leaving_asks_before_it_drops_what_is_written(served: bool) -> None:
    service = _idle()
    service.overview["served"] = served
    async with opened(service) as drive:
        drive.key("o")
        await _in_front(drive, TaskForm)
        drive.type("Count retries")
        await _question(drive)
        assert "is not sent yet" in drive.screen_text()
        assert "in work" not in drive.screen_text()
        drive.key("l")
        await drive.until(lambda: drive.app.return_value == 0)
        assert service.submitted == []


@pytest.mark.parametrize("key", ["o", "?"])
async def test_leaving_a_dialogue_without_a_text_asks_nothing_when_nothing_runs(key: str) -> None:
    service = _idle()
    async with opened(service) as drive:
        drive.key(key)
        await drive.sheet()
        drive.key("ctrl+q")
        await drive.until(lambda: drive.app.return_value == 0)


async def _paste(drive: Drive, *lines: str) -> None:
    drive.app.post_message(events.Paste("\n".join(lines)))
    await _in_front(drive, Sheet)
    assert isinstance(drive.app.screen, Sheet)
    drive.app.screen._appeared -= 1


async def test_a_long_paste_says_what_it_leaves_out_and_what_takes_all_of_it() -> None:
    async with opened() as drive:
        await _paste(drive, *(f"task {n}" for n in range(243)))
        text = drive.screen_text()
        assert "43 more lines are left out" in text
        assert "codeframe-tui import tasks.md takes any number, written as - [ ] title" in text
        assert "and 188 more" in text


async def test_a_long_paste_says_which_titles_are_cut() -> None:
    async with opened() as drive:
        await _paste(drive, "x" * 200, "y" * 201, "z" * 500)
        text = drive.screen_text()
        assert "2 titles are cut after 200 characters" in text
        assert "left out" not in text


async def test_a_paste_says_nothing_more_when_all_of_it_is_taken() -> None:
    async with opened() as drive:
        await _paste(drive, "x" * 200, "", "two")
        assert "cut" not in drive.screen_text()
        assert "left out" not in drive.screen_text()


@dataclass
class FullService(FakeService):
    """Takes a few tasks only."""

    takes: int = 2

    async def submit(self, command: Command) -> Document:
        if len(self.submitted) == self.takes:
            self.refuse = Refused("the disk is full", hint="make room")
        return await super().submit(command)


@pytest.mark.parametrize("taken", [0, 2])
async def test_a_paste_refused_midway_says_how_far_it_came(taken: int) -> None:
    service = FullService(takes=taken)
    async with opened(service) as drive:
        await _paste(drive, "one", "two", "three", "four")
        drive.key("enter")
        said = f"added {taken} of 4 tasks: the disk is full · make room"
        await drive.until(lambda: said in drive.label("notice"))
        assert len(service.submitted) == taken + 1


def test_import_takes_tasks_as_the_sheet_says() -> None:
    found = read_markdown("".join(f"- [ ] task {n}\n" for n in range(243)), "tasks.md")
    assert len(found["tasks"]) == 243


# -- lists as they can be imported ----------------------------------------------------------------

LIST = """## 1.7 Limits
- [ ] [1.7.1] Count retries (p1)
- [x] [1.7.0] Done before
- [ ] [1.7.2] Tell them (after 1.7.1, 1.7.0)
  to whoever asks
"""


async def test_a_pasted_list_is_imported_as_it_is_written_after_a_look() -> None:
    async with opened() as drive:
        drive.app.post_message(events.Paste(LIST))
        await _in_front(drive, Sheet)
        said = drive.screen_text()
        assert "Import 2 tasks and 1 issue?" in said
        assert "1.7 Limits" in said
        assert "1.7.1 Count retries    p1" in said
        assert "1.7.2 Tell them  ◦ 1.7.1" in said
        assert isinstance(drive.app.screen, Sheet)
        drive.app.screen._appeared -= 1
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [ImportTasks(read_markdown(LIST, "pasted"))]
        await drive.until(lambda: "2 tasks and 1 issue imported" in drive.label("notice"))


async def test_all_that_is_wrong_with_a_list_is_told_with_its_place() -> None:
    wrong = LIST.replace("p1", "p9").replace("after 1.7.1, 1.7.0", "after nothing")
    async with opened() as drive:
        drive.app.post_message(events.Paste(wrong))
        await _in_front(drive, Viewer)
        assert "pasted:2: 'p9' is neither" in drive.screen_text()
        assert "pasted:4: 'after nothing' is neither" in drive.screen_text()
        assert drive.service.submitted == []


async def test_a_file_of_tasks_is_imported_and_a_wrong_path_can_be_corrected(
    tmp_path: Path,
) -> None:
    (tmp_path / "tasks.toml").write_text('[[tasks]]\ntitle = "Count retries"\n')
    async with opened() as drive:
        drive.key("i")
        await _in_front(drive, AskText)
        drive.type(f"{tmp_path}/tasks.tom")
        first = drive.app.screen
        drive.key("enter")
        await drive.until(lambda: drive.app.screen not in {first, drive.app.cockpit})
        await _in_front(drive, AskText)
        assert "it cannot be read" in drive.screen_text()
        drive.type("l")
        drive.key("enter")
        await _in_front(drive, Sheet)
        assert "Import 1 task?" in drive.screen_text()
        assert isinstance(drive.app.screen, Sheet)
        drive.app.screen._appeared -= 1
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        document = {"tasks": [{"title": "Count retries"}]}
        assert drive.service.submitted == [ImportTasks(document)]
