"""Verbs that decide: proposals, blockers, undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any, Protocol, cast

import click

from codeframe_tui.cli import render
from codeframe_tui.cli.group import program
from codeframe_tui.cli.preview import by_commands, preview_page
from codeframe_tui.cli.verb import Scene, number, verb
from codeframe_tui.cli.whole import whole_diff
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import (
    Acknowledge,
    AddComment,
    Answer,
    Approve,
    Explain,
    Redo,
    Reject,
    Undo,
)
from codeframe_tui.core.errors import Refused, WrongUse
from codeframe_tui.core.events import DECISION_ENDS, Event
from codeframe_tui.core.queries import ShowBlockers, ShowDiff, ShowUndo
from codeframe_tui.headless.run import last_event

__all__: list[str] = []


class _Closing(Protocol):
    async def aclose(self) -> None: ...


def _parts_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--lines", multiple=True, metavar="P:A-B", help="Lines of the new file, from 1."
        ),
        click.option("--hunk", "hunks", multiple=True, metavar="P:K", help="A hunk, from 1."),
        click.option("--file", "files", multiple=True, metavar="P", help="A whole file."),
    ):
        command = option(command)
    return command


def _parts(files: tuple[str, ...], hunks: tuple[str, ...], lines: tuple[str, ...]) -> Parts:
    return Parts(files, tuple(map(_hunk, hunks)), tuple(map(_line_range, lines)))


def _hunk(text: str) -> tuple[str, int]:
    path, _, k = text.rpartition(":")
    if not path or not k.isascii() or not k.isdigit() or int(k) < 1:
        raise WrongUse(f"--hunk {text}: not PATH:NUMBER", hint="hunks are counted from 1 per file")
    return path, int(k)


def _line_range(text: str) -> tuple[str, int, int]:
    path, _, numbers = text.rpartition(":")
    first, dash, last = numbers.partition("-")
    ends = (first, last if dash else first)
    if not path or not all(end.isascii() and end.isdigit() for end in ends):
        raise WrongUse(f"--lines {text}: not PATH:FIRST-LAST", hint="for example src/api.py:10-14")
    begin, end = map(int, ends)
    if not 1 <= begin <= end:
        raise WrongUse(f"--lines {text}: not a range", hint="lines are counted from 1")
    return path, begin, end


@verb(program, "diff", "diff 3 --since 1")
@number()
@click.option("--attempt", type=click.IntRange(1), help="Default: the newest.")
@click.option("--since", type=click.IntRange(1), metavar="M", help="What changed since attempt M.")
async def diff(scene: Scene, number: str, attempt: int | None, since: int | None) -> None:
    """Show a proposal as a unified diff, or how it differs from an earlier attempt."""
    document = await whole_diff(scene.service, ShowDiff(number, attempt, since))
    scene.output.document(document, lambda: render.unified_diff(document))


@verb(program, "approve", "approve 3 --file src/api.py --hunk tests/test_api.py:2")
@number()
@_parts_options
@click.option(
    "--rest-to-worker", is_flag=True, help="The rest goes back instead of being declined."
)
@click.option("--expect", default="", metavar="HASH", help="Refuse another proposal than this.")
async def approve(
    scene: Scene,
    *,
    number: str,
    files: tuple[str, ...],
    hunks: tuple[str, ...],
    lines: tuple[str, ...],
    rest_to_worker: bool,
    expect: str,
) -> None:
    """Apply a proposal, or the named parts of it, to your files."""
    parts = _parts(files, hunks, lines)
    await _decide(scene, Approve(number, expect, parts, rest_to_worker), number, "applied")


@verb(program, "reject", "reject 3 --reason 'keep the old signature'")
@number()
@_parts_options
@click.option("--reason", required=True, help="The worker reads it.")
@click.option("--expect", default="", metavar="HASH", help="Refuse another proposal than this.")
async def reject(
    scene: Scene,
    *,
    number: str,
    files: tuple[str, ...],
    hunks: tuple[str, ...],
    lines: tuple[str, ...],
    reason: str,
    expect: str,
) -> None:
    """Send a proposal, or the named parts of it, back with a reason."""
    done = await scene.service.submit(Reject(number, reason, _parts(files, hunks, lines), expect))
    scene.output.document(done, f"task {number} goes back to the worker")


def _place(text: str) -> tuple[str, int, int]:
    """``PATH``, ``PATH:LINE`` or ``PATH:A-B``; ``.`` is the whole proposal."""
    path, _, numbers = text.rpartition(":")
    ends = numbers.split("-")
    if not path or not all(end.isascii() and end.isdigit() for end in ends) or len(ends) > 2:
        return ("" if text == "." else text), 0, 0
    first, last = int(ends[0]), int(ends[-1])
    if not 1 <= first <= last:
        raise WrongUse(f"{text}: not a line", hint="lines are counted from 1, as src/api.py:10-14")
    return path, first, last


@verb(program, "comment", "comment 3 src/api.py:12 'what if it is empty?' --type question")
@number()
@click.argument("place", metavar="P:LINE")
@click.argument("text")
@click.option(
    "--type",
    "type_",
    type=click.Choice(["issue", "question", "nit"]),
    default="issue",
    help="Default: issue.",
)
@click.option("--old", is_flag=True, help="The line is one of the file before the change.")
@click.option("--attempt", type=click.IntRange(1), help="Default: the newest.")
async def comment(
    scene: Scene,
    *,
    number: str,
    place: str,
    text: str,
    type_: str,
    old: bool,
    attempt: int | None,
) -> None:
    """Say something about a line of a proposal; also P:A-B, P for the file, '.' for all of it.

    The worker is told with the next `reject` or, for questions, `explain`.
    """
    path, first, last = _place(place)
    side = "old" if old else ""
    wish = AddComment(number, text, path, first, last, side, type_, attempt or 0)
    done = await scene.service.submit(wish)
    scene.output.document(done, f"comment {done['comment']} on {place}")


@verb(program, "acknowledge", "acknowledge 3 --reason 'the key is one of the tests'")
@number()
@click.option("--reason", required=True, help="Kept in the history; the worker reads it.")
@click.option("--flag", "flags", multiple=True, metavar="ID", help="As `show --json` has it.")
@click.option("--expect", default="", metavar="HASH", help="Refuse another proposal than this.")
async def acknowledge(
    scene: Scene, *, number: str, reason: str, flags: tuple[str, ...], expect: str
) -> None:
    """Say why flags of a proposal may stand; without --flag, all red ones that are open."""
    done = await scene.service.submit(Acknowledge(number, reason, flags, expect))
    many = len(done["flags"])
    scene.output.document(done, f"task {number}: {many} flag{'s' * (many != 1)} acknowledged")


@verb(program, "explain", "explain 3")
@number()
@click.option("--expect", default="", metavar="HASH", help="Refuse another proposal than this.")
async def explain(scene: Scene, number: str, expect: str) -> None:
    """Let the worker answer the open questions about a proposal, which stays as it is."""
    done = await scene.service.submit(Explain(number, expect))
    scene.output.document(done, f"task {number}: the worker answers, `show {number}` tells it")


def _preview(command: Callable[..., Any]) -> Callable[..., Any]:
    told = "Tell what would happen, and do nothing."
    return click.option("--preview", is_flag=True, help=told)(command)


@verb(program, "undo", "undo 3 --preview")
@number()
@_preview
async def undo(scene: Scene, number: str, *, preview: bool) -> None:
    """Take an applied change out of your files again."""
    if preview:
        document = await scene.service.query(ShowUndo(number, "undo"))
        scene.output.document(document, lambda: preview_page(document))
    else:
        await _decide(scene, Undo(number), number, "undone")


@verb(program, "redo", "redo 3 --preview")
@number()
@_preview
async def redo(scene: Scene, number: str, *, preview: bool) -> None:
    """Bring the change back that the last undo took out of your files."""
    if preview:
        document = await scene.service.query(ShowUndo(number, "redo"))
        scene.output.document(document, lambda: preview_page(document))
    else:
        await _decide(scene, Redo(number), number, "redone")


_NEXT = {
    (
        "applied",
        "conflict",
    ): "`codeframe-tui retry {}` makes it again on your files as they are; or "
    "take your own edit back and approve again",
    ("applied", "part_failed"): "approve more of it, or `reject {}` with a reason",
    ("undone", "conflict"): "put these files back as the change left them, then undo {} again",
    ("redone", "conflict"): "put these files back as the undo left them, then redo {} again",
}


async def _decide(scene: Scene, wish: Approve | Undo | Redo, number: str, how: str) -> None:
    """Submit a decision and wait until it is carried out or refused."""
    after = await last_event(scene.service)
    decision = (await scene.service.submit(wish))["decision"]
    end = await _end_of(scene, decision, after)
    if end.type == "change.refused":
        hint = _NEXT.get((how, end.data["code"]), "`show {}` tells where it stands").format(number)
        raise Refused(end.data["message"], hint=hint, code=end.data["code"])
    files = end.data.get("files", [])
    document = {"decision": decision, "task": number, "state": how, "files": files}
    told = [f"task {number} is {how}: {len(files)} file{'' if len(files) == 1 else 's'}"]
    if verdict := end.data.get("verdict"):  # that of a part, which may have left its tests out
        document["verdict"] = verdict
        told[0] += f", {verdict.replace('_', ' ')}"
    told += [f"  {path}" for path in files]
    if waiting := end.data.get("dependants"):
        document["dependants"] = waiting
        told.append(f"tasks that build on it: {', '.join(waiting)}")
    if commit := end.data.get("commit"):
        document["commit"] = commit
    if how != "undone":
        told.append(f"{_committed(commit)}; `codeframe-tui undo {number}` takes it back")
    else:
        told += [
            f"commit {each[:8]} stays in the history; `git revert` makes one that takes it back"
            for each in end.data.get("commits", ())
        ]
        told += by_commands(end.data)
        if found := end.data.get("by_commands"):
            document["by_commands"] = found
    scene.output.document(document, "\n".join(told))


def _committed(commit: Mapping[str, Any] | None) -> str:
    """What became of the commit that the settings ask for."""
    if not commit:
        return "nothing was committed"
    if "refused" in commit:
        return f"{commit['refused']} ({commit['hint']})"
    left = f", without {', '.join(commit['left_out'])}" if commit["left_out"] else ""
    return f"committed {commit['commit'][:8]} on {commit['branch']}{left}"


async def _end_of(scene: Scene, decision: object, after: int) -> Event:
    events = scene.service.events(after)
    async with aclosing(cast("_Closing", events)):
        async for event in events:
            if event.type in DECISION_ENDS and event.data.get("decision") == decision:
                return event
    raise Refused("the engine ended before it was carried out", code="engine_lost")


@verb(program, "blockers", "blockers --all")
@click.option("--all", "every", is_flag=True, help="Answered ones too.")
async def blockers(scene: Scene, every: bool) -> None:
    """List the questions that wait for you."""
    document = await scene.service.query(ShowBlockers(every))
    scene.output.document(document, lambda: render.blocker_list(document))


@verb(program, "answer", "answer b2 'per user, not per key'")
@click.argument("blocker", metavar="ID")
@click.argument("text")
async def answer(scene: Scene, blocker: str, text: str) -> None:
    """Answer a question; its task goes on."""
    done = await scene.service.submit(Answer(blocker, text))
    scene.output.document(done, f"answered; task {done['task']} goes on")
