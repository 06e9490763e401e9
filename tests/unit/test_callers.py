"""Calls elsewhere that a changed signature does not take any more."""

from __future__ import annotations

import pytest

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.flags.callers import caller_flags, changed_names
from codeframe_tui.core.flags.change import Change
from codeframe_tui.core.flags.code import code_flags


def change(old: str, new: str) -> Change:
    diff = FileDiff("a.py", Action.MODIFY, "100644", "100644", False, ())
    return Change(diff, f"def f({old}):\n    pass\n", f"def f({new}):\n    pass\n")


@pytest.mark.parametrize(
    ("old", "new", "call", "left"),
    [
        ("x", "x, y", "f(1)", True),
        ("x", "x, y=2", "f(1)", False),
        ("x, y", "x", "f(1, 2)", True),
        ("x, y", "x, *rest", "f(1, 2)", False),
        ("x", "z", "f(x=1)", True),
        ("x", "z", "f(1)", False),
        ("x", "z, **more", "f(x=1)", True),
        ("x", "x, *, y", "f(1)", True),
        ("x, y", "y, x", "f(1, y=2)", True),
        ("x", "x, y", "f(*many)", False),
        ("x", "x, y", "f(**named)", False),
        ("x", "x, y", "f()", False),
        ("x", "x, y", "other.f(1)", True),
        ("x", "x, y", "g(1)", False),
        ("x: int", "x: str", "f(1)", False),
        ("x", "x, /", "f(x=1)", True),
    ],
)
def test_a_call_that_fitted_and_does_not_fit_is_told(
    old: str, new: str, call: str, left: bool
) -> None:
    found = list(caller_flags([change(old, new)], {"b.py": f"\n{call}\n"}))
    assert [flag.rule for flag in found] == ["callers_left"] * left
    if left:
        assert found[0].message == "f is still called as before at b.py:2"


def test_methods_are_called_without_their_first_argument() -> None:
    diff = FileDiff("a.py", Action.MODIFY, "100644", "100644", False, ())
    old = "class A:\n    def f(self, x):\n        pass\n"
    both = Change(diff, old, old.replace("self, x", "self, x, y"))
    (flag,) = caller_flags([both], {"b.py": "a.f(1)\na.f(1, 2)\n" * 5})
    assert flag.message == "f is still called as before at b.py:1, b.py:3, b.py:5 and 2 more"
    assert flag.after == "a.f(1)"


def test_a_property_that_is_set_too_takes_what_it_took() -> None:
    diff = FileDiff("a.py", Action.MODIFY, "100644", "100644", False, ())
    old = (
        "class A:\n    @property\n    def f(self): return 1\n"
        "    @f.setter\n    def f(self, x): pass\n"
    )
    same = Change(diff, old, old.replace("return 1", "return 2"))
    assert changed_names([same]) == set()
    assert not [f for f in code_flags(same, (), "") if f.rule == "signature_changed"]
    other = Change(diff, old, old.replace("self, x", "self, y"))
    assert changed_names([other]) == {"f"}


def test_an_overload_stands_beside_what_it_describes() -> None:
    diff = FileDiff("a.py", Action.MODIFY, "100644", "100644", False, ())
    hints = "@overload\ndef f(x: int): ...\n@typing.overload\ndef f(x: str): ...\n"
    old, new = (hints + f"def f({given}): pass\n" for given in ("x", "x, y"))
    assert changed_names([Change(diff, old.removeprefix(hints), old)]) == set()
    assert changed_names([Change(diff, old, new)]) == {"f"}


def test_a_first_argument_by_its_place_only_is_no_argument_of_a_call() -> None:
    diff = FileDiff("a.py", Action.MODIFY, "100644", "100644", False, ())
    old = "class A:\n    def f(self, x, /, y): pass\n"
    added = Change(diff, old, old.replace("y", "y, z=1"))
    assert not list(caller_flags([added], {"b.py": "a.f(1, y=2)\n"}))
    gone = Change(diff, old, old.replace("y", "z"))
    assert list(caller_flags([gone], {"b.py": "a.f(1, y=2)\n"}))
    named = Change(diff, old, old.replace("x, /, y", "x, y, /"))
    assert list(caller_flags([named], {"b.py": "a.f(1, y=2)\n"}))


def test_callers_in_files_that_change_are_looked_at_as_they_are_now() -> None:
    diff = FileDiff("b.py", Action.MODIFY, "100644", "100644", False, ())
    follows = Change(diff, "f(1)\n", "f(1, 2)\n")
    assert not list(caller_flags([change("x", "x, y"), follows], {}))
    stays = Change(diff, "f(1)\n", "f(1)  # seen\n")
    assert len(list(caller_flags([change("x", "x, y"), stays], {}))) == 1


def test_private_functions_and_files_that_cannot_be_read_are_left_alone() -> None:
    private = change("x", "x, y")
    hidden = Change(private.diff, "def _f(x): pass\n", "def _f(x, y): pass\n")
    assert changed_names([hidden]) == set()
    assert changed_names([private]) == {"f"}
    assert not list(caller_flags([private], {"b.py": "f(1) ("}))
