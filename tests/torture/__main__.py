"""``make torture``: everything that was promised, at full size. ``python -m tests.torture [GOAL…]``

Goals that share a test run together, so that it runs once; others one by one. Each is kept at once,
so goals may be named (``make torture GOALS=G3``). A variable of `FULL` that is set beforehand makes
them smaller, and the table says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

from tests.architecture import reliability
from tests.torture.goals import GOALS, TESTS, Result, keep, marks, results, table

ROOT = TESTS.parent
PREFIX = "CODEFRAME_TUI_"
FULL = {
    "KILLS": "200",
    "PAIRS": "500",
    "MOMENTS": "1000",
    "STORE_KILLS": "1000",
    "SCHEDULES": "1000",
    "SWAPS": "100000",
    "ESCAPEES": "50",
    "BOMBS": "20",
    "FUZZED": "20000",
    "CUTS": "30",
    "TEST_WHOLE_CORPUS": "1",
    "TEST_TEXTS": "100000",
    "TEST_SHELLS": "2500",
    "EVIDENCE": "1",
    "UNTOUCHED": "200",
    "UNTOUCHED_KILLS": "200",
}
"""How much each test does here; CI does less."""
OTHERS = {"G19": ("tests.e2e.soak", "make soak"), "G20": ("tests.security.guards", "make mutate")}
"""Goals that are shown elsewhere: by which program, and how it is called."""
PROGRAMS = {
    "G11": [
        ("benchmarks.flood --gate", "flood of 1 GiB"),
        ("benchmarks.flood --gate --workers 8", "flood of 1 GiB of eight workers"),
    ],
    "G17": [
        ("benchmarks.sandbox --gate", "measurement of a sandboxed command"),
        ("benchmarks.apply --gate", "measurement of an apply and of a recovery"),
        ("benchmarks.snapshot --gate", "measurement of snapshots of 50,000 files"),
    ],
}
"""Goals that programs show; the last rows of what one prints are what is kept."""


def tests_of(goal: str) -> set[str]:
    """The tests of a goal."""
    return {test for name, _, test in marks() if name == goal}


def files_of(goal: str) -> list[Path]:
    """Where the tests of a goal are."""
    return sorted({TESTS / test.partition("::")[0] for test in tests_of(goal)})


def together(goals: Iterable[str]) -> list[list[str]]:
    """Groups of goals; those that share a test are in one."""
    groups: list[list[str]] = []
    for goal in goals:
        near = [g for g in groups if any(tests_of(goal) & tests_of(other) for other in g)]
        groups = [g for g in groups if g not in near] + [[*chain(*near), goal]]
    return groups


def less(files: Iterable[Path]) -> dict[str, str]:
    """What tests in these files are told to do less of than `FULL` says: variable and amount."""
    code = "".join(file.read_text() for file in files)
    told = {name: os.environ.get(PREFIX + name, full) for name, full in FULL.items()}
    return {
        name: amount
        for name, amount in told.items()
        if _number(amount) < int(FULL[name]) and f'"{PREFIX}{name}"' in code
    }


def _number(amount: str) -> int:
    return int(amount) if amount.isdecimal() else bool(amount)


def command_of(goal: str) -> str:
    """What does it again."""
    variables = [f"{PREFIX}{name}={amount}" for name, amount in less(files_of(goal)).items()]
    return " ".join([*variables, f"make torture GOALS={goal}"])


def smaller(tests: Iterable[str]) -> str:
    """What tests do less of than was promised, for the table."""
    files = {TESTS / test.partition("::")[0] for test in tests}
    words = [
        f"{name.lower().replace('_', ' ')}: {amount or 'none'} of {FULL[name]}"
        for name, amount in less(files).items()
    ]
    return ", ".join(words)


def tested(goals: Sequence[str], today: str) -> list[Result]:
    """Let the tests of goals run. Raises: ValueError, when they do not run to their end."""
    files = {goal: files_of(goal) for goal in goals if files_of(goal)}
    if not files:
        return []
    full = {PREFIX + name: amount for name, amount in FULL.items()}
    paths = sorted({str(file) for each in files.values() for file in each})
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "outcomes"
        plugin = ("-p", "tests.torture.collect", *(f"--goal={goal}" for goal in files))
        argv = [sys.executable, "-m", "pytest", "-q", "-rs", "-o", "timeout=0", *plugin]
        done = subprocess.run(
            [*argv, f"--outcomes={out}", *paths],
            cwd=ROOT, env={**full, **os.environ}, check=False,
        )  # fmt: skip
        found = json.loads(out.read_text()) if out.exists() else {}
    if done.returncode not in {0, 1} or found.keys() != files.keys():
        names = " ".join(goals)
        raise ValueError(f"{names}: pytest ended with {done.returncode}, nothing is kept of it")
    return [
        Result(
            goal, what, date=today, command=command_of(goal),
            smaller_than_promised=smaller(each["by"]), **each,
        )
        for goal, outcomes in found.items()
        for what, each in outcomes.items()
    ]  # fmt: skip


def measured(goal: str, today: str) -> list[Result]:
    """Let the programs of a goal run."""
    found = []
    for program, what in PROGRAMS.get(goal, ()):
        argv = [sys.executable, "-m", *program.split()]
        done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        sys.stdout.write(done.stdout)
        rows = [line for line in done.stdout.splitlines() if "(gate" in line]
        note = "; ".join(" ".join(row.replace("|", " ").split()) for row in rows)
        wrong = int(done.returncode != 0)
        found.append(Result(goal, what, 1, wrong, note, [program], today, command_of(goal)))
    return found


def wanted(arguments: Sequence[str]) -> list[str]:
    """The goals that are asked for; a name that means none here ends the program."""
    here = [goal for goal in GOALS if goal not in OTHERS]
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("goals", nargs="*", default=here, metavar="GOAL")
    goals: list[str] = parser.parse_args(arguments).goals
    for goal in goals:
        if goal in OTHERS:
            parser.error(f"{goal} is shown by `{OTHERS[goal][1]}`")
        if goal not in here:
            parser.error(f"{goal} is none of {', '.join(here)}")
    return goals


def main(arguments: Sequence[str]) -> int:
    """Returns 1 where something did not hold."""
    today = datetime.now().astimezone().date().isoformat()
    wrong = 0
    for goals in together(wanted(arguments)):
        try:
            found = tested(goals, today)
        except ValueError as error:
            sys.stderr.write(f"{error}\n")
            wrong += 1
            continue
        for goal in goals:
            mine = [*(each for each in found if each.goal == goal), *measured(goal, today)]
            keep(mine, goal)
            wrong += sum(each.wrong for each in mine)
        reliability.DOCUMENT.write_text(reliability.document())
    sys.stdout.write(table(results()))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
