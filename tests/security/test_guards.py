"""No guard of safety can go unseen; ``make mutate`` takes all of them away, here a few."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.architecture import guards as document
from tests.architecture import reliability
from tests.security import guards as program
from tests.security.guards import ROOT, Guard, copied, guards, main, red_without

FEW = (
    "hidden characters are taken out of every text",
    "a file with other hard links is not replaced",
)
PATHS = next(guard for guard in guards() if guard.test == "unit/test_paths.py")


@pytest.fixture(scope="module")
def copy() -> Iterator[Path]:
    with copied() as folder:
        yield folder


def test_there_are_enough_guards_and_each_is_where_it_is_said_to_be() -> None:
    assert len(guards()) >= 25
    for guard in guards():
        ast.parse(guard.removed())
        file, _, name = guard.test.partition("::")
        tree = ast.parse((ROOT / "tests" / file).read_text())
        names = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        assert name in {"", *names}, guard.id


def test_the_table_names_each_guard_and_what_shows_it() -> None:
    rows = document.rows("safety")
    assert [guard for guard, _ in rows] == [guard.id for guard in guards()], "run `make mutate`"
    for guard, (_, red) in zip(guards(), rows, strict=True):
        assert red.startswith(f"`{guard.test}"), guard.id


def test_a_table_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = document.DOCUMENT.read_text()
    monkeypatch.setattr(document, "DOCUMENT", tmp_path / "guards.md")
    document.DOCUMENT.write_text(text.replace("takes each guard of", "takes guards of"))
    assert len(document.rows("safety")) == len(guards())
    document.DOCUMENT.write_text(text.replace("## Of safety", "## Of something"))
    with pytest.raises(LookupError, match="no section `## Of safety`"):
        document.rows("safety")
    document.write("safety", [("a guard", "`a test`")])
    assert document.rows("safety") == [("a guard", "`a test`")]
    assert document.DOCUMENT.read_text().partition("## ")[2].startswith("Of evidence\n")


def test_words_that_mean_no_guard_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--write", "no", "such", "guard"]) == 2
    assert "no guard has `no such guard`" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "kept"), [("hidden characters", False), ("", True)])
def test_only_what_all_of_them_showed_is_kept(
    words: str, kept: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written: list[bool] = []
    goals: list[str] = []

    def taken_away(chosen: Sequence[Guard], *, write: bool) -> list[str]:
        written.append(write)
        return []

    monkeypatch.setattr(program, "taken_away", taken_away)
    monkeypatch.setattr(program, "adopt", lambda: None)
    monkeypatch.setattr(program, "keep", lambda results, goal: goals.append(goal))
    monkeypatch.setattr(reliability, "DOCUMENT", tmp_path / "reliability.md")
    monkeypatch.setattr(reliability, "document", lambda: "")
    assert main(["--write", *words.split()]) == 0
    assert (written, goals) == ([kept], ["G20"] * kept)


@pytest.mark.parametrize("name", FEW)
def test_a_guard_that_is_gone_is_seen(copy: Path, name: str) -> None:
    [guard] = [guard for guard in guards() if guard.id == name]
    assert red_without(guard, copy).startswith(f"{guard.test}::")


def test_what_is_no_guard_is_told(copy: Path) -> None:
    idle = replace(PATHS, old="MAX_COMPONENTS = 200", new="MAX_COMPONENTS = 100 + 100")
    assert red_without(idle, copy) == ""


def test_a_test_that_is_red_anyway_shows_nothing(copy: Path) -> None:
    (copy / "tests/test_red.py").write_text("def test_red():\n    assert False\n")
    guard = replace(PATHS, test="test_red.py")
    with pytest.raises(ValueError, match="red with it, too"):
        red_without(guard, copy)


def test_a_guard_that_is_not_there_any_more_is_told() -> None:
    with pytest.raises(ValueError, match="stands 0 times"):
        replace(PATHS, old="nowhere to be found").removed()
