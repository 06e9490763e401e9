"""The API of the engine: what people submit and ask, and what they hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from codeframe_tui.core import commands, queries
from codeframe_tui.core.commands import (
    AddComment,
    Approve,
    ChooseContext,
    Command,
    Distrust,
    Explain,
    FinishByHand,
    KeepWorking,
    LayOver,
    LeaveHand,
    RaiseLimit,
    Reject,
    Revise,
    RunTests,
    SetPolicy,
    SetWorkers,
    StopTests,
    TakeInHand,
    Trust,
)
from codeframe_tui.core.errors import Lacking, PathRefused
from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.paths import check_path
from codeframe_tui.core.policy import Policy
from codeframe_tui.core.queries import Query, ShowLetter, ShowReview
from codeframe_tui.core.secrets import NOTHING, Secrets
from codeframe_tui.ports import (
    Clock,
    CodeIndex,
    Document,
    Files,
    Store,
    Syntax,
    WorkingTree,
    Workspaces,
)
from codeframe_tui.ports.tables import Tables
from codeframe_tui.ports.trust import Trust as TrustPort
from codeframe_tui.service import (
    acknowledgement,
    activity,
    blockers,
    chosen,
    comments,
    dependencies,
    details,
    documents,
    drafts,
    history,
    importing,
    limits,
    origins,
    preview,
    queue,
    review,
    splitting,
    switches,
    undo,
    windows,
)
from codeframe_tui.service import again as repeated
from codeframe_tui.service.code import Code
from codeframe_tui.service.comments import Letter
from codeframe_tui.service.diffs import Diffs
from codeframe_tui.service.hand import Hands
from codeframe_tui.service.ledger import StoreLedger
from codeframe_tui.service.reading import ReviewReader
from codeframe_tui.service.sides import Sides
from codeframe_tui.service.trust import Trusting
from codeframe_tui.service.unit import Unit, find_task
from codeframe_tui.settings import Settings

__all__ = ["Supervisor"]

T = TypeVar("T")
P = TypeVar("P", Approve, Reject)
PAGE = 500
"""Events read from the store at once."""

_HANDLERS: Mapping[type[Any], Callable[[Unit, Any], Document]] = {
    commands.Acknowledge: acknowledgement.acknowledge,
    commands.AddIssue: queue.add_issue,
    commands.AddTask: queue.add_task,
    commands.Answer: blockers.answer,
    commands.Approve: review.approve,
    commands.Cancel: queue.cancel,
    commands.ChooseContext: chosen.choose,
    commands.DeleteComment: comments.delete,
    commands.EditComment: comments.edit,
    commands.EditTask: queue.edit,
    commands.Hold: queue.hold,
    commands.ImportTasks: importing.import_tasks,
    commands.Note: queue.note,
    commands.Redo: undo.redo,
    commands.Release: queue.release,
    commands.Retry: queue.retry,
    commands.SaveDraft: drafts.save,
    commands.Skip: blockers.skip,
    commands.Split: splitting.split,
    commands.Undo: undo.undo,
}
_DOCUMENTS: Mapping[type[Any], Callable[[Tables, Any], Document]] = {
    queries.CheckDependencies: dependencies.check,
    queries.ShowDependencies: dependencies.dependencies,
    queries.ShowIssues: documents.issues,
    queries.ShowHistory: history.history,
    queries.ShowEntry: activity.entry,
    queries.ShowEvents: documents.events,
    queries.ShowQueue: windows.queue,
    queries.ShowTasks: documents.tasks,
    queries.ShowTestOutput: details.test_output,
}


class Supervisor(StoreLedger):
    """Fulfils `ports.Service` and `ports.Ledger`.

    Args:
        store: open; the caller closes it after `close`.
        facts: gives the fields of the overview that only the engine knows: project, path, branch,
            dirty, sandbox, sandbox_why, network, key, scripted, pid, version.
        workspaces: for diffs.
        index: for what is asked about the code.
        doctor: for `ShowDoctor`.
        working_tree: the real one, which is only looked at from here.
        syntax: for the colours of `ShowSide`.
        files_at: gives the files of a copy in which a person works.
        default_policy: what the level of the default agent says, while a person says nothing.
        secrets: what is told to nobody.
        trust: files of the repository that people trust.

    Attributes:
        keep: whether the engine outlives its last client.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        settings: Settings,
        facts: Callable[[], Document],
        workspaces: Workspaces | None = None,
        index: CodeIndex | None = None,
        doctor: Callable[[], Awaitable[Document]] | None = None,
        working_tree: WorkingTree | None = None,
        syntax: Syntax | None = None,
        files_at: Callable[[Path], Files] | None = None,
        default_policy: str = Policy.MANUAL.value,
        secrets: Secrets = NOTHING,
        trust: TrustPort | None = None,
    ) -> None:
        super().__init__(
            store, clock, settings=settings, default_policy=default_policy, secrets=secrets
        )
        self._facts = facts
        self._workspaces = workspaces
        self._doctor = doctor
        there = partial(_there, workspaces, "workspace store")
        self._working_tree = working_tree
        gate = partial(_pass_gate, working_tree) if working_tree else None
        self._hands = Hands(store, workspaces, gate, self._write, files_at)
        self._diffs = Diffs(store, there, self._hands.copy)
        code_index = partial(_there, index, "code index")
        self._code = Code(store, code_index, there, settings)
        self._reviews: ReviewReader | None = None
        self._trees = there
        self._sides = Sides(store, there, syntax, self._hands.copy)
        changed = partial(self.publish, Signal("project", None))
        self._trusting = Trusting(
            trust, settings.ceiling, self._write, changed, clock=clock, secrets=secrets
        )
        self.keep = False

    async def submit(self, command: Command) -> Document:
        """See `ports.Service`."""
        match command:
            case KeepWorking(on):
                self.keep = on
                return {}
            case SetWorkers() | SetPolicy() | RaiseLimit():
                return await self._write(partial(self._switch, command))
            case RunTests() | StopTests():
                return await self._run_tests(command)
            case Revise() | TakeInHand() | FinishByHand() | LeaveHand() | LayOver():
                return await self._hands.submit(command)
            case Trust() | Distrust():
                return await self._trusting.submit(command)
            case ChooseContext():
                command = await self._code.check(command)
            case Approve() if command.parts.hunks or command.parts.lines:
                command = await self._with_checked_parts(command)
            case Reject() | Explain() | AddComment():
                return await self._say(command)
        wish = command
        return await self._write(lambda unit: _HANDLERS[type(wish)](unit, wish))

    def _switch(self, command: SetWorkers | SetPolicy | RaiseLimit, unit: Unit) -> Document:
        """What goes by the settings."""
        match command:
            case SetWorkers():
                return switches.set_workers(unit, command, self._settings)
            case SetPolicy():
                return switches.set_policy(unit, command, self._settings)
            case RaiseLimit():
                return limits.raise_limit(
                    unit, wish=command, settings=self._settings, started=self.started
                )

    async def _say(self, command: Reject | Explain | AddComment) -> Document:
        """What needs the files of the proposal, which are read outside of the unit."""
        match command:
            case AddComment():
                attempt, spot = await self._reader.spot(command)
                return await self._write(lambda unit: comments.add(unit, command, attempt, spot))
            case Explain():
                asked = await self._letter(ShowLetter(command.number, "explain"))
                comments.check_letter(asked, command.letter)
                return await self._write(lambda unit: review.explain(unit, command, asked))
            case Reject():
                pinned = command
                if command.parts.hunks or command.parts.lines:
                    pinned = await self._with_checked_parts(command)
                wish = ShowLetter(command.number, "changes", command.reason, command.parts)
                said = comments.check_letter(await self._letter(wish), command.letter)
                return await self._write(lambda unit: review.reject(unit, pinned, said))

    async def query(self, query: Query) -> Document:
        """See `ports.Service`."""
        if (document := _DOCUMENTS.get(type(query))) is not None:
            return await self._store.read(lambda tables: document(tables, query))
        match query:
            case queries.ShowOverview():
                return await self._overview()
            case queries.ShowUsage():
                return await self._store.read(self._usage)
            case queries.ShowActivity():
                now = self._clock.now()
                return await self._store.read(lambda rows: activity.activity(rows, query, now))
            case queries.ShowBlockers():
                return await self._store.read(partial(self._blockers, query))
            case queries.ShowDiff() | queries.ShowHunkLines() | queries.ShowHits():
                return await self._diffs.answer(query)
            case queries.ShowTask() | ShowReview() | ShowLetter():
                return await self._reviewed(query)
            case _:
                return await self._files(query)

    async def _reviewed(self, query: queries.ShowTask | ShowReview | ShowLetter) -> Document:
        """What a person reads to decide."""
        match query:
            case queries.ShowTask():
                return await self._task(query)
            case ShowReview():
                return await self._reader.document(query)
            case ShowLetter():
                letter = await self._letter(query)
                ids = [comment.id for comment in letter.comments]
                return {"task": query.number, "text": letter.text, "comments": ids}

    async def _files(self, query: Query) -> Document:
        """What is read from trees and copies."""
        match query:
            case queries.ShowUndo():
                tree = _there(self._working_tree, "working tree")
                return await preview.show(self._store, self, self._trees(), tree, query)
            case queries.ShowBase(number, path):
                return await self._base(number, path)
            case queries.ShowSide():
                return await self._sides.show(query)
            case queries.ShowOrigins():
                return await origins.show(self._store, self._trees, query)
            case queries.ShowFile() | queries.ShowMerge() | queries.ShowHand():
                return await self._hands.answer(query)
            case queries.ShowDoctor():
                return await _there(self._doctor, "doctor")()
            case queries.ShowTrust():
                return await self._trusting.show(query)
            case _:
                return await self._code.answer(query)

    def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """See `ports.Service`."""
        known = self._store.last_event if after is None else after
        return self._broadcast.follow(known, self._events_after)

    def signals(self) -> AsyncIterator[Signal]:
        """See `ports.Service`."""
        return self._broadcast.listen()

    def close(self) -> None:
        """End all subscriptions; what was submitted goes on."""
        self._code.close()
        self._trusting.close()
        self._broadcast.close()

    async def _events_after(self, seq: int) -> list[Event]:
        return await self._store.read(lambda tables: tables.events.after(seq, PAGE))

    @property
    def _reader(self) -> ReviewReader:
        if self._reviews is None:
            self._reviews = ReviewReader(self._store, _there(self._workspaces, "workspace store"))
        return self._reviews

    async def _task(self, query: queries.ShowTask) -> Document:
        shown = await self._store.read(lambda tables: details.task(tables, query))
        said = await self._reader.comments(query.number) if shown["attempts"] else []
        return {**shown, "comments": said, "testing": shown["number"] in self._repeating}

    async def _letter(self, query: ShowLetter) -> Letter:
        """The letter of a review; of a task without a proposal only what a person says."""
        task = await self._store.read(lambda tables: find_task(tables, query.number))
        return await self._reader.letter(query) if task.attempt else Letter(query.overall)

    async def _run_tests(self, command: RunTests | StopTests) -> Document:
        if isinstance(command, StopTests):
            self._repeating.stop(command.number)
            return {}
        repeated.require_sandbox(self._facts())
        again = await self._store.read(lambda tables: repeated.wished(tables, command))
        self._repeating.reserve(again.task)
        try:
            await self._write(lambda unit: repeated.began(unit, again))
        except BaseException:
            self._repeating.free(again.task)
            raise
        self._repeating.put(again)
        return {"attempt": again.attempt}

    async def _with_checked_parts(self, command: P) -> P:
        """They need the diff, which is read outside of the unit; so the proposal is pinned."""
        task = await self._store.read(lambda tables: find_task(tables, command.number))
        attempt = await self._store.read(lambda tables: review.newest_attempt(tables, task))
        workspaces = _there(self._workspaces, "workspace store")
        diffs = await workspaces.diff(attempt.base, attempt.tree)
        await asyncio.to_thread(review.check_parts, command.parts, diffs)
        return replace(command, expect=command.expect or attempt.proposal)

    def _usage(self, tables: Tables) -> Document:
        now = self._clock.now()
        return documents.usage(tables, settings=self._settings, started=self.started, now=now)

    def _blockers(self, query: queries.ShowBlockers, tables: Tables) -> Document:
        found = documents.blockers(tables, query)
        room = partial(limits.room, tables, self._settings, self.started, self._clock.now())
        return {"blockers": [{**each, "limit": room(each)} for each in found["blockers"]]}

    async def _overview(self) -> Document:
        since, now = self.started, self._clock.now()
        make = partial(documents.overview, settings=self._settings, since=since, at=now)
        stored = await self._store.read(make)
        shown = {"policy": stored["policy"] or self._default_policy}
        chosen = {"policy_chosen": stored["policy"] is not None}
        idle = {"idle": stored["idle"] and not self._repeating}
        here = {"keep": self.keep, "trust": await self._trusting.brief()}
        return {**stored, **idle, **shown, **chosen, **self._facts(), **here}

    async def _base(self, number: str, path: str) -> Document:
        """Paths come from a model's stream: one that the gate refuses has no base."""

        def find(tables: Tables) -> tuple[str, str | None]:
            known = find_task(tables, number).number
            return known, tables.tasks.base(known)

        found, tree = await self._store.read(find)
        content = None
        with suppress(PathRefused):
            if tree is not None:
                workspaces = _there(self._workspaces, "workspace store")
                content = await workspaces.read(tree, check_path(path))
        return {"task": found, "path": path, "text": details.plain_text(content)}


async def _pass_gate(tree: WorkingTree, paths: Sequence[str]) -> None:
    """Refuse what may not be written in the real tree, by looking at it there."""
    await tree.differs(dict.fromkeys(paths))


def _there(part: T | None, what: str) -> T:
    if part is None:
        raise Lacking(f"this engine has no {what}", hint="run `codeframe-tui doctor`")
    return part
