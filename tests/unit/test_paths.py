"""The lexical path gate against the path corpus."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.errors import PathRefused
from codeframe_tui.core.paths import check_path, check_places, check_set
from tests.security.cases import cases
from tests.security.paths import legal_names, spelled

REFUSED = {
    case["id"]: (spelled(case), case["reason"])
    for case in cases("paths")
    if "reason" in case and not case.keys() & {"paths", "there"}
}
ALLOWED = [*(spelled(c) for c in cases("paths") if "reason" not in c), *legal_names()]


@pytest.mark.parametrize(("path", "reason"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.goal("G2", "hostile paths by their names alone")
def test_a_hostile_path_is_refused_with_its_reason(path: str, reason: str) -> None:
    with pytest.raises(PathRefused) as caught:
        check_path(path, reserved=(".venv",))
    assert reason in caught.value.message.partition("is refused: ")[2]
    caught.value.message.encode()


def test_an_odd_but_legal_path_passes_as_it_is() -> None:
    assert [check_path(path) for path in ALLOWED] == ALLOWED


@pytest.mark.parametrize("path", [".venv", ".venv/lib/x.py", ".VENV/x", "envs/dev/bin/python"])
def test_the_place_of_the_environment_is_reserved(path: str) -> None:
    with pytest.raises(PathRefused, match="environment"):
        check_path(path, reserved=(".venv", "envs/dev/"))


@pytest.mark.parametrize("path", [".venvs/x", "src/.venv/x", "envs/dev2"])
def test_its_neighbours_are_not(path: str) -> None:
    assert check_path(path, reserved=(".venv", "envs/dev/")) == path


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        (["x", "y", "x"], "named twice"),
        (["README", "readme"], "case or Unicode"),
        (["e\u0301.py", "\u00e9.py"], "case or Unicode"),
        (["stra\u00dfe", "STRASSE"], "case or Unicode"),
        (["A/x", "a/X"], "case or Unicode"),
        (["a", "a/b"], "parent"),
        (["a/b/c/d", "A/b"], "parent"),
    ],
)
def test_paths_that_clash_with_each_other_are_refused(paths: list[str], reason: str) -> None:
    for order in (paths, paths[::-1]):
        with pytest.raises(PathRefused, match=reason):
            check_set(order)


def test_neighbours_pass_together() -> None:
    check_set(["a", "ab", "a.b", "b/a", "b/ab", "B.txt"])


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("src", "is a folder"),
        ("README/x", "no folder"),
        ("sub/x", "no folder"),
        ("readme", "case or Unicode"),
    ],
)
def test_paths_that_clash_with_the_tree_are_refused(path: str, reason: str) -> None:
    tree = {"README": 1, "src/a.py": 1, "sub": "a submodule"}
    with pytest.raises(PathRefused, match=reason):
        check_places([path], tree)
    check_places(["README", "src/b.py", "src/a.py", "new/x"], tree)


def test_twins_that_the_tree_already_holds_may_be_changed() -> None:
    check_places(["A", "a"], {"A": 1, "a": 1})


@given(st.text(max_size=40))
def test_what_passes_stays_below_the_root(text: str) -> None:
    try:
        path = check_path(text)
    except PathRefused:
        return
    path.encode()
    assert not path.startswith("/")
    assert not {"", ".", "..", ".git"} & set(path.split("/"))


@given(st.lists(st.text(string.ascii_lowercase + "-_", min_size=5), min_size=1, max_size=8))
def test_ordinary_names_always_pass(names: list[str]) -> None:
    assert check_path("/".join(names))
