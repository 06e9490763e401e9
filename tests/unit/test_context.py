"""Words, ranking and definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.context import (
    SHOWN,
    Document,
    Ranked,
    document_of,
    pack,
    rank,
    skeleton,
    symbols_of,
    tokens,
    words,
)


def document(text: str) -> Document:
    return document_of("a.py", text)


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


def test_reasons_are_told_in_the_words_of_the_query() -> None:
    (found,) = rank("Cached Zones", {"zone.py": document("class Zone: # caching")})
    assert found.reasons == ("path: zones", "names: zones", "words: cached, zones")


def test_the_file_that_defines_and_is_named_for_it_comes_first() -> None:
    documents = {
        "src/retry.py": document("class RetryPolicy:\n    def delay(self): ..."),
        "src/http.py": document("def get(): # no retry here\n    pass"),
        "src/colour.py": document("def paint(): pass"),
        "tests/test_retry.py": document("def test_retry_delay(): assert RetryPolicy"),
    }
    ranked = rank("Make the retry delay grow (exponentially*", documents)
    assert [r.path for r in ranked] == ["src/retry.py", "tests/test_retry.py", "src/http.py"]
    assert "path: retry" in ranked[0].reasons


def test_symbols_and_skeleton_tell_kind_and_line() -> None:
    text = "class A:\n    def m(self) -> int:\n        return 1\n\nasync def f(x): ...\n"
    assert [(s.name, s.kind, s.line) for s in symbols_of(text)] == [
        ("A", "class", 1),
        ("m", "method", 2),
        ("f", "function", 5),
    ]
    assert skeleton(text).splitlines()[1] == "    def m(self) -> int:"


def test_tokens_are_counted_in_bytes_not_characters() -> None:
    assert (tokens(""), tokens("abcd"), tokens("ääää")) == (0, 1, 2)


def ranked(count: int) -> list[Ranked]:
    return [Ranked(f"f{number:02}.py", 100.0 - number, ()) for number in range(count)]


def test_the_best_are_given_whole_then_as_definitions_then_by_name() -> None:
    text = "def f():\n    return 1\n"
    texts = {file.path: text for file in ranked(SHOWN)}
    packed, cut = pack(ranked(50), texts, 10_000)
    assert [file.form for file in packed] == ["body"] * 5 + ["skeleton"] * 15 + ["name"] * 20
    assert (packed[0].text, packed[5].text, packed[20].text) == (text, "def f():", "")
    assert cut == ["10 more files with a lower score"]


def test_what_does_not_fit_is_given_in_a_smaller_form_and_told() -> None:
    large = "def f():\n" + "    x = 1\n" * 400
    texts = {"f00.py": large, "f01.py": "y = 2\n" * 400, "f02.py": "z = 3\n"}
    packed, cut = pack(ranked(3), texts, 50)
    assert [(file.form, file.tokens) for file in packed] == [
        ("skeleton", tokens("def f():")),
        ("name", tokens("f01.py")),
        ("body", tokens("z = 3\n")),
    ]
    assert cut == [
        f"f00.py: body of {tokens(large)} tokens did not fit",
        f"f01.py: body of {tokens(texts['f01.py'])} tokens did not fit",
    ]


@given(st.lists(st.integers(0, 400), max_size=60), st.integers(0, 2000))
def test_bodies_and_definitions_never_cost_more_than_the_budget(
    sizes: list[int], budget: int
) -> None:
    files = ranked(len(sizes))
    texts = {file.path: "def f(): ...\n" * size for file, size in zip(files, sizes, strict=True)}
    packed, cut = pack(files, texts, budget)
    assert sum(tokens(file.text) for file in packed) <= budget
    assert [file.ranked for file in packed] == files[:40]
    assert len(cut) >= (len(files) > 40)


def test_a_document_knows_the_words_of_its_definitions_and_lines_of_large_files() -> None:
    text = "# retryPolicy retry\n" * 1000 + "class RetryAfter:\n    def parse(self): ...\n"
    found = document_of("a.py", text)
    assert (found.counts["retry"], found.length) == (2001, 3006)
    assert found.names == {"retry", "after", "pars"}
    assert [symbol.line for symbol in found.symbols] == [1001, 1002]
    assert document_of("a.txt", text).symbols == ()
