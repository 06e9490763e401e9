"""Every path of the corpus at every door: the proposal, the tool and the apply, all actions."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.errors import CodeframeError, Conflict, InvalidAnswer, PathRefused
from codeframe_tui.core.flags import Material, examine
from codeframe_tui.core.secrets import NOTHING
from codeframe_tui.core.talk.changeset import parse_answer
from codeframe_tui.ports import Replacement, Workspace
from codeframe_tui.settings import Settings
from codeframe_tui.worker.propose import pass_gate
from codeframe_tui.worker.tools import run_tool
from codeframe_tui.worker.workshop import Workshop
from tests.contract.sandbox_room import need_bwrap
from tests.contract.spellings import second_spelling
from tests.security.cases import cases
from tests.security.paths import digest, lay, legal_names, spelled

CASES = cases("paths")
REFUSED = [case for case in CASES if "reason" in case and "paths" not in case]
TOGETHER = [case for case in CASES if "paths" in case]
PASSING = [case for case in CASES if "reason" not in case]
RESERVED = (".venv",)
SECRET = "told by nobody"
GOOD = Replacement("good.py", None, ("100644", b"good"))
NEW = ("100644", b"new")


def parameters(wanted: list[dict[str, Any]]) -> pytest.MarkDecorator:
    """Cases as parameters of a test."""
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in wanted])


class Doors:
    """A project, a copy of it, and the three ways in.

    Args:
        place: an empty folder.
        there: what project and copy hold.
        by: another path of that folder, by which they are reached.
    """

    def __init__(self, place: Path, there: list[str], by: Path | None = None) -> None:
        self.place = place
        for folder in ("outside", "around/outside"):
            lay(place / folder, ["secret"])
            (place / folder / "secret").write_text(SECRET)
        self.project, self.copy = place / "project", place / "around/copy"
        lay(self.project, there)
        lay(self.copy, there)
        if by is not None:
            place, self.project, self.copy = by, by / "project", by / "around/copy"
        self.tree = JournalledTree(self.project, place / "state", reserved=RESERVED)
        self.shop = cast(
            Workshop,
            SimpleNamespace(
                secrets=NOTHING,
                files_at=lambda root: DirectoryFiles(root, RESERVED),
                working_tree=self.tree,
                settings=Settings(),
            ),
        )

    def look(self) -> dict[str, object]:
        """All that nothing may change."""
        return {
            path: what
            for path, what in digest(self.place).items()
            if not path.startswith(str(self.place / "state"))
        }

    async def proposal(self, *files: tuple[str, str]) -> str:
        """What is said of an answer with these actions and paths; empty when it passes."""
        try:
            text = json.dumps({"files": [_entry(*file) for file in files], "explanation": ""})
            answer = parse_answer(text, reserved=RESERVED)
            await pass_gate(self.shop, [file.path for file in answer.files])
        except (InvalidAnswer, PathRefused) as error:
            return error.message
        return ""

    async def tool(self, name: str, path: str) -> str:
        """What is said of a call; empty when it is carried out."""
        given = {"path": path, **({"content": "new"} if name == "Write" else {})}
        workspace = Workspace("w", self.copy)
        done = await run_tool(self.shop, workspace, name, given, lambda _: None)
        assert not (done.ok and SECRET in done.text)
        return "" if done.ok else done.text

    async def apply(self, *changes: Replacement) -> CodeframeError | None:
        """What a change among others meets; None when it is applied."""
        try:
            await self.tree.replace("d", [GOOD, *changes])
        except (PathRefused, Conflict) as error:
            return error
        return None


def _entry(action: str, path: str) -> dict[str, str]:
    entry = {"path": path, "action": action}
    return entry if action == "delete" else {**entry, "content": "new"}


@parameters(REFUSED)
@pytest.mark.fault(
    "tree",
    "a path that leads out of the project or into `.git`",
    sees="the path is refused, with the reason",
    kept="everything",
)
@pytest.mark.goal("G2", "hostile paths at the answer, a tool and an apply, with each action")
async def test_what_is_refused_is_refused_at_every_door_and_nothing_changes(
    tmp_path: Path, case: dict[str, Any], record_property: Callable[[str, int], None]
) -> None:
    record_property("count", 7)
    await is_refused(Doors(tmp_path, case.get("there", [])), case)


@pytest.mark.parametrize("how", ["link", "mount"])
@pytest.mark.goal("G2", "the same in a project that is reached by another path")
async def test_a_project_by_another_path_refuses_and_takes_the_same(
    tmp_path: Path, how: str, record_property: Callable[[str, int], None]
) -> None:
    record_property("count", 7 * len(REFUSED))
    places = tmp_path / "places"
    places.mkdir()
    with (
        linked(places, tmp_path / "again")
        if how == "link"
        else second_spelling(places, tmp_path / "mounted/again") as again
    ):
        for number, case in enumerate([*REFUSED, *PASSING]):
            doors = Doors(places / f"{number}", case.get("there", []), again / f"{number}")
            if "reason" in case:
                await is_refused(doors, case)
            else:
                await passes(doors, [spelled(case)])


@contextmanager
def linked(folder: Path, at: Path) -> Iterator[Path]:
    at.symlink_to(folder)
    yield at


async def is_refused(doors: Doors, case: dict[str, Any]) -> None:
    """With each action, at each door; nothing changes."""
    path, reason, number = spelled(case), case["reason"], case["id"].split()[0]
    stands = number in {"P40", "P47"}
    before = doors.look()
    for action in ("create", "modify", "delete"):
        told = await doors.proposal(("create", "good.py"), (action, path))
        assert reason in told or (stands and not told), (action, told)
    assert reason in await doors.tool("Write", path)
    if not stands and number != "P42":  # to read such a file is no harm
        assert await doors.tool("Read", path)
    now = (doors.project / path).read_bytes() if stands else b"old"
    for old, new in ((None, NEW), (("100644", now), NEW), (("100644", now), None)):
        error = await doors.apply(Replacement(path, old, new))
        met = stands and old is None and isinstance(error, Conflict)
        assert met or (error is not None and reason in error.message), (old, new, error)
    assert doors.look() == before, case["id"]
    assert not [*(doors.place / "state").glob("apply/*")]


@parameters(TOGETHER)
async def test_what_cannot_stand_together_is_refused_with_all_actions(
    tmp_path: Path, case: dict[str, Any]
) -> None:
    doors = Doors(tmp_path, [])
    before = doors.look()
    first, *_, last = case["paths"]
    for actions in product(("create", "modify", "delete"), repeat=2):
        middle = [("create", path) for path in case["paths"][1:-1]]
        files = [(actions[0], first), *middle, (actions[1], last)]
        assert case["reason"] in await doors.proposal(*files)
        assert case["reason"] in await doors.proposal(*files[::-1])
    error = await doors.apply(*(Replacement(path, None, NEW) for path in case["paths"]))
    assert case["reason"] in str(error)
    assert doors.look() == before


@parameters(PASSING)
async def test_what_passes_passes_at_every_door(tmp_path: Path, case: dict[str, Any]) -> None:
    await passes(Doors(tmp_path, []), [spelled(case)])


@pytest.mark.fault(
    "tree",
    "a legal name that looks odd: shell, glob, option, emoji, any script, the longest there is",
    sees="that name",
    kept="200 of them pass at the answer, at the tool and at the apply, to the byte",
)
@pytest.mark.goal("G2", "odd but legal names, at the answer, a tool and an apply")
async def test_two_hundred_odd_names_pass_at_every_door(
    record_property: Callable[[str, int], None],
) -> None:
    names = legal_names()
    record_property("count", len(names))
    assert len(names) >= 200
    with tempfile.TemporaryDirectory(prefix="cf-", dir="/tmp") as short:  # the longest still fits
        await passes(Doors(Path(short), []), names)


async def passes(doors: Doors, paths: list[str]) -> None:
    """Create, modify and delete, at each door; what is written is there under that name."""
    for action in ("create", "modify", "delete"):
        assert await doors.proposal(*((action, path) for path in paths)) == ""
    for path in paths:
        assert await doors.tool("Write", path) == ""
        assert (doors.copy / path).read_bytes() == b"new"
        assert await doors.tool("Read", path) == ""
    before = doors.look()
    for number, (old, new) in enumerate(
        ((None, NEW), (NEW, ("100755", b"2")), (("100755", b"2"), None))
    ):
        await doors.tree.replace(f"d{number}", [Replacement(path, old, new) for path in paths])
        for path in paths:
            there = doors.project / path
            assert new is None or there.read_bytes() == new[1]
            assert new is not None or not there.exists()
    assert doors.look() == before


@pytest.mark.parametrize("case", [c for c in PASSING if "flag" in c], ids=lambda case: case["id"])
def test_what_runs_code_is_flagged_beside_it(case: dict[str, Any]) -> None:
    hunk = Hunk(1, 0, 1, 1, 0, (("+", "x"),), "")
    diff = FileDiff(spelled(case), Action.CREATE, None, "100644", False, (hunk,))
    found = {flag.rule for flag in examine([diff], Material(())).flags}
    assert case["flag"] in found


ACROSS = """
import asyncio, sys
from pathlib import Path
from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.ports import Replacement
tree = JournalledTree(Path(sys.argv[1]), Path(sys.argv[2]))
changes = [Replacement(path, None, ("100644", b"x")) for path in ("good.py", "mounted/x")]
try:
    asyncio.run(tree.replace("d", changes))
except Exception as error:
    print(type(error).__name__, error)
"""


def test_p46_another_file_system_below_the_project_is_not_written(tmp_path: Path) -> None:
    need_bwrap()
    project = tmp_path / "project"
    (project / "mounted").mkdir(parents=True)
    room = ("bwrap", "--dev-bind", "/", "/", "--tmpfs", str(project / "mounted"), "--")
    argv = (sys.executable, "-c", ACROSS, str(project), str(tmp_path / "state"))
    done = subprocess.run((*room, *argv), capture_output=True, text=True, check=True)
    assert done.stdout.startswith("PathRefused path 'mounted/x' is refused: it lies on another")
    assert [*project.rglob("*")] == [project / "mounted"]


def test_the_corpus_has_every_number_and_enough_tries() -> None:
    known = {case["id"].split()[0] for case in CASES}
    assert known == {f"P{number}" for number in range(1, 52)} - {"P46"}
    assert 3 * 3 * len(REFUSED) >= 300
