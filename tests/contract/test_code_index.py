"""The code index over a real store: `index context` and `index find` of CONTRACT §9."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from codeframe_tui.adapters.index import TextIndex
from codeframe_tui.adapters.index.describer import MAX_BYTES
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.settings import Limits

FILES = {
    "net/retry.py": "class RetryPolicy:\n    def delay(self, attempt): ...\n",
    "net/client.py": "from net.retry import RetryPolicy\n\ndef get(url): ...\n",
    "paint.py": "def paint(): ...\n",
    "notes.md": "Retry with a growing delay.\n",
}


@pytest.fixture
async def workspaces(tmp_path: Path) -> AsyncIterator[GitWorkspaces]:
    (tmp_path / "project").mkdir()
    store = GitWorkspaces(tmp_path / "project", tmp_path / "state", Limits())
    await store.prepare()
    yield store
    await store.close()


def write(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = tmp_path / "project" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


async def test_the_context_names_files_definitions_and_reasons(
    tmp_path: Path, workspaces: GitWorkspaces
) -> None:
    write(tmp_path, FILES)
    found = await TextIndex(workspaces).context("retry delay must grow", 1_000)
    first = found["files"][0]
    assert first["path"] == "net/retry.py"
    assert (first["form"], first["text"]) == ("body", FILES["net/retry.py"])
    assert "names: delay, retry" in first["reasons"]
    rest = [file["path"] for file in found["files"][1:]]
    assert rest == ["notes.md", "net/client.py"]
    assert [(s["name"], s["line"]) for s in found["symbols"]] == [("RetryPolicy", 1), ("delay", 2)]
    assert (found["budget"], found["cut"]) == (1_000, [])


async def test_at_least_twenty_files_are_named_whatever_the_budget(
    tmp_path: Path, workspaces: GitWorkspaces
) -> None:
    write(tmp_path, {f"retry_{n}.py": f"def retry_{n}(): ...\n" * 50 for n in range(25)})
    found = await TextIndex(workspaces).context("retry", 10)
    assert len(found["files"]) >= 20
    assert {file["form"] for file in found["files"]} == {"name"}


async def test_new_content_is_known_at_once_and_what_is_gone_is_gone(
    tmp_path: Path, workspaces: GitWorkspaces
) -> None:
    write(tmp_path, FILES)
    index = TextIndex(workspaces)
    assert (await index.find("paint"))["symbols"][0]["path"] == "paint.py"
    write(tmp_path, {"paint.py": "def colour(): ...\n", "late.py": "async def paint(x): ...\n"})
    found = (await index.find("paint"))["symbols"]
    assert found == [
        {
            "name": "paint",
            "kind": "function",
            "path": "late.py",
            "line": 1,
            "signature": "def paint(x): ...",
        }
    ]
    assert (await index.find("colour"))["symbols"][0]["path"] == "paint.py"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("delay", ["delay"]),
        ("retrypolicy", ["RetryPolicy"]),
        ("Ret", ["RetryPolicy"]),
        ("polic", ["RetryPolicy"]),
        ("nothing", []),
    ],
)
async def test_a_definition_is_found_by_its_name_or_part_of_it(
    tmp_path: Path, workspaces: GitWorkspaces, name: str, expected: list[str]
) -> None:
    write(tmp_path, FILES)
    found = await TextIndex(workspaces).find(name)
    assert [symbol["name"] for symbol in found["symbols"]] == expected


async def test_binary_huge_and_odd_files_are_no_hindrance(
    tmp_path: Path, workspaces: GitWorkspaces
) -> None:
    write(tmp_path, {**FILES, "huge.py": "retry = 1\n" * (MAX_BYTES // 10 + 1)})
    (tmp_path / "project/raw.py").write_bytes(b"retry\0")
    (tmp_path / "project/latin\n1.py").write_bytes(b"# caf\xe9 retry\n")
    (tmp_path / "project/link.py").symlink_to("net/retry.py")
    found = await TextIndex(workspaces).context("retry", 1_000)
    paths = {file["path"] for file in found["files"]}
    assert "latin\n1.py" in paths
    assert not paths & {"huge.py", "raw.py", "link.py"}


async def test_a_first_build_leaves_the_event_loop_to_others(
    tmp_path: Path, workspaces: GitWorkspaces
) -> None:
    body = "\n".join(f"def retry_{n}(delay_{n}): ..." for n in range(4_000))
    write(tmp_path, {f"f{n}.py": f"# {n}\n{body}" for n in range(10)})
    tree = (await workspaces.snapshot()).tree
    index = TextIndex(workspaces)
    ticks = 0
    building = asyncio.create_task(index.find("retry_7"))
    while not building.done():
        await asyncio.sleep(0.005)
        ticks += 1
    assert len((await building)["symbols"]) == 10
    assert ticks >= 10
    both = await asyncio.gather(*(index.context("retry", 100, tree) for _ in range(2)))
    assert both[0] == both[1]
