"""What a command line starts, as far as its text tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.permission import Rules, Spoken, permission_for
from codeframe_tui.core.shell import Part, read_script
from codeframe_tui.core.shell.parts import MAX_PARTS
from codeframe_tui.core.shell.script import MAX_LENGTH


def words(part: Part) -> list[str]:
    """The words of a part; what is not known of one is told by dots."""
    return [word.text + ("" if word.known else "…") for word in part.words]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a 'b c' \"d\"e\\ f", [["a", "b c", "de f"]]),
        ("a $X \"$Y\" z$X", [["a", "…", "…", "z…"]]),
        ("a | b && c; d & e\nf", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
        ("if a; then b; elif c; then d; else e; fi", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("case $x in a|b) c;; *) d;; esac", [["c"], ["d"]]),
        ("while a; do b; done < c", [["a"], ["b"]]),
        ("a <<E\n$(b) c\nE\nd", [["a"], ["b"], ["d"]]),
        ("a <<'E'\n$(b)\nE\nd", [["a"], ["d"]]),
        ("a # b; c", [["a"]]),
        ("timeout -k 5 60 a b", [["timeout", "-k", "5", "60", "a", "b"], ["a", "b"]]),
        ("find . -exec a {} + -exec b \\;", [
            ["find", ".", "-exec", "a", "{}", "+", "-exec", "b", ";"], ["a", "…"], ["b"]]),
        ("sh -c 'a; b $1' x y", [["a"], ["b", "…"], ["sh", "-c", "a; b $1", "x", "y"]]),
        ("xargs -I% a %b", [["xargs", "-I%", "a", "%b"], ["a", "…", "…"]]),
    ],
)  # fmt: skip
def test_every_program_is_found(text: str, parts: list[list[str]]) -> None:
    script = read_script(text)
    assert not script.problem
    assert [words(part) for part in script.parts] == parts


def test_files_and_variables_are_told() -> None:
    first, second = read_script("A=1 B=$X a 2> err >> out; env C=2 b &> c").parts[::2]
    assert first.sets == ["A", "B"]
    assert [target.text for target in first.writes] == ["err", "out"]
    assert second.sets == ["C"]
    assert [target.text for target in second.writes] == ["c"]


def test_a_problem_leaves_what_was_found_before_it() -> None:
    script = read_script("sudo a; b 'c")
    assert script.problem == "a ' is not closed"
    assert words(script.parts[0])[0] == "sudo"


@given(st.text() | st.text(alphabet="a $(){}[]<>|&;`'\"\\\n#=~*!-"))
def test_no_text_makes_it_raise(text: str) -> None:
    read_script(text)


@pytest.mark.parametrize(
    "piece", ["$(", "`", "((", "{ ", "if a; then ", "sh -c ", "env ", "a|", "'", "\\"]
)
def test_long_and_deep_texts_end(piece: str) -> None:
    assert read_script(piece * 20_001).problem


@pytest.mark.parametrize(
    ("start", "piece", "end"),
    [
        ("a '", "[", "'"),
        ("a $((", "b", "))"),
        ("a $((b", " ", "))"),
        ("", "${a[}", ""),
        ("find ", "*aaaaaaa ", ""),
        ("sed '", " ", "X'"),
        ("awk '", "(/[", "'"),
        ("awk '", '("', "'"),
        ("awk '", "print;", ">'"),
        ("[[ ", "a -eq ", "]]"),
        ("[[ ( ", "a -eq ", ") ]]"),
        ("a $(( $(", "a|", "b) ))"),
        ("a=", "$(a|wc -l", ")"),
        ("npx ", "-p a ", ""),
        ("git submodule foreach ", "git submodule foreach ", ""),
        ("[[ a ", '&& "$b" ', "]]"),
        ("declare ", "-a x ", ""),
        ('a "', "$[1 ", ']"'),
        ("xargs ", "-I % ", "% % %"),
        ("cat <<E\n", "a\\\n", "\nE\n"),
    ],
)
@pytest.mark.timeout(60)  # what grows with the square of it takes minutes: benchmarks/hostile.py
def test_the_longest_text_is_read(start: str, piece: str, end: str) -> None:
    text = start + piece * ((MAX_LENGTH - len(start + end)) // len(piece)) + end
    assert permission_for(text, Rules(), walled=False).said.spoken is not Spoken.ALLOW


@pytest.mark.parametrize("piece", ["a $((1))", "a ${b:=1} ", "for i in; do a; done;", "{ a; }>b;"])
def test_all_that_is_kept_of_a_text_is_counted(piece: str) -> None:
    script = read_script(piece * 2_000)
    assert script.problem == f"it starts more than {MAX_PARTS} programs"
    assert len(script.parts) <= MAX_PARTS + 1
