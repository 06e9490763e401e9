"""The one sanitiser against the terminal corpus."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.text import clean, clean_line, reveal

CORPUS = {
    "X1": ("[/]", "[/]"),
    "X2": ("[/foo]", "[/foo]"),
    "X3": ("yield [b + x", "yield [b + x"),
    "X4": ("[@click=app.quit]Approve[/]", "[@click=app.quit]Approve[/]"),
    "X5": ("[link=javascript:x]", "[link=javascript:x]"),
    "X6": ("\x1b[1;31mred\x1b[0m", "red"),
    "X6 colons": ("\x1b[38:2::1:2:3mred\x1b[m", "red"),
    "X7": ("a\x1b[2J\x1b[Hb", "ab"),
    "X8": ("a\x1b]52;c;aGk=\x07b", "ab"),
    "X9": ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
    "X10": ("\x1b]0;title\x07a\x1b]2;title\x9cb", "ab"),
    "X11": ("a\x1b]0;evil\nnext line", "a\nnext line"),
    "X11 cut off": ("a\x1b]0;evil", "a"),
    "X12": ("a\x1bPq#0;2;0\n-\n~~\x1b\\b", "ab"),
    "X13": ("a\x1b_Gf=24;AAAA\x1b\\b", "ab"),
    "X13 PM and SOS": ("a\x1b^x\x1b\\b\x1bXy\x1b\\c", "abc"),
    "X14": ("a\x9b2Jb\x9d0;t\x07c", "abc"),
    "X14 DCS": ("a\x90q\x9cb", "ab"),
    "X15": ("\x07" * 50 + "a", "a"),
    "X16 CR": ("10%\r20%\r\nend", "10%\n20%\nend"),
    "X16 BS": ("abc\b\b\bxyz", "abcxyz"),
    "X17": ("a\u202eb\u2066c\u2069d\u061ce\u200ff", "abcdef"),
    "X18": ("a\u200bb\u2060c\ufeffd\U000e0041e\u00adf", "abcdef"),
    "X19": ("a" + "\u0301" * 5000 + "b", "a" + "\u0301" * 8 + "b"),
    "X19 Thai": ("\u0e01" + "\u0e49" * 100, "\u0e01" + "\u0e49" * 8),
    "X19 Hangul": ("\u1100" + "\u1161" * 100, "\u1100" + "\u1161" * 8),
    "X20": ("x" * 200_000, "x" * 4095 + "…"),
    "X21": ("\U0001f468\u200d\U0001f469 \uff21 ±", "\U0001f468\U0001f469 \uff21 ±"),
    "X22": ("a\x0bb\x0cc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
    "X23": ("a\0b", "ab"),
    "X24": ("a\ud800b\udfffc", "abc"),
    "X25": ("a\tb", "a\tb"),
    "X26": ("a\x1b[6nb\x1b[cc\x1bZd", "abcd"),
    "X27": ("a\x1b[201~b", "ab"),
    "X28": ("a\x1b[?1049hb\x1b[?1000;1006hc\x1b=d\x1b>e\x1bcf", "abcdef"),
    "X29": ("![x](http://x) <b onclick=y>", "![x](http://x) <b onclick=y>"),
    "X30": ("Approve? [Y/n]", "Approve? [Y/n]"),
    "charset": ("a\x1b(0b\x1b#8c\x1b%Gd", "abcd"),
    "nested": ("\x1b\x1b[31m[31ma", "[31ma"),
    "split": ("\x1b\x9b31ma", "a"),
    "lone escape": ("a\x1b", "a"),
}


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


@pytest.mark.parametrize("line", ["", "plain\tline", "Größe 漢字 \U0001f600", "e\u0301"])
def test_ordinary_lines_hide_nothing(line: str) -> None:
    assert reveal(line) == (line, False)


@pytest.mark.parametrize(
    "piece",
    ["\x1b]", "\x1b[", "\x9d", "\x9d\n", "\x1bP\n", "\x1b[1;", "\x1b ", "\u0301", "\r", "é", "a\n"],
)
def test_cost_is_linear_in_a_hostile_text(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        clean(text, limit=size)
        reveal(text)
        return time.process_time() - start

    small = min(seconds(2**17) for _ in range(3))
    assert seconds(2**20) < 8 * small * 4 + 0.05  # quadratic would be 64 times


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
