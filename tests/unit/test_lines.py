"""Lines by number, beside plain splitting."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeframe_tui.core.change import lines as module
from codeframe_tui.core.change.lines import Lines


@pytest.fixture(autouse=True)
def _tiny_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 3)


@given(st.text(alphabet="ab\n\r\u2028é"), st.integers(-2, 12), st.integers(-2, 12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_are_those_of_splitting(text: str, first: int, last: int) -> None:
    split = text.split("\n")
    split = split if split[-1] else split[:-1]
    lines, raw = Lines(text, "\n"), Lines(text.encode(), b"\n")
    assert len(lines) == len(raw) == len(split)
    assert lines.read(first, last) == split[max(0, first) : max(0, last)]
    assert [each.decode() for each in raw.read(first, last)] == lines.read(first, last)
    lengths = [len(line) + 1 for line in split]
    starts = [sum(lengths[:at]) for at in range(len(split))]
    assert [lines.start(line) for line in range(len(split))] == starts
    assert lines.start(len(split)) == len(text)
