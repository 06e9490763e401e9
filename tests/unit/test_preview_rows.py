"""What stands on the sheet before an undo or redo."""

from __future__ import annotations

from typing import Any

from codeframe_tui.tui.present.preview import is_possible, preview_rows
from codeframe_tui.tui.present.rows import cells, plain


def file(path: str) -> dict[str, Any]:
    return {"path": path, "action": "modify", "added": 1, "removed": 2}


def later(task: str, **more: Any) -> dict[str, Any]:
    return {"task": task, "title": f"title {task}", "files": [], "imports": [], **more}


def shown(**document: Any) -> str:
    rows = preview_rows({"kind": "undo", "files": [file("a.py")], **document})
    said = list(map(plain, rows))
    assert max(map(cells, said)) <= 70
    return "\n".join(said)


def test_a_clean_undo_names_its_files_and_what_they_become() -> None:
    assert shown().splitlines() == ["a.py  +1 −2", "", "These files become what they were before."]


def test_tasks_that_hang_on_it_are_named_and_others_counted() -> None:
    text = shown(
        later=[
            later("3"),
            later("4", files=["a.py", "b.py"], depends=True),
            later("5", imports=["c.py"]),
        ],
        later_count=3,
        dependants=["4", "6"],
        commits=["0123456789"],
    )
    assert "○ 5 title 5, applied later, imports it in c.py" in text
    assert "○ 4 title 4, applied later, changed a.py and 1 more and depends on it" in text
    assert "○ 2 tasks built on it: 4, 6" in text
    assert "1 other task was applied later. Your history" in " ".join(text.split("\n"))
    assert text.index("5 title") < text.index("4 title")


def test_what_was_not_looked_at_is_told() -> None:
    assert "○ not all imports of 3 tasks applied later were looked at" in shown(unread=3)


def test_a_conflict_names_each_path_and_why_and_what_to_do() -> None:
    document: dict[str, Any] = {
        "refused": {"code": "conflict", "message": "m", "hint": "put them back"},
        "conflicts": [{"path": "a.py", "task": None, "why": "edited since"}],
        "files": [file("a.py"), file("b.py")],
    }
    assert not is_possible(document)
    text = shown(**document, dependants=["4"])
    assert text.index("Put them back.") < text.index("1 task built on it")
    assert shown(**document).splitlines() == [
        "✘ nothing would be written: your files are not as it left them",
        "",
        "a.py  edited since",
        "b.py  +1 −2",
        "",
        "Put them back.",
    ]


def test_what_else_is_refused_says_its_own_reason() -> None:
    refused = {"code": "being_worked_on", "message": "task 3 is being worked on", "hint": ""}
    assert "nothing would be written: task 3 is being worked on" in shown(refused=refused)
    assert "your files are without" in shown(already=True).lower()
