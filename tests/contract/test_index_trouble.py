"""The parts of the index when git, the disk or a message of a commit is not as it should be."""

from __future__ import annotations

import asyncio
import io
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from codeframe_tui.adapters.index import project_index
from codeframe_tui.adapters.index.inside import git as past_of
from codeframe_tui.adapters.index.inside.database import is_damaged, open_database, transaction
from codeframe_tui.adapters.index.inside.git import Objects, read_commits
from codeframe_tui.adapters.index.inside.past import Past
from codeframe_tui.adapters.index.inside.room import Room
from codeframe_tui.adapters.index.inside.shelf import Shelf
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.adapters.workspace.git import Git
from codeframe_tui.adapters.workspace.objects import PLAIN, ObjectWriter
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.ports.files import TreeEntry
from codeframe_tui.settings import Limits

FOREVER = float("inf")
WHO = ("-c", "user.name=a", "-c", "user.email=a@b")


def commit(project: Path, message: str, *files: str) -> str:
    for name in files:
        (project / name).write_text(message)
    for argv in (("add", "-A"), ("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-")):
        subprocess.run(
            ["git", *WHO, *argv],
            cwd=project,
            check=True,
            capture_output=True,
            input=message.encode(),
        )
    told = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=project, check=True, capture_output=True
    )
    return told.stdout.decode().strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    Git(tmp_path / "objects").prepare()
    found = Objects(tmp_path / "objects")
    yield found
    found.close()


def stored(folder: Path, *contents: bytes) -> list[str]:
    writer = ObjectWriter(Git(folder / "objects"), set())
    blobs = [writer.blob(content) for content in contents]
    writer.tree({f"f{n}": TreeEntry(PLAIN, blob) for n, blob in enumerate(blobs)})
    return blobs


def test_no_message_of_a_commit_can_look_like_another_commit(project: Path) -> None:
    false = "f" * 40
    messages = [
        "Begin\n",
        f"Odd \x01\x01{false}\x01lie\x01 and \x01\x01 more\n\n\x01\nname\n",
        "Nothing changed\n",
        "End\x01\n",
    ]
    files = [["a b", "\x01\x01odd\nname", "\nz"], ["x"], [], ["y"]]
    told = [(commit(project, m, *f), m, sorted(f)) for m, f in zip(messages, files, strict=True)]
    newest, goes_on, found = read_commits(project, "HEAD", "", 10)
    assert newest == told[-1][0]
    assert not goes_on
    assert [(one, message.strip(), sorted(names)) for one, message, names in found] == [
        (one, message.strip(), names) for one, message, names in told
    ]
    _, goes_on, found = read_commits(project, "HEAD", told[1][0], 10)
    assert goes_on
    assert [one for one, _, _ in found] == [told[2][0], told[3][0]]


def test_the_known_past_stays_when_git_does_not_tell_and_goes_with_the_repository(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project, "Brighten the walls", "paint.py")
    database = open_database(tmp_path / "index.db")
    past = Past(database, project)
    numbers = {"paint.py": 1}
    past.follow("HEAD")
    assert past.recent(numbers)
    monkeypatch.setattr(past_of, "PATIENCE", 0)
    past.follow("HEAD")
    assert past.recent(numbers), "git was too slow"
    monkeypatch.undo()
    away = project.rename(tmp_path / "away")
    past.follow("HEAD")
    assert past.recent(numbers), "the folder cannot be entered"
    away.rename(project)
    (project / ".git").rename(tmp_path / "git")
    past.follow("HEAD")
    assert not past.recent(numbers)
    assert database.execute("SELECT count(*) FROM past").fetchone() == (0,)
    database.close()


def test_an_answer_that_nobody_took_is_not_taken_for_the_next(
    objects: Objects, tmp_path: Path
) -> None:
    one, two, three = stored(tmp_path, b"one", b"two", b"three")
    with closing(objects.read([one, two], 100)) as begun:
        assert next(begun) == b"one"
    assert list(objects.read([three], 100)) == [b"three"]
    with pytest.raises(LookupError):
        list(objects.read([one, "0" * 40, two], 100))
    assert list(objects.read([three, one], 4)) == [None, b"one"]


def test_git_goes_on_after_the_last_content_although_the_time_is_over(
    objects: Objects, tmp_path: Path
) -> None:
    writer = ObjectWriter(Git(tmp_path / "objects"), set())
    tree = writer.tree({"a.py": TreeEntry(PLAIN, writer.blob(b"a = 1\n"))})
    database = open_database(tmp_path / "index.db")
    shelf = Shelf(database, objects, tmp_path / "at-work")
    assert shelf.tree(tree, until=0.0).left == 0
    assert objects._process is not None
    shelf.close()
    database.close()


@pytest.mark.parametrize("largest", [100, 0])
@pytest.mark.parametrize("said", [b"", b"id blob 8\n", b"id blob 8\nhalf", b"id blob 8\nwithout\0"])
def test_a_content_of_which_the_end_is_missing_is_none(said: bytes, largest: int) -> None:
    with pytest.raises(LookupError, match="ended"):
        past_of._answer(io.BytesIO(said), largest)


def test_a_full_or_locked_database_is_kept_and_answered_as_an_error(
    objects: Objects, tmp_path: Path
) -> None:
    file = tmp_path / "index.db"
    blob = stored(tmp_path, b"def paint(): ...\n")[0]
    git = Git(tmp_path / "objects")
    trees = [
        ObjectWriter(git, {blob}).tree({name: TreeEntry(PLAIN, blob)}) for name in ("a.py", "b.txt")
    ]
    room = Room(tmp_path / "objects", file, tmp_path)

    def found(tree: str) -> list[str]:
        among = {"kind": "", "path": ""}
        told = room.answer("find", tree, FOREVER, name="paint", among=among)
        return [each["path"] for each in told["symbols"]]

    assert found(trees[0]) == ["a.py"]
    before = file.stat().st_ino
    other = sqlite3.connect(file, isolation_level=None)
    room._here().database.execute("PRAGMA busy_timeout=0")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        found(trees[1])
    other.execute("ROLLBACK")
    other.close()
    assert found(trees[1]) == []
    assert found(trees[0]) == ["a.py"]
    assert file.stat().st_ino == before
    room.close()


def test_only_a_file_that_is_no_database_counts_as_damaged(tmp_path: Path) -> None:
    file = tmp_path / "index.db"
    database = open_database(file)
    twice = [(1, "a", "", "", ""), (1, "b", "", "", "")]
    with pytest.raises(sqlite3.IntegrityError) as caught, transaction(database):
        database.executemany("INSERT INTO past VALUES(?,?,?,?,?)", twice)
    assert not is_damaged(caught.value)
    assert database.execute("SELECT count(*) FROM past").fetchone() == (0,)
    database.close()
    file.write_bytes(b"no database at all, whatever it is called")
    with pytest.raises(sqlite3.DatabaseError) as broken:
        open_database(file)
    assert is_damaged(broken.value)


HANGS_ONCE = """
import json, sys, time
from pathlib import Path
first = json.loads(sys.stdin.readline())
marker = Path(first["database"] + ".hung")
for line in sys.stdin:
    if not marker.exists():
        marker.touch()
        time.sleep(600)
    print(json.dumps({"id": json.loads(line)["id"], "answer": {"symbols": []}}), flush=True)
"""


async def test_a_process_that_hangs_is_ended_and_the_next_question_is_answered(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "hangs.py"
    script.write_text(HANGS_ONCE)
    monkeypatch.setattr(project_index, "SCRIPT", script)
    workspaces = GitWorkspaces(project, tmp_path / "state", Limits())
    await workspaces.prepare()
    database = tmp_path / "index.db"
    index = project_index.ProjectIndex(
        workspaces, objects=workspaces.objects, database=database, project=project, patience=0.0
    )
    monkeypatch.setattr(project_index, "MARGIN", 1.0)
    both = await asyncio.gather(index.find("x"), index.find("y"), return_exceptions=True)
    assert isinstance(both[0], CodeframeError)
    assert "in time" in both[0].message
    assert both[1] == {"symbols": []}, "who waited for its turn has lost no time"
    await index.close()
    await workspaces.close()
