"""Which files are tests: by their names, by the project's options, by what a run found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codeframe_tui.core.evidence.helpers import may_help, only_of_tests
from codeframe_tui.core.evidence.support import is_helper
from codeframe_tui.core.evidence.testfiles import USUAL, configured

PYTEST_INI = "[pytest]\npython_files = check_*.py *_spec.py\n"
PYPROJECT = """[tool.pytest.ini_options]
python_files = ["*.py"]
testpaths = ["spec"]
python_functions = "it_* check"
python_classes = ["Describe"]
"""


@pytest.mark.parametrize(
    ("configs", "path", "is_test"),
    [
        ({}, "a/test_a.py", True),
        ({}, "a/check_a.py", False),
        ({"pytest.ini": PYTEST_INI}, "a/check_a.py", True),
        ({"pytest.ini": PYTEST_INI}, "a/a_spec.py", True),
        ({"pytest.ini": PYTEST_INI}, "a/test_a.py", True),
        ({"pytest.ini": PYTEST_INI, "pyproject.toml": PYPROJECT}, "spec/a.py", False),
        ({"pyproject.toml": PYPROJECT}, "spec/a.py", True),
        ({"pyproject.toml": PYPROJECT}, "spec/conftest.py", False),
        ({"pyproject.toml": PYPROJECT}, "shop/a.py", False),
        ({"pyproject.toml": '[tool.pytest]\npython_files = ["a.py"]\n'}, "shop/a.py", True),
        ({"pytest.toml": '[pytest]\npython_files = ["a.py"]\n'}, "shop/a.py", True),
        ({"setup.cfg": "[tool:pytest]\npython_files = a.py\n"}, "shop/a.py", True),
        ({"setup.cfg": "[tool:pytest]\npython_files = *.py\n"}, "shop/a.py", False),
        ({"tox.ini": "[pytest]\npython_files = shop/a.py\n"}, "shop/a.py", True),
        ({"tox.ini": "[tox]\n", "setup.cfg": "[tool:pytest]\npython_files=a.py\n"}, "a.py", True),
        ({"pytest.ini": "", "setup.cfg": "[tool:pytest]\npython_files=a.py\n"}, "a.py", False),
        ({"pyproject.toml": "[tool.pytest\n"}, "shop/a.py", False),
        ({"pyproject.toml": "[tool.pytest]\npython_files = 3\n"}, "shop/a.py", False),
        ({"pytest.ini": '[pytest]\npython_files = "a.py\n'}, "shop/a.py", False),
    ],
)
def test_the_first_configuration_that_says_something_is_heard(
    configs: dict[str, str], path: str, is_test: bool
) -> None:
    assert configured(configs).is_test(path) is is_test
    assert configured(configs).is_support(path) is is_test


@pytest.mark.parametrize(
    "folders", ["spec .", "spec ./", "spec web/*/tests", "sp[e]c", "spe?", "./"]
)
def test_where_one_folder_of_tests_may_be_any_all_are(folders: str) -> None:
    tests = configured({"pytest.ini": f"{PYTEST_INI}testpaths = {folders}\n"})
    assert tests.is_test("web/shop/tests/check_a.py")
    assert tests.folders == ()


def test_a_hidden_folder_of_tests_keeps_its_name() -> None:
    assert configured({"pytest.ini": "[pytest]\ntestpaths = ./.ci/a/\n"}).folders == (".ci/a/",)


def test_names_of_tests_are_prefixes_or_globs_beside_the_usual_ones() -> None:
    tests = configured({"pyproject.toml": PYPROJECT})
    names = ("test_a", "it_a", "checked", "its")
    assert [tests.is_function(name) for name in names] == [True, True, True, False]
    classes = ("TestA", "DescribeA", "A")
    assert [tests.is_class(name) for name in classes] == [True, True, False]


def test_a_run_tells_of_files_with_tests_and_not_of_those_with_doctests() -> None:
    ids = ("a/tests.py::test_a[1]", "b/b.py::b.b.f", "c.py::c", "d/d.py::TestD::test_d", "e.txt::e")
    tests = USUAL.with_run(ids)
    assert tests.collected == {"a/tests.py", "d/d.py"}
    assert tests.is_support("d/d.py")


def test_a_helper_is_what_tests_import_and_code_does_not() -> None:
    files = ("testing/a.py", "testing/b.py", "testing/c.py")
    texts = {
        "tests/test_a.py": "from testing import a\nfrom testing.b import f\n",
        "shop/b.py": "import testing.b\n",
        "testing/c.py": "import testing.c\n",
    }
    assert only_of_tests(files, texts, USUAL) == {"testing/a.py"}


@pytest.mark.parametrize(
    ("path", "text", "helps"),
    [
        ("testing/a.py", "def f(): pass\n", True),
        ("shop/test_data.py", "def f(): pass\n", True),
        ("shop/cases.py", "CASES = [1]\n", True),
        ("shop/__init__.py", "from shop import a\n", False),
        ("testing/__init__.py", "from testing import a\n", True),
        ("shop/a.py", "import pytest\n\n\ndef f(): pass\n", True),
        ("shop/a.py", "from unittest.mock import Mock\n\n\nclass A: pass\n", True),
        ("textcase.py", "def f(a):\n    assert a\n", False),
        ("src/app/database.py", "async def f(): pass\n", False),
        ("shop/factory.py", "class A: pass\n", False),
    ],
)
def test_what_may_serve_tests_speaks_of_them_or_is_data(path: str, text: str, helps: bool) -> None:
    assert may_help(path, text) is helps


def test_a_helper_is_looked_at_and_still_code_under_test() -> None:
    tests = replace(USUAL, helpers=frozenset({"shop/cases.py"}))
    assert is_helper("shop/cases.py", tests)
    assert not tests.is_support("shop/cases.py")
