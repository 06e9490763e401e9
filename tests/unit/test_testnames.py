"""Tests by their names, in the usual ways of each language."""

from __future__ import annotations

import pytest

from codeframe_tui.core.code.testnames import is_test, named_after, source_name


@pytest.mark.parametrize(
    ("test", "source"),
    [
        ("tests/test_retry.py", "app/_retry.py"),
        ("app/retry_test.py", "app/retry.py"),
        ("tests/testretry.py", "app/retry.py"),
        ("tests/retry_tests.py", "app/retry.py"),
        ("net/retry_test.go", "net/retry.go"),
        ("src/retry.test.ts", "src/retry.ts"),
        ("src/retry.spec.tsx", "src/retry.tsx"),
        ("src/__tests__/retry.js", "src/retry.mjs"),
        ("src/test/java/RetryTest.java", "src/main/java/Retry.java"),
        ("net/RetryTests.java", "net/Retry.java"),
        ("net/TestRetry.java", "net/Retry.java"),
        ("net/RetryIT.java", "net/Retry.java"),
        ("spec/net/retry_spec.rb", "lib/net/retry.rb"),
        ("test/test_retry.rb", "lib/retry.rb"),
        ("tests/retry.rs", "src/retry.rs"),
        ("net/retry_test.cc", "net/retry.hpp"),
        ("net/retry_unittest.cc", "net/retry.cc"),
    ],
)
def test_a_test_is_known_by_its_name_and_named_after_what_it_tests(test: str, source: str) -> None:
    assert is_test(test)
    assert not is_test(source)
    assert named_after(test) == source_name(source) is not None


def test_tests_of_one_language_are_not_about_files_of_another() -> None:
    assert named_after("tests/test_retry.py") != source_name("web/retry.ts")
    assert source_name("docs/retry.md") is None
    assert named_after("tests/retry.json") is None
    assert named_after("tests/test.py") is None


@pytest.mark.parametrize(
    "path", ["net/Latest.java", "net/Contest.java", "net/EXIT.java", "spec/openapi.py", "a/unit.cc"]
)
def test_what_only_looks_like_one_is_no_test(path: str) -> None:
    assert not is_test(path)


def test_helpers_of_tests_are_tests() -> None:
    assert is_test("conftest.py")
    assert is_test("spec/spec_helper.rb")
    assert is_test("testing/tools.go")
