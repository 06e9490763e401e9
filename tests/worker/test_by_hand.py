"""A person's own hands: edited proposals and a copy to go on in, from the wish to the proof."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import pytest

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.commands import (
    Answer,
    Approve,
    Cancel,
    FinishByHand,
    LayOver,
    LeaveHand,
    RaiseLimit,
    Reject,
    Retry,
    Revise,
    SetWorkers,
    TakeInHand,
)
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.events import Signal
from codeframe_tui.core.hand import COPY, Hand
from codeframe_tui.core.queries import ShowBlockers, ShowDiff, ShowFile, ShowHand, ShowMerge
from codeframe_tui.ports import Merged
from codeframe_tui.service import hand
from codeframe_tui.worker.hand import Hands, _ended
from tests.worker.room import PLAIN, Room, answer, call, room, three, tree_of

WRONG, RIGHT = answer(*three(4), why="four it is"), answer(*three(3), why="three it is")
GOOD = "def three():\n    return 3\n"
BETTER = "def three():\n    return 1 + 2\n"
BROKEN = "def three():\n    return 5\n"


async def proposed(desk: Room, path: str, task: str = "1") -> dict[str, Any]:
    return await desk.service.query(ShowFile(task, path))


async def revised(desk: Room, task: str, text: str | None, path: str = "pkg/three.py") -> None:
    found = await proposed(desk, path, task)
    await desk.service.submit(Revise(task, found["proposal"], ((path, text),)))


async def in_review(desk: Room) -> str:
    task = await desk.add()
    await desk.start()
    await desk.becomes(task, "in_review")
    return task


async def blocked(desk: Room) -> tuple[str, str]:
    """A task whose four attempts failed, and its question."""
    task = await desk.add()
    await desk.start()
    asked = await desk.until("blocker.opened", task)
    await desk.becomes(task, "blocked")
    return task, asked.data["id"]


async def test_an_edited_proposal_is_a_new_attempt_by_hand_tested_and_paid_for_by_nobody(
    tmp_path: Path,
) -> None:
    async with room(tmp_path, Line(RIGHT)) as desk:
        before = tree_of(desk.project)
        task = await in_review(desk)
        await desk.service.submit(SetWorkers(paused=True))
        await revised(desk, task, BETTER)
        shown = await desk.becomes(task, "in_review")
        newest = shown["attempts"][-1]
        assert (newest["attempt"], newest["cause"]) == (2, "hand")
        assert newest["explanation"] == "Edited by hand: pkg/three.py"
        assert newest["verification"]["verdict"] == "proven"
        assert {file["path"] for file in newest["files"]} == {"pkg/three.py", "tests/test_three.py"}
        assert (shown["corrections"], len(desk.script.asked)) == (0, 1)
        assert tree_of(desk.project) == before
        await desk.deed(Approve(task, expect=newest["proposal"]))
        assert (desk.project / "pkg/three.py").read_text() == BETTER


async def test_a_change_by_hand_that_fails_is_asked_about_and_never_corrected_unasked(
    tmp_path: Path,
) -> None:
    async with room(tmp_path, Line(RIGHT, RIGHT)) as desk:
        task = await in_review(desk)
        await revised(desk, task, BROKEN)
        asked = await desk.until("blocker.opened", task)
        assert asked.data["cause"] == "hand"
        assert "attempt 2" in asked.data["question"]
        assert len(desk.script.asked) == 1
        await desk.service.submit(Answer(asked.data["id"], "make it three again"))
        await desk.becomes(task, "in_review")
        told = desk.script.newest()
        assert "make it three again" in told
        assert "+    return 5" in told, "the model does not know what the person did"


async def test_a_rejection_after_an_edit_by_hand_tells_the_model_of_both(tmp_path: Path) -> None:
    async with room(tmp_path, Line(RIGHT, answer(*three(3)[:1], why="again"))) as desk:
        task = await in_review(desk)
        await revised(desk, task, BETTER)
        await desk.becomes(task, "in_review")
        await desk.service.submit(Reject(task, "say why"))
        shown = await desk.becomes(task, "in_review")
        told = desk.script.newest()
        assert told.index("+    return 1 + 2") < told.index("say why")
        assert [each["cause"] for each in shown["attempts"]] == ["first", "hand", "review"]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ((("pkg/three.py", GOOD),), "unchanged"),
        ((("../out.py", "x"),), "path_refused"),
        ((("pkg/three.py/x", "x"),), "path_refused"),
        ((("pkg/three.py", "x" * (2**20 + 1)),), "not_editable"),
        ((("pkg/three.py", None), ("tests/test_three.py", None)), "unchanged"),
    ],
    ids=["same", "outside", "below a file", "large", "nothing left"],
)
async def test_an_edit_that_cannot_be_is_refused_and_the_task_stays(
    tmp_path: Path, files: Any, code: str
) -> None:
    async with room(tmp_path, Line(RIGHT)) as desk:
        task = await in_review(desk)
        expect = (await desk.show(task))["proposal"]
        with pytest.raises(CodeframeError) as caught:
            await desk.service.submit(Revise(task, expect, files))
        assert caught.value.code == code
        shown = await desk.show(task)
        assert (shown["status"], len(shown["attempts"])) == ("in_review", 1)


async def test_an_edit_of_a_proposal_that_moved_is_refused(tmp_path: Path) -> None:
    async with room(tmp_path, Line(RIGHT)) as desk:
        task = await in_review(desk)
        old = await proposed(desk, "pkg/three.py")
        await revised(desk, task, BETTER)
        await desk.becomes(task, "in_review")
        with pytest.raises(CodeframeError) as caught:
            await desk.service.submit(Revise(task, old["proposal"], (("pkg/three.py", "x = 1\n"),)))
        assert caught.value.code == "stale_proposal"


async def test_a_binary_or_missing_file_is_told(tmp_path: Path) -> None:
    binary = {"path": "b.bin", "action": "create", "content": "AAEC", "encoding": "base64"}
    async with room(tmp_path, Line(answer(*three(3), binary))) as desk:
        await in_review(desk)
        assert (await proposed(desk, "gone.py"))["text"] is None
        assert (await proposed(desk, "pkg/three.py"))["text"] == GOOD
        with pytest.raises(CodeframeError) as caught:
            await proposed(desk, "b.bin")
        assert (caught.value.code, bool(caught.value.hint)) == ("not_editable", True)


# -- a copy of one's own --------------------------------------------------------------------------


async def test_a_blocked_task_is_resolved_by_hand_in_a_copy_that_follows_every_save(
    tmp_path: Path,
) -> None:
    tries = [answer(*three(n), why=f"try {n}") for n in (4, 5, 6, 7)]
    async with room(tmp_path, Line(*tries)) as desk:
        before = tree_of(desk.project)
        task, question = await blocked(desk)
        signals = desk.service.signals()
        async with aclosing(cast("Any", signals)):
            taken = await desk.service.submit(TakeInHand(task))
            copy = Path(taken["path"])
            assert (copy / "pkg/three.py").read_text().endswith("return 7\n")
            assert not (copy / ".git").exists()
            assert await desk.service.submit(TakeInHand(task)) == taken
            (copy / "pkg/three.py").write_text(GOOD)
            (copy / "notes.txt").write_text("mine\n")
            while True:
                await heard(desk, signals, "hand")
                seen = (await desk.service.query(ShowDiff(task, COPY)))["files"]
                if len(seen) == 2:
                    break
            assert [file["path"] for file in seen] == ["notes.txt", "pkg/three.py"]
            assert ["+", "    return 3"] in seen[1]["hunks"][0]["lines"]
            (copy / "notes.txt").unlink()
            await heard(desk, signals, "hand")
            tested = await heard(desk, signals, "test")
            assert tested.data["id"] == "tests/test_three.py::test_three"
            assert tested.data["outcome"] == "passed"
        shown = await desk.service.query(ShowHand(task))
        assert [file["path"] for file in shown["files"]] == ["pkg/three.py"]
        assert tree_of(desk.project) == before
        assert len((await desk.show(task))["attempts"]) == 4

        await desk.service.submit(FinishByHand(task))
        done = await desk.becomes(task, "in_review")
        assert done["attempts"][-1]["cause"] == "hand"
        assert done["attempts"][-1]["verification"]["verdict"] == "proven"
        assert done["by_hand"] is False
        ended = [e for e in done["history"] if e["type"] == "blocker.resolved"]
        assert [e["data"] for e in ended] == [{"id": question, "how": "by_hand"}]
        assert not copy.exists()
        assert len(desk.script.asked) == 4
        assert tree_of(desk.project) == before


async def heard(desk: Room, signals: AsyncIterator[Signal], kind: str) -> Signal:
    """The next signal of a kind."""
    import asyncio

    async with asyncio.timeout(desk.patience):
        async for signal in signals:
            if signal.kind == kind:
                return signal
    raise AssertionError("the engine ended")


async def test_a_follower_that_is_stopped_twice_leaves_nothing_running() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow_to_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            begun.set()
            await go_on.wait()

    tasks = [asyncio.create_task(slow_to_end()) for _ in range(2)]
    await asyncio.sleep(0)
    stopping = asyncio.create_task(_ended(*tasks))
    await begun.wait()
    stopping.cancel()
    for _ in range(5):  # rounds of the loop
        await asyncio.sleep(0)
    assert not stopping.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    assert all(task.cancelled() for task in tasks)


async def test_no_copy_is_followed_any_more_when_the_engine_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ending, real_stop, real_open = asyncio.Event(), Hands.stop, Hands._open

    async def stop(self: Hands) -> None:
        ending.set()
        await real_stop(self)

    async def look(self: Hands) -> Mapping[str, Hand]:
        copies = await real_open(self)
        if len(copies) == 2:  # the second is found just when the engine ends
            await ending.wait()
        return copies

    monkeypatch.setattr(Hands, "stop", stop)
    monkeypatch.setattr(Hands, "_open", look)
    async with room(tmp_path, Line(RIGHT)) as desk:
        for _ in range(2):
            await desk.service.submit(TakeInHand(await in_review(desk)))
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("hand ")]
    assert "is not followed" not in caplog.text


async def test_a_copy_that_is_thrown_away_leaves_all_as_it_was(tmp_path: Path) -> None:
    ask = call("AskHuman", question="Which way?")
    write = call("Write", path="pkg/half.py", content="half = 1\n")
    async with room(tmp_path, Line(write, ask, RIGHT)) as desk:
        task, question = await blocked(desk)
        copy = Path((await desk.service.submit(TakeInHand(task)))["path"])
        assert (copy / "pkg/half.py").exists(), "what the model wrote so far is in it"
        with pytest.raises(CodeframeError) as caught:
            await desk.service.submit(FinishByHand(task))
        assert caught.value.code == "unchanged"
        (copy / "pkg/core.py").write_text("ruined\n")
        assert await desk.service.submit(LeaveHand(task)) == {}
        assert await desk.service.submit(LeaveHand(task)) == {}
        assert not copy.exists()
        asked = (await desk.service.query(ShowBlockers()))["blockers"]
        assert [each["id"] for each in asked] == [question]
        with pytest.raises(CodeframeError) as caught:
            await desk.service.submit(FinishByHand(task))
        assert caught.value.code == "not_in_hand"
        await desk.service.submit(Answer(question, "that way"))
        await desk.becomes(task, "in_review")


async def test_a_question_in_the_middle_is_resolved_by_hand_and_a_rejection_goes_on(
    tmp_path: Path,
) -> None:
    """The call that asked has no result then; the model gets it before it works on."""
    ask = call("AskHuman", question="Which way?")
    async with room(tmp_path, Line(ask, RIGHT)) as desk:
        task, _ = await blocked(desk)
        copy = Path((await desk.service.submit(TakeInHand(task)))["path"])
        (copy / "pkg/three.py").write_text(BROKEN)
        (copy / "tests/test_three.py").write_text(three(3)[1]["content"])
        await desk.service.submit(FinishByHand(task))
        asked = await desk.until("blocker.opened", task)
        assert asked.data["cause"] == "hand"
        await desk.service.submit(Answer(asked.data["id"], "three, please"))
        await desk.becomes(task, "in_review")
        results = desk.script.asked[-1][-1]["content"]
        assert results[0]["type"] == "tool_result"
        assert "three, please" in desk.script.newest()


async def test_a_copy_is_kept_when_the_task_moves_on_under_it(tmp_path: Path) -> None:
    ask = call("AskHuman", question="Which way?")
    async with room(tmp_path, Line(ask, RIGHT)) as desk:
        task, question = await blocked(desk)
        copy = Path((await desk.service.submit(TakeInHand(task)))["path"])
        (copy / "mine.txt").write_text("mine\n")
        await desk.service.submit(Answer(question, "that way"))
        await desk.becomes(task, "in_review")
        with pytest.raises(CodeframeError) as caught:
            await desk.service.submit(FinishByHand(task))
        assert caught.value.code == "stale_proposal"
        assert str(copy) in caught.value.hint
        assert (await desk.service.query(ShowHand(task)))["moved"]
        await desk.service.submit(Cancel(task))
        await desk.until("task.status", task, to="cancelled")
        assert (copy / "mine.txt").read_text() == "mine\n"


async def test_what_is_saved_in_the_instant_of_done_is_kept_in_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = [answer(*three(n), why=f"try {n}") for n in (4, 5, 6, 7)]
    async with room(tmp_path, Line(*tries)) as desk:
        task, _ = await blocked(desk)
        copy = Path((await desk.service.submit(TakeInHand(task)))["path"])
        (copy / "pkg/three.py").write_text(GOOD)

        def save_late(point: str) -> None:
            if point == "hand.captured":
                (copy / "pkg/three.py").write_text(BETTER)

        monkeypatch.setattr(hand, "passing", save_late)
        made = await desk.service.submit(FinishByHand(task))
        assert (made["attempt"], made["kept"]) == (5, str(copy))
        assert (copy / "pkg/three.py").read_text() == BETTER
        shown = await desk.becomes(task, "in_review")
        assert shown["by_hand"] is True
        assert (await proposed(desk, "pkg/three.py"))["text"] == GOOD
        left = await desk.service.query(ShowHand(task))
        assert (left["moved"], [file["path"] for file in left["files"]]) == (
            False,
            ["pkg/three.py"],
        )
        monkeypatch.undo()
        assert (await desk.service.submit(FinishByHand(task)))["kept"] is None
        assert not copy.exists()
        await desk.becomes(task, "in_review")
        assert (await proposed(desk, "pkg/three.py"))["text"] == BETTER


TWO_ENDS = "def first():\n    return 1\n\n\n\n\n\ndef last():\n    return 9\n"


async def test_a_copy_is_joined_with_the_proposal_that_came_meanwhile(tmp_path: Path) -> None:
    ask = call("AskHuman", question="Which way?")
    write = call("Write", path="pkg/ends.py", content=TWO_ENDS)
    newer = {"path": "pkg/ends.py", "action": "create", "content": ""}
    newer["content"] = TWO_ENDS.replace("return 9", "return 99")
    clash = {"path": "pkg/__init__.py", "action": "modify", "content": "theirs = 1\n"}
    good = answer(*three(3), newer, clash, why="that way")
    async with room(tmp_path, Line(write, ask, good)) as desk:
        task, question = await blocked(desk)
        copy = Path((await desk.service.submit(TakeInHand(task)))["path"])
        (copy / "pkg/ends.py").write_text(TWO_ENDS.replace("return 1", "return 11"))
        (copy / "pkg/__init__.py").write_text("mine = 1\n")
        (copy / "mine.txt").write_text("mine\n")
        await desk.service.submit(Answer(question, "that way"))
        await desk.becomes(task, "in_review")
        assert (await desk.service.query(ShowHand(task)))["moved"]
        laid = await desk.service.submit(LayOver(task))
        assert laid == {"attempt": 1, "conflicts": {"pkg/__init__.py": "text"}}
        both = TWO_ENDS.replace("return 1", "return 11").replace("return 9", "return 99")
        assert (copy / "pkg/ends.py").read_text() == both
        assert (copy / "pkg/three.py").read_text() == GOOD
        assert (copy / "mine.txt").read_text() == "mine\n"
        text = (copy / "pkg/__init__.py").read_text()
        assert text.splitlines() == [
            "<<<<<<< yours", "mine = 1", "=======", "theirs = 1", ">>>>>>> attempt 1"
        ]  # fmt: skip
        shown = await desk.service.query(ShowHand(task))
        assert (shown["moved"], shown["marked"]) == (False, ["pkg/__init__.py"])
        with pytest.raises(CodeframeError) as caught:
            await desk.service.submit(FinishByHand(task))
        assert (caught.value.code, "pkg/__init__.py" in caught.value.message) == (
            "conflict_marks",
            True,
        )
        (copy / "pkg/__init__.py").write_text("mine = 1\ntheirs = 1\n")
        await desk.service.submit(FinishByHand(task))
        done = await desk.becomes(task, "in_review")
        assert done["attempts"][-1]["cause"] == "hand"
        assert (await proposed(desk, "pkg/ends.py"))["text"] == both


async def test_a_file_is_not_laid_over_a_folder_of_the_copy_nor_the_other_way_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = call("AskHuman", question="Which way?")
    old = {"path": "odd/one.py", "action": "create", "content": "x = 1\n"}
    write = [call("Write", path=path, content="x = 1\n") for path in ("odd/one.py", "even")]
    good = answer(*three(3), old, {**old, "path": "even"}, why="that way")
    async with room(tmp_path, Line(*write, ask, good)) as desk:
        task, question = await blocked(desk)
        copy = Path((await desk.service.submit(TakeInHand(task)))["path"])
        await desk.service.submit(Answer(question, "that way"))
        await desk.becomes(task, "in_review")
        merge = GitWorkspaces.merge

        async def other_kinds(trees: GitWorkspaces, *three: str, **options: Any) -> Merged:
            joined = await merge(trees, *three, **options)
            text = ("100644", b"x = 2\n")
            gone = await trees.overlay(joined.tree, {"odd/one.py": None, "even": None})
            tree = await trees.overlay(gone, {"odd": text, "even/two.py": text})
            return Merged(tree, joined.conflicts)

        monkeypatch.setattr(GitWorkspaces, "merge", other_kinds)
        laid = await desk.service.submit(LayOver(task))
        paths = ["even", "even/two.py", "odd", "odd/one.py"]
        assert laid["conflicts"] == dict.fromkeys(paths, "place")
        assert (copy / "odd/one.py").read_text() == (copy / "even").read_text() == "x = 1\n"
        assert (copy / "pkg/three.py").read_text() == GOOD


async def test_nothing_is_laid_over_a_file_that_was_saved_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = call("AskHuman", question="Which way?")
    async with room(tmp_path, Line(ask, RIGHT)) as desk:
        task, question = await blocked(desk)
        copy = Path((await desk.service.submit(TakeInHand(task)))["path"])
        (copy / "mine.txt").write_text("mine\n")
        await desk.service.submit(Answer(question, "that way"))
        await desk.becomes(task, "in_review")
        rewrite = hand._rewrite

        def save_first(*arguments: Any) -> None:
            (copy / "pkg/three.py").write_text(BETTER)
            rewrite(*arguments)

        monkeypatch.setattr(hand, "_rewrite", save_first)
        with pytest.raises(CodeframeError) as caught:
            await desk.service.submit(LayOver(task))
        assert caught.value.code == "saved_meanwhile"
        assert (copy / "pkg/three.py").read_text() == BETTER
        assert not (copy / "tests/test_three.py").exists(), "all or nothing"
        assert (await desk.service.query(ShowHand(task)))["moved"] is True


async def moved_on(desk: Room) -> tuple[str, Path]:
    """A task whose copy was begun, and one file saved, before the proposal came."""
    task, question = await blocked(desk)
    copy = Path((await desk.service.submit(TakeInHand(task)))["path"])
    (copy / "mine.txt").write_text("mine\n")
    await desk.service.submit(Answer(question, "that way"))
    await desk.becomes(task, "in_review")
    return task, copy


async def test_a_folder_in_the_place_of_a_file_stays_out_of_the_copy_and_is_told(
    tmp_path: Path,
) -> None:
    files = {**PLAIN, "notes": (0o644, b"old\n"), "more/a.txt": (0o644, b"old\n")}
    core = PLAIN["pkg/core.py"][1].decode().replace("return 2", "return 22")
    change = {"path": "pkg/core.py", "action": "modify", "content": core}
    async with room(tmp_path, Line(answer(change, *three(3))), files=files) as desk:
        task = await in_review(desk)
        copy = Path((await desk.service.submit(TakeInHand(task)))["path"])
        for name in ("notes", "more/a.txt"):
            (desk.project / name).unlink()
        (desk.project / "notes").mkdir()
        (desk.project / "more").rmdir()
        for name in ("notes/a.txt", "more", "new.txt", "pkg/core.py"):
            (desk.project / name).write_text("# new\n")
        refused = await desk.deed(Approve(task))
        assert refused.data["code"] == "conflict"
        await desk.service.submit(Retry(task))
        await desk.until("verification.recorded", task)
        await desk.becomes(task, "in_review")

        laid = await desk.service.submit(LayOver(task))
        places = dict.fromkeys(("more", "more/a.txt", "notes", "notes/a.txt"), "place")
        assert laid == {"attempt": 2, "conflicts": places}
        held = tree_of(copy)
        assert held["new.txt"] == (0o644, b"# new\n")
        assert held["notes"] == held["more/a.txt"] == (0o644, b"old\n")


@pytest.mark.fault(
    "people",
    "a copy is laid over a newer proposal, and one of its files cannot be written",
    sees="which file, and why",
    kept="the copy, byte for byte, until all of it can be written",
)
async def test_a_copy_in_which_one_file_cannot_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    content = PLAIN["tests/test_core.py"][1].decode() + "\n# new\n"
    test = {"path": "tests/test_core.py", "action": "modify", "content": content}
    script = Line(call("AskHuman", question="Which way?"), answer(*three(3), test))
    async with room(tmp_path, script) as desk:
        task, copy = await moved_on(desk)
        (copy / "tests/test_core.py").chmod(0o444)
        before = tree_of(copy)
        with pytest.raises(CodeframeError) as caught:
            await desk.service.submit(LayOver(task))
        assert (caught.value.code, tree_of(copy)) == ("path_refused", before)
        (copy / "tests/test_core.py").chmod(0o644)
        assert (await desk.service.submit(LayOver(task)))["conflicts"] == {}


async def test_the_copy_of_a_task_that_ends_meanwhile_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with room(tmp_path, Line(call("AskHuman", question="Which way?"), RIGHT)) as desk:
        task, copy = await moved_on(desk)
        before, merge = tree_of(copy), GitWorkspaces.merge

        async def cancelled_first(*arguments: Any, **more: Any) -> Merged:
            await desk.service.submit(Cancel(task))
            return await merge(*arguments, **more)

        monkeypatch.setattr(GitWorkspaces, "merge", cancelled_first)
        with pytest.raises(CodeframeError) as caught:
            await desk.service.submit(LayOver(task))
        assert (caught.value.code, tree_of(copy)) == ("not_waiting", before)


async def test_an_edit_is_joined_with_the_newest_proposal(tmp_path: Path) -> None:
    files = {"path": "pkg/ends.py", "action": "create", "content": TWO_ENDS}
    async with room(tmp_path, Line(answer(*three(3), files))) as desk:
        task = await in_review(desk)
        old = (await desk.show(task))["proposal"]
        theirs = TWO_ENDS.replace("return 9", "return 99")
        await revised(desk, task, theirs, "pkg/ends.py")
        await desk.becomes(task, "in_review")
        mine = TWO_ENDS.replace("return 1", "return 11")
        found = await desk.service.query(ShowMerge(task, old, "pkg/ends.py", mine))
        assert found["conflict"] is None
        assert found["text"] == mine.replace("return 9", "return 99")
        clash = TWO_ENDS.replace("return 9", "return 8")
        found = await desk.service.query(ShowMerge(task, old, "pkg/ends.py", clash))
        assert (found["conflict"], found["attempt"]) == ("text", 2)
        assert "    return 8\n=======\n    return 99\n" in found["text"]


async def test_the_copy_of_an_ended_task_is_kept_shown_and_can_be_thrown_away(
    tmp_path: Path,
) -> None:
    ask = call("AskHuman", question="Which way?")
    async with room(tmp_path, Line(ask, RIGHT)) as desk:
        task, _ = await blocked(desk)
        copy = Path((await desk.service.submit(TakeInHand(task)))["path"])
        (copy / "mine.txt").write_text("mine\n")
        await desk.service.submit(Cancel(task))
        await desk.until("task.status", task, to="cancelled")
    async with room(tmp_path, Line(ask, RIGHT), files=None) as desk:
        assert (await desk.show(task))["by_hand"] is True
        shown = await desk.service.query(ShowHand(task))
        assert (shown["path"], shown["waiting"]) == (str(copy), False)
        assert (copy / "mine.txt").read_text() == "mine\n"
        with pytest.raises(CodeframeError) as caught:
            await desk.service.submit(FinishByHand(task))
        assert caught.value.code == "not_waiting"
        await desk.service.submit(LeaveHand(task))
        assert not copy.exists()


async def test_more_attempts_are_made_before_the_next_question(tmp_path: Path) -> None:
    tries = [answer(*three(n), why=f"try {n}") for n in (4, 5, 6, 7, 8, 9)]
    async with room(tmp_path, Line(*tries)) as desk:
        task, question = await blocked(desk)
        await desk.service.submit(RaiseLimit(question, 2))
        shown = await desk.becomes(task, "blocked")
        assert len(shown["attempts"]) == 6
        assert len(desk.script.asked) == 6


@pytest.mark.fault(
    "kill",
    "the engine ends while a person goes on by hand in a copy",
    sees="the question, and the copy as they left it",
    kept="every save",
)
async def test_a_copy_is_there_again_after_a_restart_and_what_was_left_behind_is_gone(
    tmp_path: Path,
) -> None:
    ask = call("AskHuman", question="Which way?")
    async with room(tmp_path, Line(ask, RIGHT)) as desk:
        task, question = await blocked(desk)
        copy = Path((await desk.service.submit(TakeInHand(task)))["path"])
        (copy / "pkg/three.py").write_text(GOOD)
        left = copy.with_name("hand-9")
        left.mkdir()
    async with room(tmp_path, Line(ask, RIGHT), files=None) as desk:
        assert not left.exists()
        found = (await desk.service.query(ShowBlockers()))["blockers"]
        assert [(each["id"], each["by_hand"]) for each in found] == [(question, True)]
        assert await desk.service.submit(TakeInHand(task)) == {"task": task, "path": str(copy)}
        assert (copy / "pkg/three.py").read_text() == GOOD
