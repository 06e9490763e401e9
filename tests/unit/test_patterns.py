"""A text that is required by a pattern stands in all that the pattern finds."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.code.patterns import required

PIECES = st.sampled_from(
    [
        *("a", "b", "ab", "é", " ", "-", "#", "\ufffd", "(", ")", "|", "(?i)", "(?:", "(?="),
        *("\\.", "\\-", "\\b", "\\w", "\\d", "\\1", "\\x61", "\\n", "\\\\", ".", "^", "$", "[ab]"),
        *(
            "[a-c]",
            "[^a]",
            "[]a]",
            "?",
            "*",
            "+",
            "??",
            "*+",
            "{2}",
            "{0,1}",
            "{,2}",
            "{",
            "}",
            "]",
        ),
    ]
)
LINES = st.text(st.sampled_from("abAB.c-é {2}()|\\[]1x\ufffd"), max_size=12)


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("JSONDecoder", "JSONDecoder"),
        (r"\bdef get_\w+\(self\)", "def get_"),
        (r"^import ?os\.path$", "os.path"),
        ("colou?r", "colo"),
        ("ab+c", "ab"),
        ("x{0,3}yes", "yes"),
        ("[ab]cd", "cd"),
        (r"f\(", "f("),
        ("a|b", ""),
        ("(?i)abc", ""),
        ("(abc)?", ""),
        (r"\x61bc", ""),
        ("caf\ufffd", ""),
        ("", ""),
    ],
)
def test_the_longest_plain_text_is_required(pattern: str, needed: str) -> None:
    assert required(pattern) == needed


@given(st.lists(PIECES, max_size=8).map("".join), st.lists(LINES, min_size=1, max_size=20))
def test_nothing_is_found_where_it_is_missing(pattern: str, lines: list[str]) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled = re.compile(pattern)
    except re.error:
        return
    for line in lines:
        if compiled.search(line):
            assert required(pattern) in line
