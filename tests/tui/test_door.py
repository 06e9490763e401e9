"""Nothing is drawn that a terminal acts on, whoever forgot to make it harmless before."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from codeframe_tui.tui.widgets.door import Door
from tests.security.corpus import CORPUS


@pytest.mark.parametrize("text", [text for text, _ in CORPUS.values() if len(text) < 2_000])
def test_what_is_drawn_is_only_letters_and_as_wide_as_it_was(text: str) -> None:
    [drawn] = Door().apply([Segment(text)], Color(0, 0, 0))
    assert drawn.text.isprintable()
    if "\u200d" not in text:  # what it joins is drawn as one, and apart without it
        assert cell_len(drawn.text) == cell_len(text)


def test_what_is_harmless_passes_as_it_is() -> None:
    segments = [Segment("a … 漢 \u0301"), Segment("b")]
    assert Door().apply(segments, Color(0, 0, 0)) == segments
