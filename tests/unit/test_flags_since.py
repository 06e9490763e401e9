"""Frozen tests, tests that vanish, tests that move, and rules of one's own."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from pydantic import ValidationError

from codeframe_tui.core.evidence.verification import Flag, Outcome, Run, TestCase
from codeframe_tui.core.flags import Material, OwnRule, OwnRules, examine, weakened
from codeframe_tui.core.flags.collected import Moved, moved_ids, vanished_flags
from codeframe_tui.settings import FlagRule, FlagRules
from codeframe_tui.worker.examine import frozen_tests
from tests.evidence.proposals import diff

PATH = "tests/test_a.py"
BEFORE = """\
from shop import a


def test_a():
    assert a() == 1


def test_b():
    assert a(2) == 2
"""
FROZEN = {f"{PATH}::test_a"}


def since(after: str | None, frozen: set[str] = FROZEN) -> list[tuple[str, str]]:
    change = diff(PATH, BEFORE, after)
    material = Material(["shop.py", PATH], {PATH: (BEFORE, after)})
    return [(f.rule, f.severity) for f in weakened([change], 1, material, frozen)]


@pytest.mark.parametrize(
    "after",
    [
        None,
        BEFORE.replace("def test_a():\n    assert a() == 1\n\n\n", ""),
        BEFORE.replace("def test_a", "def check_a"),
        BEFORE.replace("def test_a", "import pytest\n\n\n@pytest.mark.skip\ndef test_a"),
        BEFORE.replace("import a\n", "import a\nimport pytest\n\npytestmark = pytest.mark.skip\n"),
        BEFORE.replace("a() == 1", "a()"),
        BEFORE.replace("a() == 1", "True"),
        BEFORE.replace("    assert a() == 1", "    a()"),
    ],
    ids=["file", "deleted", "renamed away", "skip", "module skip", "looser", "true", "no assert"],
)
def test_a_test_that_was_red_is_frozen(after: str | None) -> None:
    assert ("frozen_test", "red") in since(after)


def test_other_tests_of_an_attempt_have_the_rule_of_what_happened() -> None:
    assert since(BEFORE.replace("a(2) == 2", "a(2)")) == [("assert_weakened", "red")]
    assert since(BEFORE.replace("a() == 1", "a()"), set()) == [("assert_weakened", "red")]


@pytest.mark.parametrize(
    "after",
    [
        BEFORE,
        BEFORE.replace("def test_a", "def test_a_is_one"),
        BEFORE.replace("a() == 1", "a() == 1\n    assert a(3) == 3"),
        BEFORE + "\n\ndef test_c():\n    assert a(4) == 4\n",
    ],
    ids=["same", "renamed", "more", "another"],
)
def test_a_frozen_test_may_be_renamed_and_say_more(after: str) -> None:
    assert since(after) == []


def test_what_was_red_is_frozen_by_test_and_not_by_case() -> None:
    def case(name: str, outcome: Outcome) -> TestCase:
        return TestCase(f"{PATH}::{name}", outcome)

    tests = (
        case("test_a[1]", Outcome.FAILED),
        case("test_b", Outcome.MISSING),
        case("test_c", Outcome.PASSED),
        case("test_d", Outcome.SKIPPED),
    )
    assert frozen_tests(Run("red", tests=tests)) == {f"{PATH}::test_a", f"{PATH}::test_b"}
    assert frozen_tests(Run("not_red", tests=tests)) == set()
    assert frozen_tests(None) == set()


# -- collected ------------------------------------------------------------------------------------

BASE = ("t.py::test_a[1]", "t.py::test_a[2]", "t.py::test_b", "u.py::T::test_c")


def vanished(
    now: list[str], moved: dict[str, Moved] | None = None, gone: Collection[str] = ()
) -> list[str]:
    flags: list[Flag] = list(vanished_flags(BASE, now, moved or {}, gone))
    assert {(f.rule, f.severity) for f in flags} <= {("vanished", "red")}
    return [f.message for f in flags]


def test_fewer_collected_tests_are_told_test_by_test() -> None:
    assert vanished([*BASE]) == []
    assert vanished([*BASE, "t.py::test_new"]) == []
    assert vanished(["t.py::test_a[1]", "t.py::test_b"]) == [
        "test_a was collected 2 times on the base and once here",
        "T::test_c was collected once on the base and not here",
    ]


def test_other_names_of_as_many_cases_are_no_loss() -> None:
    assert vanished(["t.py::test_a[one]", "t.py::test_a[two]", *BASE[2:]]) == []


def test_what_lives_on_elsewhere_or_is_gone_with_its_code_did_not_vanish() -> None:
    now = ["t.py::test_all", "u.py::T::test_c"]
    moved = {
        "t.py::test_a": Moved(("t.py::test_all",), 2),
        "t.py::test_b": Moved(("t.py::test_all",), 1),
    }
    assert vanished(now, moved) == []
    assert vanished(now, {"t.py::test_a": Moved(("t.py::test_gone",), 2)}) != []
    assert vanished(["u.py::T::test_c"], gone={"t.py::test_a", "t.py::test_b"}) == []


def test_what_ran_with_more_than_its_own_cases_must_be_found_as_often() -> None:
    moved = {"t.py::test_a": Moved(("t.py::test_x",), 1)}  # the second came from a fixture
    assert moved_ids(BASE, ["t.py::test_x"], moved) == set()
    twice = ["t.py::test_x[1]", "t.py::test_x[2]"]
    assert moved_ids(BASE, twice, moved) == {"t.py::test_a[1]", "t.py::test_a[2]"}


# -- rules of one's own ---------------------------------------------------------------------------


def rules(
    own: OwnRules, path: str, old: str | None, new: str | None
) -> list[tuple[str, str, int | None]]:
    material = Material([path], {path: (old, new)}, own=own)
    return [(f.rule, f.severity, f.line) for f in examine([diff(path, old, new)], material).flags]


def test_own_rules_flag_paths_and_added_lines() -> None:
    by_path = OwnRule("billing", "red", "changes what customers pay", ("billing/**",))
    by_text = OwnRule("no_float", "amber", "prices are integers", (), r"float\(")
    own = OwnRules((by_path, by_text))
    assert rules(own, "billing/x.txt", "a\n", "b\n") == [("billing", "red", None)]
    assert rules(own, "shop/x.txt", "a\n", "a\nfloat(1)\n") == [("no_float", "amber", 2)]
    assert rules(own, "shop/x.txt", "float(1)\n", "a\n") == []


def test_severities_go_up_and_never_down() -> None:
    own = FlagRules(red=["todo"]).own()
    assert rules(own, "a.js", "x\n", "x\n// TODO\n") == [("todo", "red", 2)]
    assert rules(OwnRules(), "a.js", "x\n", "x\n// TODO\n") == [("todo", "amber", 2)]
    with pytest.raises(ValidationError, match="no such rule: nonsense"):
        FlagRules(red=["nonsense"])


@pytest.mark.parametrize("given", [{"text": "("}, {"paths": ["[z-a]"]}, {"severity": "green"}])
def test_own_rules_that_mean_nothing_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FlagRule.model_validate({"rule": "x", "message": "x", **given})


@pytest.mark.parametrize(
    ("rule", "new"),
    [
        ("large_deletion", "x = 0\n"),
        ("long_function", "def f():\n" + "    x = 1\n" * 50),
    ],
)
def test_sizes_that_are_hard_to_review_are_told(rule: str, new: str) -> None:
    old = "x = 1\n" * 300 if rule == "large_deletion" else "x = 1\n"
    assert rules(OwnRules(), "shop/a.py", old, new)[0][0] == rule
