"""The database: SQLite behind one writer thread."""

from codeframe_tui.adapters.store.backup import Backup, backups, moment
from codeframe_tui.adapters.store.daily import DAY_SECONDS, DailyBackups
from codeframe_tui.adapters.store.database import check_database, holds_tasks
from codeframe_tui.adapters.store.store import SqlStore

__all__ = [
    "DAY_SECONDS",
    "Backup",
    "DailyBackups",
    "SqlStore",
    "backups",
    "check_database",
    "holds_tasks",
    "moment",
]
