"""States of the cockpit in a project in which something of everything is there."""

from __future__ import annotations

from codeframe_tui.tui.messages import EngineLost
from tests.tui.driving import Drive
from tests.tui.faces import Face

__all__ = ["FURNISHED"]

_WRITTEN = '''class AuditLog:
    """Who did what, and when; rows are only ever added."""

    def __init__(self, store: Store) -> None:
        self.store = store
'''


async def _pause(drive: Drive) -> None:
    drive.service.overview |= {"paused": True, "workers": []}
    drive.service.happen("workers.changed", paused=True)
    await drive.until(lambda: (drive.app.state.overview or {}).get("paused"))


async def _write(drive: Drive) -> None:
    drive.service.signal("file", "1.3.1", key="audit.py", path="audit.py", content=_WRITTEN, turn=1)
    await drive.until(lambda: drive.app.state.writing)


async def _lose(drive: Drive) -> None:
    drive.app.post_message(EngineLost("engine lost, connecting again…"))
    await drive.until(lambda: drive.app.state.lost)


async def _refuse(drive: Drive) -> None:
    why = "the engine is version 9.0.0; leave it and start the new version"
    drive.app.post_message(EngineLost(why, final=True))
    await drive.until(lambda: drive.app.state.refused)


_ASKS = ("app.pane_blockers", "list.first")
_AT_LIMIT = ("app.pane_blockers", "list.last")

FURNISHED = (
    Face("palette", ("app.palette",), "NOT JUST NOW"),
    Face("usage", ("app.usage",), "MONEY AND TOKENS"),
    Face("attempts", ("app.pane_diff", "diff.attempts"), "Attempts of"),
    Face(
        "interdiff",
        ("app.pane_diff", "diff.interdiff"),
        "client/limit.py",
        after=("app.pane_diff", "diff.interdiff"),
    ),
    Face("whole file", ("app.pane_diff", "diff.next_hunk", "diff.whole_file"), "as it will be"),
    Face("intent", ("app.pane_diff", "diff.intent"), "Honour Retry-After"),
    Face("comments", ("app.pane_diff", "diff.comments"), "Comments"),
    Face(
        "flag",
        ("app.pane_diff", "diff.top", "diff.next_flag", "diff.acknowledge"),
        "Why may it stand?",
    ),
    Face("entry", ("app.pane_activity", "list.last", "activity.open"), "all of entry"),
    Face("by hand", (*_ASKS, "blockers.hand"), "You changed"),
    Face("split", (*_ASKS, "blockers.split"), "Split"),
    Face("skip", (*_ASKS, "blockers.skip"), "Skip this question?"),
    Face("approve as is", (*_ASKS, "blockers.approve"), "as it is?"),
    Face("raise", (*_AT_LIMIT, "blockers.raise"), "are spent"),
    Face("import", ("app.pane_queue", "queue.import"), "Import tasks"),
    Face("new issue", ("app.pane_queue", "queue.issue"), "issue"),
    Face("note", ("app.pane_queue", "queue.note"), "joins the worker", about="1.2.4"),
    Face("note for later", ("app.pane_queue", "queue.note"), "worked on again"),
    Face("edit task", ("app.pane_queue", "queue.edit"), "Edit", about="1.4.1"),
    Face("redo", ("app.pane_queue", "queue.redo"), "Redo", about="1.1.2"),
    Face("being written", ("app.pane_diff",), "Who did what", about="1.3.1", stage=_write),
    Face("starting", ("app.workers",), "Start the workers?", stage=_pause),
    Face("engine lost", ("app.pane_queue",), stage=_lose),
    Face("engine refused", ("app.pane_queue",), stage=_refuse),
)
"""In `Furnished`; the last ones change it for good."""
