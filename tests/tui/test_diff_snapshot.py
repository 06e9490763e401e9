"""How the diff looks."""

from __future__ import annotations

import re

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.diff_documents import retry
from tests.tui.diff_host import Host, press


class SVG(SingleFileSnapshotExtension):
    """One picture a file."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"


@pytest.mark.parametrize(
    ("size", "theme"),
    [
        pytest.param((80, 24), "codeframe-dark", id="80x24"),
        pytest.param((120, 40), "codeframe-dark", id="120x40"),
        pytest.param((200, 50), "codeframe-dark", id="200x50"),
        pytest.param((80, 24), "codeframe-light", id="80x24-light"),
    ],
)
async def test_the_diff_looks_like_this(
    size: tuple[int, int], theme: str, snapshot: SnapshotAssertion
) -> None:
    app = Host(retry(), wanted=theme)
    async with app.run_test(size=size) as pilot:
        await app.settled(pilot)
        await press(pilot, "space", "j", "j", "j")
        picture = re.sub(r"terminal-\d+", "terminal-0", app.export_screenshot(title="diff"))
        assert picture == snapshot.use_extension(SVG)
