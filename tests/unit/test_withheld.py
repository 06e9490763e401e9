"""Failures that name a file which stays at home."""

from __future__ import annotations

import pytest

from codeframe_tui.core.evidence.verification import Outcome, TestCase, TestRun
from codeframe_tui.core.evidence.withheld import naming_withheld


@pytest.mark.parametrize(
    ("said", "which"),
    [
        ("No such file: 'web/.env'", "web/.env stays"),
        ("No such file: 'app/web/.env'", "; app/web/.env stays"),
        ("No such file: '.env'", ".env or web/.env or app/web/.env stays"),
        ("No such file: 'id_rsa'", "id_rsa stays"),
        ("No such file: '.env.example'", ""),
    ],
)
def test_it_says_which_file_is_meant(said: str, which: str) -> None:
    run = TestRun(True, cases=(TestCase("test_a.py::test_a", Outcome.FAILED, message=said),))
    told = naming_withheld(run, [".env", "web/.env", "app/web/.env", "id_rsa"]).cases[0].message
    assert which in told
    assert bool(which) == ("stays at home" in told)
