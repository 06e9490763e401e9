"""A past that was followed over branches and merges is the one that is read now."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from codeframe_tui.adapters.index.inside import past as kept
from codeframe_tui.adapters.index.inside.database import open_database
from codeframe_tui.adapters.index.inside.past import Past

STEP = st.sampled_from(("commit", "commit", "switch", "merge", "back"))
FIRST = 1_600_000_000


def repository(folder: Path, *names: str) -> Callable[[int, str], None]:
    """A repository with one commit on two branches; takes steps in it, each later than others."""

    def git(number: int, *argv: str) -> str:
        when = f"{FIRST + number} +0000"
        done = subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *argv],
            cwd=folder,
            env={**os.environ, "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when},
            check=True,
            capture_output=True,
        )
        return done.stdout.decode().strip()

    def step(number: int, how: str) -> None:
        other = "side" if git(number, "symbolic-ref", "--short", "HEAD") == "main" else "main"
        match how:
            case "commit":
                file = folder / names[number % len(names)]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(str(number))
                git(number, "add", "-A")
                git(number, "commit", "-q", "--no-verify", "-m", f"Retry {number}")
            case "switch":
                git(number, "checkout", "-q", other)
            case "merge":
                git(number, "merge", "-q", "--no-ff", "-s", "ours", "-m", f"Merge {number}", other)
            case "back":
                git(number, "reset", "-q", "--hard", "main~0" if number % 2 else "side~0")

    git(0, "init", "-q", "-b", "main")
    step(0, "commit")
    git(0, "branch", "side")
    return step


def read_now(project: Path, folder: Path) -> list[kept.Commit]:
    with closing(open_database(folder / "now.db")) as database:
        database.execute("DELETE FROM past")
        database.execute("DELETE FROM followed")
        past = Past(database, project)
        past.follow("HEAD")
        return past._commits


@given(st.lists(STEP, max_size=7))
@example(["commit", "switch", "commit", "switch", "commit", "merge", "commit"])
@example(["switch", "commit", "switch", "merge", "switch", "commit", "switch", "merge"])
@settings(max_examples=10)
def test_a_past_that_was_followed_is_the_one_that_is_read_now(steps: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.setattr(kept, "COMMITS", 4)
        (project := folder / "project").mkdir()
        take = repository(project, "0.py", "1.py", "2.py")
        with closing(open_database(folder / "index.db")) as database:
            past = Past(database, project)
            past.follow("HEAD")
            for number, how in enumerate(steps, 1):
                take(number, how)
                past.follow("HEAD")
                written = database.total_changes
                past.follow("HEAD")
                assert database.total_changes == written, "nothing is new"
                assert past._commits == read_now(project, folder)
                assert Past(database, project)._commits == past._commits
