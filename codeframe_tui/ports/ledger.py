"""The worker's door to the one writer."""

from __future__ import annotations

from collections.abc import (
    Awaitable,
    Mapping,
    Sequence,
)
from typing import Protocol

from codeframe_tui.core.blocker import Blocker
from codeframe_tui.core.code.ground import Ground
from codeframe_tui.core.events import Signal
from codeframe_tui.core.evidence.again import Again
from codeframe_tui.core.evidence.verification import Flag, TestRun, Verification
from codeframe_tui.core.hand import Hand
from codeframe_tui.core.policy import Ruling
from codeframe_tui.core.progress import (
    Attempt,
    Decision,
    Effects,
    Progress,
    Standing,
    ToolResult,
    Turn,
)
from codeframe_tui.core.task import Issue, Phase, Status, Task
from codeframe_tui.core.tokens import Asked, Gauge
from codeframe_tui.ports.service import Document


class Ledger(Protocol):
    """Each call is one transaction of rows and events; it returns when it is durable.

    Calls for a task that is no longer in progress (cancelled meanwhile) raise `Refused`.
    """

    async def claim(self, worker: str, *, revised: bool = False) -> Task | None:
        """Take the first task that can start and mark it in progress; None if there is none.

        Args:
            worker: who takes it.
            revised: only what a person made and wants tested, which needs no model: also while
                workers are paused.
        """
        ...

    async def in_hand(self, numbers: Sequence[str]) -> Mapping[str, Hand]:
        """The copies that are open, of these tasks."""
        ...

    async def changed(self, seen: int) -> int:
        """Return the count of commits so far as soon as it is not ``seen`` any more."""
        ...

    async def progress(self, number: str) -> Progress:
        """All stored facts of a task. Raises: NotFound."""
        ...

    async def statuses(self, numbers: Sequence[str]) -> Mapping[str, Status]:
        """The state of each of the numbers that exists."""
        ...

    async def issue_of(self, task: Task) -> Issue | None:
        """The parent issue."""
        ...

    async def blockers_of(self, number: str | None) -> Sequence[Blocker]:
        """All blockers of a task, or of all tasks, oldest first."""
        ...

    async def ground(self, number: str) -> Ground:
        """What is stored that decides what a task is shown. Raises: NotFound."""
        ...

    async def gauge(self, model: str | None = None) -> Gauge:
        """What texts cost in tokens of a model; None = the one in force."""
        ...

    async def set_base(self, number: str, tree: str) -> None:
        """Remember the snapshot that the next attempt stands on."""
        ...

    async def set_phase(self, number: str, phase: Phase) -> None:
        """Say what is being done."""
        ...

    async def record_context(self, number: str, document: Document) -> None:
        """Store what the model is given (event ``context.gathered``)."""
        ...

    async def record_turn(
        self, number: str, turn: Turn, told: Sequence[int] = (), asked: Asked | None = None
    ) -> None:
        """Store a message.

        Args:
            number: of the task.
            turn: the message.
            told: the inbox messages that it carries to the model.
            asked: what a reply answers; from its usage `gauge` learns.
        """
        ...

    async def record_tool(self, number: str, result: ToolResult, summary: str = "") -> None:
        """Store that a tool began (content None) or ended."""
        ...

    async def refuse_answer(self, number: str, message: str, turn: Turn) -> int:
        """Count an invalid answer and store the message that sends it back; returns the strikes."""
        ...

    async def record_attempt(self, number: str, attempt: Attempt) -> None:
        """Store a proposal (without verification); strikes start again at 0."""
        ...

    async def record_verification(
        self, number: str, attempt: int, verification: Verification, flags: Sequence[Flag]
    ) -> None:
        """Store the evidence of an attempt."""
        ...

    async def spend_correction(self, number: str, turn: Turn) -> None:
        """Count a correction and store the message that asks for it, as one step."""
        ...

    async def to_review(self, number: str, ruling: Ruling | None = None) -> None:
        """The newest attempt waits for a person."""
        ...

    async def record_explanation(self, number: str, text: str) -> None:
        """What the worker answered to the questions about the newest attempt.

        The task waits for a person again, as it did when they were asked.
        """
        ...

    async def approve_by_policy(self, number: str, ruling: Ruling) -> None:
        """Store an automatic decision with the conditions that made it."""
        ...

    async def open_blocker(self, blocker: Blocker) -> str:
        """Store a question; SYNC blocks its task. Returns the id."""
        ...

    async def give_up(self, number: str, reason: str) -> None:
        """End a task as failed after an unrecoverable internal error."""
        ...

    async def release(self, number: str) -> None:
        """Put a task that is stopped half-way (shutdown, pause) back to pending."""
        ...

    async def pause(self, why: str) -> None:
        """Pause the workers; a person starts them again."""
        ...

    async def pending_decisions(self) -> Sequence[Decision]:
        """Decisions not yet carried out, oldest first."""
        ...

    async def moved_after(self) -> int:
        """The newest decision that was taken in another folder, see `core.progress`; 0 = none."""
        ...

    async def settle_decision(
        self,
        decision: Decision,
        *,
        paths: Sequence[str],
        base: str,
        tree: str,
        verdict: str | None = None,
        commit: Document | None = None,
        not_kept: Sequence[str] = (),
    ) -> None:
        """The real tree has it: ``change.applied``, ``change.undone`` or ``change.redone``.

        ``verdict`` is that of what was written, where it is not the attempt's own; ``commit`` as
        `worker.commit` tells it; ``not_kept`` as `WorkingTree.replace` does.
        """
        ...

    async def begin_effects(self, number: str, call: str, tree: str) -> None:
        """Store the real tree as it is before a call of the task runs without walls."""
        ...

    async def begun_effects(self, number: str, call: str) -> str | None:
        """The tree before a call whose end nobody saw; None when what it did was recorded."""
        ...

    async def record_effects(self, number: str, found: Effects) -> None:
        """Store what a command of a task did; also of one that is no longer in progress."""
        ...

    async def refuse_decision(
        self, decision: Decision, *, code: str, message: str, paths: Sequence[str] = ()
    ) -> None:
        """Nothing was written: ``change.refused``; the task is back where it was."""
        ...

    async def applied(self, number: str) -> Sequence[Decision]:
        """The carried-out applies and redos of a task that are not undone, oldest first."""
        ...

    async def undone(self, number: str) -> Decision | None:
        """The undo that a redo of the task would take back; None when there is none."""
        ...

    async def standing_after(self, decision: Decision) -> Sequence[Standing]:
        """What was applied to other tasks after a decision and is not undone, oldest first."""
        ...

    async def policy(self) -> tuple[str, int, bool, str]:
        """What is in force now: policy, number of workers, paused, model."""
        ...

    async def explicit_policy(self) -> str | None:
        """The policy that a person chose or set; None = the agent's level says."""
        ...

    async def assume_price(self, number: str, model: str) -> float | None:
        """What a call of a model of unknown price counts as, in US dollars.

        0 where no cap is set; else what a person said. None while nobody did: the task then waits
        for an answer, or is back in the queue because another one asks.
        """
        ...

    async def spending(self, number: str) -> tuple[float | None, float | None]:
        """US dollars that a task spent under its own cap, and that cap; None = unknown, none."""
        ...

    async def reserve(self, number: str, usd: float) -> bool:
        """Hold the most that the task's next call can cost, until its reply is stored.

        Waits while the calls of other tasks hold what is missing under a cap. False when the call
        does not fit even without them: the task then waits for a person's answer, or is back in the
        queue. Replies of unknown cost count as what was held for them.
        """
        ...

    async def record_event(self, type_: str, task: str | None, data: Document) -> None:
        """Store a fact that changes no row (``policy.decided``, ``model.waiting``, ``problem``)."""
        ...

    async def next_again(self) -> Again:
        """Return the next tests that a person wants to run again, as soon as there are any."""
        ...

    async def again_stopped(self, number: str) -> None:
        """Return when a person stops the tests that run again."""
        ...

    async def end_again(self, again: Again, run: TestRun) -> None:
        """Keep what they showed beside the verification, which stays what it is."""
        ...

    def publish(self, signal: Signal) -> None:
        """Send a transient update to whoever listens; never waits, never fails."""
        ...

    def cancelled(self, number: str) -> Awaitable[None]:
        """Return when a person stopped the task (cancel, hold while running)."""
        ...
