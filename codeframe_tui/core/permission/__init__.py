"""Which commands of the model may run: rules, and what a person says when they do not tell."""

from __future__ import annotations

from codeframe_tui.core.permission.grants import Permission, permission_for
from codeframe_tui.core.permission.patterns import pattern
from codeframe_tui.core.permission.ruling import Rules, Said, Spoken

__all__ = ["Permission", "Rules", "Said", "Spoken", "pattern", "permission_for"]
