"""Signals made one score."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.code.ranking import (
    BESIDE,
    FURTHER,
    HEAD,
    LINKED,
    WEIGHTS,
    bm25,
    fuse,
    kind_weight,
    with_verbatim,
)

SIGNALS = st.dictionaries(
    st.sampled_from(sorted(WEIGHTS | FURTHER)),
    st.dictionaries(st.integers(0, 9), st.floats(0, 100), max_size=10),
)
LINKS = st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 9)), max_size=10)


def test_rare_words_and_short_files_count_more() -> None:
    counts = {"rare": {0: 1}, "common": {1: 1, 2: 1, 3: 1}}
    scores = bm25(counts, {0: 10, 1: 10, 2: 5, 3: 50}, {"rare": 1, "common": 1})
    assert sorted(scores, key=lambda file: -scores[file]) == [0, 2, 1, 3]


def test_a_file_that_the_best_import_comes_before_one_without_a_link() -> None:
    signals = {"words": {0: 4.0, 1: 1.0, 2: 1.0}}
    apart = list("abcd")
    assert [s.file for s in fuse(signals, {}, apart, [1.0] * 4)] == [0, 1, 2]
    found = fuse(signals, {0: {2, 3}, 2: {0}, 3: {0}}, apart, [1.0] * 4)
    assert [s.file for s in found] == [0, 2, 1, 3]
    assert found[1].parts.keys() == {"words", "linked"}


def test_a_file_beside_the_best_comes_before_one_that_stands_elsewhere() -> None:
    signals = {"words": {0: 4.0, 1: 1.0, 2: 1.0}}
    found = fuse(signals, {}, ["one", "two", "one", "one", "two"], [1.0] * 5)
    assert [s.file for s in found] == [0, 2, 1, 3, 4]
    assert found[3].parts.keys() == {"beside"}


def test_the_many_tests_beside_the_best_give_less_than_code_does() -> None:
    signals = {"words": {0: 4.0, 1: 4.0}}
    found = {s.file: s for s in fuse(signals, {}, ["a", "b", "a", "b"], [1.0, 0.2, 1.0, 1.0])}
    assert found[2].parts["beside"] > found[3].parts["beside"]


def test_what_stands_in_a_file_as_it_is_written_brings_it_forward_by_its_kind() -> None:
    found = fuse({"words": {0: 4.0, 1: 3.9, 2: 3.8}}, {}, list("abc"), [1.0, 0.1, 1.0])
    assert with_verbatim(found, {}, [1.0, 0.1, 1.0]) == found
    again = with_verbatim(found, {1: 5.0, 2: 5.0}, [1.0, 0.1, 1.0])
    assert [each.file for each in again] == [2, 0, 1]
    assert ["verbatim" in each.parts for each in again] == [True, False, True]


def test_nothing_found_is_nothing_ranked() -> None:
    assert fuse({"words": {}, "path": {3: 0.0}}, {3: {1}}, [""] * 4, [1.0] * 4) == []


@given(SIGNALS, LINKS)
def test_scores_fall_and_every_file_with_a_signal_has_one(
    signals: dict[str, dict[int, float]], links: dict[int, set[int]]
) -> None:
    found = fuse(signals, links, list("aaabbbcccc"), [1.0] * 10)
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    assert len({each.file for each in found}) == len(found)
    assert {f for s in signals.values() for f, v in s.items() if v > 0} <= {e.file for e in found}
    most = sum((WEIGHTS | FURTHER).values()) + LINKED + BESIDE
    assert all(score <= most + 1e-9 for score in scores)


def test_what_further_signals_find_comes_after_the_best_and_before_the_rest() -> None:
    words = {file: 30.0 - file for file in range(20)}
    before = [each.file for each in fuse({"words": words}, {}, [""] * 25, [1.0] * 25)]
    signals = {"words": words, "tests": {19: 1.0, 0: 0.5}, "like": {24: 2.0}}
    after = fuse(signals, {}, [""] * 25, [1.0] * 25)
    files = [each.file for each in after]
    assert files[:HEAD] == before[:HEAD]
    assert files.index(19) < before.index(19)
    assert files.index(24) < before.index(24)
    assert "tests" not in after[0].parts
    assert next(each for each in after if each.file == 19).parts.keys() >= {"words", "tests"}


def test_what_only_further_signals_find_keeps_its_order() -> None:
    found = fuse({"like": {3: 1.0, 1: 4.0, 2: 2.0}}, {}, [""] * 5, [1.0] * 5)
    assert [each.file for each in found] == [1, 2, 3]
    assert found[0].score > found[1].score > found[2].score > 0


def test_a_signal_without_a_weight_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="no weight"):
        fuse({"word": {1: 1.0}}, {}, [""] * 5, [1.0] * 5)


def test_code_comes_first_unless_something_else_is_meant() -> None:
    assert kind_weight("src/retry.py", []) == 1.0
    order = ["src/retry.py", "docs/retry.py", "tests/test_retry.py"]
    weights = [kind_weight(path, ["retry"]) for path in order]
    assert weights == sorted(weights, reverse=True)
    assert kind_weight("tests/test_retry.py", ["test"]) > weights[-1]
    assert kind_weight("docs/retry.md", ["doc"]) == 1.0
    assert kind_weight("docs_src/retry.py", []) == kind_weight("docs/retry.py", [])
    assert kind_weight("src/pip/_vendor/retry.py", []) < 0.4
    assert kind_weight("contest.py", []) == 1.0
