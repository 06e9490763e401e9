"""What would make it proven, for each reason code."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ADVICE"]

ADVICE: Mapping[str, str] = {
    "no_red": "add a test that fails without this change, by assertion",
    "no_new_tests": "add a test that fails without this change and passes with it",
    "changed_body": "let a test be the same whatever the code under test has",
    "not_green": "make the new tests run: a skipped test proves nothing",
    "flaky": "make it end the same way each time",
    "no_base_run": "make the suite run on the base, so that nothing it loses goes unseen",
    "no_tests": "add tests",
    "not_run": "run the tests",
    "no_pytest": "install pytest into the project's environment",
    "no_sandbox": "install bubblewrap, or consent with --sandbox rlimits",
    "timeout": "make the tests end in time, or raise the limit for tests",
    "crash": "make the tests end by themselves",
    "interrupted": "let every collected test run to its end",
    "collection_error": "make every test file importable",
    "import_origin": "install the project in editable mode, or not at all",
    "environment": "install what is missing into the project's environment",
    "sandbox_denied": "test without what the sandbox denies: network, other folders, devices",
    "test_config": "look at the test configuration: only a person can let it decide",
    "test_support": "look at what changed beside the code: only a person can let it decide",
    "tampered": "leave pytest's hooks and reports as they are",
    "evidence_none": "a task with evidence 'none' is always reviewed by a person",
}
