"""Words, names and places in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.code.imports import read_import
from codeframe_tui.core.code.words import (
    area,
    asked,
    identifiers,
    mentions,
    names_in,
    spelling,
    tally,
    verbatim,
    words,
)


def test_words_are_split_on_camel_and_snake_case_and_stemmed() -> None:
    assert words("parseHTTPHeaders retry_after The retries") == [
        "pars", "http", "header", "retry", "after", "retry",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "forms",
    ["zone zones", "cache caches cached caching", "class classes", "string strings",
     "retry retries retried", "box boxes", "setting settings"],
)  # fmt: skip
def test_forms_of_a_word_are_one_word(forms: str) -> None:
    assert len(set(words(forms))) == 1


def test_a_word_is_told_as_it_is_written() -> None:
    assert spelling("Cached Zones") == {"cach": "cached", "zon": "zones"}


def test_a_place_counts_more_than_a_deed_and_the_first_line_more_than_the_rest() -> None:
    counts = asked("Fix the parser\n\nIts cursor stood still; the parser waited")
    assert counts["parser"] == 1.4
    assert counts["fix"] == 0.5
    assert counts["cursor"] == 0.4
    assert asked("") == {}


@given(st.text("aBc_ D9.", max_size=60))
def test_counting_words_by_names_counts_every_word(text: str) -> None:
    plain = [word for word in words(text) if not word.isdigit()]
    counted = {w: n for w, n in tally(names_in(text.encode())).items() if not w.isdigit()}
    assert counted == {word: plain.count(word) for word in plain}


def test_names_of_code_are_told_from_words() -> None:
    text = "Fix the max_size of JSONDecoder in http2, readLine and Foo for x_"
    assert list(identifiers(text)) == ["max_size", "JSONDecoder", "readLine"]


def test_what_is_written_as_in_the_code_is_taken_as_it_is() -> None:
    text = (
        "Prefer ``raise SystemExit`` to `sys.exit()`, see net/retry.py: --remove-old, max_size. A"
    )
    assert verbatim(text) == [
        "raise SystemExit", "sys.exit", "net/retry.py", "SystemExit", "max_size", "--remove-old",
    ]  # fmt: skip
    assert verbatim("Fix the reader's typo - and well-known `` things") == []
    assert len(verbatim(" ".join(f"a_{n}" for n in range(100)))) < 30


@pytest.mark.timeout(60)
def test_long_texts_and_runs_take_no_longer_than_they_are() -> None:
    for run in (
        "a" * 400_000,
        "A" * 400_000,
        "a_" * 200_000,
        "a." * 200_000,
        "a/" * 200_000,
        "`a" * 9,
        "--a" * 9_999,
        "[" * 400_000,
        "a(" * 200_000,
        "- " * 200_000,
    ):
        assert not list(mentions(run))
        words(run)
        tally(names_in(run.encode()))
        list(identifiers(run))
        assert not verbatim(run)
        assert not area(run)
    assert list(read_import("from" + " " * 100_000 + "x" + " " * 100_000 + "imp")) == []


def test_paths_and_dotted_names_are_found_in_prose() -> None:
    found = list(mentions("See net/retry.py, then foo.bar.Baz. Not this."))
    assert found == ["net/retry.py", "foo.bar.Baz"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[mypyc] Inline literals", "mypyc"),
        ("\u2728 [ui/panes] Fold them", "ui panes"),
        ("fix(core)!: keep it", "core"),
        ("_http.retry: wait longer", "http retry"),
        ("Keep it: it is good [sic]", "keep it"),
        ("Wait longer (core): now", ""),
        ("See http://x.org", ""),
    ],
)
def test_the_place_that_a_text_begins_with_is_known(text: str, names: str) -> None:
    assert area(text) == set(names.split())
