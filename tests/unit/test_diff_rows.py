"""A diff as rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.tui.present.diff.index import DiffIndex
from codeframe_tui.tui.present.diff.kinds import FileRow, HunkRow, NoteRow, Place
from codeframe_tui.tui.present.diff.lines import HunkLines, LineRow
from codeframe_tui.tui.present.diff.python import Strings, python_tokens
from codeframe_tui.tui.present.diff.words import pair_lines, word_marks
from codeframe_tui.tui.widgets.diff.paint import Canvas, file_bar
from tests.diff_documents import document, every_kind, file, hunk, large, retry


def rows(shown: dict[str, Any], folded: tuple[str, ...] = ()) -> list[Any]:
    index = DiffIndex(shown, folded)
    return [index.row(i) for i in range(len(index))]


def marked(text: str, spans: tuple[tuple[int, int], ...]) -> list[str]:
    return [text[start:end] for start, end in spans]


def test_each_file_has_a_bar_each_hunk_a_bar_and_its_lines() -> None:
    kinds = [type(row) for row in rows(retry())]
    assert kinds[:7] == [FileRow, HunkRow, LineRow, LineRow, LineRow, LineRow, HunkRow]
    assert rows(retry())[0] == FileRow(
        "client/retry.py", "client/retry.py", "modify", 8, 3, 1, 5, False, "", False
    )
    assert rows(retry())[6] == HunkRow("client/retry.py", 2, 3, 44, "Retry.run")


def test_lines_carry_both_numbers() -> None:
    found = [(r.sign, r.old, r.new) for r in rows(retry()) if isinstance(r, LineRow)]
    assert found[:8] == [
        ("+", None, 12),
        ("+", None, 13),
        ("+", None, 14),
        ("+", None, 15),
        (" ", 41, 44),
        ("-", 42, None),
        ("+", None, 45),
        (" ", 43, 46),
    ]
    assert found[-1] == ("-", 2, None)


@given(st.lists(st.sampled_from("+- "), min_size=1, max_size=60))
def test_numbers_far_into_a_hunk_are_those_of_counting(signs: list[str]) -> None:
    repeated = signs * 200
    lines = HunkLines(hunk(1, 7, *(f"{sign}x" for sign in repeated), old_at=5), python=False)
    old, new, wanted = 5, 7, []
    for sign in repeated:
        wanted.append((None if sign == "+" else old, None if sign == "-" else new))
        old, new = old + (sign != "+"), new + (sign != "-")
    for at in {0, len(repeated) - 1, len(repeated) // 2, min(4_097, len(repeated) - 1)}:
        row = lines.row(at)
        assert (row.old, row.new) == wanted[at]


def test_a_missing_newline_is_a_row_without_numbers_and_counts_for_none() -> None:
    lines = HunkLines(
        hunk(1, 9, "-a", "\\ No newline at end of file", "+b", "\\ No newline at end of file"),
        python=False,
    )
    assert [(lines.row(i).sign, lines.row(i).old, lines.row(i).new) for i in range(4)] == [
        ("-", 9, None),
        ("\\", None, None),
        ("+", None, 9),
        ("\\", None, None),
    ]


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (file("a.png", action="create", binary=True), "binary file, taken or left as a whole"),
        (file("run.sh", mode="100755"), "only the mode changes, to 100755"),
        (file("__init__.py", action="create"), "empty file"),
    ],
)
def test_a_file_without_hunks_says_why(shown: Any, text: str) -> None:
    assert rows(document(shown))[1:] == [NoteRow(shown["path"], text)]


@pytest.mark.parametrize(
    ("action", "old", "new", "told"),
    [
        ("create", None, "100755", "executable"),
        ("create", None, "100644", ""),
        ("modify", "100644", "100755", "now executable"),
        ("modify", "100755", "100644", "no longer executable"),
        ("modify", "100755", "100755", ""),
        ("delete", "100755", "100755", ""),
    ],
)
def test_the_bar_of_a_file_tells_what_becomes_of_its_mode(
    action: str, old: str | None, new: str, told: str
) -> None:
    shown = file("run.sh", hunk(1, 1, "+x"), action=action, mode=new) | {"old_mode": old}
    bar = rows(document(shown))[0]
    assert bar.mode == told
    text = "".join(span for span, _ in file_bar(bar, Canvas(80, 0, 4), ()))
    assert ("executable" in text) is bool(told)
    assert told in text


def test_a_file_with_the_same_lines_elsewhere_is_a_rename() -> None:
    kept = {bar.path: bar.moved for bar in rows(every_kind()) if isinstance(bar, FileRow)}
    assert {path: moved for path, moved in kept.items() if moved} == {
        "src/new_table.py": "renamed from src/table.py",
        "src/table.py": "renamed to src/new_table.py",
    }
    one, two = (file(f"{n}.py", hunk(1, 1, "+x"), action="create") for n in (1, 2))
    gone = file("0.py", hunk(1, 0, "-x", old_at=1), action="delete")
    moved = [row.moved for row in rows(document(one, two, gone)) if isinstance(row, FileRow)]
    assert moved == ["renamed from 0.py", "", "renamed to 1.py"]


def test_a_rename_stays_two_files_to_decide() -> None:
    old = file("old.py", hunk(1, 0, "-x = 1", old_at=1), action="delete")
    new = file("new.py", hunk(1, 1, "+x = 1", old_at=0), action="create")
    bars = [row for row in rows(document(old, new)) if isinstance(row, FileRow)]
    assert [(bar.path, bar.action, bar.added, bar.removed) for bar in bars] == [
        ("old.py", "delete", 0, 1),
        ("new.py", "create", 1, 0),
    ]


def test_hidden_characters_are_shown_and_told() -> None:
    evil = document(file("a\u202eb.py", hunk(1, 1, "+if a:\u200b\x1b[2J\r", heading="\x9bx")))
    bar, head, line = rows(evil)
    assert bar.shown == "a<U+202E>b.py"
    assert head.heading == "<U+009B>x"
    assert (line.text, line.hidden) == ("if a:<U+200B>␛[2J␍", True)


def test_a_giant_line_is_cut_and_says_so() -> None:
    line = rows(document(file("min.js", hunk(1, 1, "+" + "x" * 50_000))))[2]
    assert line.text.endswith("x … 30,000 more characters")


def test_folded_files_keep_their_bar_and_places_survive_folding() -> None:
    index = DiffIndex(retry())
    place = index.place(8)
    assert place == Place("client/retry.py", 2, 1)
    index.fold({"client/retry.py"})
    assert index.row(0).folded  # type: ignore[union-attr]
    assert isinstance(index.row(1), FileRow)
    assert index.find(place) == 0
    index.fold(())
    assert index.find(place) == 8


def test_every_row_is_found_at_its_place() -> None:
    index = DiffIndex(retry())
    assert [index.find(index.place(i)) for i in range(len(index))] == list(range(len(index)))
    assert index.find(Place("gone.py")) is None
    assert index.find(Place("client/retry.py", 3, 99)) == 18  # the last line that there is
    with pytest.raises(IndexError):
        index.row(len(index))


def test_steps_go_from_hunk_to_hunk_and_stay_at_the_ends() -> None:
    index = DiffIndex(retry())
    assert [index.next_stop(0, 1), index.next_stop(1, 1), index.next_stop(8, -1)] == [1, 6, 6]
    assert index.next_stop(1, -1) == 1
    assert index.next_file(3, 1) == 19
    assert index.next_file(19, -1) == 0
    assert index.next_file(len(index) - 1, 1) == len(index) - 1
    assert index.line_number(9) == 45


def test_opening_a_large_diff_looks_at_no_line() -> None:
    class Lines(list[Any]):
        looked = 0

        def __getitem__(self, at: Any) -> Any:
            Lines.looked += 1
            return super().__getitem__(at)

        def __iter__(self) -> Any:
            raise AssertionError("all lines were read")

    shown = large(2_000)
    for each in shown["files"]:
        for part in each["hunks"]:
            part["lines"] = Lines(part["lines"])
    index = DiffIndex(shown)
    assert len(index) == 10 + 500 * 8
    assert isinstance(index.row(1), HunkRow)
    assert Lines.looked == 0


@pytest.mark.parametrize(
    ("old", "new", "gone", "came"),
    [
        ("for n in range(3):", "for n in limits():", ["range(3"], ["limits("]),
        ("x = 1", "x = 1", [], []),
        ("a = 1", "raise SystemExit", [], []),
        ("", "x", [], []),
        ("if a != 500:", "if a not in OK:", ["!= 500"], ["not in OK"]),
        ("x" * 3_000 + "1", "x" * 3_000 + "2", ["1"], ["2"]),
    ],
)
def test_changed_words_are_marked(old: str, new: str, gone: list[str], came: list[str]) -> None:
    old_marks, new_marks = word_marks(old, new)
    assert [word.rstrip("()") for word in marked(old, old_marks)] == [g.rstrip("()") for g in gone]
    assert [word.rstrip("()") for word in marked(new, new_marks)] == [c.rstrip("()") for c in came]


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_not_marked_is_the_same_on_both_sides(old: str, new: str) -> None:
    old_marks, new_marks = word_marks(old, new)
    assert all(0 <= a < b <= len(old) for a, b in old_marks)
    assert all(0 <= a < b <= len(new) for a, b in new_marks)


def test_lines_are_paired_by_likeness_when_their_numbers_differ() -> None:
    added = ["import os", "def total(order, rate):", "    return 1"]
    assert pair_lines(["def total(order):"], added) == [(0, 1)]
    assert pair_lines(["a", "b"], ["c", "d"]) == [(0, 0), (1, 1)]


def test_paired_lines_mark_each_other() -> None:
    removed, added = rows(retry())[8:10]
    assert marked(removed.text, removed.marks)[0].startswith("range(3")
    assert marked(added.text, added.marks)[0].startswith("self.limit.attempts")


def words(text: str, quotes: str = "") -> list[tuple[str, str]]:
    return [(text[a:b], kind) for a, b, kind in python_tokens(text, quotes)[0]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("def run(): # why", [("def", "keyword"), ("run", "function"), ("# why", "comment")]),
        ("self.x", [("self", "self")]),
        ("class A: x = None", [("class", "keyword"), ("A", "class"), ("None", "keyword")]),
        ('x = f"a\\"b" + 0xFF', [('f"a\\"b"', "string"), ("0xFF", "number")]),
        ("@app.get('/x')", [("@app.get", "decorator"), ("'/x'", "string")]),
        ("a1 = b.c2", []),
        ("x = 'open", [("'open", "string")]),
    ],
)  # fmt: skip
def test_python_is_coloured(text: str, wanted: list[tuple[str, str]]) -> None:
    assert words(text) == wanted


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ('"""One line."""', "", ""),
        ('"""', "", '"""'),
        ('"""', '"""', ""),
        ('x = """a', "", '"""'),
        ("it's", '"""', '"""'),
        ('end""" + x', '"""', ""),
        ('""""""', "", ""),
        ('r"""\\"""', "", '"""'),
    ],
)
def test_triple_quotes_open_and_close(text: str, before: str, after: str) -> None:
    assert python_tokens(text, before)[1] == after


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        ([" prose here.", ' """', "+x = 1"], '"""'),
        ([" def f():", '     """', "+    prose"], ""),
        ([" x = '''a", "+b"], ""),
        ([" end of prose.'''", "+b = 1"], "'''"),
        (["+x = 1"], ""),
    ],
)
def test_a_hunk_that_begins_inside_a_string_is_recognised(lines: list[str], first: str) -> None:
    assert Strings([[line[0], line[1:]] for line in lines], "+").quotes_at(0) == first


def test_strings_follow_each_side_alone() -> None:
    lines = [[" ", "def f():"], ["-", '    """old'], ["+", "    x = 1"], [" ", "    y"]]
    assert Strings(lines, "-").quotes_at(3) == '"""'
    assert Strings(lines, "+").quotes_at(3) == ""
