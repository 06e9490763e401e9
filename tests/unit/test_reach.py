"""What a change can reach by imports, and in which order tests run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.evidence.reach import (
    Hints,
    imported_names,
    order_of,
    reached,
    seconds_of,
)
from codeframe_tui.core.evidence.verification import Outcome, TestCase


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a.b as c, d", {"a.b", "d"}),
        ("from a.b import c, e as f", {"a.b", "a.b.c", "a.b.e"}),
        ("from a import (\n    b,  # why\n    c,\n)", {"a", "a.b", "a.c"}),
        ("from a import b, \\\n    c", {"a", "a.b", "a.c"}),
        ("from . import b", {"pkg.sub", "pkg.sub.b"}),
        ("from .b import c", {"pkg.sub.b", "pkg.sub.b.c"}),
        ("from ..b import *", {"pkg.b"}),
        ("def f():\n    import a", {"a"}),
        ("if x: import a; from b import c", {"a", "b", "b.c"}),
        ("m = importlib.import_module('a.b')", {"a.b"}),
        ("important = fromage", set()),
        ("from.b import(c)", {"pkg.sub.b", "pkg.sub.b.c"}),
        ("from a import (  # why (not)\n    b,\n)", {"a"}),
    ],
)
def test_every_form_of_import_is_seen(text: str, names: set[str]) -> None:
    assert imported_names("pkg/sub/m.py", text) == names


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "from " + " " * 200_000,
        "from " + "." * 200_000,
        "from " + "a." * 100_000,
        "from a" + " " * 200_000 + "x",
        "from a import (\n" * 50_000,
        "import " + " " * 200_000 + "\\",
        "import " + "a," * 100_000 + "\\",
        "import a" + ".a" * 200_000,
        "from " + "a" * 200_000 + " import " + ",".join(map("b{}".format, range(50_000))),
        ";import" * 50_000,
        "import_module(" + " " * 200_000,
    ],
    ids=[
        "spaces",
        "dots",
        "names",
        "spaces behind",
        "open",
        "none",
        "many",
        "deep",
        "long",
        "again",
        "by name",
    ],
)
def test_hostile_text_is_read_in_its_length(text: str) -> None:
    assert reached(["a.py"], {"pkg/m.py": imported_names("pkg/m.py", text)}) >= {"a.py"}


TREE = {
    "src/shop/__init__.py": "",
    "src/shop/cart.py": "from shop.money import total",
    "src/shop/money.py": "",
    "src/shop/other.py": "import json",
    "tests/conftest.py": "from tests.support import make",
    "tests/support.py": "import shop.cart",
    "tests/test_far.py": "def test_x(make): pass",
    "more/test_cart.py": "from shop import cart",
    "more/test_other.py": "from shop.other import *",
    "more/test_package.py": "import shop",
}
IMPORTS = {path: imported_names(path, text) for path, text in TREE.items()}


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        ("src/shop/money.py", {"tests/test_far.py", "more/test_cart.py"}),
        ("src/shop/other.py", {"more/test_other.py"}),
        (
            "src/shop/__init__.py",
            {
                "tests/test_far.py",
                "more/test_cart.py",
                "more/test_other.py",
                "more/test_package.py",
            },
        ),
        ("tests/conftest.py", {"tests/test_far.py"}),
        ("README.md", set()),
    ],
)
def test_what_imports_a_changed_file_is_reached_through_others(
    changed: str, tests: set[str]
) -> None:
    found = reached([changed], IMPORTS)
    assert {path for path in found if "/test_" in path} == tests


@given(st.dictionaries(st.sampled_from("abcd"), st.lists(st.sampled_from("abcd"))))
def test_circles_end(imports: dict[str, list[str]]) -> None:
    graph = {f"{path}.py": names for path, names in imports.items()}
    assert reached(["a.py"], graph) >= {"a.py"}


def test_what_the_change_can_break_runs_first_and_slow_ones_last() -> None:
    order = order_of(
        Hints(
            changed=["t/test_new.py"],
            failed=["t/test_red.py"],
            reached=["t/test_a.py", "t/test_slow.py", "t/test_z.py", "t/test_new.py"],
            seconds={"t/test_slow.py": 9.0, "t/test_huge.py": 90.0, "t/test_long.py": 20.0},
        )
    )
    assert order.first == (
        "t/test_new.py", "t/test_red.py", "t/test_a.py", "t/test_z.py", "t/test_slow.py",
    )  # fmt: skip
    assert order.last == ("t/test_long.py", "t/test_huge.py")


def test_the_time_of_a_file_is_that_of_all_its_tests() -> None:
    took = {"t/test_a.py::test_x": 1.0, "t/test_a.py::Test::test_y[b::c]": 0.5, "t/test_b.py": 2.0}
    cases = [TestCase(test, Outcome.PASSED, seconds) for test, seconds in took.items()]
    assert seconds_of(cases) == {"t/test_a.py": 1.5, "t/test_b.py": 2.0}
