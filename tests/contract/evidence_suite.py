"""What every implementation of the service promises about evidence; see `every_suite`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from codeframe_tui.core.evidence.verification import (
    Bound,
    Outcome,
    Run,
    TestCase,
    Verdict,
    Verification,
)
from codeframe_tui.core.queries import ShowTask
from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor
from codeframe_tui.wire.codec import encode
from tests.contract.service_kit import add, claim, propose, show
from tests.service.statements import statements_of


def ran(*, failing: int, passing: int, first: str = "") -> Verification:
    """Evidence of a suite in which so many tests fail; the new ones are among them."""
    cases = [TestCase(f"t.py::test_{n}", Outcome.FAILED, 0.1, "E", "1 != 2", "long") for n in
             range(failing)]  # fmt: skip
    cases += [TestCase(f"t.py::test_{n}", Outcome.PASSED, 0.1) for n in
              range(failing, failing + passing)]  # fmt: skip
    if first:
        cases[0] = replace(cases[0], id=first)
    suite = tuple(cases)
    red, green = (Run(name, tests=suite[:2], output="raw") for name in ("red", "failing"))
    return Verification(
        Verdict.FAILED, "regression", "they fail", red, green,
        Run("regressed", tests=suite, output="raw"), Run("not_run"),
    )  # fmt: skip


async def tried(engine: Supervisor, *evidence: Verification) -> str:
    """A claimed task with an attempt for each of these."""
    number = await add(engine)
    await claim(engine)
    for attempt, found in enumerate(evidence, 1):
        await propose(engine, number, attempt)
        await engine.record_verification(number, attempt, found, ())
    return number


def ids(document: dict[str, Any], run: str = "regression") -> list[list[str]]:
    """The tests that came, by attempt."""
    found = (each["verification"][run]["tests"] for each in document["attempts"])
    return [[test["id"].rpartition("_")[2] for test in tests] for tests in found]


async def test_a_screen_gets_the_tests_of_one_attempt(engine: Supervisor, service: Service) -> None:
    number = await tried(
        engine, ran(failing=3, passing=1), ran(failing=1, passing=1), ran(failing=0, passing=2)
    )
    newest = await service.query(ShowTask(number, whole=False))
    assert ids(newest) == [[], [], ["0", "1"]]
    older = await service.query(ShowTask(number, whole=False, attempt=1))
    assert ids(older) == [["0", "1", "2", "3"], [], []]
    for found in (newest, older):
        counts = [each["verification"]["regression"]["counts"] for each in found["attempts"]]
        assert counts == [{"failed": 3, "passed": 1}, {"failed": 1, "passed": 1}, {"passed": 2}]
        assert [each["verification"]["failed"] for each in found["attempts"]] == [3, 1, 0]
        verdicts = [each["verification"]["regression"]["verdict"] for each in found["attempts"]]
        assert verdicts == ["regressed"] * 3
        assert [each["file_count"] for each in found["attempts"]] == [2, 2, 2]
    assert [len(each["files"]) for each in newest["attempts"]] == [0, 0, 2]
    assert newest["shown"]["attempt"] == 3
    assert older["shown"]["attempt"] == 1


async def test_tests_that_the_asker_has_do_not_come_again(
    engine: Supervisor, service: Service
) -> None:
    number = await tried(engine, ran(failing=1, passing=1), ran(failing=1, passing=2))
    first = await service.query(ShowTask(number, whole=False))
    known = first["shown"]["stamp"]
    again = await service.query(ShowTask(number, whole=False, known=known))
    assert (ids(again), again["shown"]["stamp"], again["shown"]["same"]) == (
        [[], []],
        known,
        True,
    )
    assert [each["files"] for each in again["attempts"]] == [[], []]
    other = await service.query(ShowTask(number, whole=False, attempt=1, known=known))
    assert (ids(other), other["shown"]["same"]) == ([["0", "1"], []], False)
    await engine.record_verification(number, 2, ran(failing=0, passing=1), ())
    new = await service.query(ShowTask(number, whole=False, known=known))
    assert (ids(new), new["shown"]["same"]) == ([[], ["0"]], False)
    assert new["shown"]["stamp"] != known


async def test_the_whole_task_has_all_tests_and_its_history(
    engine: Supervisor, service: Service
) -> None:
    number = await tried(engine, ran(failing=1, passing=1), ran(failing=0, passing=2))
    found = await show(service, number)
    assert ids(found) == [["0", "1"], ["0", "1"]]
    assert ids(found, "red") == [["0", "1"], ["0", "1"]]
    assert found["history"]
    part = await service.query(ShowTask(number, whole=False))
    assert part["history"] == []
    assert part.keys() >= found.keys()


async def test_a_test_that_fails_in_two_runs_fails_once(
    engine: Supervisor, service: Service
) -> None:
    number = await tried(engine, ran(failing=3, passing=0))
    found = await service.query(ShowTask(number, whole=False))
    assert found["attempts"][0]["verification"]["failed"] == 3


async def test_an_event_costs_no_test_case_and_few_bytes(
    engine: Supervisor, service: Service
) -> None:
    number = await tried(engine, *(ran(failing=n, passing=2_000) for n in range(4)))
    whole = len(encode(await show(service, number)))
    first = await service.query(ShowTask(number, whole=False))
    known = first["shown"]["stamp"]
    with statements_of() as statements:
        again = await service.query(ShowTask(number, whole=False, known=known))
    assert not [each for each in statements if "test_cases" in each or "runs.output" in each]
    assert len(encode(first)) < whole / 3
    assert len(encode(again)) < whole / 100


@pytest.mark.parametrize("attempt", [0, 7])
async def test_tests_of_an_attempt_that_is_not_there_are_none(
    engine: Supervisor, service: Service, attempt: int
) -> None:
    number = await tried(engine, ran(failing=0, passing=2))
    found = await service.query(ShowTask(number, whole=False, attempt=attempt))
    assert ids(found) == [[]]


async def test_each_test_says_how_it_was_red_and_what_the_evidence_is_about(
    engine: Supervisor, service: Service
) -> None:
    name = "t.py::test_a"
    red = TestCase(name, Outcome.FAILED, 0.1, "AssertionError", "1 != 2", "long", "assertion", "ab")
    green = TestCase(name, Outcome.PASSED, 0.1, body="ab")
    flaky = TestCase("t.py::test_b", Outcome.FLAKY)
    bound = Bound("b" * 40, "c" * 40, "d" * 40, {"t.py": "e" * 40})
    found = Verification(
        Verdict.NOT_VERIFIED,
        "flaky",
        "why",
        Run("red", tests=(red,), seconds=1.5),
        Run("green", tests=(green,)),
        Run("not_verified", "flaky", tests=(green, flaky)),
        Run("not_run"),
        bound=bound,
    )
    number = await tried(engine, found)
    for query in (ShowTask(number), ShowTask(number, whole=False)):
        told = (await service.query(query))["attempts"][0]["verification"]
        (case,) = told["red"]["tests"]
        assert (case["kind"], case["error"], case["message"]) == (
            "assertion",
            "AssertionError",
            "1 != 2",
        )
        assert case["body"] == told["green"]["tests"][0]["body"] == "ab"
        assert "kind" not in told["green"]["tests"][0]
        assert [each["outcome"] for each in told["regression"]["tests"]] == ["passed", "flaky"]
        assert told["red"]["seconds"] == 1.5
        assert told["failed"] == 0
        assert told["bound"] == asdict(bound)
    (attempt,) = (await engine.progress(number)).attempts
    assert attempt.verification == found
