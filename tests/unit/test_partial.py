"""Files seen in JSON that is still being written."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.talk.partial import PartialFile, PartialFiles

NAMES = st.text(min_size=1, max_size=12)
CONTENTS = st.text(max_size=120)
ENTRIES = st.lists(
    st.fixed_dictionaries({"path": NAMES, "action": st.just("create"), "content": CONTENTS}),
    unique_by=lambda entry: entry["path"],
    max_size=4,
)


def pieces_of(text: str, cuts: list[int]) -> list[str]:
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(places)]


def told(pieces: list[str], step: int = 1) -> list[PartialFile]:
    scanner = PartialFiles(step)
    return [file for piece in pieces for file in scanner.feed(piece)]


@given(
    entries=ENTRIES,
    cuts=st.lists(st.integers(0, 1500), max_size=40),
    before=st.sampled_from(["", "Here {it} is:\n```json\n", 'He said "use {x}" ', "{ no } [1] "]),
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 2]),
)
def test_any_split_of_an_answer_shows_growing_prefixes_and_ends_with_the_whole(
    entries: list[dict[str, Any]],
    cuts: list[int],
    before: str,
    ascii_only: bool,
    indent: int | None,
) -> None:
    document = {"files": entries, "explanation": 'why {not} "so"'}
    text = before + json.dumps(document, ensure_ascii=ascii_only, indent=indent) + "\n```\nDone."
    files = told(pieces_of(text, cuts))
    whole = {entry["path"]: entry["content"] for entry in entries}
    assert {file.path: file.content for file in files if file.complete} == whole
    for path, content in whole.items():
        shown = [file.content for file in files if file.path == path]
        assert all(content.startswith(one) for one in shown)
        assert shown == sorted(shown, key=len)


@given(text=st.text(alphabet='{}[]",:\\u0aé path content\n', max_size=200))
def test_no_text_breaks_the_scanner(text: str) -> None:
    told(list(text))
    told([text])


def test_an_escape_cut_in_half_waits_for_its_rest() -> None:
    text = r'{"path": "a", "content": "x\u00e9\ud83d\udc4b\n\"\ud800."}'
    files = told(list(text))
    assert files[-1] == PartialFile("a", 'xé👋\n"\ud800.', complete=True)


def test_a_write_call_is_shown_too_and_other_calls_are_not() -> None:
    assert told(['{"path": "a.py", "content": "x = 1'])[-1] == PartialFile("a.py", "x = 1", False)
    assert told(['{"path": "a.py", "limit": 3}', '{"pattern": "content"}']) == []


@pytest.mark.parametrize("first", ["content", "encoding"])
def test_base64_is_not_shown_as_if_it_were_text(first: str) -> None:
    entry = {"encoding": "base64", "content": "AAAA", "path": "a"}
    ordered = {first: entry[first], **entry}
    assert told([json.dumps({"files": [ordered]})]) == []


def test_a_long_file_costs_little_more_than_its_length_to_tell() -> None:
    content = "x = 1\n" * 60_000
    text = json.dumps({"files": [{"path": "a", "content": content}]})
    files = told([text[at : at + 20] for at in range(0, len(text), 20)], step=40)
    assert files[-1].content == content
    assert sum(len(file.content) for file in files) < 60 * len(content)
