from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from codeframe_tui.adapters.workspace.difftext import parse_diff
from codeframe_tui.adapters.workspace.git import Git
from codeframe_tui.adapters.workspace.notes import Notes
from codeframe_tui.adapters.workspace.paths import fitting
from codeframe_tui.adapters.workspace.rules import OutsideRules, Rules, parse_rules
from codeframe_tui.adapters.workspace.walk import NotRegular, folders, is_settled, read_file

ENV = {"PATH": os.environ["PATH"], "HOME": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def seen(ctime_ns: int) -> os.stat_result:
    return os.stat_result(
        (0o100644, 1, 1, 1, 0, 0, 5, 0, 0, 0), {"st_mtime_ns": 0, "st_ctime_ns": ctime_ns}
    )


@pytest.mark.parametrize(
    ("ctime_ns", "after_ns", "settled"),
    [
        (5_000_000_001, 0, False),
        (5_000_000_001, 4_000_000, False),
        (5_000_000_001, 100_000_000, True),
        (5_000_000_000, 100_000_000, False),
        (5_000_000_000, 2_000_000_000, False),
        (5_000_000_000, 3_000_000_000, True),
    ],
)
def test_a_file_is_remembered_only_when_a_later_change_must_show(
    ctime_ns: int, after_ns: int, settled: bool
) -> None:
    assert is_settled(seen(ctime_ns), ctime_ns + after_ns) is settled


def test_reading_a_named_pipe_or_a_link_never_waits_nor_follows(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "target").write_bytes(b"x")
    (tmp_path / "link").symlink_to("target")
    fd = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(NotRegular):
        read_file(fd, "pipe", 10)
    with pytest.raises(OSError, match="symbolic links"):
        read_file(fd, "link", 10)
    os.close(fd)


def test_reading_stops_right_after_the_limit(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 5000)
    fd = os.open(tmp_path, os.O_RDONLY)
    assert read_file(fd, "f", 10)[0] == b"x" * 11
    assert read_file(fd, "f", 5000)[0] == b"x" * 5000
    os.close(fd)


IGNORE_FILES = {
    ".gitignore": b"\xef\xbb\xbf*.log\r\n!keep.log\r\n/top\n/build/\ndoc/*.txt\n**/deep/*.py\n"
    b"a/**/z\nfolder/\n!folder/kept\n\\#hash\n\\!bang\n# comment\nspace\\ \n[ab]?.c\n\n!\n",
    "sub/.gitignore": b"!*.log\nlocal\n/top\n",
    "sub/inner/.gitignore": b"*\n!.gitignore\n!only\n",
}
IGNORE_PATHS = """
x.log keep.log top a/top build/x sub/build/x doc/x.txt doc/more/x.txt p/deep/x.py p/deep/q/x.py
a/z a/b/z a/b/c/z folder/x folder/kept q/folder/x #hash !bang comment space a1.c b.c ab.c
sub/x.log sub/inner/x.log sub/inner/only sub/local sub/q/local/x sub/top sub/q/top plain x.py
"""


def test_ignore_rules_are_read_as_git_reads_them(tmp_path: Path) -> None:
    for path, content in (IGNORE_FILES | dict.fromkeys(IGNORE_PATHS.split(), b"")).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, env=ENV, check=True)
    (tmp_path / ".git" / "info").mkdir(exist_ok=True)
    (tmp_path / ".git" / "info" / "exclude").write_bytes(b"plain\nx.log\n*.py\n")
    listing = ["git", "ls-files", "--others", "--exclude-standard", "-z"]
    output = subprocess.run(listing, cwd=tmp_path, env=ENV, check=True, capture_output=True).stdout
    rules = Rules(OutsideRules((("", parse_rules(b"plain\nx.log\n*.py\n")),)))
    found = []
    fd = os.open(tmp_path, os.O_RDONLY)
    for folder in folders(fd):
        rules.enter(folder)
        paths = [folder.below(name) for name, _ in folder.files]
        found += [path for path in paths if not rules.ignored(path)]
        folder.folders[:] = [
            entry
            for entry in folder.folders
            if entry[0] != ".git" and not rules.ignored(folder.below(entry[0]), folder=True)
        ]
    os.close(fd)
    assert sorted(found) == sorted(output.decode().split("\0")[:-1])


def test_no_attribute_of_a_tree_counts_in_the_store(tmp_path: Path) -> None:
    git = Git(tmp_path / "objects")
    git.prepare()
    work = tmp_path / "work"
    work.mkdir()
    names = ("text", "filter", "ident", "eol", "working-tree-encoding", "diff")
    hostile = " ".join(f"{name}=evil" for name in names)
    (work / ".gitattributes").write_text(f"* {hostile}\n")
    found = git.run("--work-tree", str(work), "-C", str(work), "check-attr", *names, "--", "x.txt")
    assert b"evil" not in found
    assert found.count(b"x.txt") == len(names)


def test_preparing_twice_keeps_objects(tmp_path: Path) -> None:
    git = Git(tmp_path / "objects")
    git.prepare()
    name = git.run("hash-object", "-w", "--stdin", stdin=b"kept").decode().strip()
    git.prepare()
    assert git.run("cat-file", "blob", name) == b"kept"


def test_many_notes_of_one_reason_become_one_line() -> None:
    notes = Notes()
    for i in range(25):
        notes.add(f"p{i}\n", "left out")
    assert len(notes.lines()) == 21
    assert notes.lines()[0] == "p0 : left out"
    assert notes.lines()[-1] == "5 more: left out"


def test_what_comes_along_never_stands_in_the_way_of_a_tree() -> None:
    extras = dict.fromkeys(["a", "b", "c/d", "e/f"], 1)
    assert fitting(extras, ["a", "b/x", "c", "e/g"]) == {"e/f": 1}


@pytest.mark.parametrize(
    "output",
    [
        b":100644 100644 1 2 M\0f\0\0",
        b"\0diff --git a/f b/f\n",
        b":100644 100644 1 2 M\0f\0\0diff --git a/f b/f\n@@ -x +1 @@\n",
    ],
)
def test_what_git_would_not_write_is_no_diff(output: bytes) -> None:
    with pytest.raises(ValueError, match=r"patch|hunk"):
        parse_diff(output)
