"""An index of which bytes are not as they were written is built anew, and answers."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.index.inside.room import Room
from codeframe_tui.adapters.workspace.git import Git
from codeframe_tui.adapters.workspace.objects import PLAIN, ObjectWriter
from codeframe_tui.ports.files import TreeEntry

FOREVER = float("inf")
ROUNDS = int(os.environ.get("CODEFRAME_TUI_ROT", "40"))
"""Rotten indexes of one run."""
AMONG = {"kind": "", "path": ""}
CONTEXT = {"text": "paint the walls", "budget": 2_000, "bytes_each": 3.0}
QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("find", {"name": "paint", "among": AMONG}),
    ("importers", {"name": "paint.py"}),
    ("callers", {"name": "paint"}),
    ("places", {"name": "wal"}),
    ("context", CONTEXT),
)


class House:
    """A project, its index as it was left, and the room that answers from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        project = folder / "project"
        project.mkdir()
        files = {
            "paint.py": "def paint(): ...\n",
            "tests/test_paint.py": "import paint\npaint.paint()\n",
        }
        files |= {
            f"wall{n}.py": f"import paint\ndef wall{n}():\n    paint.paint()\n" for n in range(9)
        }
        for path, text in files.items():
            (project / path).parent.mkdir(exist_ok=True)
            (project / path).write_text(text)
        for argv in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Paint all walls"]):
            who = ["-c", "user.name=a", "-c", "user.email=a@b"]
            subprocess.run(["git", *who, *argv], cwd=project, check=True, capture_output=True)
        Git(folder / "objects").prepare()
        writer = ObjectWriter(Git(folder / "objects"), set())
        blobs = {path: writer.blob(text.encode()) for path, text in files.items()}
        self.tree = writer.tree({path: TreeEntry(PLAIN, blob) for path, blob in blobs.items()})
        self.good = folder / "good.db"
        self.index = folder / "index.db"
        self.room = self.enter()

    def enter(self) -> Room:
        self.room = Room(self.folder / "objects", self.index, self.folder / "project")
        return self.room

    def ask(self, ask: str, about: dict[str, Any]) -> dict[str, Any]:
        return self.room.answer(ask, self.tree, FOREVER, **about)

    def answers(self) -> list[dict[str, Any]]:
        return [self.ask(*question) for question in QUESTIONS]

    def rots(self, chance: random.Random) -> None:
        """Put the index back with some bytes of it changed, and open it."""
        self.room.close()
        rotten = bytearray(self.good.read_bytes())
        for _ in range(chance.choice((1, 8, 60))):
            rotten[chance.randrange(100, len(rotten))] = chance.randrange(256)
        for suffix in ("-wal", "-shm"):
            self.index.with_name(f"index.db{suffix}").unlink(missing_ok=True)
        self.index.write_bytes(rotten)
        self.enter()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.answers()
    house.room.close()
    shutil.copy(house.index, house.good)
    house.enter()
    yield house
    house.room.close()


def test_an_index_of_which_bytes_rot_goes_on_answering(house: House) -> None:
    for seed in range(ROUNDS):
        house.rots(random.Random(seed))
        assert len(house.answers()) == len(QUESTIONS)
        assert house.index.exists()


@pytest.mark.parametrize("size", [0, 1_000, 20_000])
def test_an_index_that_is_cut_short_while_in_use_goes_on_answering(house: House, size: int) -> None:
    house.room.close()
    house.index.unlink()
    house.enter()
    house.answers()
    journal = house.index.with_name("index.db-wal")  # has all of it, as a killed process leaves it
    whole = {path: path.read_bytes() for path in (house.index, journal)}
    house.room.close()
    for path, content in whole.items():
        path.write_bytes(content)
    house.enter()
    house.ask("read", {})
    os.truncate(journal, size)
    for _ in range(2):
        assert len(house.answers()) == len(QUESTIONS)
