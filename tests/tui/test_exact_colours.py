"""The whole way of colours: git's trees, the engine, the lexer's process, the rows of the diff."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from codeframe_tui.adapters.clock import SystemClock
from codeframe_tui.adapters.store import SqlStore
from codeframe_tui.adapters.syntax import Highlighter
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.change.proposal import Action, FileSummary, proposal_id
from codeframe_tui.core.commands import AddTask
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.queries import ShowDiff
from codeframe_tui.service import Supervisor
from codeframe_tui.settings import Limits, Settings
from codeframe_tui.tui.present.diff.kinds import PairRow
from codeframe_tui.tui.present.diff.lines import LineRow
from tests.contract.test_syntax import STDLIB, painted
from tests.tui.diff_host import Host, until
from tests.tui.test_supply import is_there

NAMES = ("optparse.py", "textwrap.py")
WINDOWS = 40


def changed(text: str, chance: random.Random) -> str:
    """Some lines are others, some are gone; quotes stay, so that strings end where they did."""
    lines = []
    for line in text.split("\n"):
        free = not ({'"', "'", "\\"} & set(line))
        if not (free and chance.random() < 0.05):
            lines.append(f"{line}  # new" if free and chance.random() < 0.1 else line)
    return "\n".join(lines)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Supervisor]:
    project = tmp_path / "project"
    project.mkdir()
    workspaces = GitWorkspaces(project, tmp_path / "state", Limits())
    await workspaces.prepare()
    store, syntax = await SqlStore.open(tmp_path / "state.db"), Highlighter()
    engine = Supervisor(
        store, SystemClock(), settings=Settings(), facts=dict, workspaces=workspaces, syntax=syntax
    )
    try:
        await engine.recover(paused=False)
        base, tree = await two_trees(workspaces)
        number = (await engine.submit(AddTask("colours")))["number"]
        await engine.claim("w")
        await engine.set_base(number, base)
        files = tuple(FileSummary(name, Action.MODIFY, 1, 1) for name in NAMES)
        attempt = Attempt(1, base, tree, proposal_id(base, tree), "why", files)
        await engine.record_attempt(number, attempt)
        yield engine
    finally:
        engine.close()
        await syntax.close()
        await workspaces.close()
        await store.close()


async def two_trees(workspaces: GitWorkspaces) -> tuple[str, str]:
    chance = random.Random(5)
    empty = (await workspaces.snapshot()).tree
    old = {name: (STDLIB / name).read_text() for name in NAMES}
    new = {name: changed(text, chance) for name, text in old.items()}
    sides = [{n: ("100644", text.encode()) for n, text in each.items()} for each in (old, new)]
    return await workspaces.overlay(empty, sides[0]), await workspaces.overlay(empty, sides[1])


async def test_rows_have_the_colours_of_the_whole_file(engine: Supervisor) -> None:
    chance = random.Random(9)
    document = await engine.query(ShowDiff("1", room=200))
    attempt = (await engine.progress("1")).attempts[-1]
    exact = {}
    for side, tree in (("base", attempt.base), ("proposal", attempt.tree)):
        for name in NAMES:
            content = await engine._workspaces.read(tree, name)  # type: ignore[union-attr]
            assert content is not None
            exact[name, side] = painted(name, content.decode())
    app = Host(document)
    looked = in_strings = 0
    async with app.run_test(size=(140, 40)) as pilot:
        diff = await app.settled(pilot)
        app.supply(engine.query)
        for _ in range(WINDOWS):
            diff.scroll_to_row(chance.randrange(diff.count()))
            await pilot.pause(0)
            await until(pilot, lambda: is_there(app))
            top = diff.scroll_offset.y
            for row in range(top, min(top + 40, diff.count())):
                for line in lines_of(diff.index.row(row)):
                    name = diff.index.place(row).path
                    side, number = (
                        ("base", line.old) if line.new is None else ("proposal", line.new)
                    )
                    if number is None or line.moved or diff.index.place(row).k <= 0:
                        continue
                    kinds = [""] * len(line.text)
                    for start, end, kind in line.tokens:
                        kinds[start:end] = [kind] * (end - start)
                    assert kinds == exact[name, side][number - 1], (name, side, number)
                    looked += 1
                    in_strings += set(kinds) == {"string"}
    assert looked > 500
    assert in_strings > 20


def lines_of(row: object) -> list[LineRow]:
    if isinstance(row, PairRow):
        return [line for line in row if line is not None]
    return [row] if isinstance(row, LineRow) else []
