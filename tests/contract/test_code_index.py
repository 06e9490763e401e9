"""The code index over a real store: `index context` and `index find` of CONTRACT §9."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.index.inside.questions import DEATHS
from codeframe_tui.adapters.index.inside.shelf import MAX_BYTES, _key
from codeframe_tui.adapters.index.project_index import ProjectIndex
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.code.chosen import Chosen
from codeframe_tui.core.errors import NotFound, WrongUse
from codeframe_tui.settings import Limits

FILES = {
    "net/__init__.py": "",
    "net/retry.py": '''\
class RetryPolicy:
    """How long to wait.

    More.
    """

    def delay(self, attempt: int) -> float:
        def inner(): ...
        return 1.0 * attempt
''',
    "net/client.py": "from .retry import RetryPolicy\n\ndef get(u):\n    RetryPolicy().delay(1)\n",
    "paint.py": "def paint(): ...\n",
    "notes.md": "Retry with a growing delay.\n",
    "tests/test_retry.py": "from net.retry import RetryPolicy\n\ndef test_it():\n  RetryPolicy()\n",
}


class Place:
    """A project, its store, and indexes over it."""

    def __init__(self, folder: Path) -> None:
        self.project, self.state = folder / "project", folder / "state"
        self.project.mkdir()
        self.workspaces = GitWorkspaces(self.project, self.state, Limits())
        self.opened: list[ProjectIndex] = []

    def index(self, patience: float = 60.0) -> ProjectIndex:
        index = ProjectIndex(
            self.workspaces,
            objects=self.workspaces.objects,
            database=self.state / "index.db",
            project=self.project,
            patience=patience,
        )
        self.opened.append(index)
        return index

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            file = self.project / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def git(self, *argv: str) -> None:
        who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a"}
        env = {**os.environ, **who, "GIT_COMMITTER_EMAIL": "a@b"}
        subprocess.run(["git", *argv], cwd=self.project, env=env, check=True, capture_output=True)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    found = Place(tmp_path)
    await found.workspaces.prepare()
    found.write(FILES)
    yield found
    for index in found.opened:
        await index.close()
    await found.workspaces.close()


def names(found: dict[str, Any]) -> list[str]:
    return [symbol["qualified"] for symbol in found["symbols"]]


async def test_the_context_names_files_definitions_and_reasons(place: Place) -> None:
    found = await place.index().context("retry delay must grow", 1_000)
    first = found["files"][0]
    assert first["path"] == "net/retry.py"
    assert (first["form"], first["text"]) == ("body", FILES["net/retry.py"])
    assert {"path: retry", "names: delay, retry"} <= set(first["reasons"])
    rest = [file["path"] for file in found["files"][1:]]
    assert set(rest) >= {"net/client.py", "notes.md", "tests/test_retry.py"}
    symbols = [(s["name"], s["line"]) for s in found["symbols"] if s["path"] == "net/retry.py"]
    assert symbols == [("RetryPolicy", 1), ("delay", 7)]
    assert (found["budget"], found["cut"]) == (1_000, [])


async def test_what_the_task_writes_as_code_is_looked_for_as_it_is_written(place: Place) -> None:
    apart = "import sys\n\ndef leave(): sys.stdout.flush(); raise Exit(exit)\n"
    place.write({"one.py": apart, "two.py": "import sys\n\ndef leave(): sys.exit(1)\n"})
    found = await place.index().context("Do not leave by `sys.exit`", 9_000)
    assert [file["path"] for file in found["files"][:2]] == ["two.py", "one.py"]
    assert "holds sys.exit" in found["files"][0]["reasons"]
    assert not any(reason.startswith("holds") for reason in found["files"][1]["reasons"])


async def test_at_least_twenty_files_are_named_whatever_the_budget(place: Place) -> None:
    place.write({f"retry_{n}.py": f"def retry_{n}(): ...\n" * 50 for n in range(25)})
    found = await place.index().context("retry", 10)
    assert len(found["files"]) >= 20
    assert {file["form"] for file in found["files"]} == {"name"}


async def test_the_past_tells_which_files_a_change_like_this_touched(place: Place) -> None:
    place.git("init", "-q")
    place.git("add", "-A")
    place.git("commit", "-qm", "Begin")
    index = place.index()
    before = await index.context("brighten the sky", 1_000)
    assert [file["path"] for file in before["files"] if "touched by" in str(file["reasons"])] == []
    place.write({"paint.py": "def paint(): return 1\n"})
    place.git("commit", "-qam", "Brighten the walls")
    found = await index.context("brighten the sky", 1_000)
    assert found["files"][0]["path"] == "paint.py"
    assert "touched by: Brighten the walls" in found["files"][0]["reasons"]
    # another branch has another past
    place.git("checkout", "-q", "-b", "other", "HEAD~1")
    gone = await index.context("brighten the sky", 1_000)
    assert "Brighten" not in str([file["reasons"] for file in gone["files"]])


async def test_a_change_of_many_files_counts_but_is_no_reason(place: Place) -> None:
    place.git("init", "-q")
    place.write({f"wall_{n}.py": f"side = {n}\n" for n in range(9)})
    place.git("add", "-A")
    place.git("commit", "-qm", "Brighten the house")
    found = await place.index().context("brighten", 1_000)
    assert {file["path"] for file in found["files"]} >= {f"wall_{n}.py" for n in range(9)}
    assert "touched by" not in str(found["files"])


async def test_the_past_of_a_file_goes_with_it_when_its_folder_moves(place: Place) -> None:
    place.write({"app/walls.py": "def paint(): return 1\n"})
    place.git("init", "-q")
    place.git("add", "-A")
    place.git("commit", "-qm", "Brighten the walls")
    (place.project / "src").mkdir()
    place.git("mv", "app", "src/app")
    found = await place.index().context("brighten the sky", 1_000)
    reasons = {file["path"]: file["reasons"] for file in found["files"]}
    assert "touched by: Brighten the walls" in reasons["src/app/walls.py"]


async def test_a_repository_of_others_runs_nothing_of_its_own(place: Place, tmp_path: Path) -> None:
    place.git("init", "-q")
    place.git("add", "-A")
    place.git("commit", "-qm", "Begin")
    touched = tmp_path / "touched"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {touched}\nexit 1\n")
    program.chmod(0o755)
    for name in ("gpg.program", "core.fsmonitor", "core.pager", "diff.external", "pager.log"):
        place.git("config", name, str(program))
    for name in ("log.showSignature", "log.follow"):
        place.git("config", name, "true")
    found = await place.index().context("begin to retry", 1_000)
    assert "touched by: Begin" in str(found["files"])
    assert not touched.exists()


async def test_new_content_is_known_at_once_and_what_is_gone_is_gone(place: Place) -> None:
    index = place.index()
    assert (await index.find("paint"))["symbols"][0]["path"] == "paint.py"
    place.write({"paint.py": "def colour(): ...\n", "late.py": "async def paint(x): ...\n"})
    found = (await index.find("paint"))["symbols"]
    assert found == [
        {
            "name": "paint",
            "kind": "function",
            "path": "late.py",
            "line": 1,
            "signature": "async def paint(x)",
            "qualified": "paint",
            "last": 1,
            "doc": "",
        }
    ]
    assert (await index.find("colour"))["symbols"][0]["path"] == "paint.py"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("delay", ["RetryPolicy.delay"]),
        ("retrypolicy", ["RetryPolicy"]),
        ("Ret", ["RetryPolicy"]),
        ("polic", ["RetryPolicy"]),
        ("rtpl", ["RetryPolicy"]),
        ("retrypolicy.delay", ["RetryPolicy.delay"]),
        ("Other.delay", []),
        ("nothing", []),
        ("%", []),
        ("_e", []),
    ],
)
async def test_a_definition_is_found_by_its_name_or_part_of_it(
    place: Place, name: str, expected: list[str]
) -> None:
    assert names(await place.index().find(name)) == expected


async def test_definitions_are_found_by_kind_and_place(place: Place) -> None:
    index = place.index()
    assert names(await index.find("", kind="class")) == ["RetryPolicy"]
    assert names(await index.find("", path="net/*.py", kind="function")) == [
        "get",
        "RetryPolicy.delay.inner",
    ]
    assert names(await index.find("", path="paint.py")) == ["paint"]


@pytest.mark.parametrize("asked", [{"name": "a" * 60_000}, {"name": "", "path": "*a" * 9}])
async def test_what_would_take_for_ever_is_refused_and_nothing_is_lost(
    place: Place, asked: dict[str, Any]
) -> None:
    index = place.index()
    await index.find("paint")
    before = (place.state / "index.db").stat().st_ino
    with pytest.raises(WrongUse):
        await index.find(**asked)
    for odd in ("", "\udcff", "a\0b", "x" * 9_000):
        with suppress(WrongUse):
            assert (await index.relations("callers", odd))["uses"] == []
    assert names(await index.find("paint")) == ["paint"]
    assert (place.state / "index.db").stat().st_ino == before


async def test_a_file_tells_what_it_defines_who_imports_it_and_what_tests_it(place: Place) -> None:
    index = place.index()
    told = (await index.relations("outline", "net/retry.py"))["symbols"]
    assert [(s["qualified"], s["kind"], s["line"], s["last"], s["doc"]) for s in told] == [
        ("RetryPolicy", "class", 1, 9, "How long to wait."),
        ("RetryPolicy.delay", "method", 7, 9, ""),
        ("RetryPolicy.delay.inner", "function", 8, 8, ""),
    ]
    assert told[1]["signature"] == "def delay(self, attempt: int) -> float"
    importers = (await index.relations("importers", "net/retry.py"))["files"]
    assert importers == [
        {"path": "net/client.py", "steps": 1},
        {"path": "tests/test_retry.py", "steps": 1},
    ]
    tests = (await index.relations("tests", "net/retry.py"))["files"]
    assert [test["path"] for test in tests] == ["tests/test_retry.py"]
    uses = (await index.relations("callers", "RetryPolicy"))["uses"]
    assert [(u["path"], u["line"], u["within"]) for u in uses] == [
        ("net/client.py", 1, ""),
        ("net/client.py", 4, "get"),
        ("tests/test_retry.py", 1, ""),
        ("tests/test_retry.py", 4, "test_it"),
    ]
    with pytest.raises(NotFound):
        await index.relations("outline", "absent.py")


async def test_binary_huge_generated_and_odd_files_are_no_hindrance(place: Place) -> None:
    place.write(
        {
            "huge.py": "retry = 1\n" * (MAX_BYTES // 10 + 1),
            "made_pb2.py": "# Generated by a compiler. DO NOT EDIT!\nretry = 1\n",
            "app.min.js": "retry();" * 10_000,
            "broken.py": "def retry_broken(:\n  class (\ndef whole(): pass\n",
        }
    )
    (place.project / "raw.py").write_bytes(b"retry\0")
    (place.project / "latin\n1.py").write_bytes(b"# caf\xe9 retry\n")
    (place.project / "link.py").symlink_to("net/retry.py")
    index = place.index()
    paths = {file["path"] for file in (await index.context("retry", 1_000))["files"]}
    assert {"latin\n1.py", "broken.py"} <= paths
    assert not paths & {"huge.py", "raw.py", "link.py", "made_pb2.py", "app.min.js"}
    assert names(await index.find("whole")) == ["whole"]


async def test_what_is_known_outlives_the_process(place: Place) -> None:
    first = place.index()
    found = await first.context("retry delay", 1_000)
    await first.close()
    # the store keeps no content that is not asked for: without reading, only what is known helps
    again = await place.index(patience=0.0).context("retry delay", 1_000)
    assert again == found


@pytest.mark.parametrize(
    "damage", [b"", b"no database at all", b"SQLite format 3\0" + b"\xff" * 9_000]
)
async def test_a_damaged_index_is_built_anew(place: Place, damage: bytes) -> None:
    first = place.index()
    found = await first.context("retry delay", 1_000)
    await first.close()
    for file in place.state.glob("index.db*"):
        file.write_bytes(damage)
    assert await place.index().context("retry delay", 1_000) == found


async def test_an_index_that_is_damaged_while_in_use_is_built_anew(place: Place) -> None:
    index = place.index()
    found = await index.context("retry delay", 1_000)
    size = (place.state / "index.db").stat().st_size
    (place.state / "index.db-wal").write_bytes(b"")
    (place.state / "index.db").write_bytes(b"\xff" * size)
    place.write({"late.py": "late = 1\n"})
    assert names(await index.find("late")) == ["late"]
    (place.project / "late.py").unlink()
    assert await index.context("retry delay", 1_000) == found


async def test_without_time_it_answers_from_what_is_known_and_says_so(place: Place) -> None:
    place.write({f"retry_{n}.py": f"# retry {n}\n" for n in range(30)})
    index = place.index(patience=0.0)
    found = await index.context("retry", 1_000)
    assert "not indexed yet" in found["cut"][-1]
    for _ in range(60):
        found = await index.find("paint")
        if not found["cut"]:
            break
    assert found["cut"] == []
    assert names(found) == ["paint"]


async def test_what_is_pinned_is_read_before_anything_else(place: Place) -> None:
    place.write({f"a{n}.py": f"# retry {n}\n" for n in range(30)})
    place.write({"z.py": "z = 1\n"})
    chosen = Chosen(pinned=("z.py", "notes.md"))
    found = await place.index().context("retry", 1_000, chosen=chosen, at_once=True)
    assert [file["path"] for file in found["files"]] == ["z.py"]
    assert "notes.md: pinned by you, but it is not read yet; ask again in a moment" in found["cut"]


async def test_what_kills_the_reader_is_passed_over_in_the_end(place: Place) -> None:
    index = place.index()
    await index.context("retry", 1_000)
    await index.close()
    place.write({"deadly.py": "def deadly(): ...\n"})
    tree = (await place.workspaces.snapshot()).tree
    blob = (await place.workspaces.entries(tree))["deadly.py"].blob
    at_work = place.state / "index.at-work"
    at_work.write_text(f"{DEATHS - 2} {_key('deadly.py', blob)}".ljust(100))
    assert names(await place.index().find("deadly")) == ["deadly"]
    await place.opened[-1].close()
    place.write({"deadly.py": "def deadly_too(): ...\n"})
    tree = (await place.workspaces.snapshot()).tree
    blob = (await place.workspaces.entries(tree))["deadly.py"].blob
    at_work.write_text(f"{DEATHS - 1} {_key('deadly.py', blob)}".ljust(100))
    assert names(await place.index().find("deadly_too")) == []
    assert names(await place.opened[-1].find("paint")) == ["paint"]
    await place.opened[-1].close()
    before = (place.state / "index.db").stat().st_ino
    assert names(await place.index().find("paint")) == ["paint"]
    assert (place.state / "index.db").stat().st_ino == before


async def test_a_first_build_leaves_the_event_loop_to_others(place: Place) -> None:
    body = "\n".join(f"def retry_{n}(delay_{n}): ..." for n in range(2_000))
    place.write({f"f{n}.py": f"# {n}\n{body}" for n in range(10)})
    tree = (await place.workspaces.snapshot()).tree
    index = place.index()
    ticks = 0
    building = asyncio.create_task(index.find("retry_7"))
    while not building.done():
        await asyncio.sleep(0.005)
        ticks += 1
    assert len((await building)["symbols"]) == 10
    assert ticks >= 10
    both = await asyncio.gather(*(index.context("retry", 100, tree) for _ in range(2)))
    assert both[0] == both[1]
