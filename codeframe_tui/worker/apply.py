"""Apply: carry decisions out, one after the other. The only stage that reaches the real tree."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codeframe_tui.core.diff import FileDiff
from codeframe_tui.core.errors import Conflict, NotFound, PathRefused, Refused
from codeframe_tui.core.patch import select
from codeframe_tui.core.policy import Outlook, Policy
from codeframe_tui.core.progress import Attempt, Decision
from codeframe_tui.core.proposal import Action
from codeframe_tui.core.verification import Verdict
from codeframe_tui.ports import Replacement
from codeframe_tui.ports.points import passing
from codeframe_tui.worker.review import outlook_of
from codeframe_tui.worker.verify import Verifier
from codeframe_tui.worker.workshop import Workshop

__all__ = ["carry_out"]

_BY_POLICY = "policy:"


async def carry_out(shop: Workshop, verifier: Verifier, decision: Decision) -> None:
    """Bring a decision to its end: ``settle_decision`` or ``refuse_decision``.

    Only what is known to have written nothing is refused. After any other failure the decision
    stays pending, and carrying it out again is safe.
    """
    passing(f"decision.{decision.kind}")
    try:
        if decision.kind == "apply":
            written = await _apply(shop, verifier, decision)
        else:
            written = await _undo(shop, decision)
    except Conflict as conflict:
        await shop.ledger.refuse_decision(
            decision, code=conflict.code, message=conflict.message, paths=conflict.paths
        )
    except (Refused, PathRefused) as error:
        await shop.ledger.refuse_decision(decision, code=error.code, message=error.message)
    else:
        passing("decision.written")
        await shop.ledger.settle_decision(
            decision,
            paths=written.paths,
            base=written.base,
            tree=written.tree,
            verdict=written.verdict,
        )


@dataclass(frozen=True, slots=True)
class _Written:
    """What the real tree has now: the difference of two trees, at these paths.

    ``verdict`` is that of exactly this, where it is not the attempt's own.
    """

    paths: list[str]
    base: str
    tree: str
    verdict: str | None = None


async def _apply(shop: Workshop, verifier: Verifier, decision: Decision) -> _Written:
    attempt = await _attempt_of(shop, decision)
    tree, verdict = attempt.tree, None
    if decision.parts:
        tree = await _accepted_tree(shop, decision, attempt)
    if await _is_written(shop, attempt.base, tree):
        pass  # by a process that died before it could say so; a check would see no change
    elif decision.parts:
        verdict = await _check_part(shop, verifier, attempt, decision.task, tree)
    elif decision.by.startswith(_BY_POLICY):
        verdict = await _check_again(shop, verifier, decision, attempt)
    return replace(await _write(shop, decision, attempt.base, tree), verdict=verdict)


async def _undo(shop: Workshop, decision: Decision) -> _Written:
    """Take everything out that stands of a task, as one replacement."""
    before: dict[str, tuple[str, bytes] | None] = {}
    after: dict[str, tuple[str, bytes] | None] = {}
    tree = None
    for done in await shop.ledger.applied(decision.task):
        assert done.applied_base is not None
        assert done.applied_tree is not None
        tree = done.applied_tree
        for diff in await shop.workspaces.diff(done.applied_base, tree):
            old = await _side(shop, done.applied_base, diff.path, diff.old_mode)
            if after.get(diff.path, old) != old:
                raise Conflict(
                    f"{diff.path} was edited between two parts that were applied",
                    hint="take them out by hand",
                    paths=[diff.path],
                )
            before.setdefault(diff.path, old)
            after[diff.path] = await _side(shop, tree, diff.path, diff.new_mode)
    if tree is None:
        raise Refused(f"task {decision.task} has nothing applied to undo", code="nothing_to_undo")
    old_tree = await shop.workspaces.overlay(tree, after)
    return await _write(shop, decision, old_tree, await shop.workspaces.overlay(tree, before))


async def _side(shop: Workshop, tree: str, path: str, mode: str | None) -> tuple[str, bytes] | None:
    content = await shop.workspaces.read(tree, path)
    return None if content is None or mode is None else (mode, content)


async def _write(shop: Workshop, decision: Decision, old: str, new: str) -> _Written:
    """Replace the difference of two trees in the real tree, all or nothing."""
    diffs = await shop.workspaces.diff(old, new)
    paths = [diff.path for diff in diffs]
    replacements = [await _replacement(shop, old, new, diff) for diff in diffs]
    try:
        if await shop.working_tree.differs({r.path: r.new for r in replacements}):
            await shop.working_tree.replace(f"decision-{decision.id}", replacements)
    except Conflict as conflict:
        moved = await shop.working_tree.differs({r.path: r.old for r in replacements})
        raise Conflict(conflict.message, hint=conflict.hint, paths=moved) from conflict
    base, tree = (old, new) if decision.kind == "apply" else (new, old)
    return _Written(paths, base, tree)


async def _is_written(shop: Workshop, old: str, new: str) -> bool:
    """Whether the real tree has the difference of two trees already."""
    diffs = await shop.workspaces.diff(old, new)
    wanted = {d.path: await _side(shop, new, d.path, d.new_mode) for d in diffs}
    return not await shop.working_tree.differs(wanted)


async def _replacement(shop: Workshop, old: str, new: str, diff: FileDiff) -> Replacement:
    return Replacement(
        diff.path,
        await _side(shop, old, diff.path, diff.old_mode),
        await _side(shop, new, diff.path, diff.new_mode),
    )


async def _attempt_of(shop: Workshop, decision: Decision) -> Attempt:
    progress = await shop.ledger.progress(decision.task)
    for attempt in reversed(progress.attempts):
        if attempt.proposal == decision.proposal:
            return attempt
    raise NotFound(f"task {decision.task} has no proposal {decision.proposal[:12]}")


async def _accepted_tree(shop: Workshop, decision: Decision, attempt: Attempt) -> str:
    """The base with the accepted files and hunks only."""
    changes: dict[str, tuple[str, bytes] | None] = {}
    for diff in await shop.workspaces.diff(attempt.base, attempt.tree):
        hunks = frozenset(k for path, k in decision.parts.hunks if path == diff.path)
        whole = diff.path in decision.parts.files or len(hunks) == len(diff.hunks) > 0
        if whole or hunks:
            changes[diff.path] = await _accepted_file(shop, attempt, diff, None if whole else hunks)
    return await shop.workspaces.overlay(attempt.base, changes)


async def _accepted_file(
    shop: Workshop, attempt: Attempt, diff: FileDiff, hunks: frozenset[int] | None
) -> tuple[str, bytes] | None:
    old = await shop.workspaces.read(attempt.base, diff.path)
    new = await shop.workspaces.read(attempt.tree, diff.path)
    if hunks is None:
        return None if new is None or diff.new_mode is None else (diff.new_mode, new)
    content = select(old, new, diff, hunks)
    if content is None:
        return None
    kept = diff.old_mode if diff.action is Action.DELETE else diff.new_mode
    return (kept or "100644", content)


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
    """Stale evidence is made again on today's tree before a policy applies.

    Returns:
        The verdict on today's tree; None when nothing was stale.

    Raises:
        Refused: the policy would not apply it now.
    """
    now = (await shop.workspaces.snapshot()).tree
    if now == attempt.base:
        return None
    changes: dict[str, tuple[str, bytes] | None] = {}
    for diff in await shop.workspaces.diff(attempt.base, attempt.tree):
        changes[diff.path] = await _accepted_file(shop, attempt, diff, None)
    task = (await shop.ledger.progress(decision.task)).task
    found, flags = await verifier.verify(task, now, await shop.workspaces.overlay(now, changes))
    policy = Policy(decision.by.removeprefix(_BY_POLICY))
    if outlook_of(policy, task, found, flags) is not Outlook.APPLY:
        raise Refused(
            f"the project changed meanwhile, and on today's files it is {found.verdict.value}, "
            f"so nothing was written: {found.message}",
            code="stale",
        )
    return found.verdict.value
