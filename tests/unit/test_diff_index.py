"""Whatever way a diff is laid out, no line is lost, and every row is found again."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.tui.present.diff.gaps import Opened
from codeframe_tui.tui.present.diff.index import DiffIndex
from codeframe_tui.tui.present.diff.kinds import (
    ExtraRow,
    FileRow,
    GapRow,
    HunkRow,
    NoteRow,
    PairRow,
    Place,
)
from codeframe_tui.tui.present.diff.lines import LineRow
from codeframe_tui.tui.present.diff.segments import Look
from tests.diff_documents import document, file, hunk

WORDS = st.lists(st.sampled_from(["a = 1", "b = 2", "", "return a", "x" * 30]), max_size=40)


@st.composite
def _files(draw: st.DrawFn, path: str) -> tuple[Any, list[str]]:
    """A file and its text after the change."""
    old = draw(WORDS)
    new = list(old)
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(new)))
        new[at : at + draw(st.integers(0, 4))] = draw(
            st.lists(st.sampled_from(["c = 3", "a = 2", "return b", "y" * 25]), max_size=4)
        )
    hunks: list[Any] = []
    if old != new:
        for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(3):
            lines: list[str] = []
            for tag, i, j, c, d in group:
                lines += (
                    [" " + x for x in old[i:j]] if tag == "equal" else [f"-{x}" for x in old[i:j]]
                )
                lines += [] if tag == "equal" else [f"+{x}" for x in new[c:d]]
            if draw(st.booleans()) and group[-1][2] == len(old) and group[-1][4] == len(new):
                lines.append("\\ No newline at end of file")
            first = group[0]
            old_at = first[1] + 1 if group[-1][2] > first[1] else first[1]
            at = first[3] + 1 if group[-1][4] > first[3] else first[3]
            hunks.append(hunk(len(hunks) + 1, at, *lines, heading="def f():", old_at=old_at))
    action = draw(st.sampled_from(["modify", "modify", "modify", "create"]))
    return file(path, *hunks, action=action), new


@st.composite
def _cases(draw: st.DrawFn) -> tuple[dict[str, Any], DiffIndex, Look]:
    paths = ["a.py", "b.txt", "c.md"][: draw(st.integers(1, 3))]
    made = [draw(_files(path)) for path in paths]
    shown = document(*(each for each, _ in made))
    width = draw(st.sampled_from([0, 7, 11]))

    def rows_of(text: str) -> int:
        return max(1, -(-len(text) // width))

    look = Look(draw(st.booleans()), rows_of if width else None, draw(st.booleans()))
    index = DiffIndex(shown, draw(st.sets(st.sampled_from(paths), max_size=1)), look=look)
    bare = DiffIndex(shown)
    places = [bare.place(at) for at in range(len(bare))]
    extras = draw(st.dictionaries(st.sampled_from(places), st.lists(st.just("said"), max_size=3)))
    index.add(extras)
    for each, text in made:
        for n in range(1, len(each["hunks"]) + 2):
            if each["hunks"] and look.gaps and draw(st.booleans()):
                _open(draw, index, Place(each["path"], -n), text)
    return shown, index, look


def _open(draw: st.DrawFn, index: DiffIndex, place: Place, text: list[str]) -> None:
    gap, _ = index.gap(place)
    total = len(text) - gap.first + 1 if gap.total is None else gap.total
    lines = text[gap.first - 1 : gap.first - 1 + total]
    size = draw(st.integers(0, total))
    shown = lines[:size] if gap.last else lines[total - size :]
    index.open(place, Opened([(line, None) for line in shown], total))


@given(_cases())
def test_every_row_is_found_again_at_its_place(case: tuple[Any, DiffIndex, Look]) -> None:
    index = case[1]
    places = [index.place(at) for at in range(len(index))]
    assert [index.find(place) for place in places] == list(range(len(index)))
    assert len(set(places)) == len(places)


def _beside(row: PairRow | LineRow) -> PairRow:
    """A line of a file with one side only, as if the other one stood beside it."""
    if isinstance(row, PairRow):
        return row
    return PairRow(None if row.sign == "+" else row, None if row.sign == "-" else row)


@given(_cases())
def test_the_lines_of_all_rows_are_those_of_the_document(
    case: tuple[Any, DiffIndex, Look],
) -> None:
    shown, index, look = case
    rows = [index.row(at) for at in range(len(index)) if not index.place(at).part]
    folded = {row.path for row in rows if isinstance(row, FileRow) and row.folded}
    texts = [
        (sign, "no newline at the end" if sign == "\\" else text)
        for each in shown["files"]
        if each["path"] not in folded
        for part in each["hunks"]
        for sign, text in part["lines"]
    ]
    at_hunk = [index.place(at).k > 0 for at in range(len(index)) if not index.place(at).part]
    lines = [row for row, inside in zip(rows, at_hunk, strict=True) if inside]
    if not look.split:
        assert [(r.sign, r.text) for r in lines if isinstance(r, LineRow)] == texts
        return
    pairs = [_beside(row) for row in lines if isinstance(row, PairRow | LineRow)]
    left = [(r.left.sign, r.left.text) for r in pairs if r.left]
    right = [(r.right.sign, r.right.text) for r in pairs if r.right]
    assert [line for line in left if line[0] in " -"] == [line for line in texts if line[0] in " -"]
    assert [line for line in right if line[0] in " +"] == [
        line for line in texts if line[0] in " +"
    ]
    assert all(not r.left or r.left.sign != "+" for r in pairs)
    assert all(not r.right or r.right.sign != "-" for r in pairs)
    notes = sum(sign == "\\" for sign, _ in texts)
    assert notes <= sum(line[0] == "\\" for line in (*left, *right)) <= 2 * notes


@given(_cases())
def test_the_kind_of_a_row_is_what_it_is_built_as(case: tuple[Any, DiffIndex, Look]) -> None:
    index = case[1]
    kinds = {FileRow: "file", HunkRow: "hunk", NoteRow: "note", GapRow: "gap", ExtraRow: "extra"}
    for at in range(len(index)):
        row, kind = index.row(at), index.kind(at)
        if isinstance(row, LineRow):
            assert kind == row.sign
        elif isinstance(row, PairRow):
            assert kind == (" " if row.left == row.right else "pair")
        else:
            assert kind == kinds[type(row)]


@given(_cases())
def test_steps_reach_every_bar_of_a_hunk_and_no_other_row(
    case: tuple[Any, DiffIndex, Look],
) -> None:
    index = case[1]
    bars = [
        at
        for at in range(len(index))
        if index.kind(at) in {"hunk", "note"} and not index.place(at).extra
    ]
    here, reached = -1, []
    while (after := index.next_stop(max(here, 0), 1)) != max(here, 0):
        reached.append(after)
        here = after
    assert reached == bars
    assert all(index.next_stop(bar, -1) == before for before, bar in pairwise(bars))


@given(_cases())
def test_what_does_not_change_is_numbered_as_in_the_file(
    case: tuple[Any, DiffIndex, Look],
) -> None:
    index = case[1]
    for at in range(len(index)):
        place, row = index.place(at), index.row(at)
        line = row.right if isinstance(row, PairRow) else row
        if place.k < 0 and isinstance(line, LineRow):
            gap, _ = index.gap(place)
            assert line.new == gap.first + place.line == index.line_number(at)
            assert line.old == line.new - gap.behind


def test_comments_stay_below_their_lines_also_when_those_stand_in_pairs() -> None:
    shown = document(file("a.py", hunk(1, 1, "-a", "-b", "+c", " d")))
    extras = {Place("a.py", 1, 1): ["about b"], Place("a.py"): ["about all"]}
    index = DiffIndex(shown, extras=extras)
    kinds = [index.kind(at) for at in range(len(index))]
    assert kinds == ["file", "extra", "hunk", "-", "-", "extra", "+", " "]
    assert index.row(5) == ExtraRow(Place("a.py", 1, 1, 1), "about b")
    index.look(Look(split=True))
    assert [index.kind(at) for at in range(len(index))] == [
        *("file", "extra", "hunk", "pair", "pair", "extra", " ")
    ]


def test_the_lines_of_a_change_stand_beside_what_they_became() -> None:
    shown = document(
        file(
            "a.py",
            hunk(1, 1, "-total = price", "+import os", "+", "+total = price * 2", "+x = 1"),
        )
    )
    index = DiffIndex(shown, look=Look(split=True))
    pairs = [row for at in range(len(index)) if isinstance(row := index.row(at), PairRow)]
    assert [(r.left and r.left.text, r.right and r.right.text) for r in pairs] == [
        (None, "import os"),
        (None, ""),
        ("total = price", "total = price * 2"),
        (None, "x = 1"),
    ]
