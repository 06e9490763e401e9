"""Words, ranking and definitions."""

from __future__ import annotations

from collections import Counter

from codeframe_tui.core.context import Document, rank, skeleton, symbols_of, tokens, words


def document(text: str) -> Document:
    found = words(text)
    return Document(Counter(found), len(found), symbols_of(text))


def test_words_are_split_on_camel_and_snake_case_and_stemmed() -> None:
    assert words("parseHTTPHeaders retry_after The retries") == [
        "parse", "http", "header", "retry", "after", "retry",
    ]  # fmt: skip


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
