"""What a text writes as code, looked for as it is written."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeframe_tui.adapters.index.inside import verbatim
from codeframe_tui.adapters.index.inside.database import open_database
from codeframe_tui.adapters.index.inside.git import Objects
from codeframe_tui.adapters.index.inside.shelf import Shelf, Tree
from codeframe_tui.adapters.index.inside.verbatim import standing

FILES = {
    "a.py": "sys.exit(1)\n",
    "b.py": "sys.exit_code = 1\nmysys.exit()\n",
    "c.py": "parse('--remove-old')\n",
    "d.py": "parse('--remove-older')\nsys.exit(2)\n",
}


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Shelf, Tree]]:
    def git(*argv: str) -> str:
        done = subprocess.run(["git", *argv], cwd=tmp_path, check=True, capture_output=True)
        return done.stdout.decode().strip()

    git("init", "-q")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    git("add", ".")
    objects, database = Objects(tmp_path / ".git"), open_database(tmp_path / "index.db")
    shelf = Shelf(database, objects, tmp_path / "at-work")
    yield shelf, shelf.tree(git("write-tree"), float("inf"))
    shelf.close()
    objects.close()
    database.close()


def test_no_longer_name_begins_or_ends_with_what_is_found(held: tuple[Shelf, Tree]) -> None:
    scores, found = standing(*held, range(4), ["sys.exit", "--remove-old"])
    assert found == {0: "sys.exit", 2: "--remove-old", 3: "sys.exit"}
    assert scores.keys() == found.keys()
    assert scores[2] > scores[0]  # the rarer says more


def test_only_the_likeliest_are_read_and_not_too_much_of_them(
    held: tuple[Shelf, Tree], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert standing(*held, [1, 3, 0], [])[1] == {}
    monkeypatch.setattr(verbatim, "LIKELIEST", 2)
    assert standing(*held, [1, 3, 0], ["sys.exit"])[1].keys() == {3}
    monkeypatch.setattr(verbatim, "_MOST_BYTES", 20)
    assert standing(*held, [0, 3, 1], ["sys.exit"])[1].keys() == {0}
    # what was left unread is no answer to whoever reads next
    monkeypatch.undo()
    assert standing(*held, [2], ["--remove-old"])[1] == {2: "--remove-old"}
