"""How each new test is RED on the base, or why it is not; and what the evidence is about."""

from __future__ import annotations

from pathlib import Path

from codeframe_tui.core.evidence.verification import TestCase
from tests.worker.test_verify import THREE, bench

KINDS = """\
import pytest
import pkg
from pkg.core import one

@pytest.fixture
def broken():
    assert one() == 2, "the fixture's own"

@pytest.fixture
def lacking():
    return pkg.core.added()

class Own:
    def uno(self):
        return self.dos()

def test_assertion():
    assert one() == "one"

def test_name():
    assert pkg.core.added() == 1

class TestCase:
    def test_parameter(self):
        assert one(y=1) == "one"

def test_slip():
    assert one() == uno

def test_import():
    from pkg.core import added
    assert added() == 1

def test_raised():
    assert one("x") == "one"

def test_passes():
    assert True

def test_fixture(broken):
    pass

def test_fixture_lacks_a_name(lacking):
    assert lacking == 1

def test_unknown_fixture(nobody):
    pass

def test_own():
    [][0]

def test_unrelated():
    import a_module_that_nobody_has

@pytest.mark.skipif(not hasattr(pkg.core, "added"), reason="not there")
def test_skipped():
    pass
"""
CORE = {"pkg/core.py": "def one(x=None):\n    if x:\n        raise KeyError(x)\n    return 1\n"}
ADDED = {"pkg/core.py": 'def one(x=None):\n    return "one"\n\n\ndef added():\n    return 1\n'}


async def test_each_test_says_how_it_is_red_or_why_it_is_not(tmp_path: Path) -> None:
    async with bench(tmp_path, {"tests/test_core.py": "", **CORE}) as desk:
        found = await desk.judge(
            {
                **ADDED,
                **THREE,
                "tests/test_kinds.py": KINDS,
                "tests/test_syntax.py": "def test_x(:\n",
                "tests/test_import.py": "import a_module_that_nobody_has\n\ndef test_x(): pass\n",
            }
        )
    cases = {case.id.rpartition("::")[2]: case for case in found.red.tests}
    assert {name: case.kind for name, case in cases.items()} == {
        "test_assertion": "assertion",
        "test_name": "missing_name",
        "test_import": "missing_name",
        "test_raised": "raised",
        "test_passes": "characterisation",
        "test_fixture": "fixture",
        "test_fixture_lacks_a_name": "missing_name",
        "test_unknown_fixture": "fixture",
        "test_parameter": "missing_name",
        "test_slip": "own_error",
        "test_own": "own_error",
        "test_unrelated": "unrelated_import",
        "test_skipped": "skipped",
        "test_three": "missing_name",
        "tests/test_syntax.py": "syntax",
        "tests/test_import.py": "unrelated_import",
    }
    assert (cases["test_raised"].error, cases["test_raised"].message) == ("KeyError", "'x'")
    assert "pkg.three" in cases["test_three"].message


async def test_why_no_test_is_red_is_told_with_its_name(tmp_path: Path) -> None:
    test = "import a_module_that_nobody_has\n\ndef test_x(): pass\n"
    async with bench(tmp_path, {"a_module_that_nobody_has.py": ""}) as desk:
        desk.base = await desk.tree({"a_module_that_nobody_has.py": None})
        found = await desk.judge({"tests/test_x.py": test, "pkg/x.py": ""})
    assert found.red.verdict == "not_red"
    (case,) = found.red.tests
    assert (case.id, case.kind) == ("tests/test_x.py", "unrelated_import")


MORE = {"pkg/more.py": "MORE = 1\n"}
TWO_FACED = """\
import importlib.util

THERE = importlib.util.find_spec("pkg.three") is not None


def either(test):
    return fine if THERE else test


def fine():
    assert THERE


@either
def test_three():
    assert not THERE and 0
"""


async def test_evidence_names_both_trees_and_what_the_tests_do(tmp_path: Path) -> None:
    async with bench(tmp_path) as desk:
        tree = await desk.tree(THREE)
        found = await desk.judge(THREE)
        assert found.verdict == "proven"
        assert found.bound is not None
        assert (found.bound.base, found.bound.tree) == (desk.base, tree)
        assert found.bound.red not in {"", desk.base, tree}
        entries = await desk.workspaces.entries(tree, ["tests/test_three.py"])
        assert found.bound.tests == {p: entry.blob for p, entry in entries.items()}
        with_stub = await desk.tree({"pkg/three.py": "def three():\n    return 2\n"})
        desk.base = with_stub
        found = await desk.judge(THREE)
        (red,), (green,) = found.red.tests, found.green.tests
        assert (red.kind, len(red.body)) == ("assertion", 16)
        assert red.body == green.body


async def test_a_test_that_is_another_on_the_proposal_proves_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as desk:
        found = await desk.judge({**THREE, "tests/test_three.py": TWO_FACED})
        assert (found.verdict, found.reason) == ("not_verified", "changed_body"), found.message
        assert "test_three" in found.message
        assert _body(found.red.tests) != _body(found.green.tests)


def _body(tests: tuple[TestCase, ...]) -> str:
    (case,) = tests
    assert case.body
    return case.body


ODD = """\
class Odd:
    __module__ = None


def test_odd():
    assert Odd().nothing == 1
"""


async def test_an_odd_class_in_a_test_does_not_end_the_run(tmp_path: Path) -> None:
    async with bench(tmp_path) as desk:
        found = await desk.judge({"tests/test_odd.py": ODD, **MORE})
    assert (found.verdict, found.reason) == ("failed", "new_test_fails"), found.message
    assert [case.kind for case in found.red.tests] == ["own_error"]
