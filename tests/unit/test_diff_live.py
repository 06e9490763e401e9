"""A file while it is written: what it shows is true at every moment, and cheap."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.tui.present.diff import live as room
from codeframe_tui.tui.present.diff.live import LiveDiff

LINES = st.lists(st.sampled_from(["a", "b", "", "def f():", "    return 1", "x" * 9]), max_size=60)


def rows(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(sign, text) for hunk in document["files"][0]["hunks"] for sign, text in hunk["lines"]]


def live(content: str, base: str | None) -> list[tuple[str, str]]:
    return rows(LiveDiff("a.py", base).document(content))


def test_a_new_file_streams_as_added_lines() -> None:
    assert live("a\nb", None) == [("+", "a"), ("+", "b")]
    assert live("", None) == []
    assert LiveDiff("a", None).document("x")["files"][0]["action"] == "create"


def test_what_is_not_reached_is_not_removed() -> None:
    base = "a\nb\nc\nd\ne\nf\n"
    assert live("a\nB\n", base) == [(" ", "a"), ("+", "B")]
    assert live("a\nB\nc", base) == [(" ", "a"), ("-", "b"), ("+", "B"), (" ", "c")]
    assert live("a\nb\nc\n", base) == []
    assert live("a\nc\nd\n", base) == [(" ", "a"), ("-", "b"), (" ", "c"), (" ", "d")]
    assert live("a\nb\nc\nd\ne\nf\ng\n", base)[-1] == ("+", "g")


def check(document: dict[str, Any], base: list[str], written: list[str]) -> None:
    """Hunks tell both sides truly, and between them both are the same."""
    old = new = 0
    for hunk in document["files"][0]["hunks"]:
        lines = hunk["lines"]
        old_at = hunk["old_start"] - (hunk["old_lines"] > 0)
        new_at = hunk["new_start"] - (hunk["new_lines"] > 0)
        assert old_at - old == new_at - new >= 0
        assert base[old:old_at] == written[new:new_at]
        gone = [text for sign, text in lines if sign != "+"]
        came = [text for sign, text in lines if sign != "-"]
        assert gone == base[old_at : old_at + hunk["old_lines"]]
        assert came == written[new_at : new_at + hunk["new_lines"]]
        old, new = old_at + len(gone), new_at + len(came)
    rest = written[new:]
    after = base[old : old + len(rest)]
    assert after[:-1] == rest[:-1]
    assert not rest or after[-1].startswith(rest[-1])  # the last line may go on


@given(LINES, LINES, st.lists(st.integers(0, 400), max_size=8))
def test_at_every_moment_both_sides_are_told_truly(
    old: list[str], new: list[str], cuts: list[int]
) -> None:
    text = "\n".join(new)
    stream = LiveDiff("a.py", "\n".join(old) + "\n" if old else "")
    base = old[:]
    ends = sorted({min(cut, len(text)) for cut in cuts} | {len(text)})
    for end in ends:
        written = text[:end].split("\n")
        document = stream.document(text[:end])
        check(document, base, written if written[-1] else written[:-1])


def test_pieces_give_what_the_whole_gives_where_lines_are_told_apart() -> None:
    old = [f"line {n}" for n in range(900)]
    new = [*old[:100], *(f"new {n}" for n in range(50)), *old[100:300], *old[420:700], "end"]
    stream = LiveDiff("a.py", "\n".join(old))
    text = "\n".join(new) + "\n"
    for end in range(0, len(text), 97):
        stream.document(text[:end])
    document = stream.document(text)
    changed = [row for row in rows(document) if row[0] != " "]
    assert [text for sign, text in changed if sign == "+"] == [
        *(f"new {n}" for n in range(50)),
        "end",
    ]
    assert [text for sign, text in changed if sign == "-"] == old[300:420]


def test_a_far_jump_in_a_large_file_is_found() -> None:
    old = [f"line {n}" for n in range(6_000)]
    new = [*old[:10], *old[5_000:5_020]]
    changed = live("\n".join(new) + "\n", "\n".join(old))
    assert sum(sign == "-" for sign, _ in changed) == 4_990
    assert not any(sign == "+" for sign, _ in changed)


def test_what_stands_above_does_not_move_while_lines_are_added() -> None:
    old = [f"line {n}" for n in range(500)]
    new = [*old[:50], *(f"new {n}" for n in range(400))]
    stream = LiveDiff("a.py", "\n".join(old))
    text = "\n".join(new) + "\n"
    shown = [rows(stream.document(text[:end])) for end in range(0, len(text), 61)]
    for before, after in pairwise(shown):
        assert after[: max(0, len(before) - 1)] == before[:-1]  # the last line is not complete


def test_a_text_that_is_not_what_it_was_begins_anew() -> None:
    stream = LiveDiff("a.py", None)
    stream.document("a\nb\nc")
    assert rows(stream.document("x\nb")) == [("+", "x"), ("+", "b")]


@pytest.mark.parametrize("lines", [2_000, 20_000])
def test_a_piece_costs_by_its_own_length(lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    class Counting(SequenceMatcher[str]):
        def set_seqs(self, a: Sequence[str], b: Sequence[str]) -> None:
            compared.append(len(a) + len(b))
            super().set_seqs(a, b)

    monkeypatch.setattr(room, "SequenceMatcher", Counting)
    old = [f"line {n}" for n in range(lines)]
    new = [line if n % 50 else f"{line} changed" for n, line in enumerate(old)]
    stream = LiveDiff("a.py", "\n".join(old))
    text = "\n".join(new) + "\n"
    stream.document(text[: len(text) // 2])
    for step in range(1, 20):
        compared.clear()
        stream.document(text[: len(text) // 2 + 400 * step])
        assert sum(compared) < 3_000
