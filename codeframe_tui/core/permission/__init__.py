"""Which commands of the model may run: rules, and what a person says when they do not tell."""

from __future__ import annotations

from codeframe_tui.core.permission.grants import Permission, in_words, permission_for
from codeframe_tui.core.permission.patterns import pattern
from codeframe_tui.core.permission.ruling import HELD, Rules, Said, Spoken

__all__ = [
    "HELD",
    "Permission",
    "Rules",
    "Said",
    "Spoken",
    "in_words",
    "pattern",
    "permission_for",
]
