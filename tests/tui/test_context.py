"""What the worker of a task is shown, and what a person chooses about it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from codeframe_tui.core.commands import ChooseContext, Command
from codeframe_tui.core.errors import NotFound
from codeframe_tui.core.queries import ShowTaskContext
from codeframe_tui.tui.modals.context import ContextDialog
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService


async def shown(drive: Drive, key: str = "c") -> str:
    drive.key(key)
    await drive.until(lambda: isinstance(drive.app.screen, ContextDialog))
    await drive.in_pane("shown")
    return drive.screen_text()


def chosen(drive: Drive) -> list[ChooseContext]:
    return [each for each in drive.service.submitted if isinstance(each, ChooseContext)]


async def test_it_is_told_what_the_worker_was_shown_why_and_for_how_many_tokens() -> None:
    async with opened() as drive:
        text = await shown(drive)
        assert "1.2.3 Retry on 429 · what the worker was shown" in text
        assert "shown at 14:08 · 5 files · 2,614 of 24,000 tokens" in text
        lines = [line.split() for line in text.splitlines()]
        place = lines.index(["WHOLE"])
        assert lines[place + 1][:2] == ["*", "client/retry.py"]
        assert lines[place + 1][-1] == "1,204"
        assert [line for line in lines if line in (["DEFINITIONS"], ["BY", "NAME"], ["CUT"])] == [
            ["DEFINITIONS"],
            ["BY", "NAME"],
            ["CUT"],
        ]
        assert "client/huge.py: body of 40,000 tokens did not fit" in text
        assert "given whole · 1,204 tokens · pinned for all tasks" in text


async def test_what_is_said_of_a_file_fills_its_lines() -> None:
    async with opened(size=(120, 40)) as drive:
        reasons = ["a reason of many words"] * 5
        drive.service.context["files"][0]["reasons"] = reasons
        await shown(drive)
        await drive.until(lambda: " · ".join(reasons[:4]) in drive.screen_text())


async def test_tokens_that_no_reply_counted_are_told_as_about_so_many() -> None:
    async with opened() as drive:
        drive.service.context["tokens_by"] = "estimate"
        assert "· 5 files · about 2,614 of 24,000 tokens" in await shown(drive)


async def test_what_the_listing_of_paths_costs_is_told_too() -> None:
    async with opened() as drive:
        drive.service.context["listing"] = {"files": 412, "listed": 300, "tokens": 1_310}
        lines = [line.split() for line in (await shown(drive)).splitlines()]
        listed = lines[lines.index(["LISTED"]) + 1]
        assert listed == ["300", "of", "412", "paths", "of", "the", "project", "1,310"]


async def test_files_are_pinned_and_excluded_for_the_task_or_for_all() -> None:
    async with opened() as drive:
        await shown(drive)
        drive.key("j", "p")
        await drive.until(lambda: len(chosen(drive)) == 1)
        drive.service.context["pinned"].append({"path": "client/api.py", "whose": "task"})
        drive.key("j", "X")
        await drive.until(lambda: len(chosen(drive)) == 2)
        drive.key("k", "p")
        await drive.until(lambda: len(chosen(drive)) == 3)
        path = "client/limit.py"
        assert chosen(drive) == [
            ChooseContext("client/api.py", "pinned", "1.2.3"),
            ChooseContext(path, "excluded", None),
            ChooseContext("client/api.py", None, "1.2.3"),
        ]


async def test_what_was_said_in_earlier_tasks_is_shown_with_its_reason() -> None:
    async with opened() as drive:
        text = await shown(drive)
        row = next(line for line in text.splitlines() if "1.1.3" in line)
        assert "1.1.3 Settings model  you answered a question · words: retry, budget  31" in row
        drive.key("j", "j", "j", "j", "j")
        await drive.until(lambda: "A person answered: per request" in drive.screen_text())
        drive.key("p", "enter", "y", "k", "p")  # of these only the last is about a file
        await drive.until(lambda: chosen(drive))
        assert chosen(drive) == [ChooseContext("docs/retry.md", "pinned", "1.2.3")]


async def test_a_choice_that_is_refused_is_told_where_it_was_made() -> None:
    async with opened() as drive:
        await shown(drive)
        drive.service.refuse = NotFound("it cannot be pinned", hint="name a file")
        drive.key("p")
        await drive.until(lambda: "✘ it cannot be pinned · name a file" in drive.screen_text())


async def test_pins_of_later_and_exclusions_can_be_taken_back() -> None:
    service = FakeService()
    service.context["pinned"].append({"path": "new.py", "whose": "task"})
    service.context["excluded"].append({"path": "lib", "whose": "project"})
    async with opened(service) as drive:
        text = await shown(drive)
        lines = [line.split() for line in text.splitlines()]
        place = lines.index(["PINNED,", "NOT", "SHOWN"])
        assert lines[place + 1] == ["*", "new.py", "for", "this", "task"]
        assert "- lib  for all tasks" in text
        drive.key("G", "X")
        await drive.until(lambda: chosen(drive))
        assert chosen(drive) == [ChooseContext("lib", None, None)]


async def test_a_choice_for_all_can_be_taken_back_where_the_task_has_its_own() -> None:
    service = FakeService()
    both = [{"path": "new.py", "whose": whose} for whose in ("task", "project")]
    service.context["pinned"] += both
    service.context["pinned"].append({"path": "vendor", "whose": "project"})
    service.context["excluded"].append({"path": "vendor", "whose": "task"})
    service.context["excluded"] += [each | {"path": "lib"} for each in both]
    service.context["excluded"].append({"path": "client/api.py", "whose": "project"})
    service.context["pinned"].append({"path": "client/api.py", "whose": "task"})
    async with opened(service) as drive:
        lines = (await shown(drive)).splitlines()
        assert [line.split()[1] for line in lines if line[:2] == "* "][:2] == [
            "client/retry.py",
            "client/api.py",
        ]
        assert [line.split() for line in lines if line[:2] in {"* ", "- "}][2:] == [
            ["*", "new.py", "for", "this", "task"],
            ["-", "vendor", "for", "this", "task"],
            ["-", "lib", "for", "this", "task"],
        ]
        drive.key("G")
        await drive.until(
            lambda: "excluded for this task · excluded for all tasks" in drive.screen_text()
        )
        drive.key("X", "k", "k", "P")
        await drive.until(lambda: len(chosen(drive)) == 2)
        assert chosen(drive) == [
            ChooseContext("lib", None, None),
            ChooseContext("new.py", None, None),
        ]


async def test_keys_that_are_pressed_at_once_are_carried_out_one_after_the_other() -> None:
    class Slow(FakeService):
        async def submit(self, command: Command) -> dict[str, Any]:
            await asyncio.sleep(0)
            told = await super().submit(command)
            if isinstance(command, ChooseContext):
                pinned = [{"path": command.path, "whose": "task"}] if command.choice else []
                self.context = self.context | {"pinned": pinned}
            return told

    async with opened(Slow()) as drive:
        await shown(drive)
        drive.key("j", "p", "p", "p")
        await drive.until(lambda: len(chosen(drive)) == 3)
        assert [each.choice for each in chosen(drive)] == ["pinned", None, "pinned"]


async def test_before_a_task_begins_it_is_what_will_be_shown() -> None:
    service = FakeService()
    service.context |= {"at": None}
    async with opened(service) as drive:
        text = await shown(drive)
        assert "what the worker will be shown" in text
        assert "not begun yet · 5 files" in text


@pytest.mark.parametrize("about", ["files", "path"])
async def test_what_comes_from_a_project_is_shown_harmless(about: str) -> None:
    service = FakeService()
    hostile: dict[str, Any] = {"path": "a\x1b[31m\u202eb.py", "form": "name", "tokens": 3}
    if about == "files":
        service.context["files"] = [hostile | {"reasons": ["x\x1b]0;t\x07"]}]
    else:
        service.context["excluded"] = [{"path": hostile["path"], "whose": "task"}]
    async with opened(service) as drive:
        text = await shown(drive)
        assert not {"\x1b", "\x07", "\u202e"} & set(text)


async def test_a_file_is_opened_or_its_path_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as drive:
        copied: list[str] = []
        monkeypatch.setattr(drive.app, "copy_to_clipboard", copied.append)
        await shown(drive)
        drive.key("y")
        await drive.until(lambda: copied == ["client/retry.py"])
        await shown(drive)
        drive.key("enter")
        await drive.until(lambda: "on the machine of the engine" in drive.label("notice"))


async def test_the_activity_leads_there_too() -> None:
    async with opened() as drive:
        drive.key("5")
        await drive.in_pane("activity")
        await shown(drive)
        drive.key("escape")
        await drive.in_pane("activity")
        assert any(isinstance(asked, ShowTaskContext) for asked in drive.service.asked)
