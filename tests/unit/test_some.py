"""A few of many names."""

from __future__ import annotations

import pytest

from codeframe_tui.core.some import some


@pytest.mark.parametrize(
    ("names", "most", "said"),
    [
        ("", 3, ""),
        ("a", 3, "a"),
        ("abc", 3, "a, b, c"),
        ("abcde", 3, "a, b, c and 2 more"),
        ("abc", 2, "a, b and 1 more"),
    ],
)
def test_the_first_names_stand_for_all(names: str, most: int, said: str) -> None:
    assert some(iter(names), most) == said
