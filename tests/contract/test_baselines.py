"""Port Baselines: what is kept is read as it was; what is damaged is as if it were not there."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from codeframe_tui.adapters.baselines import KeptBaselines
from codeframe_tui.core.evidence.verification import Outcome, TestCase, TestRun

CASES = (TestCase("t.py::test_\udc80", Outcome.FAILED, 0.5, "E", "m"),)
RUN = TestRun(
    True,
    cases=CASES,
    collected=("t.py::test_\udc80", "t.py::test_b"),
    collection_errors=(("u.py", "ImportError: x"),),
    duration=1.5,
    causes={"u.py": "project"},
    hooks=("conftest.py:pytest_runtest_setup",),
)


async def test_it_is_read_as_it_was_for_its_tree_and_surroundings_only(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "baselines"
    await KeptBaselines(folder).keep("tree", "python 3.12", RUN)
    again = KeptBaselines(folder)
    assert await again.find("tree", "python 3.12") == RUN
    assert await again.find("tree", "python 3.13") is None
    assert await again.find("other", "python 3.12") is None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign"])
async def test_a_damaged_entry_is_gone_and_can_be_made_again(tmp_path: Path, damage: str) -> None:
    kept = KeptBaselines(tmp_path)
    await kept.keep("tree", "here", RUN)
    (entry,) = tmp_path.iterdir()
    content = entry.read_bytes()
    broken = {
        "cut": content[:-3],
        "flipped": content[:40] + bytes([content[40] ^ 1]) + content[41:],
        "empty": b"",
        "foreign": b"\0" * 300,
    }
    entry.write_bytes(broken[damage])
    assert await kept.find("tree", "here") is None
    assert [*tmp_path.iterdir()] == []
    await kept.keep("tree", "here", RUN)
    assert await kept.find("tree", "here") == RUN


async def test_it_is_bounded_and_what_was_used_longest_ago_goes(tmp_path: Path) -> None:
    kept = KeptBaselines(tmp_path, most=2)
    for tree in ("a", "b"):
        await kept.keep(tree, "here", RUN)
    assert await kept.find("a", "here") == RUN  # used later than b
    await kept.keep("c", "here", RUN)
    found = [await kept.find(tree, "here") for tree in ("a", "b", "c")]
    assert found == [RUN, None, RUN]
    small = KeptBaselines(tmp_path, most_bytes=1)
    await small.keep("d", "here", RUN)
    assert [*tmp_path.iterdir()] == []


async def test_a_place_that_cannot_be_written_costs_only_what_it_saves(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    kept = KeptBaselines(tmp_path / "file" / "baselines")
    await kept.keep("tree", "here", RUN)
    assert await kept.find("tree", "here") is None
