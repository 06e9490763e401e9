"""All rules by which a proposal is flagged: one table."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AMBER", "BENDS", "RED", "RULES", "Rule"]

RED = "red"
"""No policy applies it unasked."""
AMBER = "amber"
"""A reviewer should look."""
BENDS = frozenset({"expectation_changed", "test_data", "fixture_changed", "test_support_decides"})
"""Amber rules of existing tests that say something else: no policy applies such a change unasked.

Whether the behaviour was to change, or the test was bent to the code, only a person can know.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        severity: ``red`` or ``amber``.
        what: what is the case, as it is said of a place; the message of a flag that says no more.
        why: why a person should care.
    """

    id: str
    severity: str
    what: str
    why: str


_RULES = (
    # -- tests that are there no more, or do not run
    Rule("test_deleted", RED, "a test is gone", "what it showed is not shown any more"),
    Rule("test_deleted_with_code", AMBER, "a test is gone with the code it tested",
         "right when the feature goes; look whether the feature was to go"),
    Rule("test_uncollected", RED, "a test is kept where pytest does not look for it",
         "it looks like a test and is never run"),
    Rule("test_shadowed", RED, "another thing of the same name hides a test",
         "Python keeps the last one; the first is never run"),
    Rule("test_guarded", RED, "a test exists only under a condition",
         "where the condition does not hold, nobody misses it"),
    Rule("test_skipped", RED, "keeps tests from running",
         "a skipped or excused test shows nothing"),
    Rule("new_test_skipped", AMBER, "a new test does not run everywhere",
         "where it is skipped, it proves nothing"),
    Rule("test_marked", AMBER, "an existing test gets a mark",
         "marks can deselect tests, or change how they run"),
    Rule("test_decorated", RED, "an existing test is wrapped",
         "the wrapper decides whether a failure is seen"),
    Rule("cases_removed", RED, "cases of a test are gone",
         "the inputs that failed may be among them"),
    Rule("vanished", RED, "fewer tests were collected than on the base",
         "tests that do not run cannot fail"),
    Rule("test_two_faced", RED, "a test does something else on the proposal than on the base",
         "it fails before and passes now, whatever the change does"),
    Rule("run_tampered", RED, "a run of the tests was tampered with",
         "what it tells is not what pytest saw"),
    Rule("frozen_test", RED, "a test that had proven the need was changed",
         "tests are frozen once they were RED; the code must meet them, not they the code"),
    Rule("test_unreadable", RED, "a test file cannot be read here any more",
         "its tests cannot be compared with those of before"),
    # -- tests that say less
    Rule("assert_removed", RED, "an assertion is gone", "what it held may break unseen"),
    Rule("assert_weakened", RED, "an assertion is looser than before",
         "values that failed before can pass now"),
    Rule("raises_broadened", RED, "an expected error is looser than before",
         "another error, or none, passes now"),
    Rule("assert_true", RED, "asserts what is always true", "it cannot fail"),
    Rule("assert_unreached", RED, "an assertion is never reached", "it cannot fail"),
    Rule("assert_guarded", RED, "an assertion is made only under a condition",
         "where the condition does not hold, nothing is asserted"),
    Rule("assert_swallowed", RED, "the failure of an assertion is caught",
         "it cannot fail the test"),
    Rule("only_exists", RED, "asserts only that something exists",
         "it passes whatever the code does, and no other new test says more"),
    Rule("expectation_changed", AMBER, "an existing test expects or is given another value",
         "right when the behaviour was to change; wrong when the test was bent to the code"),
    Rule("test_data", AMBER, "what existing tests read changed",
         "right when the behaviour was to change; wrong when it was bent so that tests pass"),
    # -- what stands in for the code under test
    Rule("unit_mocked", RED, "the tested code itself is replaced in its test",
         "the test then tests the stand-in"),
    Rule("fixture_replaced", RED, "existing tests are given something else by the same name",
         "the tests then look at the stand-in"),
    Rule("fixture_changed", AMBER, "what existing tests are given changed",
         "right when it follows the code; wrong when it was bent so that tests pass"),
    Rule("tested_copy", RED, "the test brings its own copy of what it tested",
         "the project's code is not tested any more"),
    Rule("always_equal", RED, "a comparison that always has one answer",
         "every assertion about such a value passes"),
    Rule("knows_tests", RED, "code looks whether it is being tested, or who calls it",
         "it can behave otherwise under tests than in use"),
    Rule("mock_in_code", RED, "code that is no test uses mocks",
         "a mock can equal and answer whatever is asked"),
    # -- what reaches the test run from outside
    Rule("conftest", RED, "runs with tests that existed before", "it can change what they see"),
    Rule("conftest_fixture", AMBER, "runs with the tests beside it",
         "it adds what only tests that name it use"),
    Rule("test_hook", RED, "a hook of pytest", "hooks can change what is run and what is reported"),
    Rule("test_plugin", RED, "loads a plugin of pytest",
         "plugins can change what is run and what is reported"),
    Rule("test_config", RED, "changes how the tests are run", "it can change the verdict"),
    Rule("test_marks", AMBER, "registers marks of tests", "marks can be used to deselect tests"),
    Rule("test_config_decides", RED, "passes only with the proposal's test configuration",
         "the configuration decides what counts, not the code"),
    Rule("test_support_decides", AMBER, "passes only with the proposal's tests, helpers or data",
         "right when they follow the code; wrong when they hide what it breaks"),
    Rule("test_command", RED, "runs the tests with some left out",
         "what is left out cannot fail"),
    Rule("startup_code", RED, "runs whenever Python starts here", "it runs before any test"),
    Rule("shadow_module", RED, "has the name of a module that tests import",
         "it is imported in the place of the real one"),
    Rule("pytest_patched", RED, "reaches into pytest or into Python itself",
         "it can change what counts as a failure"),
    Rule("process_exit", RED, "ends the process",
         "a run can be ended before its failures are told"),
    Rule("exit_hook", AMBER, "runs when the process ends", "it can change how a run ends"),
    Rule("own_report", RED, "writes or brings a report of tests",
         "reports are made by the program's own runs"),
    # -- files that run, judge or instruct
    Rule("compiled_code", RED, "is code that cannot be reviewed", "nobody can see what it does"),
    Rule("ci", RED, "runs in continuous integration", "it runs elsewhere with other rights"),
    Rule("hooks", RED, "can run on the host when git is used", "it runs unasked"),
    Rule("git_attributes", RED, "changes how git reads and writes files", "it can run filters"),
    Rule("tool_settings", RED, "can run commands when the folder is opened", "it runs unasked"),
    Rule("agent_rules", RED, "instructs agents and their tools", "it changes what agents do next"),
    Rule("secrets", AMBER, "usually holds secrets", "secrets do not belong into a change"),
    Rule("build", AMBER, "runs when the project is built", "it runs on machines of others"),
    Rule("dependencies", AMBER, "changes what gets installed", "others' code runs with yours"),
    Rule("migration", AMBER, "changes stored data", "it cannot be taken back by undo"),
    Rule("executable", RED, "becomes executable", "it can be started"),
    Rule("special_file", RED, "is no ordinary file", "links and devices lead elsewhere"),
    Rule("binary", RED, "is binary and cannot be read here", "nobody can see what it is"),
    Rule("look_alike", AMBER,
         "has letters of two scripts in one name; it may look like another file",
         "it can be taken for another file"),
    Rule("hidden_characters", AMBER,
         "has characters that are not seen or that turn the text around",
         "what is read is not what is run"),
    Rule("conflict_markers", RED, "has conflict markers of a merge", "it is not finished"),
    # -- code
    Rule("dangerous_call", RED, "runs or loads what it is given", "input can become code"),
    Rule("outside_world", RED, "reaches other programs or the network for the first time",
         "it can do what no test here sees"),
    Rule("secret", RED, "looks like a secret", "secrets do not belong into a change"),
    Rule("third_party_import", AMBER, "imports what the project has not named",
         "it may be missing elsewhere, or be another package than meant"),
    Rule("signature_changed", AMBER, "a public signature changed", "callers may have to follow"),
    Rule("callers_left", AMBER, "a call elsewhere does not fit any more",
         "it fails when it is reached, and the tests may not reach it"),
    Rule("never_read", AMBER, "was changed without having been read",
         "what stood there may be lost, or be meant otherwise"),
    Rule("swallowed_error", AMBER, "an error is caught and forgotten", "failures go unseen"),
    Rule("check_silenced", AMBER, "silences a check", "the check had a reason"),
    Rule("todo", AMBER, "leaves something to do", "it is not finished"),
    Rule("dead_code", AMBER, "is code in a comment",
         "it is not run, and will not be right for long"),
    Rule("not_covered", AMBER, "changed lines that no test of the proposal runs",
         "nothing shows what they do"),
    Rule("long_function", AMBER, "a function of more than 50 lines", "it is hard to review"),
    Rule("long_line", AMBER, "a line of more than 100 characters, where there was none",
         "its end is easily overlooked"),
    Rule("undocumented", AMBER, "a public function has no docstring where all others have one",
         "the next reader has to guess what it promises"),
    Rule("untyped", AMBER, "a public function lacks hints where all others have them",
         "the type checker does not look into it"),
    Rule("large_deletion", AMBER, "much is deleted", "deletions are quickly overlooked"),
    Rule("unreadable", AMBER, "is no Python that can be read here",
         "only rules of text could look at it"),
)  # fmt: skip

RULES = {rule.id: rule for rule in _RULES}
