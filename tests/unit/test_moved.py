"""Moved code is found, wherever it went, and nothing else is taken for it."""

from __future__ import annotations

import difflib
import random

import pytest

from codeframe_tui.core.change import moved
from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.moved import Moved, moved_blocks
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.tui.present.diff.lines import HunkLines

FUNCTION = [
    "def price(parcel):",
    "    base = rate_of(parcel)",
    "",
    "    return base * parcel.weight",
]
OTHER = [f"other line {n}" for n in range(30)]


def changed(path: str, old: list[str], new: list[str]) -> FileDiff:
    hunks = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for k, group in enumerate(matcher.get_grouped_opcodes(3), 1):
        lines: list[tuple[str, str]] = []
        for tag, a, b, c, d in group:
            if tag != "equal":
                lines += [("-", text) for text in old[a:b]]
            lines += [(" " if tag == "equal" else "+", text) for text in new[c:d]]
        first, last = group[0], group[-1]
        spans = (first[1] + 1, last[2] - first[1], first[3] + 1, last[4] - first[3])
        hunks.append(Hunk(k, *spans, tuple(lines)))
    return FileDiff(path, Action.MODIFY, "100644", "100644", False, tuple(hunks))


def test_a_block_that_went_to_another_file_is_marked_on_both_sides() -> None:
    diffs = [
        changed("a.py", [*OTHER[:10], *FUNCTION, *OTHER[10:]], OTHER),
        changed("b.py", ["x = 1"], ["x = 1", "", *(f"    {line}" for line in FUNCTION)]),
    ]
    assert moved_blocks(diffs) == {
        ("a.py", 1): [Moved(3, 4, "b.py", 3)],
        ("b.py", 1): [Moved(2, 4, "a.py", 11)],
    }


def test_a_block_that_moved_within_a_file_is_marked_in_both_hunks() -> None:
    old, new = [*FUNCTION, *OTHER], [*OTHER, *FUNCTION]
    found = moved_blocks([changed("a.py", old, new)])
    assert found == {("a.py", 1): [Moved(0, 4, "a.py", 31)], ("a.py", 2): [Moved(3, 4, "a.py", 1)]}


@pytest.mark.parametrize(
    ("gone", "come"),
    [
        (FUNCTION[:2], FUNCTION[:2]),
        (["{", "}", "{", "}"], ["{", "}", "{", "}"]),
        (["", "", "", ""], ["", "", "", ""]),
        (FUNCTION, ["def price(parcel):", "    other", "    again", "    return 2"]),
    ],
    ids=["short", "signs only", "blank", "only one line alike"],
)
def test_what_may_be_chance_has_not_moved(gone: list[str], come: list[str]) -> None:
    diffs = [changed("a.py", [*gone, *OTHER], OTHER), changed("b.py", OTHER, [*OTHER, *come])]
    assert moved_blocks(diffs) == {}


def test_what_is_only_indented_has_not_moved() -> None:
    dense = [line for line in FUNCTION if line] + ["# and what follows it"]
    deeper = ["if ready:", *(f"    {line}" for line in dense)]
    assert moved_blocks([changed("a.py", [*dense, *OTHER], [*deeper, *OTHER])]) == {}


def test_no_line_is_moved_twice() -> None:
    diffs = [
        changed("a.py", [*FUNCTION, *OTHER], OTHER),
        changed("b.py", OTHER, [*OTHER[:15], *FUNCTION, *OTHER[15:], *FUNCTION]),
    ]
    found = moved_blocks(diffs)
    assert [len(found.get(("b.py", k), ())) for k in (1, 2)] == [1, 0]


def test_every_mark_stands_on_lines_that_are_alike() -> None:
    chance = random.Random(3)
    for _ in range(200):
        names = [f"line number {chance.randrange(12)} here" for _ in range(40)]
        cut = chance.randrange(30)
        new = names[:cut] + names[cut + 6 :]
        at = chance.randrange(len(new))
        new[at:at] = [f"  {line}" for line in names[cut : cut + 6]]
        diff = changed("a.py", names, new)
        for (_, k), blocks in moved_blocks([diff]).items():
            lines = diff.hunks[k - 1].lines
            for block in blocks:
                rows = lines[block.first : block.first + block.size]
                assert len({sign for sign, _ in rows}) == 1
                side = names if rows[0][0] == "+" else new
                there = side[block.line - 1 : block.line - 1 + block.size]
                assert [text.strip() for _, text in rows] == [text.strip() for text in there]


def test_in_a_huge_diff_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moved, "MOST_LINES", 7)
    old, new = [*FUNCTION, *OTHER], [*OTHER, *FUNCTION]
    assert moved_blocks([changed("a.py", old, new)]) == {}


def test_a_moved_line_is_dim_and_its_first_one_says_from_where() -> None:
    hunk = {
        "k": 1, "old_start": 1, "old_lines": 0, "new_start": 1, "new_lines": 3,
        "lines": [["+", "x = 1"], ["+", "def f():"], ["+", "    pass"]],
        "moved": [[1, 2, "b.py", 12]],
    }  # fmt: skip
    lines = HunkLines(hunk, python=True)
    assert [lines.row(line).moved for line in range(3)] == ["", "moved from b.py:12", ""]
    assert lines.row(0).tokens == ((4, 5, "number"),)
    assert lines.row(2).tokens == ((0, 8, "dim"),)
