"""Apply: carry decisions out, one after the other. The only stage that reaches the real tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.parts import FileParts
from codeframe_tui.core.change.patch import Share, select, share
from codeframe_tui.core.errors import Conflict, NotFound, PathRefused, Refused, WrongUse
from codeframe_tui.core.evidence.verification import Flag, Verdict, Verification
from codeframe_tui.core.policy import Outlook, Ruling
from codeframe_tui.core.progress import Attempt, Decision
from codeframe_tui.core.task import Task
from codeframe_tui.ports.points import passing
from codeframe_tui.worker.commit import commit
from codeframe_tui.worker.review import ruling_on
from codeframe_tui.worker.undo import undo_or_redo
from codeframe_tui.worker.verify import Verifier
from codeframe_tui.worker.workshop import Workshop
from codeframe_tui.worker.write import Written, is_written, side, write

__all__ = ["carry_out"]

_BY_POLICY = "policy:"


async def carry_out(shop: Workshop, verifier: Verifier, decision: Decision) -> None:
    """Bring a decision to its end: ``settle_decision`` or ``refuse_decision``.

    Only what is known to have written nothing is refused. After any other failure the decision
    stays pending, and carrying it out again is safe.
    """
    passing(f"decision.{decision.kind}")
    try:
        written = await _written(shop, verifier, decision)
    except Conflict as conflict:
        await shop.ledger.refuse_decision(
            decision, code=conflict.code, message=conflict.message, paths=conflict.paths
        )
    except (Refused, PathRefused) as error:
        await shop.ledger.refuse_decision(decision, code=error.code, message=error.message)
    else:
        passing("decision.written")
        committed = await commit(shop, decision, written)
        await shop.ledger.settle_decision(
            decision,
            paths=written.paths,
            base=written.base,
            tree=written.tree,
            verdict=written.verdict,
            commit=committed,
            not_kept=written.not_kept,
        )


async def _written(shop: Workshop, verifier: Verifier, decision: Decision) -> Written:
    match decision.kind:
        case "undo" | "redo":
            return await undo_or_redo(shop, decision)
        case _:
            return await _apply(shop, verifier, decision)


async def _apply(shop: Workshop, verifier: Verifier, decision: Decision) -> Written:
    attempt = await _attempt_of(shop, decision)
    tree, verdict = attempt.tree, None
    if decision.parts:
        tree = await _accepted_tree(shop, decision, attempt)
    if await is_written(shop, attempt.base, tree):
        pass  # by a process that died before it could say so; a check would see no change
    elif decision.parts:
        verdict = await _check_part(shop, verifier, attempt, decision.task, tree)
    elif decision.by.startswith(_BY_POLICY):
        verdict = await _check_again(shop, verifier, decision, attempt)
    return replace(await write(shop, decision, attempt.base, tree), verdict=verdict)


async def _attempt_of(shop: Workshop, decision: Decision) -> Attempt:
    progress = await shop.ledger.progress(decision.task)
    for attempt in reversed(progress.attempts):
        if attempt.proposal == decision.proposal:
            return attempt
    raise NotFound(f"task {decision.task} has no proposal {decision.proposal[:12]}")


async def _accepted_tree(shop: Workshop, decision: Decision, attempt: Attempt) -> str:
    """The base with the accepted files and hunks only."""
    changes: dict[str, tuple[str, bytes] | None] = {}
    named = decision.parts.by_path()
    for diff in await shop.workspaces.diff(attempt.base, attempt.tree):
        if parts := named.get(diff.path):
            changes[diff.path] = await _accepted_file(shop, attempt, diff, parts)
    return await shop.workspaces.overlay(attempt.base, changes)


async def _accepted_file(
    shop: Workshop, attempt: Attempt, diff: FileDiff, parts: FileParts
) -> tuple[str, bytes] | None:
    """A file with what is accepted of it."""
    new = await side(shop.workspaces, attempt.tree, diff.path, diff.new_mode)
    if parts.whole or len(parts.hunks) == len(diff.hunks) > 0:
        return new
    old = await shop.workspaces.read(attempt.base, diff.path)
    content = select(old, new[1] if new else None, diff, parts.hunks, parts.lines)
    if content is None:
        return None
    entire = all(
        hunk.k in parts.hunks or share(hunk, parts.lines) is Share.ALL for hunk in diff.hunks
    )
    # a mode belongs to no hunk: it is declined with the rest
    kept = diff.new_mode if entire else diff.old_mode
    only = diff.new_mode or diff.old_mode or "100644"  # of a file that is new, or is deleted
    return (kept or only, content)


async def _check_part(
    shop: Workshop, verifier: Verifier, attempt: Attempt, number: str, tree: str
) -> str:
    """The part's own verdict; it must not break what the whole does not. Raises: Refused."""
    verifier.forget()
    task = (await shop.ledger.progress(number)).task
    found, _ = await verifier.verify(task, attempt.base, tree)
    whole = attempt.verification.reason if attempt.verification else ""
    uncollected = found.reason == "collection_error" != whole
    if found.verdict is Verdict.FAILED or uncollected:
        raise Refused(
            f"the accepted part fails its tests, so nothing was written: {found.message}",
            code="part_failed",
        )
    return found.verdict.value


async def _check_again(
    shop: Workshop, verifier: Verifier, decision: Decision, attempt: Attempt
) -> str | None:
    """Whether a policy applies it still: the one in force, and on today's tree.

    Stale evidence is made again first.

    Returns:
        The verdict on today's tree; None when nothing was stale.

    Raises:
        Refused: the policy would not apply it now.
    """
    task = (await shop.ledger.progress(decision.task)).task
    now = (await shop.workspaces.snapshot()).tree
    assert attempt.verification is not None
    if now == attempt.base:
        await _require_policy(shop, task, attempt, attempt.verification, attempt.flags)
        return None
    changes: dict[str, tuple[str, bytes] | None] = {}
    for diff in await shop.workspaces.diff(attempt.base, attempt.tree):
        changes[diff.path] = await side(shop.workspaces, attempt.tree, diff.path, diff.new_mode)
    found, flags = await verifier.verify(task, now, await shop.workspaces.overlay(now, changes))
    await _require_policy(shop, task, attempt, found, flags)
    return found.verdict.value


async def _require_policy(
    shop: Workshop,
    task: Task,
    attempt: Attempt,
    found: Verification,
    flags: Sequence[Flag],
) -> None:
    """The policy in force applies it. Raises: Refused, after the conditions were stored."""
    ruling = await _ruling_on(shop, task, attempt, found, flags)
    if ruling.outlook is Outlook.APPLY:
        return
    data = {"attempt": attempt.number, **ruling.document, "decision": Outlook.REVIEW.value}
    await shop.ledger.record_event("policy.decided", task.number, data)
    assert attempt.verification is not None
    then = ruling
    if found is not attempt.verification:
        then = await _ruling_on(shop, task, attempt, attempt.verification, attempt.flags)
    if then.outlook is not Outlook.APPLY:
        raise Refused(
            f"policy {then.policy.value} leaves it to you{_failing(then, 'policy')}, "
            "so nothing was written",
            code="policy_changed",
        )
    raise Refused(
        f"the project changed meanwhile, and on today's files it is {found.verdict.value}"
        f"{_failing(ruling, 'verdict')}, so nothing was written: {found.message}",
        code="stale",
    )


async def _ruling_on(
    shop: Workshop,
    task: Task,
    attempt: Attempt,
    found: Verification,
    flags: Sequence[Flag],
) -> Ruling:
    """See `ruling_on`. Raises: Refused where the agent, whose level counts, cannot be read."""
    try:
        return await ruling_on(shop, task, attempt, found, flags)
    except WrongUse as error:
        raise Refused(
            f"what its agent may decide is not known, so nothing was written: {error.message}",
            code="policy_changed",
        ) from error


def _failing(ruling: Ruling, said: str) -> str:
    """The conditions that do not hold, in brackets, less the one that is said already."""
    failed = [f"{each.name}: {each.value}" for each in ruling.failed if each.name != said]
    return f" ({', '.join(failed)})" if failed else ""
