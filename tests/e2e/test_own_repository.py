"""A task on a copy of this very repository."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.commands import Approve, Undo
from tests.worker.room import answer, git_digest, make_project, room, tree_of

pytestmark = pytest.mark.e2e
OURS = Path(__file__).parents[2]
SUITE = ["tests/unit/test_shell.py", "tests/unit/test_text.py"]
FUNCTION = '''\
"""Numbers in words."""

from __future__ import annotations

__all__ = ["plural"]


def plural(count: int, word: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
'''
TEST = """\
from codeframe_tui.core.plural import plural


def test_words_follow_their_number() -> None:
    assert (plural(1, "file"), plural(2, "file")) == ("1 file", "2 files")
"""


def copy_of_ours(target: Path) -> Path:
    """The tracked files as they are now; the suite is cut to a few files so that it is quick."""
    listed = subprocess.run(("git", "ls-files", "-z"), cwd=OURS, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (OURS / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(OURS / name, target / name)
    config = target / "pyproject.toml"
    text = config.read_text()
    assert 'testpaths = ["tests"]' in text
    config.write_text(text.replace('testpaths = ["tests"]', f"testpaths = {SUITE}"))
    return make_project(target, {})


@pytest.mark.timeout(300)
async def test_a_function_with_its_test_is_proven_on_our_own_repository(tmp_path: Path) -> None:
    project = copy_of_ours(tmp_path / "project")
    change = answer(
        {"path": "codeframe_tui/core/plural.py", "action": "create", "content": FUNCTION},
        {"path": "tests/unit/test_plural.py", "action": "create", "content": TEST},
    )
    waits = {"tests": 200.0}
    async with room(tmp_path, Line(change), files=None, waits=waits, patience=240.0) as desk:
        before, git = tree_of(project), git_digest(project)
        task = await desk.add("Say numbers in words")
        await desk.start()
        found = (await desk.becomes(task, "in_review"))["attempts"][-1]
        assert found["verification"]["verdict"] == "proven", found["verification"]["message"]
        assert [t["outcome"] for t in found["verification"]["green"]["tests"]] == ["passed"]
        assert len(found["verification"]["regression"]["tests"]) > 100
        assert (await desk.deed(Approve(task))).type == "change.applied"
        assert (project / "codeframe_tui/core/plural.py").read_text() == FUNCTION
        assert (await desk.deed(Undo(task))).type == "change.undone"
        assert (tree_of(project), git_digest(project)) == (before, git)
