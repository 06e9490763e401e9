"""The words of ``git`` before the one that says what it does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codeframe_tui.core.shell.parts import Hidden, Word

__all__ = ["check_settings", "git_operands"]

_VALUED = frozenset({"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--attr-source"})
_QUIET = re.compile(
    r"(?i)(color|user|advice|column|log|status|i18n)\.[\w.-]+=[^!]*|core\.(quotepath|pager)=(false|true|cat|)"
)


def git_operands(words: Sequence[Word]) -> tuple[list[Sequence[Word]], Sequence[Word]]:
    """Its own options, each with the word that is its value, and all that follows them."""
    options = []
    place = 1
    while place < len(words) and words[place].text.startswith("-"):
        size = 1 + (words[place].text in _VALUED)
        options.append(words[place : place + size])
        place += size
    return options, words[place:]


def check_settings(words: Sequence[Word]) -> None:
    """Settings of a call may name programs, of which git starts more than anyone lists.

    Raises: Hidden, where they may.
    """
    for option, *values in git_operands(words)[0]:
        if option.text.startswith(("--config-env", "--exec-path=")):
            raise Hidden(f"{option.text!r} may start any program")
        value = values[0].text if values and values[0].known else ""
        if option.text.startswith("-c") and not _QUIET.fullmatch(value):
            raise Hidden(f"'git -c {value}' may start any program")
