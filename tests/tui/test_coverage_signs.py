"""A sign beside each added line of the diff: whether the proposal's own tests run it."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from codeframe_tui.tui.present.coverage import LineSigns
from tests.diff_documents import retry
from tests.tui.diff_host import Host, press
from tests.tui.svg import Picture, svg

MARKS: LineSigns = {
    file["path"]: [(1, 9, ("•", "faint")), (10, 14, ("△", "amber")), (15, 99, ("?", "faint"))]
    for file in retry()["files"]
}


def lines(app: Host) -> list[str]:
    diff = app.diff
    return ["".join(s.text for s in diff.render_line(y)) for y in range(diff.size.height)]


@pytest.mark.parametrize("keys", [(), ("W",), ("=",)], ids=["cut", "wrapped", "two sides"])
async def test_only_added_lines_have_a_sign_and_the_text_stays_where_it_was(
    keys: tuple[str, ...],
) -> None:
    app = Host(retry())
    async with app.run_test(size=(120, 40)) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "=", *keys)  # one side, unless it is turned again
        before = lines(app)
        diff.mark(MARKS, "another proposal")
        assert lines(app) == before
        diff.mark(MARKS, "p1")
        after = lines(app)
        differ = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        assert differ
        for old, new in differ:
            (at,) = [i for i, (x, y) in enumerate(zip(old, new, strict=True)) if x != y]
            assert old[at : at + 2] == " +"
            assert new[at] in "•△?"
        assert {"•", "△"} <= {b[i] for a, b in differ for i in range(len(a)) if a[i] != b[i]}
        diff.show_live(next(iter(MARKS)), "a\nb\n", None)
        assert not any(sign in line for line in lines(app) for sign in "•?")
        diff.show(retry())
        diff.mark({}, "p1")
        assert lines(app) == before


@pytest.mark.parametrize(
    ("size", "theme"),
    [
        ((80, 24), "codeframe-dark"),
        ((120, 40), "codeframe-dark"),
        ((200, 50), "codeframe-dark"),
        ((80, 24), "codeframe-light"),
        ((80, 24), "codeframe-mono"),
    ],
    ids=str,
)
async def test_lines_with_signs_look_as_meant(
    size: tuple[int, int], theme: str, snapshot: SnapshotAssertion
) -> None:
    app = Host(retry(), wanted=theme)
    async with app.run_test(size=size) as pilot:
        diff = await app.settled(pilot)
        diff.mark(MARKS, "p1")
        await pilot.pause()
        assert svg(app) == snapshot.use_extension(Picture)
