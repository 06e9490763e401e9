"""Editing proposals and going on by hand, in the words of a person, with a scripted editor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from textual.worker import Worker

from codeframe_tui.core.commands import FinishByHand, LayOver, LeaveHand, Revise, TakeInHand
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.queries import ShowMerge
from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, diff

RETRY = "class Retry:\n    pass\n"
MINE = "class Retry:\n    mine = True\n"


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``$EDITOR``: notes its arguments, then writes what a test left for it."""
    program, left = tmp_path / "an editor", tmp_path / "left"
    program.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, sys\n"
        f"here = pathlib.Path({str(tmp_path)!r})\n"
        "here.joinpath('arguments').write_text('\\n'.join(sys.argv[1:]))\n"
        "if here.joinpath('left').exists():\n"
        "    pathlib.Path(sys.argv[-1]).write_text(here.joinpath('left').read_text())\n"
        "code = here.joinpath('code')\n"
        "sys.exit(int(code.read_text()) if code.exists() else 0)\n"
    )
    program.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"'{program}' --now")
    return left


def called(editor: Path) -> list[str]:
    return editor.with_name("arguments").read_text().splitlines()


def a_service() -> FakeService:
    return FakeService(files={"client/retry.py": RETRY})


async def in_diff(drive: Drive) -> None:
    drive.key("2")
    await drive.in_pane("diff")
    view = drive.app.cockpit.query_one(DiffView)
    await drive.until(lambda: view.place)
    view.go_to(("client/retry.py", 1))


async def all_done(drive: Drive) -> None:
    """Wait until what a key began has ended, the program that it started too."""
    await drive.until(lambda: not any(each.is_running for each in deeds(drive)))


def deeds(drive: Drive) -> list[Worker[Any]]:
    return [worker for worker in drive.app.workers if worker.group == "deeds"]


async def test_the_saved_text_of_an_edited_file_becomes_an_attempt(editor: Path) -> None:
    editor.write_text(MINE)
    async with opened(a_service()) as drive:
        await in_diff(drive)
        drive.key("E")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [Revise("1.2.3", "p2", (("client/retry.py", MINE),))]
        await drive.until(lambda: "your edit is attempt 3" in drive.label("notice"))
        option, path = called(editor)
        assert option == "--now"
        assert Path(path).name == "retry.py"
        assert not Path(path).exists(), "the copy is not needed any more"


async def test_a_text_that_is_left_as_it_was_is_no_edit(editor: Path) -> None:
    async with opened(a_service()) as drive:
        await in_diff(drive)
        drive.key("E")
        await drive.until(lambda: "nothing was changed" in drive.label("notice"))
        assert drive.service.submitted == []
        assert not Path(called(editor)[-1]).exists()


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
async def test_a_file_of_a_name_that_none_here_can_have_is_told(editor: Path, name: str) -> None:
    service = a_service()
    service.diffs["1.2.3"]["files"][0]["path"] = name
    service.files[name] = RETRY
    async with opened(service) as drive:
        drive.key("2")
        await drive.in_pane("diff")
        view = drive.app.cockpit.query_one(DiffView)
        await drive.until(lambda: view.place)
        view.go_to((name, 1))
        drive.key("E")
        await drive.until(lambda: "be opened: " in drive.label("notice"))
        assert drive.service.submitted == []
        assert not editor.with_name("arguments").exists()


async def test_only_one_program_at_a_time_has_the_terminal(editor: Path) -> None:
    log = editor.with_name("log")
    program = editor.with_name("an editor")
    program.write_text(
        f"#!{sys.executable}\n"
        "import os, pathlib, time\n"
        f"log = {str(log)!r}\n"
        "def tell(word):\n"
        "    with open(log, 'a') as file:\n"
        "        file.write(word)\n"
        "tell('(')\n"
        "time.sleep(0.3)\n"
        "tell(')')\n"
    )
    async with opened(a_service()) as drive:
        await in_diff(drive)
        drive.key("E", "E")
        await drive.until(lambda: log.exists() and log.read_text().endswith(")"))
        await all_done(drive)
        assert log.read_text() == "()"


async def test_an_editor_that_fails_changes_nothing_and_says_so(editor: Path) -> None:
    editor.with_name("code").write_text("3")
    async with opened(a_service()) as drive:
        await in_diff(drive)
        drive.key("E")
        await drive.until(lambda: "the editor ended with 3" in drive.label("notice"))
        assert drive.service.submitted == []


@pytest.mark.parametrize(
    ("chosen", "said"),
    [("", "there is no editor · set $VISUAL or $EDITOR"), ("/no/such/program", "does not start"),
     ("'half", "does not start")],
)  # fmt: skip
async def test_without_an_editor_the_line_says_what_to_do(
    editor: Path, monkeypatch: pytest.MonkeyPatch, chosen: str, said: str
) -> None:
    monkeypatch.setenv("EDITOR", chosen)
    monkeypatch.setenv("PATH", "/nowhere")
    async with opened(a_service()) as drive:
        await in_diff(drive)
        drive.key("E")
        await drive.until(lambda: said in drive.label("notice"))
        assert drive.service.submitted == []


@pytest.mark.fault(
    "people",
    "a proposal moves while it is edited in $EDITOR",
    sees="why it is not taken, where the text is kept, and a key that lays it over the newest",
    kept="the text, in a file that is told",
)
async def test_an_edit_of_a_proposal_that_moved_is_kept_and_laid_over_the_new_one(
    editor: Path,
) -> None:
    editor.write_text(MINE)
    service = a_service()
    service.refuse = Refused("it is another one by now", hint="look again", code="stale_proposal")
    async with opened(service) as drive:
        await in_diff(drive)
        drive.key("E")
        await drive.past_guard()
        shown = drive.screen_text()
        assert "it is another one by now" in shown
        kept = Path(called(editor)[-1])
        assert "".join(shown.split()).count(str(kept)) == 1
        assert kept.read_text() == MINE
        service.merge["text"] = MINE + "theirs = 1\n"
        drive.key("l")
        await drive.until(lambda: len(service.submitted) == 2)
        joined = MINE + "theirs = 1\n"
        assert service.submitted[1] == Revise("1.2.3", "p3", (("client/retry.py", joined),))
        asked = [each for each in service.asked if isinstance(each, ShowMerge)]
        assert asked == [ShowMerge("1.2.3", "p2", "client/retry.py", MINE)]
        await drive.until(lambda: not kept.exists())


async def test_an_edit_that_is_not_taken_stays_where_it_is_told(editor: Path) -> None:
    editor.write_text(MINE)
    service = a_service()
    service.refuse = Refused("the disk is full")
    async with opened(service) as drive:
        await in_diff(drive)
        drive.key("E")
        await drive.past_guard()
        drive.key("escape")
        kept = Path(called(editor)[-1])
        await drive.until(lambda: f"your text is kept: {kept}" in drive.label("notice"))
        assert kept.read_text() == MINE
        kept.unlink()
        kept.parent.rmdir()


STALE = Refused("it is another one by now", hint="look again", code="stale_proposal")


@pytest.mark.parametrize(
    ("full", "kept"), [("yours-retry.py", "retry.py"), ("retry.py", "yours-retry.py")]
)
async def test_a_full_disk_ends_the_joining_and_loses_nothing(
    editor: Path, full: str, kept: str
) -> None:
    editor.write_text(MINE)
    service = a_service()
    service.refuse = STALE
    service.merge["text"] = MINE + "theirs = 1\n"
    async with opened(service, size=(200, 50)) as drive:
        await in_diff(drive)
        drive.key("E")
        await drive.past_guard()
        folder = Path(called(editor)[-1]).parent
        (folder / full).unlink(missing_ok=True)
        (folder / full).symlink_to("/dev/full")
        drive.key("l")
        await drive.until(lambda: f"your text is kept: {folder / kept}" in drive.label("notice"))
        assert "cannot be joined: No space left on device" in drive.label("notice")
        await all_done(drive)
        assert (folder / kept).read_text() == MINE
        assert len(service.submitted) == 1


@pytest.mark.parametrize("conflict", ["deleted", "binary"])
async def test_where_lines_cannot_be_joined_a_persons_own_text_takes_the_place(
    editor: Path, conflict: str
) -> None:
    editor.write_text(MINE)
    service = a_service()
    service.refuse = STALE
    service.merge["conflict"] = conflict
    async with opened(service) as drive:
        await in_diff(drive)
        drive.key("E")
        await drive.past_guard()
        first, service.refuse = drive.app.screen, STALE
        drive.key("l")
        await drive.until(lambda: "yours takes its place" in drive.label("notice"))
        assert "attempt 3 has client/retry.py otherwise" in drive.label("notice")
        await drive.until(lambda: drive.app.screen not in {first, drive.app.cockpit})
        assert service.submitted[1:] == [Revise("1.2.3", "p3", (("client/retry.py", MINE),))]
        drive.key("escape")
        await all_done(drive)


@pytest.mark.parametrize("key", ["e", "E"])
async def test_no_file_outside_is_opened_whatever_the_engine_names(
    editor: Path, copy: Path, key: str
) -> None:
    (copy.parent / "outside").write_text("secret\n")
    service = by_hand_service(copy)
    service.overview["path"] = str(copy)
    for change in (service.copies["1.2.1"], service.diffs["1.2.3"]):
        change["files"][0]["path"] = "../outside"
    async with opened(service) as drive:
        view = await at_the_copy(drive)
        drive.key("2")
        await drive.in_pane("diff")
        view.go_to(("../outside", 1))
        drive.key(key)
        await drive.until(lambda: "`..` component" in drive.label("notice"))
        await all_done(drive)
        assert not editor.with_name("arguments").exists()


async def test_the_projects_own_file_is_opened_at_the_line(
    editor: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vim = tmp_path / "vim"
    vim.symlink_to(tmp_path / "an editor")
    monkeypatch.setenv("VISUAL", str(vim))
    service = a_service()
    service.overview["path"] = str(tmp_path)
    async with opened(service) as drive:
        await in_diff(drive)
        drive.key("e")
        await drive.until(lambda: "not in the project now" in drive.label("notice"))
        (tmp_path / "client").mkdir()
        (tmp_path / "client/retry.py").write_text("x\n")
        line = drive.app.cockpit.query_one(DiffView)
        drive.key("e")
        await drive.until(lambda: editor.with_name("arguments").exists())
        number = line.index.line_number(line.cursor)
        await all_done(drive)
        assert called(editor) == [f"+{number}", str(tmp_path / "client/retry.py")]
        assert service.submitted == []


# -- a copy of one's own --------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    folder.mkdir()
    return folder


def with_copy(copy: Path, **more: Any) -> FakeService:
    return FakeService(hand={"path": str(copy), "attempt": 3, "files": [], **more})


async def in_inbox(drive: Drive) -> None:
    drive.key("4")
    await drive.in_pane("blockers")
    await drive.until(drive.app.state.question)


async def test_a_blocked_task_is_resolved_by_hand(editor: Path, copy: Path) -> None:
    async with opened(with_copy(copy)) as drive:
        await in_inbox(drive)
        drive.key("E")
        await drive.past_guard()
        assert drive.service.submitted == [TakeInHand("1.2.1")]
        shown = drive.screen_text()
        assert str(copy) in "".join(shown.split())
        assert "Nothing is changed in it yet." in shown
        files = [{"path": "a.py", "action": "modify", "added": 1, "removed": 0}]
        drive.service.hand["files"] = files
        first = drive.app.screen
        drive.key("e")
        await drive.until(lambda: drive.app.screen not in {first, drive.app.cockpit})
        assert called(editor) == ["--now", str(copy)]
        await drive.past_guard()
        assert "You changed:" in drive.screen_text()
        drive.key("enter")
        await drive.until(lambda: FinishByHand("1.2.1") in drive.service.submitted)
        await drive.until(lambda: "resolved by hand: attempt 3" in drive.label("notice"))


async def test_leaving_the_sheet_keeps_the_copy_and_says_where(editor: Path, copy: Path) -> None:
    async with opened(with_copy(copy)) as drive:
        await in_inbox(drive)
        drive.key("E")
        await drive.past_guard()
        drive.key("escape")
        await drive.until(lambda: f"stays in your hands: {copy}" in drive.label("notice"))
        assert drive.service.submitted == [TakeInHand("1.2.1")]


async def test_throwing_away_asks_and_esc_decides_nothing(editor: Path, copy: Path) -> None:
    async with opened(with_copy(copy)) as drive:
        await in_inbox(drive)
        drive.key("E")
        await drive.past_guard()
        drive.key("x")
        await drive.until(lambda: "Throw away what you did" in drive.screen_text())
        await drive.past_guard()
        drive.key("escape")
        await drive.until(lambda: "Nothing is changed in it yet." in drive.screen_text())
        await drive.past_guard()
        drive.key("x")
        await drive.until(lambda: "Throw away what you did" in drive.screen_text())
        await drive.past_guard()
        drive.key("x")
        await drive.until(lambda: LeaveHand("1.2.1") in drive.service.submitted)


async def test_a_shell_opens_in_the_copy(
    copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell = tmp_path / "shell"
    shell.write_text("#!/bin/sh\npwd > ../where\n")
    shell.chmod(0o755)
    monkeypatch.setenv("SHELL", str(shell))
    async with opened(with_copy(copy)) as drive:
        await in_inbox(drive)
        drive.key("E")
        await drive.past_guard()
        drive.key("s")
        await drive.until((tmp_path / "where").exists)
        await drive.until(lambda: (tmp_path / "where").read_text() == f"{copy}\n")
        await drive.past_guard()
        drive.key("escape")
        await all_done(drive)


async def test_a_copy_on_another_machine_is_edited_there(tmp_path: Path) -> None:
    async with opened(with_copy(tmp_path / "elsewhere")) as drive:
        await in_inbox(drive)
        drive.key("E")
        await drive.past_guard()
        assert "on the machine of the engine" in drive.screen_text()
        assert "editor" not in drive.screen_text()


BOTH = "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> attempt 3\n"


async def test_lines_that_both_changed_are_chosen_in_the_editor_and_nothing_is_lost(
    editor: Path,
) -> None:
    editor.write_text(MINE)
    service = a_service()
    service.refuse = Refused("it is another one by now", hint="look again", code="stale_proposal")
    service.merge |= {"conflict": "text", "text": BOTH}
    async with opened(service) as drive:
        await in_diff(drive)
        drive.key("E")
        await drive.past_guard()
        editor.unlink()  # the editor saves nothing for now
        drive.key("l")
        await drive.until(lambda: "changed the same lines" in drive.screen_text())
        await drive.past_guard()
        kept = Path(called(editor)[-1])
        mine = kept.with_name("yours-retry.py")
        assert (kept.read_text(), mine.read_text()) == (BOTH, MINE)
        assert "".join(drive.screen_text().split()).count(str(mine)) == 1
        first = drive.app.screen
        drive.key("e")
        await drive.until(lambda: drive.app.screen not in {first, drive.app.cockpit})
        await drive.past_guard()
        drive.key("escape")
        await drive.until(lambda: f"your text is kept: {mine}" in drive.label("notice"))
        await all_done(drive)
        assert len(service.submitted) == 1
        service.refuse = Refused("another one", hint="again", code="stale_proposal")
        editor.write_text(MINE)
        drive.key("E")
        await drive.past_guard()
        editor.write_text("chosen\n")
        drive.key("l")
        await drive.until(lambda: "changed the same lines" in drive.screen_text())
        await drive.past_guard()
        drive.key("e")
        await drive.until(lambda: len(service.submitted) == 3)
        assert service.submitted[2] == Revise("1.2.3", "p3", (("client/retry.py", "chosen\n"),))
        await all_done(drive)
        assert not Path(called(editor)[-1]).exists()
        assert mine.read_text() == MINE


def by_hand_service(copy: Path) -> FakeService:
    """The blocked task is in hand, and its copy changes a file of two hunks."""
    service = with_copy(copy, waiting=True, newest=3)
    service.copies["1.2.1"] = diff() | {"task": "1.2.1", "attempt": 0, "proposal": "hand-1.2.1"}
    service.sides = {file["path"]: ["x"] * 100 for file in service.copies["1.2.1"]["files"]}
    service.tasks["1.2.1"] = service._task("1.2.1") | {"by_hand": True}
    return service


async def at_the_copy(drive: Drive) -> DiffView:
    await in_inbox(drive)
    view = drive.app.cockpit.query_one(DiffView)
    await drive.until(lambda: view.document["proposal"] == "hand-1.2.1" and view.count() > 10)
    return view


async def test_all_of_a_copy_is_shown_and_follows_every_save_without_a_jump(copy: Path) -> None:
    service = by_hand_service(copy)
    async with opened(service, size=(160, 50)) as drive:
        view = await at_the_copy(drive)
        assert "your copy" in drive.label("title")
        listed = [row.key for row in drive.pane("files").rows if row.key]
        assert sorted(listed) == sorted(f["path"] for f in service.copies["1.2.1"]["files"])
        drive.key("2")
        await drive.in_pane("diff")
        view.go_to(("client/limit.py", 1))
        place = view.place
        saved = service.copies["1.2.1"]
        saved["tree"] = "d" * 40
        saved["files"][0]["hunks"][0]["lines"].insert(0, ["+", "saved just now"])
        service.signal("hand", "1.2.1", files=["client/retry.py"], trouble="")
        await drive.until(
            lambda: any("saved just now" in view.text_at(i) for i in range(view.count()))
        )
        assert (view.place, view.cursor - view.scroll_offset.y) == (
            place,
            view.row_of(("client/limit.py", 1))[0] - view.scroll_offset.y,
        )
        drive.key("space")
        await drive.until(lambda: "this is only to read" in drive.label("notice"))
        assert (view.draft.moves, view.draft.units) == (0, ()), "nothing of it can be decided"
        service.tasks["1.2.1"]["by_hand"] = False
        service.happen("hand.ended", "1.2.1", how="thrown_away")
        await drive.until(lambda: "your copy" not in drive.label("title"))
        await drive.until(lambda: not view.count())


async def test_a_file_of_the_copy_opens_in_the_editor_at_its_line(editor: Path, copy: Path) -> None:
    (copy / "client").mkdir()
    (copy / "client/retry.py").write_text("x\n")
    async with opened(by_hand_service(copy)) as drive:
        view = await at_the_copy(drive)
        drive.key("2")
        await drive.in_pane("diff")
        view.go_to(("client/retry.py", 1))
        drive.key("E")
        await drive.until(lambda: editor.with_name("arguments").exists())
        await all_done(drive)
        assert called(editor)[-1] == str(copy / "client/retry.py")


async def test_a_file_that_a_person_deleted_in_the_copy_is_not_opened(
    editor: Path, copy: Path
) -> None:
    async with opened(by_hand_service(copy)) as drive:
        view = await at_the_copy(drive)
        drive.key("2")
        await drive.in_pane("diff")
        view.go_to(("client/retry.py", 1))
        drive.key("E")
        said = "client/retry.py cannot be opened: you deleted it"
        await drive.until(lambda: said in drive.label("notice"))
        assert not editor.with_name("arguments").exists()


async def test_trouble_with_seeing_saves_is_told_once_and_stands_on_the_sheet(copy: Path) -> None:
    service = by_hand_service(copy)
    async with opened(service) as drive:
        await at_the_copy(drive)
        said = "your saves are looked for once a second: OS file watch limit reached"
        service.signal("hand", "1.2.1", files=[], trouble=said)
        await drive.until(lambda: said[:40] in drive.label("notice"))
        drive.key("E")
        await drive.past_guard()
        assert said in " ".join(drive.screen_text().split())


async def test_a_copy_is_laid_over_the_proposal_that_came_meanwhile(copy: Path) -> None:
    service = by_hand_service(copy)
    service.hand |= {"moved": True, "newest": 4}
    service.laid = {"attempt": 4, "conflicts": {"client/retry.py": "text", "a.bin": "binary"}}
    async with opened(service) as drive:
        await at_the_copy(drive)
        drive.key("E")
        await drive.past_guard()
        shown = drive.screen_text()
        assert "has attempt 4 by now" in shown
        assert "done" not in shown
        service.hand |= {"moved": False, "marked": ["client/retry.py"]}
        drive.key("l")
        await drive.until(lambda: "you changed the same" in drive.screen_text())
        assert LayOver("1.2.1") in service.submitted
        shown = " ".join(drive.screen_text().split())
        assert "both stand in it, between marks" in shown
        assert "it is no text: yours stays" in shown
        await drive.past_guard()
        drive.key("enter")
        await drive.until(lambda: "Marks of a conflict stand in" in drive.screen_text())
        assert "done" in drive.screen_text()


async def test_a_refusal_without_a_hint_ends_with_its_words(copy: Path) -> None:
    service = by_hand_service(copy)
    service.hand |= {"moved": True, "newest": 4}
    service.refuse = None
    async with opened(service) as drive:
        await at_the_copy(drive)
        drive.key("E")
        await drive.past_guard()
        service.refuse = Refused("nothing moved")
        drive.key("l")
        await drive.until(lambda: drive.label("notice").strip() == "✘ nothing moved")


async def test_what_was_saved_in_the_last_moment_is_told_where_it_is(copy: Path) -> None:
    service = by_hand_service(copy)
    service.late = str(copy)
    async with opened(service, size=(200, 50)) as drive:
        await at_the_copy(drive)
        drive.key("E")
        await drive.past_guard()
        drive.key("enter")
        await drive.until(lambda: f"stays in {copy}" in drive.label("notice"))


async def test_the_copy_of_an_ended_task_is_reached_from_the_queue(copy: Path) -> None:
    service = by_hand_service(copy)
    service.hand["waiting"] = False
    async with opened(service) as drive:
        await at_the_copy(drive)
        drive.key("1")
        await drive.in_pane("queue")
        await drive.until(lambda: "E your copy" in drive.label("footer"))
        drive.key("E")
        await drive.past_guard()
        shown = drive.screen_text()
        assert "your copy is kept as it is" in " ".join(shown.split())
        assert "done" not in shown
        drive.key("x")
        await drive.until(lambda: "Throw away what you did" in drive.screen_text())
        await drive.past_guard()
        drive.key("x")
        await drive.until(lambda: LeaveHand("1.2.1") in service.submitted)


async def test_the_tests_follow_what_a_person_saves(copy: Path) -> None:
    service = with_copy(copy)
    service.tasks["1.2.3"]["by_hand"] = True
    async with opened(service) as drive:
        service.signal("hand", "1.2.3", files=["client/retry.py"])
        test = "tests/test_retry.py::test_new"
        service.signal("test", "1.2.3", key="t", run="green", id=test, outcome="failed")
        await drive.until(lambda: "test_new" in drive.pane("tests").text_at(0))
        service.signal("hand", "1.2.3", files=["client/retry.py"])
        await drive.until(lambda: "test_new" not in drive.pane("tests").text_at(0))
