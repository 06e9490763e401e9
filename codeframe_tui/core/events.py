"""Durable facts (Event) and transient updates (Signal).

Events are numbered by ``seq``, strictly increasing and visible in order; each is written in the
same transaction as the rows it tells of. They carry no file bodies. Signals may be dropped or
merged: of signals with the same (kind, task, key) only the newest text matters unless ``append``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["DECISION_ENDS", "EVENT_TYPES", "SIGNAL_KINDS", "Event", "Signal"]

DECISION_ENDS = frozenset({"change.applied", "change.undone", "change.redone", "change.refused"})
"""The events of which each decision meets one in the end."""

EVENT_TYPES: dict[str, str] = {
    "issue.added": "an issue was added: {number, title}",
    "task.added": "a task was added: {title}",
    "task.edited": "fields changed: {fields: [name]}",
    "task.status": "the state moved: {from, to, reason, phase}",
    "task.phase": "the phase moved: {phase}",
    "task.held": "a person put it on hold: {}",
    "task.released": "a person released it: {}",
    "note.added": "a person wrote to the worker: {note, text}",
    "note.told": "notes joined a turn: {notes: [id], turn}",
    "context.gathered": "what the model gets: {files: [{path, form, reasons, tokens}], cut, …}",
    "context.chosen": "a person chose about a file: {path, choice: pinned, excluded or null}",
    "context.shortened": "older parts are not sent any more: {left_out, tokens, limit}",
    "turn.recorded": "a reply was stored: {turn, stop_reason, usage, cost_usd, tools: [name]}",
    "tool.started": "a tool began: {tool_use, name, summary}",
    "tool.ended": "a tool ended: {tool_use, name, ok, summary}",
    "answer.refused": "the answer broke the contract: {message, strike}",
    "proposal.recorded": "an attempt was made: {attempt, proposal, files: [file document]}",
    "verification.started": "runs begin: {attempt}",
    "verification.recorded": "runs ended: {attempt, verdict, reason, message}",
    "tests.started": "a person lets tests run again: {attempt, proposal, count}; count 0 = all",
    "tests.ended": "{attempt, ok, reason, message, passed, failed, skipped, seconds, differ: [id]}",
    "hand.begun": "a person goes on in a copy of their own: {attempt, base, tree}",
    "hand.ended": "they are done: {how: resolved or thrown_away}",
    "policy.decided": "{attempt, policy, decision, conditions: [{name, asks, value, passed}]}",
    "review.approved": "a person or policy approved: {decision, by, proposal, parts}",
    "review.rejected": "a person rejected: {attempt, reason, parts, comments: [id], text}",
    "review.asked": "a person wants to know before deciding: {attempt, comments: [id], text}",
    "review.answered": "the worker explained, nothing changed: {attempt, comments: [id], text}",
    "review.commented": "a person said: {comment, attempt, path, first, last, type, text}",
    "review.comment_edited": "a person said it differently: {comment, type, text}",
    "review.comment_deleted": "a person took a comment back: {comment}",
    "flag.acknowledged": "{attempt, proposal, flags: [{id, rule, path, line}], reason, by}",
    "undo.requested": "a person wants a change out again: {decision, by, proposal}",
    "redo.requested": "a person wants an undone change back: {decision, by, proposal}",
    "change.applied": "the real tree has it: {decision, files, by, verdict?, commit?, not_kept?}",
    "change.undone": "as before: {decision, files, dependants, commits?, not_kept?, by_commands?}",
    "change.redone": "the real tree has it again: {decision, files, dependants, not_kept?}",
    "command.changed": "while a command ran: {decision, command, files, beyond, count, since}",
    "change.refused": "nothing was written: {decision, kind, code, message, paths: [path]}",
    "blocker.opened": "a question waits: {id, kind, question, options, assumption, cause}",
    "blocker.answered": "a person answered: {id, answer}",
    "blocker.resolved": "it no longer waits: {id, how}",
    "model.waiting": "a call is repeated later: {kind, seconds, message}",
    "policy.changed": "{policy, by}",
    "trust.changed": "a person decided about a file of the repository: {path, sha256, trusted}",
    "workers.changed": "workers were started or paused: {paused, workers}",
    "state.repaired": "the queue is that of a backup: {backup, made: seconds, aside: folder}",
    "engine.started": "{pid, version, sandbox, recovered: [text]}",
    "problem": "something went wrong inside; the log has it: {message}",
}

SIGNAL_KINDS: dict[str, str] = {
    "model.text": "answer text as it streams: data {text}, append",
    "model.thinking": "thinking text as it streams: data {text}, append",
    "model.tool": "a tool call as it streams: data {name, partial_json}, append; key = tool_use id",
    "tool.output": "output of a running tool: data {text}, append; key = tool_use id",
    "test": "one test ended: data {run, id, outcome, duration}; key = run + id",
    "test.progress": "data {run, done, total, running}; key = run",
    "test.output": "raw output of a test run: data {run, text}, append; key = run",
    "file": "a file as the model writes it: data {path, content, turn}; key = path",
    "hand": "a person saved in their copy, and its tests begin anew: data {files: [path]}",
    "index": "how much of the code is read: data {done, files}; the same at the end",
    "project": "branch or changed files are others than the overview said: data {}",
    "waiting": "a countdown: data {why, since, until} (ISO 8601); empty when it is over",
}


@dataclass(frozen=True, slots=True)
class Event:
    """A durable, numbered fact.

    Attributes:
        seq: strictly increasing from 1.
        at: ISO 8601 in UTC, milliseconds, ``Z``.
        type: a key of `EVENT_TYPES`.
        task: the task's number, or None.
        data: small JSON object.
    """

    seq: int
    at: str
    type: str
    task: str | None
    data: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The outward form (CONTRACT §9)."""
        return {
            "v": 1,
            "seq": self.seq,
            "at": self.at,
            "type": self.type,
            "task": self.task,
            "data": self.data,
        }


@dataclass(frozen=True, slots=True)
class Signal:
    """A transient update; may be dropped or merged."""

    kind: str
    task: str | None
    data: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    append: bool = False
