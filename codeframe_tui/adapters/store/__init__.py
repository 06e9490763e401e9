"""The database: SQLite behind one writer thread."""

from codeframe_tui.adapters.store.backup import Backup, backups
from codeframe_tui.adapters.store.daily import DailyBackups
from codeframe_tui.adapters.store.database import check_database, holds_tasks
from codeframe_tui.adapters.store.store import SqlStore

__all__ = ["Backup", "DailyBackups", "SqlStore", "backups", "check_database", "holds_tasks"]
