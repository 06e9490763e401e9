"""Every Protocol of the house.

Adapters fulfil them without inheriting; only bootstrap joins both.
"""

from codeframe_tui.ports.files import (
    Conflict,
    Files,
    Merged,
    Replacement,
    Snapshot,
    TreeEntry,
    WorkingTree,
    Workspace,
    Workspaces,
)
from codeframe_tui.ports.ledger import Ledger
from codeframe_tui.ports.model import Model, Reply, TurnRequest
from codeframe_tui.ports.running import (
    Baselines,
    CodeIndex,
    Finished,
    Found,
    Hit,
    Linter,
    Sandbox,
    Syntax,
    TestRequest,
    TestRunner,
    Tokens,
    Watcher,
)
from codeframe_tui.ports.service import Clock, Document, Service
from codeframe_tui.ports.store import Store
from codeframe_tui.ports.tables import Tables

__all__ = [
    "Baselines",
    "Clock",
    "CodeIndex",
    "Conflict",
    "Document",
    "Files",
    "Finished",
    "Found",
    "Hit",
    "Ledger",
    "Linter",
    "Merged",
    "Model",
    "Replacement",
    "Reply",
    "Sandbox",
    "Service",
    "Snapshot",
    "Store",
    "Syntax",
    "Tables",
    "TestRequest",
    "TestRunner",
    "Tokens",
    "TreeEntry",
    "TurnRequest",
    "Watcher",
    "WorkingTree",
    "Workspace",
    "Workspaces",
]
