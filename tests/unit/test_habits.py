"""What a file's own habits ask of new functions."""

from __future__ import annotations

import pytest

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.flags.change import Change
from codeframe_tui.core.flags.habits import habit_flags

TOLD = '    """What it is."""\n    return 1\n\n\n'
BOTH = f"def one() -> int:\n{TOLD}class A:\n    def two(self, x: int) -> int:\n    {TOLD}"


def flags(old: str, new: str, path: str = "pkg/a.py") -> list[str]:
    diff = FileDiff(path, Action.MODIFY, "100644", "100644", False, ())
    return [flag.rule for flag in habit_flags(Change(diff, old, new))]


@pytest.mark.parametrize(
    ("added", "rules"),
    [
        ("def three():\n    return 3\n", ["undocumented", "untyped"]),
        (f"def three() -> int:\n{TOLD}", []),
        (f"def three(*rest) -> int:\n{TOLD}", ["untyped"]),
        ("def _own():\n    return 3\n", []),
        ("class _Own:\n    def four(self):\n        return 3\n", []),
        ("class B:\n    def __init__(self):\n        self.x = 1\n", []),
    ],
)
def test_a_new_public_function_is_like_all_others(added: str, rules: list[str]) -> None:
    assert flags(BOTH, f"{BOTH}\n{added}") == rules


def test_one_function_or_a_mixed_file_is_no_habit() -> None:
    bare = "def three():\n    return 3\n"
    assert flags(f"def one() -> int:\n{TOLD}", f"def one() -> int:\n{TOLD}{bare}") == []
    assert flags(BOTH + bare, f"{BOTH}{bare}def four():\n    return 4\n") == []
    assert flags(BOTH, BOTH + bare, "tests/test_a.py") == []


def test_a_docstring_that_goes_is_told_too() -> None:
    assert flags(BOTH, BOTH.replace('    """What it is."""\n', "", 1)) == ["undocumented"]
