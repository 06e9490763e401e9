"""Propose: run the tools of a reply, and turn an answer into a proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from codeframe_tui.core.blocker import Blocker, BlockerKind, BlockerStatus
from codeframe_tui.core.change.diff import summary
from codeframe_tui.core.change.proposal import ChangeSet, proposal_id
from codeframe_tui.core.errors import InvalidAnswer, PathRefused
from codeframe_tui.core.events import Signal
from codeframe_tui.core.paths import check_path, check_places, check_set
from codeframe_tui.core.progress import Attempt, Message, Progress, ToolResult, Turn
from codeframe_tui.core.road import attempt_in_hand
from codeframe_tui.core.talk import prompt
from codeframe_tui.core.talk.agent import AgentDefinition
from codeframe_tui.core.talk.changeset import parse_answer, resolve
from codeframe_tui.core.talk.conversation import WINDOW_FULL
from codeframe_tui.core.usage import Usage
from codeframe_tui.ports import Workspace
from codeframe_tui.ports.points import passing
from codeframe_tui.worker.countdown import countdown
from codeframe_tui.worker.effects import found_after, framed, recalling
from codeframe_tui.worker.gather import task_folder
from codeframe_tui.worker.ignored import with_ignored
from codeframe_tui.worker.permission import CAUSE, ask_permission
from codeframe_tui.worker.secrets import check_answer, check_written
from codeframe_tui.worker.tools import (
    ASK_HUMAN,
    ToolOutcome,
    input_error,
    run_tool,
    time_limit,
)
from codeframe_tui.worker.tools.live import LiveOutput
from codeframe_tui.worker.workshop import Workshop

__all__ = ["pass_gate", "read_answer", "run_tools"]


async def run_tools(
    shop: Workshop,
    progress: Progress,
    reply: Turn,
    agent: AgentDefinition,
    *,
    attempt: int | None = None,
) -> None:
    """Run what the reply asks for, each call at most once, and store the results as one message.

    A question that needs a person ends in a blocker instead; the step is then repeated when the
    answer is there. Calls that an earlier process began and did not finish are not run again.

    Args:
        shop: the ports.
        progress: all that is stored of the task.
        reply: the newest one.
        agent: says which tools there are.
        attempt: the one that the results belong to; None = that of the reply.
    """
    number = progress.task.number
    workspace = await task_folder(shop, progress)
    known = {result.tool_use: result for result in progress.tools}
    results: list[dict[str, Any]] = []
    waiting: Blocker | None = None
    for call in (block for block in reply.content if block["type"] == "tool_use"):
        if call["name"] == ASK_HUMAN and "_broken" not in call:
            result, question = await _ask_human(shop, progress, call, agent)
            waiting = waiting or question
        else:
            result, question = await _run_once(
                shop, workspace, progress, reply, call, known=known.get(call["id"]), agent=agent
            )
            if result is None:  # what comes after a command may build on it
                waiting = waiting or question
                break
        if result is not None:
            results.append(_result_block(result))
    if waiting is not None:
        await shop.ledger.open_blocker(waiting)
        return
    blocks, told = await _with_messages(shop, progress, results)
    place = reply.attempt if attempt is None else attempt
    turn = Turn(len(progress.turns), "user", tuple(blocks), "tools", place)
    await shop.ledger.record_turn(number, turn, told)


async def _run_once(
    shop: Workshop,
    workspace: Workspace,
    progress: Progress,
    reply: Turn,
    call: Mapping[str, Any],
    *,
    known: ToolResult | None,
    agent: AgentDefinition,
) -> tuple[ToolResult | None, Blocker | None]:
    """The result of a call, or the question whether it may run at all."""
    if known is not None and known.content is not None:
        return known, None
    number, name, ident = progress.task.number, str(call["name"]), str(call["id"])
    wrong = call.get("_broken") or input_error(name, call["input"], agent.tools)
    outcome: ToolOutcome | Blocker | str = ""
    if wrong:
        outcome = ToolOutcome(f"error: {wrong}", ok=False, summary=f"{name} refused: {wrong}")
    elif known is not None and name in {"Bash", "Write"}:
        outcome = await found_after(shop, number, call, _interrupted(name))
    elif name == "Bash":
        outcome = await ask_permission(shop, progress, reply, call)
    if isinstance(outcome, Blocker):
        return None, await recalling(shop, outcome)
    if not isinstance(outcome, ToolOutcome):
        outcome = _by_rule(await _run_checked(shop, workspace, number, call), outcome)
    passing("tool.ran")
    result = ToolResult(ident, name, outcome.text, outcome.ok)
    await shop.ledger.record_tool(number, result, outcome.summary)
    return result, None


def _by_rule(outcome: ToolOutcome, rule: str) -> ToolOutcome:
    """The line of a command names the rule by which it ran, where one is about it."""
    return replace(outcome, summary=f"{outcome.summary} · {rule}") if rule else outcome


def _interrupted(name: str) -> ToolOutcome:
    return ToolOutcome(
        "interrupted: the program stopped while this ran, so its effect is unknown. "
        "Look at the files before you repeat it.",
        ok=False,
        summary=f"{name.lower()} was interrupted",
    )


async def _run_checked(
    shop: Workshop,
    workspace: Workspace,
    number: str,
    call: Mapping[str, Any],
) -> ToolOutcome:
    name, ident = str(call["name"]), str(call["id"])
    await shop.ledger.record_tool(number, ToolResult(ident, name), name)

    def tell(text: str) -> None:
        signal = Signal("tool.output", number, {"text": text}, key=ident, append=True)
        shop.ledger.publish(signal)

    live = LiveOutput(shop.secrets, tell)

    def show(chunk: bytes) -> None:
        passing("tool.running")
        live.feed(chunk)

    async def run() -> ToolOutcome:
        with countdown(shop, number, name, time_limit(shop, call["input"])):
            return await run_tool(shop, workspace, name, call["input"], show)

    try:
        return await framed(shop, number, call, run)
    finally:
        live.close()


async def _ask_human(
    shop: Workshop, progress: Progress, call: Mapping[str, Any], agent: AgentDefinition
) -> tuple[ToolResult | None, Blocker | None]:
    """The answer to a question, or the blocker that has to wait for it."""
    ident, given = str(call["id"]), call["input"]
    wrong = input_error(ASK_HUMAN, given, agent.tools)
    if wrong:
        return ToolResult(ident, ASK_HUMAN, f"error: {wrong}", ok=False), None
    kind = BlockerKind(given.get("kind", "SYNC"))
    question = Blocker(
        task=progress.task.number,
        kind=kind,
        question=given["question"],
        cause="question",
        options=tuple(given.get("options", ())),
        assumption=given.get("assumption") if kind is BlockerKind.ASYNC else None,
        key=ident,
    )
    asked = await _asked(shop, question)
    if kind is BlockerKind.ASYNC:
        if asked is None:
            await shop.ledger.open_blocker(question)
        text = f"The question was passed on. Go on with your assumption: {question.assumption}"
        return ToolResult(ident, ASK_HUMAN, text), None
    if asked is None or asked.status is BlockerStatus.OPEN:
        return None, question
    text = asked.answer or "No answer was given; decide yourself and say what you assumed."
    return ToolResult(ident, ASK_HUMAN, text), None


async def _asked(shop: Workshop, question: Blocker) -> Blocker | None:
    """What the same call asked when it was run before.

    The id alone does not tell: some servers number the calls of each reply from 0.
    """
    same = (question.cause, question.key, question.question)
    asked = await shop.ledger.blockers_of(question.task)
    return next((each for each in asked if (each.cause, each.key, each.question) == same), None)


def _result_block(result: ToolResult) -> dict[str, Any]:
    return {
        "type": "tool_result",
        "tool_use_id": result.tool_use,
        "content": result.content or "(no output)",
        "is_error": not result.ok,
    }


async def _with_messages(
    shop: Workshop, progress: Progress, results: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[int]]:
    """Tool results, and after them what people said meanwhile."""
    inbox = progress.inbox
    blockers = {b.id: b for b in await shop.ledger.blockers_of(progress.task.number)}
    said = [m for m in inbox if not _is_tool_answer(m, blockers)]
    questions = {ident: blocker.question for ident, blocker in blockers.items()}
    text = prompt.messages_from_people(said, questions)
    blocks = list(results)
    if text or not blocks:
        blocks.append({"type": "text", "text": text or "Go on."})
    return blocks, [message.id for message in inbox]


def _is_tool_answer(message: Message, blockers: Mapping[str, Blocker]) -> bool:
    """Whether it is told as the result of the call itself."""
    blocker = blockers.get(message.blocker or "")
    return (
        message.kind == "answer"
        and blocker is not None
        and blocker.cause in {"question", CAUSE}
        and blocker.kind is BlockerKind.SYNC
    )


async def read_answer(shop: Workshop, progress: Progress, reply: Turn) -> None:
    """Store the proposal that an answer makes, or count and send back an invalid answer."""
    try:
        attempt = await _propose(shop, progress, reply)
    except (InvalidAnswer, PathRefused) as error:
        text = prompt.answer_refused(error.message)
        content = ({"type": "text", "text": text, "_reason": error.message},)
        turn = Turn(len(progress.turns), "user", content, "format", reply.attempt)
        await shop.ledger.refuse_answer(progress.task.number, error.message, turn)
        return
    await shop.ledger.record_attempt(progress.task.number, attempt)


async def _propose(shop: Workshop, progress: Progress, reply: Turn) -> Attempt:
    """Lay the answer over what the tools wrote; the difference to the base is the proposal."""
    base = progress.base
    assert base is not None
    workspace = await task_folder(shop, progress)
    if reply.stop_reason in {"max_tokens", WINDOW_FULL}:
        raise InvalidAnswer(
            "the reply was cut at its length limit; send less at once: use `edits` for large "
            "files, or write files with the Write tool and answer with an empty `files`"
        )
    named = {file.path for attempt in progress.attempts for file in attempt.files}
    named |= _written(progress)
    current = await shop.workspaces.capture(workspace, also=named)
    passing("freeze.captured")
    check_written(current)
    previous = progress.attempts[-1].tree if progress.attempts else base
    wrote = current.tree != previous
    answer = parse_answer(_text_of(reply), allow_empty=wrote, reserved=shop.reserved)
    check_answer(reply, answer)
    there = await shop.workspaces.entries(current.tree)
    check_places((change.path for change in answer.files), there)
    named = {path for path in named if _has_place(path, there)}
    answered = {change.path for change in answer.files}
    base = await with_ignored(shop, base, current.tree, answered=answered, named=named)
    tree = await _lay(shop, base, current.tree, answer)
    passing("freeze.laid")
    diffs = await shop.workspaces.diff(base, tree)
    if not diffs:
        raise InvalidAnswer("the proposal changes nothing: every file is as it was")
    await pass_gate(shop, [diff.path for diff in diffs])
    return Attempt(
        number=attempt_in_hand(progress),
        base=base,
        tree=tree,
        proposal=proposal_id(base, tree),
        explanation=_with_notes(answer.explanation, current.notes),
        files=tuple(map(summary, diffs)),
        cause=_cause(progress),
        usage=_spent(progress, reply.attempt),
    )


def _written(progress: Progress) -> set[str]:
    """Paths that the model's Write tool wrote in this task."""
    blocks = [block for turn in progress.turns for block in turn.content]
    failed = {block.get("tool_use_id") for block in blocks if block.get("is_error")}
    return {
        block["input"]["path"]
        for block in blocks
        if block.get("name") == "Write" and block["id"] not in failed and _is_path(block["input"])
    }


def _is_path(given: Mapping[str, Any]) -> bool:
    try:
        check_path(given.get("path", ""))
    except (PathRefused, TypeError, AttributeError):
        return False
    return True


def _with_notes(explanation: str, notes: Sequence[str]) -> str:
    """What commands wrote and no proposal can hold is told beside the model's own words."""
    if not notes:
        return explanation
    told = "\n".join(f"- {note}" for note in notes)
    return f"{explanation}\n\nNot part of the proposal:\n{told}".lstrip()


def _has_place(path: str, tree: Mapping[str, object]) -> bool:
    try:
        check_places([path], tree)
    except PathRefused:
        return False
    return True


async def pass_gate(shop: Workshop, paths: Sequence[str]) -> None:
    """The gate speaks before anyone reviews, also of what commands wrote. Raises: PathRefused."""
    check_set(paths)
    await shop.working_tree.differs(dict.fromkeys(paths))


async def _lay(shop: Workshop, base: str, current: str, answer: ChangeSet) -> str:
    """The tree of an answer over what is there now; the workspace itself is not touched."""
    paths = [change.path for change in answer.files]
    await pass_gate(shop, paths)
    before = await _states(shop, base, paths)
    now = await _states(shop, current, paths)
    results = {c.path: resolve(c, before[c.path], now[c.path]) for c in answer.files}
    return await shop.workspaces.overlay(current, results)


async def _states(
    shop: Workshop, tree: str, paths: Sequence[str]
) -> dict[str, tuple[str, bytes] | None]:
    entries = await shop.workspaces.entries(tree, paths)
    states: dict[str, tuple[str, bytes] | None] = dict.fromkeys(paths)
    for path, entry in entries.items():
        content = await shop.workspaces.read(tree, path)
        if content is not None:
            states[path] = (entry.mode, content)
    return states


def _text_of(reply: Turn) -> str:
    return "".join(block["text"] for block in reply.content if block["type"] == "text")


def _cause(progress: Progress) -> str:
    """Why this attempt is made: from the message that asked for it."""
    attempt = attempt_in_hand(progress)
    purposes = [t.purpose for t in progress.turns if t.attempt == attempt and t.role == "user"]
    if attempt == 1:
        return "first"
    return "correction" if "correction" in purposes else "review"


def _spent(progress: Progress, attempt: int) -> Usage:
    usages = [turn.usage for turn in progress.turns if turn.attempt == attempt and turn.usage]
    return sum(usages, Usage())
