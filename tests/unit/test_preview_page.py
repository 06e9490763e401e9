"""What ``undo --preview`` prints."""

from __future__ import annotations

from typing import Any

from codeframe_tui.cli.preview import by_commands, preview_page


def page(**more: Any) -> list[str]:
    document: dict[str, Any] = {
        "kind": "undo", "task": "3", "files": [], "already": False, "refused": None,
        "conflicts": [], "by_commands": [], "dependants": [], "commits": [], "later": [],
        "later_count": 0, "unread": 0,
    }  # fmt: skip
    return preview_page(document | more).splitlines()


def test_conflicts_stand_in_their_order() -> None:
    found = [{"path": f"{letter}.py", "task": None, "why": "edited since"} for letter in "cabdfe"]
    assert page(conflicts=found)[1:] == [
        f"  {letter}.py  conflict: edited since" for letter in "cabdfe"
    ]


def test_what_hangs_on_it_has_a_bound_and_what_was_not_looked_at_is_told() -> None:
    later = {
        "task": "4", "title": "x", "files": ["a.py"], "depends": True,
        "imports": [f"{number}.py" for number in range(12)],
    }  # fmt: skip
    _, _, line, rest, unread = page(later=[later], later_count=3, unread=2)
    assert line.startswith("  4  x: changed a.py; imports it in 0.py, 1.py")
    assert line.endswith("9.py and 2 more; depends on it")
    assert rest == "2 other tasks applied later"
    assert unread == "  of 2 tasks not all imports were looked at"


def test_what_commands_changed_is_told_of_a_plain_undo_too() -> None:
    told = list(by_commands({"by_commands": ["a\nb.py"]}))
    assert told == ["changed while a command ran without walls, by it or by you:", "  a b.py"]
    assert page(by_commands=["a\nb.py"])[1:] == told
    assert list(by_commands({})) == []
