"""The one sanitiser against the terminal corpus."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.text import clean, clean_line, printable, reveal, reveal_name
from tests.security.corpus import CORPUS


@pytest.mark.parametrize(("text", "shown"), CORPUS.values(), ids=CORPUS.keys())
def test_nothing_a_terminal_acts_on_is_left(text: str, shown: str) -> None:
    assert clean(text) == shown
    assert clean(shown) == shown
    shown.encode()


def test_a_cut_says_that_it_is_one() -> None:
    assert clean("abcdef", limit=4) == "abc…"
    assert clean("abcd", limit=4) == "abcd"


def test_one_line_stays_one_line() -> None:
    assert clean_line("a\r\nb\tc\u2028d") == "a b c d"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("a\u202eb", "a<U+202E>b"),
        ("\x1b[31m", "␛[31m"),
        ("x\x7f\x00", "x␡␀"),
        ("\ud800", "<U+D800>"),
        ("a\u200b", "a<U+200B>"),
        ("\x9b2J", "<U+009B>2J"),
        ("a" + "\u0301" * 10, "a" + "\u0301" * 8 + "<U+0301><U+0301>"),
    ],
)
def test_hidden_characters_are_shown_where_something_is_approved(line: str, shown: str) -> None:
    assert reveal(line) == (shown, True)
    assert reveal(shown) == (shown, False)
    shown.encode()


def test_a_name_shows_its_tabs_and_line_breaks() -> None:
    assert reveal_name("a\tb\nc\u202e") == "a\u2409b\u240ac<U+202E>"


def test_the_last_door_keeps_the_cells_of_what_it_takes_out() -> None:
    plain = "Größe 漢字 <U+202E>"
    assert printable(plain) is plain
    assert printable("a\x1b[2Jb\ud800c\td", lambda char: int(char == "\ud800")) == "a[2Jb cd"


@pytest.mark.parametrize("line", ["", "plain\tline", "Größe 漢字 \U0001f600", "e\u0301"])
def test_ordinary_lines_hide_nothing(line: str) -> None:
    assert reveal(line) == (line, False)


@pytest.mark.parametrize(
    "piece",
    ["\x1b]", "\x1b[", "\x9d", "\x9d\n", "\x1bP\n", "\x1b[1;", "\x1b ", "\u0301", "\r", "é", "a\n"],
)
def test_a_long_hostile_text_comes_to_an_end(piece: str) -> None:
    text = piece * (2**18 // len(piece))  # by its square it would take minutes
    shown = clean(text, limit=len(text))
    assert clean(shown, limit=len(text)) == shown
    revealed, _ = reveal(text)
    assert reveal(revealed) == (revealed, False)


HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x1b\x9b\x9d\x90\x9c\x07[]P;0m\\\r\n \u202e\u0301\u200b\ud800"),
        st.characters(),
    ),
    max_size=60,
)


@given(HOSTILE)
def test_whatever_comes_in_only_text_comes_out(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown
    revealed, hidden = reveal(text.replace("\n", ""))
    assert reveal(revealed) == (revealed, False)
    assert hidden == (revealed != text.replace("\n", ""))
    for char in shown + revealed:
        assert char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(char) not in {
            "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
        }  # fmt: skip
    shown.encode()
    revealed.encode()
