"""The wishes a person can submit; a command changes something.

Plain values that the codec writes as ``{"type": class name, "args": {field: value}}``. Results are
JSON documents (CONTRACT §9).
"""

from __future__ import annotations

from typing import Any

from codeframe_tui.core.commands.blockers import (
    Answer,
    FinishByHand,
    LayOver,
    LeaveHand,
    RaiseLimit,
    Revise,
    Skip,
    TakeInHand,
)
from codeframe_tui.core.commands.engine import (
    Distrust,
    KeepWorking,
    SetPolicy,
    SetWorkers,
    Trust,
)
from codeframe_tui.core.commands.review import (
    Acknowledge,
    AddComment,
    Approve,
    DeleteComment,
    EditComment,
    Explain,
    Redo,
    Reject,
    RunTests,
    SaveDraft,
    StopTests,
    Undo,
)
from codeframe_tui.core.commands.tasks import (
    AddIssue,
    AddTask,
    Cancel,
    ChooseContext,
    EditTask,
    Hold,
    ImportTasks,
    Note,
    Release,
    Retry,
    Split,
)

__all__ = [
    "COMMANDS",
    "Acknowledge",
    "AddComment",
    "AddIssue",
    "AddTask",
    "Answer",
    "Approve",
    "Cancel",
    "ChooseContext",
    "Command",
    "DeleteComment",
    "Distrust",
    "EditComment",
    "EditTask",
    "Explain",
    "FinishByHand",
    "Hold",
    "ImportTasks",
    "KeepWorking",
    "LayOver",
    "LeaveHand",
    "Note",
    "RaiseLimit",
    "Redo",
    "Reject",
    "Release",
    "Retry",
    "Revise",
    "RunTests",
    "SaveDraft",
    "SetPolicy",
    "SetWorkers",
    "Skip",
    "Split",
    "StopTests",
    "TakeInHand",
    "Trust",
    "Undo",
]

Command = (
    AddTask
    | AddIssue
    | ImportTasks
    | EditTask
    | Hold
    | Release
    | Cancel
    | Retry
    | Note
    | ChooseContext
    | Approve
    | Reject
    | Explain
    | AddComment
    | EditComment
    | DeleteComment
    | Acknowledge
    | SaveDraft
    | Answer
    | RaiseLimit
    | Skip
    | Split
    | Revise
    | TakeInHand
    | FinishByHand
    | LayOver
    | LeaveHand
    | Undo
    | Redo
    | RunTests
    | StopTests
    | SetPolicy
    | SetWorkers
    | KeepWorking
    | Trust
    | Distrust
)
COMMANDS: dict[str, type[Any]] = {kind.__name__: kind for kind in Command.__args__}
