"""What the worker of a task is shown, and what people choose about it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codeframe_tui.adapters.scripted import frames
from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.code.chosen import NOTHING
from codeframe_tui.core.code.ground import Ground
from codeframe_tui.core.commands import Answer, ChooseContext, SetWorkers
from codeframe_tui.core.queries import ShowContext, ShowTaskContext
from codeframe_tui.core.tokens import GUESS
from codeframe_tui.ports import Document, Snapshot
from codeframe_tui.ports.files import TreeEntry
from codeframe_tui.worker.context import listing_for
from tests.worker.room import PLAIN, answer, call, make_project, room, three

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


async def test_the_files_of_the_project_are_listed_inside_the_budget(tmp_path: Path) -> None:
    many = {f"pkg/part_{n:03}.txt": (0o644, b"x\n") for n in range(350)}
    files, limits = {**FILES, **many}, {"context_tokens": 1_000}
    async with room(tmp_path, Line(answer(*three())), files=files, limits=limits) as desk:
        task = await desk.add("three times three")
        await desk.start()
        await desk.until("turn.recorded", task)
        context = desk.script.newest().partition("# What seems to matter")[2]
        before, _, listing = context.partition("Files of the project:\n")
        lines = listing.partition("\n\n")[0].splitlines()
        assert 10 < len(lines) < 300
        assert lines[-1] == f"… and {len(files) - len(lines) + 1} more"
        assert GUESS.tokens(before + "\n".join(lines)) <= 1_000
        shown = await desk.service.query(ShowTaskContext(task))
        cost = GUESS.tokens("Files of the project:\n" + "\n".join(lines))
        assert shown["listing"] == {"files": len(files), "listed": len(lines) - 1, "tokens": cost}
        others = sum(each["tokens"] for each in [*shown["files"], *shown["earlier"]])
        assert shown["tokens"] == others + cost <= shown["budget"]


async def test_before_a_task_begins_the_listing_costs_what_it_will(tmp_path: Path) -> None:
    odd = {"pkg/two\nlines.txt": (0o644, b"no path that the gate lets through\n")}
    files = {**FILES, **odd, ".gitignore": (0o644, b"made.py\n")}
    async with room(tmp_path, Line(answer(*three())), files=files) as desk:
        (desk.project / "link.py").symlink_to("pkg/core.py")
        (desk.project / "pkg/made.py").write_text("made = 1\n")
        make_project(desk.project / "nested", PLAIN, git=True)
        task = await desk.add("three times three")
        await desk.service.submit(ChooseContext("pkg/three_times.py", "excluded"))
        before = await desk.service.query(ShowTaskContext(task))
        await desk.start()
        await desk.until("turn.recorded", task)
        shown = await desk.service.query(ShowTaskContext(task))
        assert "\npkg/made.py\n" in desk.script.newest()
        assert shown["listing"]["files"] == len(files) - 2 + len(["pkg/made.py", *PLAIN])
        assert (before["listing"], before["tokens"]) == (shown["listing"], shown["tokens"])
        assert before["cut"] == shown["cut"]
        assert "nested" in str(shown["cut"])
        assert shown["cut"][-1] in (await desk.service.query(ShowContext("x")))["cut"]


async def test_a_listing_that_does_not_fit_is_told_as_cut() -> None:
    async def entries(_: str) -> dict[str, TreeEntry]:
        return {"a.py": TreeEntry("100644", "b"), "link": TreeEntry("120000", "b")}

    trees: Any = SimpleNamespace(entries=entries)
    ground = Ground("three", NOTHING, GUESS, [])
    lines, listing, cut = await listing_for(trees, Snapshot("t"), ground, 1)
    assert (lines, listing, cut) == ([], None, ["the listing of 1 paths did not fit"])
    lines, listing, cut = await listing_for(trees, Snapshot("t"), ground, 100)
    assert (lines, listing, cut) == (["a.py"], {"files": 1, "listed": 1, "tokens": 7}, [])


async def test_a_question_that_was_answered_is_told_to_the_next_task(tmp_path: Path) -> None:
    asks = call("AskHuman", question="Round half up or half even for amounts?", kind="SYNC")
    async with room(tmp_path, Line(asks, answer(*three()))) as desk:
        first = await desk.add("Currency rounding")
        await desk.start()
        asked = await desk.until("blocker.opened", first)
        await desk.service.submit(Answer(asked.data["id"], "half even"))
        await desk.becomes(first, "in_review")
        second = await desk.add("Round the amounts of an invoice")
        await desk.until("turn.recorded", second)
        told = desk.script.newest()
        assert "do not ask again what is\nanswered here" in told
        assert "asked: Round half up or half even for amounts?" in told
        assert "A person answered: half even" in told

        shown = await desk.service.query(ShowTaskContext(second))
        assert [each["kind"] for each in shown["earlier"]] == ["answer"]
        assert shown["earlier"][0]["text"] in told


async def test_tokens_are_estimated_until_the_model_counted_and_then_by_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "tokens", lambda value: int(len(json.dumps(value)) / 2.5))
    async with room(tmp_path, Line(answer(*three())), files=FILES) as desk:
        task = await desk.add("three times three")
        guessed = await desk.service.query(ShowContext("three times three"))
        assert guessed["tokens_by"] == "estimate"
        await desk.start()
        await desk.becomes(task, "in_review")
        shown = await desk.service.query(ShowTaskContext(task))
        assert shown["tokens_by"] == "estimate"  # as it was when it was shown
    async with room(tmp_path, Line(answer(*three())), files=None) as desk:
        counted = await desk.service.query(ShowContext("three times three"))
        assert counted["tokens_by"] == "model"
        costs = [
            (a["tokens"], b["tokens"])
            for a, b in zip(bodies(guessed), bodies(counted), strict=True)
        ]
        assert costs
        assert all(1.4 * before < now < 1.8 * before + 1 for before, now in costs)
        again = await desk.add("three times three")
        await desk.start()
        await desk.until("turn.recorded", again)
        assert (await desk.service.query(ShowTaskContext(again)))["tokens_by"] == "model"
        await desk.service.submit(SetWorkers(model="another"))
        other = await desk.service.query(ShowContext("three times three"))
        assert other["tokens_by"] == "estimate"


def bodies(found: Document) -> list[Document]:
    return [file for file in found["files"] if file["form"] == "body"]
