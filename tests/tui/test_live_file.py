"""A file while the model writes it: shown for its own task, and only until there is more."""

from __future__ import annotations

from typing import Any

from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, diff, shown

WRITING = "1.3.1"


async def _writing(drive: Drive, **data: Any) -> None:
    """Put the task that is being written in focus, with a file on its way."""
    drive.app.focus_task(WRITING)
    await drive.until(lambda: (drive.app.state.task or {}).get("number") == WRITING)
    drive.service.signal(
        "file", WRITING, key="audit.py", path="audit.py", content="x = 1\n", turn=1
    )
    await drive.until(lambda: "being written" in _change(drive))


def _change(drive: Drive) -> str:
    view = drive.app.cockpit.query_one(DiffView)
    return "\n".join(view.render_line(y).text for y in range(view.size.height))


def _propose(service: FakeService) -> None:
    """The answer is stored and has become a proposal; the queue does not tell yet."""
    row = next(r for g in service.queue["groups"] for r in g["rows"] if r["number"] == WRITING)
    service.tasks[WRITING] = {**shown(), **row, "title": row["title"]}
    service.diffs[WRITING] = diff()
    service.happen("turn.recorded", WRITING, turn=1)
    service.happen("proposal.recorded", WRITING, attempt=1)


async def test_a_signal_that_comes_after_the_proposal_does_not_hide_it() -> None:
    async with opened() as drive:
        await _writing(drive)
        _propose(drive.service)
        await drive.until(lambda: "being written" not in _change(drive))
        drive.service.signal(
            "file", WRITING, key="audit.py", path="audit.py", content="x = 1\ny = 2\n", turn=1
        )
        drive.service.signal("test.output", WRITING, append=True, run="red", text="one\n")
        await drive.until(lambda: "one" in drive.app.state.live[WRITING].log)
        await drive.pilot.pause()
        assert "being written" not in _change(drive)
        assert "client/retry.py" in _change(drive)


async def test_the_next_attempt_is_shown_while_it_is_written() -> None:
    async with opened() as drive:
        await _writing(drive)
        _propose(drive.service)
        await drive.until(lambda: "being written" not in _change(drive))
        drive.service.signal("file", WRITING, key="b.py", path="b.py", content="z = 3\n", turn=3)
        await drive.until(lambda: "being written" in _change(drive) and "z = 3" in _change(drive))


async def test_another_task_does_not_show_it() -> None:
    async with opened() as drive:
        await _writing(drive)
        drive.app.focus_task("1.4.1")
        await drive.until(lambda: "1.4.1 Rate limiter" in drive.label("title"))
        await drive.pilot.pause()
        assert "being written" not in _change(drive)
        drive.app.focus_task(WRITING)
        await drive.until(lambda: "being written" in _change(drive))


async def test_a_task_that_was_stopped_does_not_show_it() -> None:
    async with opened() as drive:
        await _writing(drive)
        for group in drive.service.queue["groups"]:
            for row in group["rows"]:
                if row["number"] == WRITING:
                    row |= {"status": "blocked", "phase": None}
        drive.service.happen("task.status", WRITING, to="blocked", **{"from": "in_progress"})
        await drive.until(lambda: drive.app.state.row(WRITING).get("status") == "blocked")
        await drive.pilot.pause()
        assert "being written" not in _change(drive)


async def test_a_file_that_was_there_is_shown_as_what_changes_in_it() -> None:
    service = FakeService()
    service.bases["audit.py"] = "x = 0\nkept = True\n"
    async with opened(service) as drive:
        drive.app.focus_task(WRITING)
        await drive.until(lambda: (drive.app.state.task or {}).get("number") == WRITING)
        content = "x = 1\nkept = True\n"
        service.signal("file", WRITING, key="audit.py", path="audit.py", content=content, turn=1)
        await drive.until(lambda: "x = 1" in _change(drive))
        shown = [line for line in _change(drive).splitlines() if "kept" in line or "x = " in line]
        assert [next(sign for sign in line if sign in "+-k") for line in shown] == ["-", "+", "k"]


async def test_a_file_without_a_known_base_is_shown_as_new() -> None:
    async with opened() as drive:
        drive.service.refuse_base = True
        await _writing(drive)
        assert "+ x = 1" in _change(drive)
