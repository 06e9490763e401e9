"""Every screen and state of the cockpit: how to bring each about, by keys as a person would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from textual.widgets import Input, TextArea

from codeframe_tui.tui.keymap import find
from tests.tui.driving import Drive
from tests.tui.fake_service import FakeService

__all__ = ["EMPTY", "FACES", "Face", "empty", "leave", "press", "show"]

Steps = Callable[[Drive], Awaitable[object]]


@dataclass(frozen=True)
class Face:
    """A state that a person can see.

    Attributes:
        name: of the picture.
        actions: what is pressed, by the names of the table of keys, each from the main screen.
        until: a text that is on the screen then.
        after: what is pressed to have all as before.
        about: the task that is in focus first; empty = the one under review.
        stage: what happens before a key is pressed.
    """

    name: str
    actions: tuple[str, ...]
    until: str = ""
    after: tuple[str, ...] = ()
    about: str = ""
    stage: Steps | None = None


FACES = (
    Face("queue", ("app.pane_queue",), "QUEUE"),
    Face("diff", ("app.pane_diff",)),
    Face("judged", ("app.pane_diff", "diff.accept_hunk", "diff.reject_hunk")),
    Face("tests", ("app.pane_tests",), "test_stops_when_budget_is_spent"),
    Face("blockers", ("app.pane_blockers",), "Round half up"),
    Face("activity", ("app.pane_activity",), "Grep"),
    Face("raw log", ("app.pane_tests", "tests.log"), after=("tests.log",)),
    Face("test output", ("app.pane_tests", "tests.output"), "assert 1 == 2"),
    Face("answer", ("app.pane_blockers", "blockers.answer"), "half even"),
    Face("new task", ("app.new_task",), "New task"),
    Face("guard sheet", ("app.pane_diff", "diff.approve_all"), "Apply all"),
    Face("sending", ("app.pane_diff", "diff.send"), "Send"),
    Face("cancelling", ("app.pane_queue", "queue.cancel"), "Cancel"),
    Face("retry", ("app.pane_queue", "queue.retry"), "Retry"),
    Face("policy", ("app.policy",), "Policy green"),
    Face("leaving", ("app.quit",), "Work is running"),
    Face("help", ("app.help",), "EVERYWHERE"),
    Face("welcome", ("app.welcome",)),
    Face(
        "lines chosen",
        ("app.pane_diff", "diff.next_hunk", "diff.range", "diff.cursor_down"),
        after=("app.back",),
    ),
    Face("two sides", ("app.pane_diff", "diff.split"), after=("diff.split",)),
    Face("folded", ("app.pane_diff", "diff.fold_all"), after=("diff.fold_all",)),
    Face("comment", ("app.pane_diff", "diff.comment"), "Comment"),
    Face("symbols", ("app.pane_diff", "diff.symbols")),
    Face("jump", ("app.pane_diff", "diff.jump")),
    Face("history", ("app.pane_queue", "queue.history")),
    Face("dependencies", ("app.pane_queue", "queue.after")),
    Face("undoing", ("app.pane_queue", "list.last", "queue.undo"), "Undo"),
)
"""In the project of the drawings."""

EMPTY = (
    Face("nothing yet: queue", ("app.pane_queue",)),
    Face("nothing yet: diff", ("app.pane_diff",)),
    Face("nothing yet: tests", ("app.pane_tests",)),
    Face("nothing yet: blockers", ("app.pane_blockers",)),
    Face("nothing yet: activity", ("app.pane_activity",)),
)
"""In a project without tasks."""


def empty() -> FakeService:
    """A project without tasks, and no key."""
    service = FakeService()
    service.queue, service.blockers, service.diffs = {"groups": []}, {"blockers": []}, {}
    service.overview |= {"workers": [], "counts": {}, "key": "set ANTHROPIC_API_KEY"}
    return service


async def press(drive: Drive, action: str, chosen: Mapping[str, str] | None = None) -> None:
    """Press the key of an action, past the guards of a first moment, and wait for its frame."""
    diff = drive.app.cockpit.query_one("#diff")
    diff._appeared = -1.0  # type: ignore[attr-defined]
    keys = (chosen or {}).get(action) or find(action).keys
    await drive.pilot.press(keys.split(",")[0])


async def show(drive: Drive, face: Face) -> None:
    """From the main screen to a state."""
    if face.about:
        drive.app.focus_task(face.about)
        await drive.until(lambda: (drive.app.state.task or {}).get("number") == face.about)
    if face.stage:
        await face.stage(drive)
    for action in face.actions:
        before = drive.app.screen
        await press(drive, action)
        if drive.app.screen is not before:
            await drive.sheet()
    if face.until:
        await drive.until(lambda: face.until in drive.screen_text())
    for field in drive.app.screen.query("Input, TextArea"):
        assert isinstance(field, Input | TextArea)
        field.cursor_blink = False


async def leave(drive: Drive, face: Face) -> None:
    """Back to the main screen, and to its most urgent task."""
    cockpit = drive.app.cockpit
    while drive.app.screen is not cockpit:
        before = drive.app.screen
        await drive.pilot.press("escape")
        await drive.until(lambda: drive.app.screen is not before)  # noqa: B023 - awaited at once
    for action in face.after:
        await press(drive, action)
    cockpit.notice()
    cockpit.go("queue")
    if drive.service.diffs:
        drive.app.focus_task("1.2.3")
        await drive.until(lambda: (drive.app.state.diff or {}).get("proposal") == "p2")
        await drive.until(lambda: (drive.app.state.task or {}).get("number") == "1.2.3")
