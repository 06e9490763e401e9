"""Random people against random changes: no byte of theirs is lost, and all is told.

``CODEFRAME_TUI_SCHEDULES`` says how many schedules; ``CODEFRAME_TUI_SEED`` repeats a run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.core.errors import Conflict, PathRefused
from codeframe_tui.ports import Replacement
from tests.faults.person import HARMLESS, Person, drawn

SCHEDULES = int(os.environ.get("CODEFRAME_TUI_SCHEDULES", "150"))
SEED = int(os.environ.get("CODEFRAME_TUI_SEED", "20"))

Side = tuple[str, bytes] | None
Outcome = str
"""``new``, ``old`` or ``conflict``."""

THERE = ("a.py", "src/b.py", "src/c.sh", "src/deep/d.txt", "e.bin")
ABSENT = ("new/f.py", "new/deep/g.py", "src/h.py")


class Death(BaseException):
    """Ends an apply as a kill would: nothing is tidied."""


def lay(root: Path, chance: Random) -> dict[str, Side]:
    """A project with a few files."""
    files: dict[str, Side] = dict.fromkeys(ABSENT)
    for path in THERE:
        content = chance.randbytes(chance.choice((0, 5, 5_000)))
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
        (root / path).chmod(0o755 if path.endswith(".sh") else 0o644)
        files[path] = ("100755" if path.endswith(".sh") else "100644", content)
    return files


def wish(chance: Random, files: dict[str, Side]) -> list[Replacement]:
    """A change of some files."""
    wishes = []
    for path in sorted(chance.sample([*files], chance.randint(1, 5))):
        old = files[path]
        new: Side = (chance.choice(("100644", "100755")), chance.randbytes(20))
        if old is not None and chance.random() < 0.3:
            new = None
        wishes.append(Replacement(path, old, new))
    return wishes


def state_of(file: Path) -> Side | str:
    """Mode and content of a file; None = nothing, a word = something else."""
    if file.is_symlink() or (file.exists() and not file.is_file()):
        return "something else"
    if not file.exists():
        return None
    return "100755" if file.stat().st_mode & 0o100 else "100644", file.read_bytes()


class Scene:
    """One project, one person, one change after the other."""

    def __init__(self, place: Path, chance: Random) -> None:
        self.root, self.state = place / "project", place / "state"
        self.chance = chance
        self.root.mkdir(parents=True)
        (place / "victim").write_bytes(b"outside")
        self.files = lay(self.root, chance)
        self.person = Person(self.root, place / "victim")
        self.told = ""
        self.swap = chance.random() < 0.7

    async def carry_out(self, name: str, wishes: list[Replacement], deadly: bool) -> Outcome:
        """Apply while the person works; sometimes the process dies, and the next one ends it."""
        person, chance = self.person, self.chance
        moments = 3 * len(wishes) + 12
        person.start(drawn(chance, [*self.files], moments))
        last = person.moment + chance.randint(1, moments) if deadly else -1

        def crash(point: str) -> None:
            person.at(point)
            if person.moment == last:
                raise Death

        tree = JournalledTree(self.root, self.state, crash=crash, swap=self.swap)
        person.at("before")
        try:
            await tree.replace(name, wishes)
        except (Conflict, PathRefused) as told:
            self.told = told.message
            return "conflict" if "interrupted" in told.message else "old"
        except Death:
            for _ in range(3):
                person.at("dead")
            self.told = ""
            ends = await JournalledTree(self.root, self.state, crash=person.at).recover()
            return ends.get(name, "old")
        return "new"

    def judge(self, wishes: list[Replacement], outcome: Outcome) -> list[str]:
        """What is wrong at the end."""
        person = self.person
        kept = [self.state / "apply", *self.root.glob(".codeframe-tui-journal-*")]
        lost = [*person.lost(*kept)]
        wrong = []
        real = [act for act in person.done if act.kind not in HARMLESS]
        touched = {act.path for act in real}
        for number, each in enumerate(wishes):
            now = state_of(self.root / each.path)
            moved = person.passed.get(f"apply.renamed.{number}", 0)
            late = any(act.path == each.path and act.moment >= moved for act in real)
            if (
                each.path in lost
                and each.old is None
                and person.work[each.path] is None
                and not late
            ):
                lost.remove(each.path)  # both agreed that nothing was there before
            if outcome == "new" and now != each.new and not late:
                wrong.append(f"not new, and not told: {each.path}")
            if outcome == "old" and now != each.old and each.path not in touched:
                wrong.append(f"not old: {each.path}")
        wrong += [f"lost: {path}" for path in lost]
        if outcome != "new" and self.told and not any(path in self.told for path in touched):
            wrong.append(f"told, but not what: {self.told}")
        if outcome != "conflict" and any((self.state / "apply").glob("*")):
            wrong.append("a journal was left behind")
        if (self.root.parent / "victim").read_bytes() != b"outside":
            wrong.append("written outside")
        return wrong


async def play(place: Path, seed: int) -> tuple[list[str], list[str], str]:
    """One schedule: a change and, if all went well, its undo. Returns what is wrong, and all."""
    chance = Random(seed)
    scene = Scene(place, chance)
    deadly = chance.random() < 0.25
    wishes = wish(chance, scene.files)
    outcome = await scene.carry_out("decision-1", wishes, deadly)
    wrong = scene.judge(wishes, outcome)
    if outcome == "new" and not wrong:
        back = [Replacement(each.path, each.new, each.old) for each in wishes]
        outcome = await scene.carry_out("decision-2", back, deadly)
        wrong = scene.judge(back, outcome)
    acts = [str(act) for act in scene.person.done]
    scene.person.close_all()
    return wrong, [*map(_words, wishes), *acts, outcome, scene.told], outcome


def _words(each: Replacement) -> str:
    sides = (side and f"{side[0]} {side[1][:8]!r}" for side in (each.old, each.new))
    return " -> ".join([each.path, *map(str, sides)])


@pytest.mark.fault(
    "tree",
    "you go on editing, at random, while changes are written and taken back",
    sees="a conflict that names your files, whenever something stood in the way",
    kept="every byte of yours",
)
@pytest.mark.goal("G8", "random schedules of edits")
async def test_no_byte_of_a_person_is_lost_in_any_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # who is killed loses nothing by it
    ends = {"new": 0, "old": 0, "conflict": 0}
    for seed in range(SEED * 1_000_000, SEED * 1_000_000 + SCHEDULES):
        wrong, story, outcome = await play(tmp_path / "scene", seed)
        assert not wrong, "\n".join([f"seed {seed}", *wrong, *story])
        ends[outcome] += 1
        shutil.rmtree(tmp_path / "scene")
    assert min(ends["new"], ends["old"]) > SCHEDULES / 10
    told = ", ".join(f"{count} {end}" for end, count in ends.items())
    record_property("count", SCHEDULES)
    record_property("note", f"{told}; seed {SEED}")
    record_property("table", f"{SCHEDULES} random schedules from seed {SEED}, 0 bytes lost: {told}")
