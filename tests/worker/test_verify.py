"""What the program's own runs make of a proposal: real trees, real pytest, no engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from codeframe_tui.adapters.project import open_project
from codeframe_tui.adapters.pytest import PytestRunner
from codeframe_tui.adapters.sandbox import open_sandbox
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.events import Signal
from codeframe_tui.core.task import Task
from codeframe_tui.core.verification import Verification
from codeframe_tui.worker.verify import Verifier
from codeframe_tui.worker.workshop import Workshop
from tests.worker.room import PLAIN, Files, make_project, settings_in

TASK = Task(number="1", title="a task")


class Deaf:
    """A ledger as far as a verifier knows it."""

    def publish(self, signal: Signal) -> None:
        """Nobody listens."""


@dataclass
class Bench:
    """A verifier and the snapshot that proposals stand on."""

    project: Path
    workspaces: GitWorkspaces
    verifier: Verifier
    base: str

    async def tree(self, changes: Mapping[str, str | None]) -> str:
        """The base with files replaced."""
        files = {p: None if t is None else ("100644", t.encode()) for p, t in changes.items()}
        return await self.workspaces.overlay(self.base, files)

    async def judge(self, changes: Mapping[str, str | None]) -> Verification:
        """The verdict of a proposal."""
        found, _ = await self.verifier.verify(TASK, self.base, await self.tree(changes))
        return found


@asynccontextmanager
async def bench(folder: Path, files: Mapping[str, str] | None = None) -> AsyncIterator[Bench]:
    """A verifier for the plain project with more files."""
    more: Files = {path: (0o644, text.encode()) for path, text in (files or {}).items()}
    project, settings = make_project(folder / "project", {**PLAIN, **more}), settings_in(folder)
    place = open_project(project, settings.state_dir)
    place.prepare()
    workspaces = GitWorkspaces(place.root, place.state, settings.limits)
    try:
        await workspaces.prepare()
        runner = PytestRunner(await open_sandbox(place.root, place.state, settings.sandbox))
        known: dict[str, Any] = {"workspaces": workspaces, "runner": runner, "settings": settings}
        unused = dict.fromkeys(Workshop.__dataclass_fields__)
        shop = Workshop(**cast(Any, {**unused, **known, "ledger": Deaf()}))
        yield Bench(project, workspaces, Verifier(shop), (await workspaces.snapshot()).tree)
    finally:
        await workspaces.close()


THREE = {
    "pkg/three.py": "def three():\n    return 3\n",
    "tests/test_three.py": (
        "from pkg.three import three\n\n\ndef test_three():\n    assert three() == 3\n"
    ),
}
CASES = """\
import pytest

@pytest.mark.parametrize("n", [{}])
def test_n(n):
    assert n
"""


async def test_a_lost_test_is_seen_though_a_file_of_the_base_cannot_be_collected(
    tmp_path: Path,
) -> None:
    waiting = {"tests/test_waiting.py": "import pkg.three\n\ndef test_there():\n    pass\n"}
    async with bench(tmp_path, {**waiting, "tests/test_n.py": CASES.format("1, 2")}) as desk:
        honest = await desk.judge(THREE)
        assert (honest.verdict, honest.reason) == ("proven", ""), honest.message
        found = await desk.judge({**THREE, "tests/test_n.py": CASES.format("1")})
        assert (found.verdict, found.reason) == ("failed", "regression"), found.message
        assert "test_n[2]" in found.message


async def test_a_test_that_the_proposal_skips_is_a_regression(tmp_path: Path) -> None:
    old = PLAIN["tests/test_core.py"][1].decode()
    skipped = "import pytest\n" + old.replace("def test", "@pytest.mark.skip\ndef test")
    async with bench(
        tmp_path, {"tests/test_n.py": CASES.format("1").replace("assert n", "pytest.skip()")}
    ) as desk:
        found = await desk.judge({**THREE, "tests/test_core.py": skipped})
        assert (found.verdict, found.reason) == ("failed", "regression"), found.message
        assert "test_one" in found.message
        assert "test_n" not in found.message


async def test_the_first_tests_of_a_project_can_be_proof(tmp_path: Path) -> None:
    async with bench(tmp_path) as desk:
        desk.base = await desk.tree({"tests/test_core.py": None})
        found = await desk.judge(THREE)
        assert (found.verdict, found.reason) == ("proven", ""), found.message
