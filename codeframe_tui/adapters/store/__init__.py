"""The database: SQLite behind one writer thread."""

from codeframe_tui.adapters.store.store import SqlStore

__all__ = ["SqlStore"]
