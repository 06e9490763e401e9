"""Whether a project's own options say how its tests run side by side."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from codeframe_tui.adapters.pytest.runner import CHOICE_BYTES, _chooses

CHOSEN = (
    "addopts = -n 4",
    "addopts=-n4",
    "addopts = -q -nauto",
    "addopts =\n    -q\n    -n logical",
    'addopts = ["-q", "-n", "2"]',
    "addopts = ['-n=2']",
    'addopts = "--numprocesses=auto"',
    "addopts = --dist loadscope",
    "addopts = --tx 2*popen",
    "addopts = -p no:xdist",
    "addopts = -pno:xdist",
    "addopts = --disable-plugin-autoload",
)
OPEN = (
    "addopts = -q --strict-markers",
    "addopts = --no-cov -new --distance",
    'name = "thing-n 4"',
    "description = a-no:xdist",
)


@pytest.mark.parametrize("name", ["pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"])
@pytest.mark.parametrize("text", CHOSEN)
def test_what_a_project_chose_is_seen(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(f"[pytest]\n{text}\n")
    assert _chooses(tmp_path)


@pytest.mark.parametrize("text", OPEN)
def test_what_says_nothing_about_it_leaves_the_choice_to_us(tmp_path: Path, text: str) -> None:
    (tmp_path / "pytest.ini").write_text(f"[pytest]\n{text}\n")
    (tmp_path / "other.ini").write_text("addopts = -n 4\n")
    assert not _chooses(tmp_path)


def test_links_and_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("addopts = -n 4\n")
    (tmp_path / "pytest.ini").symlink_to("elsewhere")
    (tmp_path / "tox.ini").mkdir()
    assert not _chooses(tmp_path)


def test_of_a_huge_configuration_only_the_beginning_is_read(tmp_path: Path) -> None:
    with (tmp_path / "tox.ini").open("wb") as file:
        file.truncate(64 * CHOICE_BYTES)
    tracemalloc.start()
    try:
        assert not _chooses(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 4 * CHOICE_BYTES
    finally:
        tracemalloc.stop()
