"""Changes of the user's real tree: journalled, durable, all or nothing."""

from __future__ import annotations

from codeframe_tui.adapters.apply.tree import JournalledTree

__all__ = ["JournalledTree"]
