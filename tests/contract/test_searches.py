"""Searches by patterns of a model: bounded, honest about what was left out, never in our way."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.adapters.index import searcher as bounds
from codeframe_tui.adapters.index.searcher import Searcher
from codeframe_tui.core.errors import PathRefused, WrongUse
from codeframe_tui.ports import Found, Workspace


def project(root: Path, **files: str | bytes) -> Workspace:
    for name, content in files.items():
        file = root / name.replace("__", "/").replace("_dot_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return Workspace("w", root)


def lines(found: Found) -> list[str]:
    return [f"{hit.path}:{hit.line}:{hit.text}" for hit in found.hits]


@pytest.mark.parametrize("way", ["search", "glob"])
async def test_a_hostile_pattern_ends_at_the_limit_and_the_loop_goes_on(
    tmp_path: Path, way: str
) -> None:
    workspace = project(tmp_path, a_dot_txt="first aa\n", b_dot_txt="a" * 5000 + "!\n")
    (tmp_path / ("a" * 200)).touch()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    searcher = Searcher(seconds=1)
    if way == "search":
        found = await searcher.search(workspace, "(a+)+$")
        assert lines(found) == ["a.txt:1:first aa"]
    else:
        found = await searcher.paths(workspace, "*a" * 30 + "b")
        assert found.hits == ()
    ticking.cancel()
    assert found.notes == ("stopped after 1 seconds; use a simpler pattern or a narrower path",)
    assert ticks >= 10


@pytest.mark.skipif(sys.platform != "linux", reason="children are counted in /proc")
async def test_nothing_of_a_search_lives_on_after_a_cancel(tmp_path: Path) -> None:
    workspace = project(tmp_path, b="a" * 5000 + "!")
    searching = asyncio.create_task(Searcher(seconds=60).search(workspace, "(a+)+$"))
    while not (children := _children()):
        await asyncio.sleep(0)
    searching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await searching
    assert not children & _children()


def _children() -> set[int]:
    """Running programs that this process started (Linux)."""
    own = os.getpid()
    found = Path(f"/proc/{own}/task").glob("*/children")
    return {int(pid) for file in found for pid in file.read_text().split()}


@pytest.mark.parametrize("pattern", ["-f /etc/shadow", "-e", "--help", "$(id)", "a\0b", "\udc80"])
async def test_a_pattern_is_a_pattern_whatever_it_looks_like(tmp_path: Path, pattern: str) -> None:
    workspace = project(tmp_path, notes="x -f /etc/shadow -e --help\n")
    found = await Searcher().search(workspace, pattern)
    assert len(found.hits) == ("-" in pattern)
    assert found.notes == ()


@pytest.mark.parametrize("given", [{"pattern": "("}, {"pattern": "a", "glob": "[z-a]"}])
async def test_what_is_no_pattern_is_said(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(WrongUse, match="the pattern is not valid: ") as refused:
        await Searcher().search(project(tmp_path, a="a"), **given)
    assert refused.value.hint == "put a sign that is meant as it stands in brackets: [(]"


async def test_no_link_is_followed_and_no_path_leaves_the_workspace(tmp_path: Path) -> None:
    outside = project(tmp_path / "outside", secret="key\n")
    workspace = project(tmp_path / "in", own="key\n", sub__more="key\n", sub__deep__most="key\n")
    (workspace.root / "file").symlink_to(outside.root / "secret")
    (workspace.root / "folder").symlink_to(outside.root)
    (workspace.root / "sub/round").symlink_to(workspace.root)
    searcher = Searcher()
    everything = ["own:1:key", "sub/deep/most:1:key", "sub/more:1:key"]
    whole = await searcher.search(workspace, "key")
    assert (lines(whole), whole.notes) == (everything, ())
    assert lines(await searcher.search(workspace, "key", path="./sub/")) == everything[1:]
    assert lines(await searcher.search(workspace, "key", path="own")) == everything[:1]
    for path, why in [("file", "is a symbolic link"), ("folder", "link"), ("no", "does not exist")]:
        found = await searcher.search(workspace, "key", path=path)
        assert found.hits == ()
        assert why in found.notes[0]
    for path in ["/etc", "../outside", ".git"]:
        with pytest.raises(PathRefused):
            await searcher.search(workspace, "key", path=path)


async def test_binary_and_huge_files_are_skipped_and_told(tmp_path: Path) -> None:
    huge = b"key\n" * (bounds.MAX_BYTES // 4 + 1)
    workspace = project(tmp_path, a=b"key\0", b=b"\0key", c=huge, d="key")
    os.mkfifo(tmp_path / "pipe")
    found = await Searcher().search(workspace, "key")
    assert lines(found) == ["d:1:key"]
    assert found.notes == ("not searched: 2 binary files", "not searched: 1 large file")


async def test_text_of_any_script_is_found_and_long_lines_are_shown_around_the_match(
    tmp_path: Path,
) -> None:
    workspace = project(
        tmp_path,
        grüße="naïve 日本\n",
        latin=b"caf\xe9 bar\n",
        wide="é" * 10_000 + "日本" + "é" * 10_000,
    )
    found = await Searcher().search(workspace, "日本|bar")
    assert lines(found)[:2] == ["grüße:1:naïve 日本", "latin:1:caf\ufffd bar"]
    wide = found.hits[2].text
    assert "日本" in wide
    assert len(wide) < 500
    assert (wide[0], wide[-1]) == ("…", "…")


async def test_hits_and_paths_are_bounded_and_a_line_counts_once(tmp_path: Path) -> None:
    workspace = project(tmp_path, many="key key\n" * 500)
    found = await Searcher().search(workspace, "key")
    assert [hit.line for hit in found.hits] == list(range(1, bounds.MAX_HITS + 1))
    assert found.notes == ("stopped after 300 hits; use a narrower pattern or path",)
    for number in range(bounds.MAX_PATHS):
        (tmp_path / f"f{number:04}").touch()
    found = await Searcher().paths(workspace, "*")
    assert len(found.hits) == bounds.MAX_PATHS
    assert "1000" in found.notes[0]


def test_a_walk_is_sorted_by_whole_paths_and_lazy(tmp_path: Path) -> None:
    project(tmp_path, **{"a/z": "", "a-b": "", "a.b": "", "a0": "", "b/a/c": "", "b/a.c": ""})
    files = DirectoryFiles(tmp_path)
    assert list(files.walk()) == sorted(["a-b", "a.b", "a/z", "a0", "b/a.c", "b/a/c"])
    assert list(files.walk("b")) == ["b/a.c", "b/a/c"]
    walking = files.walk()
    assert next(walking) == "a-b"
    (tmp_path / "b/late").touch()
    assert list(walking)[-1] == "b/late"
