"""What `index context` prints beside the files: the listing, what was cut, and what all costs."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.cli.render import context_list

FILE = {"path": "a.py", "score": 1.0, "form": "body", "tokens": 1_200, "reasons": ["words: a"]}
DOCUMENT: dict[str, Any] = {
    "files": [FILE],
    "earlier": [{"text": "half even", "tokens": 34}],
    "cut": ["b.py: body of 9 tokens did not fit"],
    "budget": 24_000,
    "tokens_by": "model",
}


@pytest.mark.parametrize(
    ("more", "last"),
    [
        ({}, "1,234 of 24,000 tokens"),
        ({"tokens": 1_500}, "1,500 of 24,000 tokens"),
        ({"tokens_by": "estimate"}, "about 1,234 of 24,000 tokens, as estimated"),
        ({"budget": None}, "1,234 tokens"),
    ],
)
def test_the_sum_is_told_with_whose_count_it_is(more: dict[str, Any], last: str) -> None:
    lines = context_list({**DOCUMENT, **more}).splitlines()
    assert lines[-3:] == ["earlier: half even", f"cut: {DOCUMENT['cut'][0]}", last]


def test_the_listing_of_paths_is_told_and_that_no_file_is_found() -> None:
    listing = {"files": 3, "listed": 2, "tokens": 20}
    lines = context_list({**DOCUMENT, "files": [], "listing": listing}).splitlines()
    assert lines[0] == "no file is found"
    assert "listed: 2 of 3 paths, 20 tokens" in lines
