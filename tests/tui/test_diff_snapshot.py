"""How the diff looks."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.diff_documents import every_kind, retry
from tests.tui.diff_host import Host, press, until
from tests.tui.svg import Picture, svg


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
        picture = svg(app)
        assert picture == snapshot.use_extension(Picture)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("scene", ["split", "wrap", "search", "folds", "kinds"])
async def test_each_way_of_reading_looks_like_this(
    scene: str, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    app = Host(retry())
    async with app.run_test(size=size) as pilot:
        diff = await app.settled(pilot)
        if diff.is_split is not (scene == "split"):
            await press(pilot, "=")
        match scene:
            case "wrap":
                long = retry()
                long["files"][0]["hunks"][0]["lines"][1][1] += " Long words." * 20
                diff.show(long)
                await press(pilot, "W", "j", "j")
            case "kinds":
                diff.show(every_kind())
            case "search":
                diff.seek("retr")
                await until(pilot, lambda: "of" in diff.found)
                diff.seek_by(1)
            case "folds":
                rows = diff.count()
                await press(pilot, "k", "z")
                await until(pilot, lambda: diff.count() > rows)
                await press(pilot, "}", "z")
            case _:
                await press(pilot, "]", "j", "j", "space")
        await until(pilot, lambda: diff.show_vertical_scrollbar is (diff.count() > size[1]))
        await pilot.pause()  # the scrollbar came or went: that is another layout
        picture = svg(app)
        assert picture == snapshot.use_extension(Picture)
