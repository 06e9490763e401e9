"""What `make torture` tells is what the tests said."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.architecture import reliability
from tests.e2e.points import ROOT
from tests.torture import __main__ as torture
from tests.torture import goals
from tests.torture.__main__ import FULL, OTHERS, PREFIX, PROGRAMS, command_of, files_of, smaller
from tests.torture.goals import GOALS, Result, marks, results, table

TRIES = """
import pytest

@pytest.mark.goal("G3", "tries")
@pytest.mark.parametrize("n", [2, 3])
def test_counted(n, record_property):
    record_property("count", n)
    record_property("note", "seed 1")
    assert n != 3

@pytest.mark.goal("G3", "tries")
def test_counted_as_one():
    pass

@pytest.mark.goal("G3", "far tries")
def test_not_here():
    pytest.skip("no such machine")

@pytest.fixture
def broken():
    raise OSError

@pytest.mark.goal("G3", "broken tries")
def test_broken(broken):
    pass

@pytest.fixture
def left():
    yield
    raise OSError

@pytest.mark.goal("G3", "tidied tries")
@pytest.mark.parametrize("holds", [True, False])
def test_left(left, holds, record_property):
    record_property("count", 5)
    assert holds

@pytest.mark.goal("G4", "others")
def test_other():
    raise AssertionError

@pytest.mark.goal("G5", "shared tries, for the one")
@pytest.mark.goal("G3", "shared tries")
def test_shared():
    pass
"""


def test_what_the_tests_of_a_goal_say_is_counted(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TRIES)
    out = tmp_path / "outcomes"
    argv = (
        *(sys.executable, "-m", "pytest", "-q", "-p", "tests.torture.collect", "-c", "/dev/null"),
        *("--rootdir", str(tmp_path), "--goal=G3", "--goal=G5", f"--outcomes={out}", str(tmp_path)),
    )
    done = subprocess.run(argv, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    by = {name: [f"test_it.py::test_{name}"] for name in ("not_here", "broken", "left", "shared")}
    shared = {"count": 1, "wrong": 0, "note": "", "by": by["shared"]}
    found = json.loads(out.read_text())
    assert found.keys() == {"G3", "G5"}
    assert found["G5"] == {"shared tries, for the one": shared}
    assert found["G3"] == {
        "tries": {
            "count": 6, "wrong": 1, "note": "seed 1",
            "by": ["test_it.py::test_counted", "test_it.py::test_counted_as_one"],
        },
        "far tries": {
            "count": 0, "wrong": 0, "by": by["not_here"],
            "note": "1 not possible here (Skipped: no such machine)",
        },
        "broken tries": {"count": 1, "wrong": 1, "note": "", "by": by["broken"]},
        "tidied tries": {"count": 10, "wrong": 2, "note": "", "by": by["left"]},
        "shared tries": shared,
    }  # fmt: skip


@pytest.mark.parametrize("code", ["import nowhere_to_be_found\n", "def test_of_no_goal(): pass\n"])
def test_a_goal_whose_tests_do_not_run_keeps_what_it_had_and_is_wrong(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: str,
) -> None:
    (tmp_path / "test_it.py").write_text(code)
    monkeypatch.setattr(torture, "files_of", lambda goal: [tmp_path / "test_it.py"])
    monkeypatch.setattr(torture, "keep", lambda found, goal: pytest.fail("kept"))
    assert torture.main(["G3"]) == 1
    assert "G3: pytest ended with" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("goal", "told"), [("G33", "G33 is none of G1, "), ("G19", "G19 is shown by `make soak`")]
)
def test_a_goal_that_is_not_here_is_told(
    goal: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        torture.main(["G3", goal])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_goals_that_share_a_test_run_together() -> None:
    groups = torture.together(GOALS)
    assert sorted(goal for group in groups for goal in group) == sorted(GOALS)
    [g5] = [group for group in groups if "G5" in group]
    assert {"G5", "G6", "G18"} <= set(g5)
    tests = [test for group in groups for test in set().union(*map(torture.tests_of, group))]
    assert len(tests) == len(set(tests))
    assert torture.together(["G3", "G5"]) == [["G3"], ["G5"]]


def test_every_goal_has_what_shows_it() -> None:
    shown = {goal for goal, _, _ in marks()} | PROGRAMS.keys() | OTHERS.keys()
    assert shown == set(GOALS)


def test_what_is_kept_came_from_tests_and_programs_that_are_there() -> None:
    tests = {(goal, what, test) for goal, what, test in marks()}
    for each in results():
        if "::" in each.by[0]:
            assert {(each.goal, each.what, test) for test in each.by} <= tests
        else:
            programs = PROGRAMS.get(each.goal) or [OTHERS[each.goal]]
            assert each.by[0] in {program for program, _ in programs}


def test_every_size_is_one_of_a_goal() -> None:
    code = "".join(file.read_text() for goal in GOALS for file in files_of(goal))
    assert [name for name in FULL if f'"{PREFIX}{name}"' not in code] == []


@pytest.mark.parametrize(
    ("variables", "before", "told"),
    [
        ({}, "", ""),
        ({"SWAPS": "100000"}, "", ""),
        ({"SWAPS": "100001", "BOMBS": "1"}, "", ""),
        ({"SWAPS": "7"}, "CODEFRAME_TUI_SWAPS=7 ", "swaps: 7 of 100000"),
        ({"SWAPS": ""}, "CODEFRAME_TUI_SWAPS= ", "swaps: none of 100000"),
    ],
    ids=["full", "as much", "more", "less", "nothing"],
)
def test_a_smaller_size_is_told(
    variables: dict[str, str], before: str, told: str, sized: Callable[[Mapping[str, str]], None]
) -> None:
    sized(variables)
    assert command_of("G3") == f"{before}make torture GOALS=G3"
    assert smaller(["security/test_swapper.py::test_it"]) == told


def test_what_was_smaller_than_promised_is_kept_and_nothing_else_of_its_goal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sized: Callable[[Mapping[str, str]], None]
) -> None:
    mark = '@pytest.mark.goal("G3", "tries")\ndef test_it():\n    pass\n'
    code = f'import os, pytest\nSWAPS = os.environ["CODEFRAME_TUI_SWAPS"]\n{mark}'
    (tmp_path / "test_it.py").write_text(code)
    (tmp_path / "test_other.py").write_text("import pytest\n" + mark.replace("tries", "others"))
    sized({"SWAPS": "7"})
    monkeypatch.setattr(torture, "files_of", lambda goal: [*tmp_path.glob("test_*.py")])
    monkeypatch.setattr(torture, "TESTS", tmp_path)
    monkeypatch.setattr(goals, "RESULTS", tmp_path / "goals.json")
    monkeypatch.setattr(reliability, "DOCUMENT", tmp_path / "reliability.md")
    monkeypatch.setattr(reliability, "document", lambda: table(results()))
    assert torture.main(["G3"]) == 0
    told = {each.what: each.smaller_than_promised for each in results()}
    assert told == {"others": "", "tries": "swaps: 7 of 100000"}
    document = reliability.DOCUMENT.read_text()
    assert document.count("| 0 wrong, smaller than promised (swaps: 7 of 100000) |") == 1


@pytest.fixture
def sized(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, str]], None]:
    """Set the sizes that are told, and no other."""

    def tell(sizes: Mapping[str, str]) -> None:
        for name in FULL:
            monkeypatch.delenv(PREFIX + name, raising=False)
        for name, amount in sizes.items():
            monkeypatch.setenv(PREFIX + name, amount)

    return tell


def test_the_table_says_what_was_wrong_and_what_was_not_run() -> None:
    kept = [
        Result("G3", "tries", 1_000, 2, "seed 7", ["x.py::t"], "2026-01-02", "make it"),
        Result("G4", "far tries", 0, 0, "1 not possible here (no|such)", ["y.py::t"], "d", "c"),
        Result("G6", "kills", 7, 0, "seed 7", ["z.py::t"], "d", "make it", "kills: 7 of 200"),
    ]
    rows = table(kept).splitlines()
    g3, g4, g5, g6 = (
        next(row for row in rows if row.startswith(f"| **{g}**")) for g in ("G3", "G4", "G5", "G6")
    )
    assert "| 1,000 tries | **2 wrong**: seed 7 | 2026-01-02<br>`make it` | `x.py::t` |" in g3
    assert "| 0 far tries: not run here | -: 1 not possible here (no\\|such) |" in g4
    assert g5.endswith("| not run | | | |")
    assert "| 7 kills | 0 wrong, smaller than promised (kills: 7 of 200): seed 7 | " in g6
