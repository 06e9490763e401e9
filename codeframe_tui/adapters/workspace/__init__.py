"""Snapshots and workspaces over a private git store."""

from codeframe_tui.adapters.workspace.workspaces import GitWorkspaces

__all__ = ["GitWorkspaces"]
