"""Which files decide how tests run, and whether a change of one decides."""

from __future__ import annotations

import pytest

from codeframe_tui.core.evidence.testconfig import decides


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 5_000, "a = " + "9" * 5_000, "a = [", "tool = 3"],
    ids=["deep", "long", "open", "flat"],
)
def test_settings_that_cannot_be_read_decide_when_they_change(text: str) -> None:
    assert decides("pyproject.toml", "[tool.pytest]\n", text)
    assert not decides("pyproject.toml", text, text)


def test_the_part_of_other_tools_decides_nothing() -> None:
    assert not decides("pyproject.toml", "[tool.x]\na = 1\n", "[tool.x]\na = 2\n")
    assert decides("pyproject.toml", "", "[tool.pytest.ini_options]\naddopts = '-x'\n")
