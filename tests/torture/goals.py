"""What security and reliability have to reach, and what was reached last: ``docs/goals.json``.

A test that works for a goal says so in a marker of literals::

    @pytest.mark.goal("G3", "operations against somebody who swaps names for links")

Every passed test counts as one; a test that does more than one thing says how many with
``record_property("count", n)``, and what else is worth telling with ``record_property("note", x)``.
``make torture`` lets all of them run at full size, keeps what came out and writes the table of
``docs/reliability.md``. Nothing of it is written by hand.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
RESULTS = TESTS.parent / "docs" / "goals.json"
GOALS = {
    "G1": "0 of 100 attacks from inside leave the sandbox; without it 80 % are seen",
    "G2": "0 of 300 hostile paths pass, for each action, proposed and applied; 0 of 200 odd but "
    "legal names are refused",
    "G3": "0 of 100,000 operations are led outside while names are swapped for links",
    "G4": "0 programs that a repository names run: 12 kinds, every call of git",
    "G5": "tree and `.git` the same after 200 of 200 runs: rejected, cancelled, failed, killed",
    "G6": "0 mixed trees after kill -9: 33 points, 500 pairs, 1,000 random moments",
    "G7": "0 of 100 power cuts leave a mixed or torn tree, or lose what was acknowledged",
    "G8": "0 bytes of a person lost in 1,000 random schedules, and all is told",
    "G9": "0 acknowledged rows lost or torn in 1,000 kills of the database; 0 tasks worked twice",
    "G10": "0 processes left of 8 kinds, 50 times, after every end",
    "G11": "the engine grows by 16 MiB at most while 1 GiB is printed, by 64 MiB for 8 workers",
    "G12": "bombs end at their total, 20 of 20 of each kind",
    "G13": "0 foreign bytes and 0 crashes: 30 hostile texts in every place; 100,000 random ones",
    "G14": "0 places tell the key of ours",
    "G15": "20 of 20 cheats are flagged; at most 2 false alarms in 50 honest proposals",
    "G16": "60 of 60 kinds of files are the same outside of their change",
    "G17": "costs beside those of rivals: sandbox 2 times, apply and first snapshot 4 times; a "
    "recovery of 1,000 files in a second",
    "G18": "never more than 3 corrections, never more than the cap and one call, over 200 crashes",
    "G19": "2 hours of 4 workers under faults: 0 unhandled errors, no growth, nothing left behind",
    "G20": "without any of 25 guards a test turns red",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of one kind of thing that was done for a goal.

    Attributes:
        goal: key of `GOALS`.
        what: what was done.
        count: how many of them were done.
        wrong: how many tests of them failed.
        note: what else is worth telling, and what could not be done here.
        by: the tests, or the program.
        date: day.
        command: what does it again.
        smaller_than_promised: what of it was, and by how much; empty where nothing was.
    """

    goal: str
    what: str
    count: int
    wrong: int
    note: str
    by: list[str]
    date: str
    command: str
    smaller_than_promised: str = ""


@cache
def marks() -> tuple[tuple[str, str, str], ...]:
    """Every marker of a goal: goal, what, and its test."""
    return tuple(mark for path in sorted(TESTS.rglob("test_*.py")) for mark in _marks_of(path))


def _marks_of(path: Path) -> Iterator[tuple[str, str, str]]:
    if "pytest.mark.goal" in (code := path.read_text()):
        for node in ast.parse(code).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for call in node.decorator_list:
                    if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.goal":
                        goal, what = (ast.literal_eval(argument) for argument in call.args)
                        yield goal, what, f"{path.relative_to(TESTS).as_posix()}::{node.name}"


def results() -> list[Result]:
    """What is kept."""
    if not RESULTS.exists():
        return []
    return [Result(**each) for each in json.loads(RESULTS.read_text())]


def keep(new: Iterable[Result], goal: str) -> None:
    """Put what came out for a goal in the place of what came out before."""
    found = [each for each in results() if each.goal != goal] + [*new]
    order = {name: number for number, name in enumerate(GOALS)}
    found.sort(key=lambda each: (order[each.goal], each.what))
    RESULTS.write_text(json.dumps([*map(asdict, found)], indent=1, ensure_ascii=False) + "\n")


def table(kept: Sequence[Result]) -> str:
    """All goals with what was done for each, as Markdown."""
    rows = ["| goal | done | result | when, and how again | by |", "|---|---|---|---|---|"]
    for goal, asked in GOALS.items():
        done = [each for each in kept if each.goal == goal]
        found: list[Result | None] = [*done] if done else [None]
        for number, each in enumerate(found):
            head = "" if number else f"**{goal}** {asked}"
            rows.append(f"| {head} | {_cells(each)} |")
    return "\n".join(rows) + "\n"


def _cells(result: Result | None) -> str:
    if result is None:
        return "not run | | |"
    said = f"**{result.wrong} wrong**" if result.wrong else "0 wrong"
    if result.smaller_than_promised:
        said += f", smaller than promised ({result.smaller_than_promised})"
    by = "<br>".join(f"`{each}`" for each in result.by)
    done = f"{result.count:,} {result.what}" if result.count else f"0 {result.what}: not run here"
    note = f": {result.note}" if result.note else ""
    cells = (done, f"{said if result.count else '-'}{note}", f"{result.date}<br>`{result.command}`")
    return " | ".join([*(cell.replace("|", "\\|") for cell in cells), by])
