"""Deeds that decide about a proposal. Each names the hash that was shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from codeframe_tui.core.commands import Approve, Explain, Reject
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.queries import ShowLetter
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.deeds.flags import with_reason
from codeframe_tui.tui.keymap import find, key_names
from codeframe_tui.tui.modals.letter import LetterSheet
from codeframe_tui.tui.modals.sheet import Choice
from codeframe_tui.tui.modals.text import AskText, refusal
from codeframe_tui.tui.present.draft import ReviewDraft, Verdict
from codeframe_tui.tui.present.flags import open_red
from codeframe_tui.tui.present.rows import BLANK, Span, heading
from codeframe_tui.tui.present.sheets import guard_rows, is_risky, letter_rows, send_rows
from codeframe_tui.tui.present.truths import at_rest
from codeframe_tui.tui.present.words import count, why_words

__all__ = ["AS_IS", "approval", "approve_all", "copy_letter", "rejection", "send"]

AS_IS = Choice("a", "apply as it is", "yes")
"""Not ``enter``: a hand that is used to the fast yes must not apply what failed."""
_WHY = Choice("a", "acknowledge and apply", "yes")
_YES = Choice("enter", "apply", "yes")
_CHANGES = Choice("r", "request changes", "reject")
_OVERALL = Choice("o", "overall", "overall")


async def approve_all(desk: Desk) -> None:
    """Everything of the proposal on screen, after a look at what is known about it."""
    task, draft, number = desk.state.task, desk.diff.draft, desk.number
    if task is None or not draft.units:
        return
    due = await desk.feed.query(ShowLetter(number))
    rows = guard_rows(
        task,
        unseen=draft.unseen,
        undecided=draft.count(Verdict.UNDECIDED),
        partly=draft.count(Verdict.PARTLY),
        rejected=draft.count(Verdict.REJECTED),
        comments=len(due.get("comments") or ()),
        hidden=desk.diff.hidden,
    )
    flags = open_red(task)
    apply = _WHY if flags else AS_IS if is_risky(task) else _YES
    decided = await desk.choose(f"Apply all of {number}?", rows, apply)
    if decided and await with_reason(desk, task, flags):
        await _apply(desk, Approve(number, expect=draft.proposal))


async def send(desk: Desk) -> None:
    """What is accepted into the files; or comments and what is rejected back to the worker."""
    task, draft = desk.state.task, desk.diff.sent_draft
    if draft is None:
        desk.tell(("one moment: your verdicts are on their way", "dim"))
        return
    if task is None or not draft.units:
        return
    await desk.keep()
    overall, wrong = "", ""
    letters: _Letters | None = None
    while True:
        try:
            letters = await _letters(desk, draft, overall)
        except CodeframeError as error:
            if letters is None:
                raise
            wrong = wrong or why_words(error)  # what was written stays in sight
        decision = await desk.ask(_sheet(desk, task, draft, letters, wrong))
        if decision == "overall":
            overall, wrong = await _overall(desk, _owner(desk, draft), overall), ""
            continue
        try:
            await _send(desk, task, draft, decision, (overall, letters))
        except CodeframeError as error:
            wrong = why_words(error)
            await desk.in_front(wrong)
        else:
            return


def _owner(desk: Desk, draft: ReviewDraft) -> str:
    """The task that a draft is of: another may come into focus while a sheet is open."""
    return draft.task or desk.number


async def _send(
    desk: Desk,
    task: Mapping[str, Any],
    draft: ReviewDraft,
    decision: str | None,
    told: tuple[str, _Letters],
) -> None:
    """Send what was decided, and tell the worker what was shown, word for word."""
    number, (overall, letters) = _owner(desk, draft), told
    changes, asked = (str(each.get("text") or "") for each in letters)
    match decision:
        case "apply" if (wish := approval(draft, number)) is not None:
            flags = open_red(task, wish.parts.paths)
            if await with_reason(desk, task, flags):
                await _apply(desk, wish)
        case "reject" if changes:
            await desk.submit(replace(rejection(draft, number, overall), letter=changes))
            desk.tell(
                ("✔ ", "green"),
                (f"{number} goes back to the worker", "text"),
                *_paused(desk),
                until=at_rest(number),
            )
        case "reject":
            await _reject_in_words(desk, draft, number)
        case "explain":
            await desk.submit(Explain(number, expect=draft.proposal, letter=asked))
            desk.tell(
                ("✔ ", "green"),
                (f"the worker explains {number}", "text"),
                *_paused(desk),
                until=at_rest(number, "review.answered"),
            )


def _paused(desk: Desk) -> list[Span]:
    """Why nothing happens yet, when nothing does."""
    if not (desk.state.overview or {}).get("paused"):
        return []
    key = key_names(desk.chosen.get("app.workers", find("app.workers").keys))
    return [(", once workers run: ", "dim"), (key, "bold")]


_Letters = tuple[Mapping[str, Any], Mapping[str, Any]]


async def _letters(desk: Desk, draft: ReviewDraft, overall: str) -> _Letters:
    """What the worker would be told to change, and to explain."""
    number = _owner(desk, draft)
    changes = ShowLetter(number, "changes", overall, draft.rejected_parts)
    explain = ShowLetter(number, "explain")
    return await desk.feed.query(changes), await desk.feed.query(explain)


def _sheet(
    desk: Desk, task: Mapping[str, Any], draft: ReviewDraft, letters: _Letters, wrong: str
) -> LetterSheet:
    changes, asked = letters
    rows = send_rows(
        task,
        accepted=draft.count(Verdict.ACCEPTED),
        partly=draft.count(Verdict.PARTLY),
        rejected=draft.count(Verdict.REJECTED),
        undecided=draft.count(Verdict.UNDECIDED),
        comments=len(changes.get("comments") or ()),
        commits=bool((desk.state.overview or {}).get("commits")),
    )
    apply = [Choice("a", "apply", "apply")] if draft.parts else []
    explain = [Choice("e", "explain only", "explain")] if asked.get("comments") else []
    letter = partial(letter_rows, str(changes.get("text") or ""), str(asked.get("text") or ""))
    told = [refusal(wrong), BLANK] if wrong else []
    if draft is not desk.diff.draft:
        told += [heading("about all of the newest attempt, not only what is shown"), BLANK]
    title = f"Send your review of {_owner(desk, draft)}"
    text = str(changes.get("text") or asked.get("text") or "")
    choices = [*apply, _CHANGES, *explain, _OVERALL]
    return LetterSheet(title, [*told, *rows], letter, choices, text=text)


async def copy_letter(desk: Desk) -> None:
    """Copy what `send` would tell the worker, word for word."""
    draft = desk.diff.sent_draft
    if draft is None or not desk.state.sendable:
        desk.tell(("only the letter of a review that can be sent is copied", "dim"))
        return
    await desk.keep()  # accepted lines are not quoted
    letter = str((await _letters(desk, draft, ""))[0].get("text") or "")
    if not letter:
        desk.tell(("there is nothing to tell: no comment, and nothing is rejected", "dim"))
        return
    desk.app.copy_to_clipboard(letter)
    lines = letter.count("\n") + 1
    desk.tell((f"copied what the worker would be told, {count(lines, 'line')}", "dim"))


async def _overall(desk: Desk, number: str, overall: str) -> str:
    said = [heading("It stands above your comments, and is about all of it.", "dim")]
    dialog = AskText(f"About all of {number}", said, send="keep", text=overall, optional=True)
    text = await desk.ask(dialog)
    return overall if text is None else text


async def _reject_in_words(desk: Desk, draft: ReviewDraft, number: str) -> None:
    """There is nothing to tell the worker yet, so a person has to say it."""
    said = [heading("What should be different? The worker reads it as you write it.", "dim")]
    title = f"Request changes of {number}"
    answer = await desk.ask_until_taken(
        lambda text, wrong: AskText(title, said, text=text or "", wrong=wrong),
        lambda reason: rejection(draft, number, reason),
    )
    if answer is not None:
        goes = (f"{number} goes back to the worker", "text")
        desk.tell(("✔ ", "green"), goes, until=at_rest(number))


async def _apply(desk: Desk, wish: Approve) -> None:
    """Send an approval, unless another proposal came while its sheet was open."""
    shown = (desk.state.diff or {}).get("proposal")
    if desk.number != wish.number or shown != wish.expect:
        desk.tell(("✘ ", "red"), ("the proposal changed meanwhile: look at it again", "text"))
        return
    await desk.submit(wish)
    desk.tell(("● ", "blue"), (f"applying {wish.number}…", "dim"))


def approval(draft: ReviewDraft, number: str) -> Approve | None:
    """The command that applies what is accepted of a task; None when nothing is."""
    return Approve(number, expect=draft.proposal, parts=draft.parts) if draft.parts else None


def rejection(draft: ReviewDraft, number: str, reason: str) -> Reject:
    """The command that sends it back with a reason; without a rejected part, all of it."""
    return Reject(number, reason, parts=draft.rejected_parts, expect=draft.proposal)
