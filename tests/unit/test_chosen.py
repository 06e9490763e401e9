"""Files that people pin to a task's context, or keep out of it."""

from __future__ import annotations

from codeframe_tui.core.code.chosen import NOTHING, Chosen, arrange
from codeframe_tui.core.code.context import Ranked, Source, pack


def ranked(*paths: str) -> list[Ranked]:
    return [Ranked(path, 9.0 - n, (f"reason {n}",)) for n, path in enumerate(paths)]


def test_a_newer_choice_about_a_path_takes_the_place_of_the_older() -> None:
    chosen = NOTHING.choose("a.py", "pinned").choose("b.py", "pinned").choose("a.py", "excluded")
    assert chosen == Chosen(("b.py",), ("a.py",))
    assert chosen.choose("a.py", None) == Chosen(("b.py",))
    assert Chosen.of(chosen.stored()) == chosen
    assert (NOTHING.stored(), Chosen.of(None)) == (None, NOTHING)


def test_the_same_choice_once_more_changes_nothing() -> None:
    chosen = NOTHING.choose("a.py", "pinned").choose("b.py", "pinned")
    assert chosen.choose("a.py", "pinned") == chosen
    assert chosen.choose("c.py", None) == chosen


def test_what_is_chosen_for_a_task_counts_before_what_is_chosen_for_the_project() -> None:
    project = Chosen(("a.py", "docs/b.md"), ("c.py", "lib"))
    held = Chosen(("c.py",), ("docs",)).over(project)
    assert held == Chosen(("c.py", "a.py"), ("docs", "lib"))
    assert [held.leaves_out(p) for p in ("c.py", "docs/b.md", "lib/x/y.py", "library.py")] == [
        False, True, True, False,
    ]  # fmt: skip


def test_a_pinned_file_comes_out_of_an_excluded_folder() -> None:
    chosen = Chosen(("lib/a.py",), ("lib",))
    files, pinned, told = arrange(ranked("lib/b.py", "x.py"), chosen, {"lib/a.py"})
    assert ([file.path for file in files], pinned) == (["lib/a.py", "x.py"], 1)
    assert files[0].reasons == ("pinned by you",)
    assert told == ["lib: excluded by you"]


def test_pinned_files_come_first_with_their_reasons_and_missing_ones_are_told() -> None:
    files, pinned, told = arrange(
        ranked("a.py", "b.py", "c.py"), Chosen(("c.py", "gone.py"), ("a.py",)), {"b.py", "c.py"}
    )
    assert [file.path for file in files] == ["c.py", "b.py"]
    assert (files[0].reasons, pinned) == (("pinned by you", "reason 2"), 1)
    assert told[0].startswith("gone.py: pinned by you, but")
    assert told[1] == "a.py: excluded by you"


def test_a_pinned_file_that_is_not_read_yet_does_not_count_as_gone() -> None:
    *_, told = arrange([], Chosen(("late.py", "gone.py")), (), {"late.py"})
    assert told == [
        "late.py: pinned by you, but it is not read yet; ask again in a moment",
        "gone.py: pinned by you, but it is absent, too large, or made by a program",
    ]


def test_pinned_files_are_given_whole_beside_the_best_and_may_take_all_that_is_left() -> None:
    large = Source("x = 1\n" * 100)  # 150 tokens
    files = ranked(*(f"f{n}.py" for n in range(8)))
    sources = {file.path: large for file in files}
    packed, _ = pack(files, sources, 8 * 150, (), pinned=1)
    assert [file.form for file in packed][:6] == ["body"] * 6
    assert packed[6].form == "name"
    named = pack(files[1:2], {}, 0, ())[0][0].tokens  # names of others are told in any case
    (alone, *rest), cut = pack(files[:2], sources, 160 + named, (), pinned=1)
    assert (alone.form, [file.form for file in rest]) == ("body", ["name"])
    assert len(cut) == 1
