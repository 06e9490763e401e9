"""What the worker of a task is shown, and what people choose about it."""

from __future__ import annotations

from pathlib import Path

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.commands import ChooseContext
from codeframe_tui.core.queries import ShowTaskContext
from tests.worker.room import PLAIN, answer, room, three

FILES = {
    **PLAIN,
    "pkg/quiet.py": (0o644, b"def quiet():\n    return 'nothing that the task is about'\n"),
    "pkg/three_times.py": (0o644, b"def three_times():\n    return 'three'\n"),
}


async def test_the_model_is_given_what_is_pinned_and_nothing_that_is_excluded(
    tmp_path: Path,
) -> None:
    async with room(tmp_path, Line(answer(*three())), files=FILES) as desk:
        task = await desk.add("three times three")
        await desk.service.submit(ChooseContext("pkg/quiet.py", "pinned", task))
        await desk.service.submit(ChooseContext("pkg/three_times.py", "excluded"))
        before = await desk.service.query(ShowTaskContext(task))
        await desk.start()
        await desk.becomes(task, "in_review")
        told = desk.script.newest(len(desk.script.asked))
        assert "## pkg/quiet.py (body; pinned by you" in told
        assert "nothing that the task is about" in told
        assert "three_times" not in told
        shown = await desk.service.query(ShowTaskContext(task))
        assert before["at"] is None
        assert shown["at"] is not None
        assert shown["files"] == before["files"]
        assert shown["files"][0]["path"] == "pkg/quiet.py"
        assert "pkg/three_times.py: excluded by you" in shown["cut"]
        assert shown["budget"] == before["budget"] > shown["tokens"] > 0
