"""The database: SQLite behind one writer thread."""

from codeframe_tui.adapters.store.database import check_database, holds_tasks
from codeframe_tui.adapters.store.store import SqlStore

__all__ = ["SqlStore", "check_database", "holds_tasks"]
