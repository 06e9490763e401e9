"""No test judges by the time that something takes: machines differ, and others work on them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = sorted(Path(__file__).resolve().parents[1].rglob("*.py"))
STOPWATCH = re.compile(r"\b(?:process_time|perf_counter|thread_time)(?:_ns)?\b\(")


@pytest.mark.parametrize("path", TESTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_speed_is_measured_in_the_benchmarks(path: Path) -> None:
    assert STOPWATCH.search(path.read_text()) is None, "count work, or measure it in benchmarks/"


def test_a_stopwatch_is_noticed() -> None:
    assert STOPWATCH.search("began = time.process_time" + "()") is not None


def test_no_example_is_judged_by_its_time() -> None:
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check
