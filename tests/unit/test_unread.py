"""Files that are changed without having been looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from codeframe_tui.core.change.proposal import Action, FileSummary
from codeframe_tui.core.flags.unread import unread_flags
from codeframe_tui.core.progress import Attempt, Turn

PATH = "pkg/core.py"
TREE = {"type": "text", "text": f"Task 1: a task\n\nFiles of the project:\n{PATH}\npkg/__init__.py"}


def attempt(action: Action = Action.MODIFY, number: int = 1, cause: str = "first") -> Attempt:
    files = (FileSummary(PATH, action, 1, 1),)
    return Attempt(number, "b", "t", "p", "", files, cause)


def talk(*blocks: dict[str, Any]) -> list[Turn]:
    return [Turn(0, "user", (TREE,), "task", 1), Turn(1, "assistant", blocks, "reply", 1)]


def told(text: str) -> list[Turn]:
    """What the program says of the project, and a reply."""
    context = {"type": "text", "text": text}
    return [Turn(0, "user", (TREE, context), "task", 1), Turn(1, "assistant", (), "reply", 1)]


def use(name: str, **given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": "u1", "name": name, "input": given}


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def result(content: str | list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": "u1", "content": content}


def test_a_file_that_was_never_looked_at_is_flagged() -> None:
    (flag,) = unread_flags([attempt()], talk())
    assert (flag.rule, flag.severity, flag.path, flag.line) == ("never_read", "amber", PATH, None)
    assert list(unread_flags([attempt(Action.DELETE)], talk()))


@pytest.mark.parametrize(
    ("blocks", "seen"),
    [
        ([use("Read", path=PATH)], True),
        ([use("Bash", command=f"sed -n 1,9p {PATH}")], True),
        ([use("Grep", pattern="two"), result(f"{PATH}:5:def two()")], True),
        ([use("Bash", command=f"cd sub\n./x ../{PATH}")], True),
        ([use("Grep", pattern="two"), result([text(f"found\n{PATH}:5:def two()")])], True),
        ([use("Bash", command="ls"), result(f"/home/p/project/{PATH}")], True),
        ([use("Read", path=f"tests/test_{PATH}")], False),
        ([use("Read", path=f"my{PATH}")], False),
        ([use("Read", path=f"other/{PATH}")], False),
        ([use("Read", path=f"{PATH}-old")], False),
        ([use("Read", path=f"{PATH}i")], False),
        ([use("Glob", pattern="*"), result(PATH)], False),
        ([use("Write", path=PATH, content="x")], False),
        ([use("Read", path="pkg/other.py")], False),
    ],
)
def test_what_counts_as_a_look(blocks: list[dict[str, Any]], seen: bool) -> None:
    assert bool(list(unread_flags([attempt()], talk(*blocks)))) is not seen


@pytest.mark.parametrize("form", ["body; named in the task", "skeleton; near"])
def test_only_the_program_says_that_it_showed_a_file(form: str) -> None:
    said = f"# What\n## {PATH} ({form})\n"
    assert not list(unread_flags([attempt()], told(said)))
    assert list(unread_flags([attempt()], talk(text(said))))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("said", ["(/", "/", "./", "a/", "/a "])
def test_a_hostile_text_is_searched_in_its_length(said: str) -> None:
    calls = [use("Bash", command=said * 200_000 + "my" + PATH)]
    assert list(unread_flags([attempt()], talk(*calls)))


def test_a_file_of_the_same_ending_is_another() -> None:
    short = replace(attempt(), files=(FileSummary("utils.py", Action.MODIFY, 1, 1),))
    assert list(unread_flags([short], talk(use("Read", path="tests/test_utils.py"))))
    assert not list(unread_flags([short], talk(use("Bash", command="cat ./utils.py"))))


def test_a_new_file_one_of_an_earlier_attempt_and_one_of_a_person_are_not_asked_about() -> None:
    assert not list(unread_flags([attempt(Action.CREATE)], talk()))
    assert not list(unread_flags([attempt(), replace(attempt(), number=2)], talk()))
    assert not list(unread_flags([attempt(cause="hand")], talk()))
