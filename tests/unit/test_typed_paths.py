"""Paths are taken from where a person stands, and as lists show them."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.cli.paths import project_path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a.py", "src/a.py", "src/deep/b.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "src/link.py").symlink_to("/etc/passwd")
    return tmp_path.resolve()


@pytest.mark.parametrize(
    ("here", "typed", "meant"),
    [
        ("", "a.py", "a.py"),
        ("", "./a.py", "a.py"),
        ("", "src/", "src/"),
        ("src", "./a.py", "src/a.py"),
        ("src", "a.py", "a.py"),
        ("src", "deep/b.py", "src/deep/b.py"),
        ("src/deep", "../a.py", "src/a.py"),
        ("src/deep", "src/a.py", "src/a.py"),
        ("src", "link.py", "src/link.py"),
        ("src", "absent.py", "absent.py"),
        ("", "../a.py", "../a.py"),
        ("", "", ""),
    ],
)
def test_a_path_is_taken_from_where_one_stands(
    root: Path, here: str, typed: str, meant: str
) -> None:
    assert project_path(root, typed, root / here) == meant


def test_a_whole_path_is_taken_as_far_as_it_leads_into_the_project(root: Path) -> None:
    assert project_path(root, f"{root}/src/a.py", Path("/")) == "src/a.py"
    other = root.parent / f"{root.name}-other"
    other.symlink_to(root)
    assert project_path(root, f"{other}/src/gone.py", Path("/")) == "src/gone.py"
    assert project_path(root, f"{other}x/a.py", Path("/")) == f"{other}x/a.py"
    assert project_path(root, "/etc/passwd", root) == "/etc/passwd"
    assert project_path(root, str(root), root) == str(root)
