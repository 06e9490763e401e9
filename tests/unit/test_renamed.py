"""Files of the past found again by the ends of their paths."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.code.renamed import renamed

PATHS = st.lists(
    st.lists(st.sampled_from(["a", "b", "text.py", "__init__.py"]), min_size=1, max_size=4).map(
        "/".join
    ),
    unique=True,
    max_size=8,
)


def test_a_package_that_moved_whole_is_found_file_by_file() -> None:
    today = ["src/pkg/__init__.py", "src/pkg/utils/text.py", "src/pkg/text.py"]
    was = ["pkg/__init__.py", "pkg/utils/text.py", "pkg/text.py"]
    assert renamed(was, today) == dict(zip(was, today, strict=True))


def test_the_only_file_of_its_name_is_found_in_any_folder() -> None:
    assert renamed(["old/retry.py"], ["new/place/retry.py"]) == {
        "old/retry.py": "new/place/retry.py"
    }
    assert renamed(["old/__init__.py"], ["new/__init__.py"]) == {}


def test_of_two_that_are_as_like_none_is_taken() -> None:
    assert renamed(["text.py"], ["a/text.py", "b/text.py"]) == {}
    assert renamed(["x/a/text.py"], ["a/text.py", "b/text.py"]) == {"x/a/text.py": "a/text.py"}


def test_many_files_of_one_name_cost_what_they_are() -> None:
    today = [f"src/p{n}/__init__.py" for n in range(20_000)]
    was = [path.removeprefix("src/") for path in today]
    assert len(renamed(was, today)) == 20_000


@given(PATHS, PATHS)
def test_each_leads_to_a_file_of_today_with_the_same_name(
    gone: list[str], paths: list[str]
) -> None:
    for old, new in renamed(gone, paths).items():
        assert old in gone
        assert new in paths
        assert old.rpartition("/")[2] == new.rpartition("/")[2]
