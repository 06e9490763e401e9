"""Deeds for questions: answer, raise a limit, skip, split, approve as is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.core.commands import Answer, Approve, RaiseLimit, Skip, Split
from codeframe_tui.core.errors import CodeframeError, Refused
from codeframe_tui.core.queries import ShowTask, ShowTestOutput
from codeframe_tui.core.text import clean
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.deeds.flags import with_reason
from codeframe_tui.tui.deeds.review import AS_IS
from codeframe_tui.tui.keymap import key_names, keys_at
from codeframe_tui.tui.modals.sheet import Choice
from codeframe_tui.tui.modals.split import SplitForm, SplitParts
from codeframe_tui.tui.modals.text import AnswerDialog, AskText
from codeframe_tui.tui.present.blockers import options_of
from codeframe_tui.tui.present.evidence import answer_rows, first_failing
from codeframe_tui.tui.present.flags import open_red
from codeframe_tui.tui.present.rows import heading, safe, wrap
from codeframe_tui.tui.present.sheets import guard_rows
from codeframe_tui.tui.present.tests import newest_attempt
from codeframe_tui.tui.present.times import money
from codeframe_tui.tui.present.truths import at_rest, on_its_way
from codeframe_tui.tui.present.words import count

__all__ = ["answer", "approve_as_is", "raise_", "skip", "split"]

_KEYS = keys_at("blockers")


async def answer(desk: Desk) -> None:
    """Answer the question under the cursor."""
    blocker = desk.state.question()
    if not blocker:
        return
    options = options_of(blocker)[:9]
    task, output = await _evidence(desk, blocker)
    keys = {key.name: key_names(desk.chosen.get(key.action, key.keys)) for key in _KEYS}
    rows = answer_rows(blocker, task, output, keys=keys)
    taken = await desk.ask_until_taken(
        lambda said, wrong: AnswerDialog(_title(blocker), rows, options, given=said, wrong=wrong),
        lambda said: _answer(blocker, said),
    )
    if taken is not None:
        number = str(blocker.get("task"))
        said = (f"{safe(number)} goes on with your answer", "text")
        desk.tell(("✔ ", "green"), said, until=at_rest(number))


async def _evidence(desk: Desk, blocker: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The task that asks, and the output of the first test that fails in its newest attempt."""
    number = str(blocker.get("task"))
    try:
        task = await desk.feed.query(ShowTask(number, whole=False))
        if (failing := first_failing(task)) is None:
            return task, ""
        attempt, run, test = failing
        found = await desk.feed.query(ShowTestOutput(number, attempt, run, test))
    except CodeframeError:  # the question can be answered without
        return {}, ""
    return task, str(found.get("text") or "")


def _answer(blocker: Mapping[str, Any], said: int | str) -> Answer:
    text = str(blocker["options"][said]) if isinstance(said, int) else said
    return Answer(str(blocker["id"]), text)


def _title(blocker: Mapping[str, Any]) -> str:
    return f"{safe(blocker.get('task'))} {safe(blocker.get('title'))}".strip()


async def raise_(desk: Desk) -> None:
    """Give a task that stopped at a limit more room."""
    blocker = desk.state.question()
    limit = blocker.get("limit")
    if not isinstance(limit, Mapping):
        desk.tell(("raise limit: this question is not about one", "dim"))
        return
    key, attempts = str(blocker["id"]), limit.get("name") == "attempts"
    if attempts:
        tried = count(int(limit.get("spent") or 0), "attempt")
        said, first = f"{tried} failed. How many more may the worker make?", "3"
    else:
        cap, spent, least = limit.get("cap_usd"), limit.get("spent_usd"), limit.get("least_usd")
        needs = f"; the next call needs a cap of {money(least)} at least" if least else ""
        said = (
            f"{money(spent)} of {money(cap)} are spent{needs}. "
            "The new cap in dollars, or +5 for more?"
        )
        first = f"{max(2 * float(cap or 0), float(least or 0)):.2f}"
    rows = [heading(line, "text") for line in wrap(said, 70)]
    if not attempts and limit.get("name") != "per_task":
        rows.append(heading("All tasks share it. P starts the workers again.", "dim"))
    taken = await desk.ask_until_taken(
        lambda text, wrong: AskText(
            f"Raise the limit · {_title(blocker)}", rows, send="raise", text=text or first,
            one_line=True, wrong=wrong,
        ),
        lambda text: RaiseLimit(key, _number(text, 0.0 if attempts else float(cap or 0))),
    )  # fmt: skip
    if taken is not None:
        number = str(taken.get("task"))
        desk.tell(("✔ ", "green"), (f"{safe(number)} goes on", "text"), until=at_rest(number))


def _number(text: str, now: float) -> float:
    """A number; with a plus it is added to what is there now."""
    more = now if text.strip().startswith("+") else 0.0
    try:
        return more + float(text.strip().lstrip("+$ ").replace(",", "."))
    except ValueError:
        raise Refused(f"{safe(text)} is no number", hint="write one, e.g. 3 or 7.50") from None


async def skip(desk: Desk) -> None:
    """Put a question and its task aside."""
    blocker = desk.state.question()
    if not blocker:
        return
    number = safe(blocker.get("task"))
    said = f"{number} stays as it is, on hold, until you let it go or retry it with a hint."
    done = f"{number} is put aside"
    if blocker.get("kind") == "ASYNC":
        said = f"{number} goes on with its own assumption, and the question is closed."
        done = f"the question of {number} is closed"
    rows = [heading(line, "text") for line in wrap(said, 70)]
    if await desk.choose("Skip this question?", rows, Choice("enter", "skip", "yes")):
        await desk.submit(Skip(str(blocker["id"])))
        desk.tell((done, "dim"), until=on_its_way(number))


async def split(desk: Desk) -> None:
    """Write several tasks in the place of one that is too much."""
    number = str(desk.state.question().get("task") or "")
    if not number:
        return
    task = await desk.feed.query(ShowTask(number, whole=False))
    held = SplitParts.of(
        clean(str(task.get("title") or "")), clean(str(task.get("description") or ""))
    )
    taken = await desk.ask_until_taken(
        lambda parts, wrong: SplitForm(f"Split {safe(number)}", parts or held, wrong=wrong),
        lambda parts: Split(number, parts.tasks, parts.in_order),
    )
    if taken is not None:
        made = [safe(each) for each in taken.get("tasks") or ()]
        desk.tell(("✔ ", "green"), (f"{number} is split into {', '.join(made)}", "text"))


async def approve_as_is(desk: Desk) -> None:
    """The newest attempt of a blocked task, though it is not proven."""
    number = str(desk.state.question().get("task") or "")
    if not number:
        return
    task = await desk.feed.query(ShowTask(number, whole=False))
    attempt = newest_attempt(task)
    if attempt is None:
        desk.tell((f"{number} has no attempt that could be applied", "dim"))
        return
    draft = desk.diff.draft
    seen = draft.units and draft.proposal == attempt.get("proposal")
    unseen = draft.unseen if seen else [str(f.get("path")) for f in attempt.get("files") or ()]
    rows = guard_rows(task, unseen=unseen)
    title = f"Apply the newest attempt of {number} as it is?"
    if await desk.choose(title, rows, AS_IS) and await with_reason(desk, task, open_red(task)):
        await desk.submit(Approve(number, expect=str(attempt.get("proposal") or "")))
        desk.tell(("● ", "blue"), (f"applying {number}…", "dim"))
