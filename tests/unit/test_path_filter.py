"""Finding files by letters and globs: what fits, what is wrong, and that nothing takes long."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeframe_tui.core.code.globs import compile_glob
from codeframe_tui.core.path_filter import parse_path_filter
from codeframe_tui.tui.present.fuzzy import ranked

PATHS = [
    "setup.py",
    "src/api/retry.py",
    "src/api/limit.pyi",
    "tests/api/test_retry.py",
    "docs/A.md",
]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", PATHS),
        ("sapr", ["src/api/retry.py", "tests/api/test_retry.py"]),
        ("*.py", ["setup.py", "src/api/retry.py", "tests/api/test_retry.py"]),
        ("*.py !tests", ["setup.py", "src/api/retry.py"]),
        ("!test_*", ["setup.py", "src/api/retry.py", "src/api/limit.pyi", "docs/A.md"]),
        ("src/**", ["src/api/retry.py", "src/api/limit.pyi"]),
        ("src/*/*.py", ["src/api/retry.py"]),
        ("src/*.py", []),
        ("**/retry.py", ["src/api/retry.py"]),
        ("**/retry.p?", ["src/api/retry.py"]),
        ("**/*.md", ["docs/A.md"]),
        ("do*", ["docs/A.md"]),
        ("[st]*/api/**", ["src/api/retry.py", "src/api/limit.pyi", "tests/api/test_retry.py"]),
        ("[!s]*/**", ["tests/api/test_retry.py", "docs/A.md"]),
        ("!", PATHS),
        ("a.md", ["docs/A.md"]),
        ("RETRY", ["src/api/retry.py", "tests/api/test_retry.py"]),
    ],
)
def test_letters_globs_and_what_is_left_out(typed: str, kept: list[str]) -> None:
    found = parse_path_filter(typed)
    assert [path for path in PATHS if found.fits(path)] == kept
    assert not found.wrong


@pytest.mark.parametrize("typed", ["[", "src/[a", "*.py [!]", "![a-"])
def test_a_bad_pattern_says_what_is_wrong_and_fits_nothing(typed: str) -> None:
    found = parse_path_filter(typed)
    assert "has no ]" in found.wrong
    assert not any(map(found.fits, PATHS))


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(["a", "b", "*", "?", "**", "a*", "*b", "[ab]"]), min_size=2, max_size=5
    ),
    st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=5),
)
def test_globs_mean_what_those_of_searches_mean(parts: list[str], names: list[str]) -> None:
    pattern, path = "/".join([*parts, "*"]), "/".join(names)
    wanted = compile_glob(pattern).fullmatch(path) is not None
    assert parse_path_filter(pattern).fits(path) is wanted


HOSTILE = [
    "*a" * 60 + "b",
    "**/" * 60 + "*b",
    "*a*/" * 40 + "b",
    "a" * 100 + "b",
    "?*" * 90,
    "!" + "*a" * 90,
]


@pytest.mark.fault(
    "people",
    "a pattern that would keep a search busy for years",
    sees="the list, as fast as ever",
    kept="every key",
)
@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.timeout(20)
def test_no_pattern_takes_long(typed: str) -> None:
    path = "/".join(["a" * 80] * 40)
    parse_path_filter(typed).fits(path)
    ranked(typed, [path])
