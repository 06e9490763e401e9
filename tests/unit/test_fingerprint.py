"""Which flags of two attempts are the same."""

from __future__ import annotations

from dataclasses import replace

from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.fingerprint import Flagged, fingerprinted, flag_key


def changed(text: str, *hunks: tuple[int, int], mode: str = "100644") -> Flagged:
    """A file with the text, of which ranges of lines (first, count) are new."""
    lines = text.split("\n")
    made = [
        Hunk(k, first, 0, first, count, [("+", each) for each in lines[first - 1 :][:count]])
        for k, (first, count) in enumerate(hunks, 1)
    ]
    diff = FileDiff("a.py", Action.MODIFY, "100644", mode, not hunks, tuple(made))
    return Flagged(diff, text.encode())


def flag(line: int | None, message: str = "runs it") -> Flag:
    return Flag("dangerous_call", "red", "a.py", line, message)


def same(one: tuple[Flag, Flagged], two: tuple[Flag, Flagged]) -> bool:
    keys = [fingerprinted([said], {"a.py": file})[0].fingerprint for said, file in (one, two)]
    return keys[0] == keys[1]


CALL = "eval(x)\ny = 1\nz = 2\n"


def test_the_same_change_further_down_is_the_same() -> None:
    moved = changed("import os\n\n" + CALL, (3, 1))
    assert same((flag(1), changed(CALL, (1, 1))), (flag(3), moved))


def test_other_text_other_words_or_another_path_is_another_flag() -> None:
    here = (flag(1), changed(CALL, (1, 1)))
    assert not same(here, (flag(1), changed("eval(y)\ny = 1\n", (1, 1))))
    assert not same(here, (flag(1, "loads it"), changed(CALL, (1, 1))))
    elsewhere = Flagged(replace(here[1].diff, path="b.py"), here[1].content)
    moved = fingerprinted([replace(here[0], path="b.py")], {"b.py": elsewhere})
    assert moved[0].fingerprint != fingerprinted([here[0]], {"a.py": here[1]})[0].fingerprint


def test_a_change_in_another_hunk_leaves_it() -> None:
    two = changed(CALL, (1, 1), (3, 1))
    other = changed("eval(x)\ny = 1\nz = 3\n", (1, 1), (3, 1))
    assert same((flag(1), two), (flag(1), other))


def test_a_change_further_down_in_the_block_that_is_flagged_asks_again() -> None:
    hook = "def hook():\n    one()\n\n    two()\nend = 1\n"
    before = changed(hook, (1, 1), (4, 1), (5, 1))
    inside = changed(hook.replace("two", "six"), (1, 1), (4, 1), (5, 1))
    below = changed(hook.replace("end", "rest"), (1, 1), (4, 1), (5, 1))
    assert not same((flag(1), before), (flag(1), inside))
    assert same((flag(1), before), (flag(1), below))


def test_equal_lines_of_one_hunk_are_told_apart() -> None:
    file = changed("eval(x)\neval(x)\n", (1, 2))
    assert not same((flag(1), file), (flag(2), file))


def test_a_flag_of_a_whole_file_stands_for_exactly_these_bytes_and_this_mode() -> None:
    here = (flag(None), changed(CALL, (1, 1)))
    assert same(here, (flag(None), changed(CALL, (1, 1))))
    assert not same(here, (flag(None), changed(CALL + "w = 3\n", (1, 1))))
    assert not same(here, (flag(None), changed(CALL, (1, 1), mode="100755")))
    gone = Flagged(here[1].diff, None)
    assert not same(here, (flag(None), gone))


def test_a_flag_of_a_binary_or_of_an_unchanged_line_goes_by_the_bytes() -> None:
    assert not same((flag(1), changed("a")), (flag(1), changed("b")))
    far = changed(CALL + "\n" * 9 + "w = 1\n", (13, 1))
    assert not same((flag(2), far), (flag(2), changed(CALL + "\n" * 9 + "w = 2\n", (13, 1))))


def test_a_flag_about_a_file_that_does_not_change_goes_by_its_words() -> None:
    assert fingerprinted([flag(3)], {}) == fingerprinted([flag(3)], {})
    assert fingerprinted([flag(3)], {}) != fingerprinted([flag(3, "x")], {})


def test_a_stored_flag_without_a_fingerprint_is_known_by_its_proposal() -> None:
    assert flag_key(flag(1), "p") == flag_key(flag(1), "p") != flag_key(flag(1), "q")
    assert flag_key(flag(1), "p") != flag_key(flag(2), "p")
    (known,) = fingerprinted([flag(1)], {})
    assert flag_key(known, "p") == flag_key(replace(known, line=9), "q")
