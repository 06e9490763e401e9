"""Deeds for the cockpit as a whole: workers, policy, reading, leaving."""

from __future__ import annotations

from contextlib import suppress

from textual.widgets import Input, TextArea

from codeframe_tui.core.commands import KeepWorking, SetPolicy, SetWorkers
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.events import Event
from codeframe_tui.core.queries import ShowEntry, ShowOverview, ShowQueue
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.deeds.writing import new
from codeframe_tui.tui.keymap import KEYS, PLACES, key_names
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.modals.sheet import Choice, Sheet
from codeframe_tui.tui.modals.viewer import Viewer
from codeframe_tui.tui.present.blockers import by_urgency
from codeframe_tui.tui.present.header import workers_line
from codeframe_tui.tui.present.help import help_rows
from codeframe_tui.tui.present.queue import task_rows
from codeframe_tui.tui.present.rows import heading, safe, safe_lines, wrap, wrap_text
from codeframe_tui.tui.present.truths import Ends, until
from codeframe_tui.tui.present.welcome import welcome_rows
from codeframe_tui.tui.present.words import DECIDABLE, count

__all__ = ["entry", "help_", "policy", "quit_", "urgent", "welcome", "workers"]

_POLICIES = {
    "manual": "every change waits for you",
    "green": "proven changes without red flags are applied by themselves",
    "auto": "changes that are not verified are applied by themselves too",
}

_RUNNING = (Choice("k", "leave, keep working", "keep"), Choice("s", "leave, stop", "stop"))
_GOES_ON = "Stopped work is not lost: it goes on at the same place next time."
_DROP = Choice("l", "leave", "leave")
"""Not ``enter``: it ends what is being written, and would drop it."""
_UNSENT = "What you are writing is not sent yet: it is lost when you leave."


async def urgent(desk: Desk) -> None:
    """The question that holds most, else the oldest review."""
    questions = by_urgency(desk.state.blockers or {}, desk.now())
    if questions and questions[0].get("kind") == "SYNC":
        desk.cockpit.go("blockers")
        desk.cockpit.move("blockers", str(questions[0].get("id")))
        desk.focus_task(str(questions[0].get("task")))
        return
    found = await desk.feed.query(ShowQueue(0, (("needs_you", 0, 1),)))
    for task in task_rows(found):
        desk.focus_task(str(task.get("number")))
        desk.cockpit.go("diff")
        return
    desk.tell(("nothing needs you just now", "dim"), until=_is_needed)


async def workers(desk: Desk) -> None:
    """Start the workers after one line that says what it means, or pause them."""
    overview = desk.state.overview or await desk.feed.query(ShowOverview())
    if not overview.get("paused"):
        await desk.submit(SetWorkers(paused=True))
        said = ("paused: nothing new is started", "dim")
        desk.tell(said, until=until("workers.changed", paused=False))
        return
    if overview.get("key") and not overview.get("scripted"):
        desk.tell(("! ", "amber"), (safe(overview["key"]), "text"))
        return
    rows = [heading(line, "text") for line in wrap(workers_line(overview), 70)]
    if await desk.choose("Start the workers?", rows, Choice("enter", "start", "yes")):
        await desk.submit(SetWorkers(paused=False))


async def policy(desk: Desk) -> None:
    """The next policy; asks before changes are applied unseen."""
    names = list(_POLICIES)
    now = str((desk.state.overview or {}).get("policy") or "manual")
    after = names[(names.index(now) + 1) % len(names)] if now in names else "manual"
    if after != "manual":
        rows = [heading(_POLICIES[after], "text")]
        title = f"Policy {after}?"
        if not await desk.choose(title, rows, Choice("enter", f"use {after}", "yes")):
            return
    await desk.submit(SetPolicy(after))
    said = (f": {_POLICIES[after]}", "dim")
    desk.tell(("policy ", "dim"), (after, "text"), said, until=_other_policy(after))


def _is_needed(event: Event) -> bool:
    """Whether something needs the person by now."""
    moved = event.type == "task.status" and event.data.get("to") in DECIDABLE
    return moved or event.type == "blocker.opened"


def _other_policy(named: str) -> Ends:
    return lambda event: event.type == "policy.changed" and event.data.get("policy") != named


async def help_(desk: Desk) -> None:
    """All keys, those of this pane first."""
    table = [
        (key.where, key_names(desk.chosen.get(key.action, key.keys)), key.help) for key in KEYS
    ]
    width = Viewer.room(desk.app.size.width)
    rows = help_rows(table, PLACES, desk.cockpit.pane, width=width)
    await desk.ask(Viewer("Keys", rows))


async def welcome(desk: Desk) -> None:
    """What this is and how to begin; its first key may be the first task's."""
    rows = welcome_rows(desk.state.overview or {})
    write, look = Choice("o", "write a task", "write"), Choice("enter", "look around", "")
    if await desk.choose("Welcome to codeframe-tui", rows, write, look):
        await new(desk)


class _Leaving(Sheet):
    """Its own kind, for it may stand above any other dialogue, but not twice."""


async def quit_(desk: Desk) -> None:
    """Leave; while work runs ask whether it should stop or go on, else let a kept engine end.

    Asks over an open dialogue too, and whenever leaving would drop what is written there. An
    engine that `serve` offers goes on whatever this cockpit does.
    """
    overview = desk.state.overview or {}
    ours = not desk.state.lost and not overview.get("served")
    working = len(overview.get("workers") or ())
    starts = not overview.get("paused") and bool(overview.get("ready"))
    runs = ours and bool(working or starts)
    rows = [heading(_UNSENT, "text")] if _writes(desk) else []
    decision: str | None = None
    if runs:
        parts = [f"{count(working, 'task')} in work"] if working else []
        parts += [f"{count(desk.state.counted('queued'), 'task')} in the queue"] if starts else []
        said = f"{', '.join(parts)}."
        rows = [heading(said, "text"), heading(_GOES_ON, "dim"), *rows]
        title = "Work is running" if working else "Work is waiting"
        decision = await desk.ask(_Leaving(title, rows, _RUNNING), over=True)
    elif rows:
        decision = await desk.ask(_Leaving("Leave?", rows, [_DROP]), over=True)
    if (runs or rows) and decision is None:
        return
    if not desk.state.lost:
        await desk.keep()
    if runs:
        try:
            await desk.submit(KeepWorking(on=decision == "keep"))
        except CodeframeError as error:
            if decision == "keep":
                desk.tell(("✘ ", "red"), (safe(error.message), "text"))
                return
    elif ours and overview.get("keep"):
        with suppress(CodeframeError):
            await desk.submit(KeepWorking(on=False))
    desk.app.exit(0)


def _writes(desk: Desk) -> bool:
    """Whether an open dialogue holds a text. A restricted field holds a number, at first too."""
    for dialog in desk.app.screen_stack:
        if isinstance(dialog, Dialog):
            if any(field.text.strip() for field in dialog.query(TextArea)):
                return True
            if any(not field.restrict and field.value.strip() for field in dialog.query(Input)):
                return True
    return False


async def entry(desk: Desk) -> None:
    """All of an entry of the timeline."""
    items = (desk.state.activity or {}).get("items") or ()
    key = desk.cockpit.cursor_of("activity")
    item = next((each for at, each in enumerate(items) if str(each.get("seq", at)) == key), None)
    if item is None:
        return
    text = item.get("detail")
    if "seq" in item:
        text = (await desk.feed.query(ShowEntry(desk.number, item["seq"]))).get("text")
    width = Viewer.room(desk.app.size.width)
    lines = [part for line in safe_lines(text) for part in wrap_text(line, width)]
    await desk.ask(Viewer(safe(item.get("title")), [heading(line, "text") for line in lines]))
