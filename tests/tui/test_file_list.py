"""The file list beside the diff: what a verdict costs, and where the list is."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.tui.present.files import FileRows
from codeframe_tui.tui.widgets.diff.view import DiffView
from codeframe_tui.tui.widgets.task_panes import FileList
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, diff, shown

MANY = 10_000


def _large(count: int = MANY) -> FakeService:
    """A proposal of very many files."""
    files = [
        {"path": f"pkg/mod_{n:05}.py", "action": "modify", "added": 1, "removed": 0}
        for n in range(count)
    ]
    hunk = diff()["files"][3]["hunks"][0]
    service = FakeService()
    task, change = shown(), diff()
    task["attempts"][-1] |= {"files": files, "flags": []}
    change["files"] = [
        {"path": file["path"], "action": "modify", "mode": "100644", "binary": False,
         "hunks": [hunk]} for file in files
    ]  # fmt: skip
    service.tasks["1.2.3"], service.diffs["1.2.3"] = task, change
    return service


async def _in_diff(drive: Drive) -> DiffView:
    drive.key("2")
    await drive.in_pane("diff")
    view = drive.app.cockpit.query_one(DiffView)
    await drive.until(lambda: view.can_decide)
    return view


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rows that were made, and files for which places were found."""
    done: list[str] = []
    made, laid = FileRows._file, FileRows.__init__

    def make(rows: FileRows, file: Any) -> Any:
        done.append("row")
        return made(rows, file)

    def lay(rows: FileRows, files: Any, *rest: Any) -> None:
        done.extend(["file"] * len(files))
        laid(rows, files, *rest)

    monkeypatch.setattr(FileRows, "_file", make)
    monkeypatch.setattr(FileRows, "__init__", lay)
    return done


async def test_a_verdict_makes_only_the_rows_in_sight(work: list[str]) -> None:
    async with opened(_large(), size=(200, 50)) as drive:
        view = await _in_diff(drive)
        assert work.count("file") >= MANY
        work.clear()
        drive.key("space", "space", "space")
        await drive.until(lambda: "3/10000 accepted" in drive.label("title").replace(",", ""))
        await drive.until(lambda: view.place and view.place.path.endswith("00003.py"))
        listed = drive.app.cockpit.query_one(FileList)
        await drive.until(lambda: listed.text_at(2).startswith("✔"))
        assert work.count("file") == 0
        assert len(work) < 20 * 50


async def test_the_list_follows_the_file_under_the_cursor() -> None:
    async with opened(_large(300), size=(200, 50)) as drive:
        view = await _in_diff(drive)
        listed = drive.app.cockpit.query_one(FileList)
        assert listed.scroll_offset.y == 0
        drive.key("G")
        await drive.until(lambda: view.place and view.place.path.endswith("00299.py"))
        await drive.until(lambda: listed.scroll_offset.y > 200)
        bold = [index for index in range(listed.count()) if ("bold" in
                [style for _, style in listed.rows[index].left])]  # fmt: skip
        assert [listed.rows[index].key for index in bold] == ["pkg/mod_00299.py"]
