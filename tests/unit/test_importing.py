"""Import files: TOML and Markdown say the same as JSON."""

from __future__ import annotations

import pytest

from codeframe_tui.core.errors import WrongUse
from codeframe_tui.core.importing import read_json, read_markdown, read_toml, reader_for

MARKDOWN = """# Plan

Words for people.

## 1.5 Rate limits
All of the API.

- [x] [1.5.1] Done long ago
      its text
- [ ] [1.5.2] Retry on 429 (after 1.5.1, 1.5.3; p1)

      Respect `Retry-After`:

          wait(seconds)
- [ ] 1.5.3 Count calls (p0)
* [ ] Without a number (see the manual)

## Notes
- [ ] Of no issue (after 1.5.2)
- a point, no task
      not a description
"""


def test_markdown_is_the_document_it_reads_as() -> None:
    assert read_markdown(MARKDOWN, "t.md") == {
        "issues": [{"number": "1.5", "title": "Rate limits", "description": "All of the API."}],
        "tasks": [
            {
                "number": "1.5.2",
                "title": "Retry on 429",
                "description": "Respect `Retry-After`:\n\n    wait(seconds)",
                "issue": "1.5",
                "depends_on": ["1.5.3"],
                "priority": 1,
            },
            {
                "number": "1.5.3",
                "title": "Count calls",
                "description": "",
                "issue": "1.5",
                "depends_on": [],
                "priority": 0,
            },
            {
                "title": "Without a number (see the manual)",
                "description": "",
                "issue": "1.5",
                "depends_on": [],
            },
            {"title": "Of no issue", "description": "", "depends_on": ["1.5.2"]},
        ],
    }


@pytest.mark.parametrize(
    "tail", ["(after 3; p1)", "(p1; after 3)", "(after 3) (p1)", "(p1)(after 3)", "(after 3;p1) "]
)
def test_what_stands_in_brackets_at_the_end_may_be_in_any_order(tail: str) -> None:
    (task,) = read_markdown(f"- [ ] title (of it) {tail}\r\n", "t.md")["tasks"]
    assert (task["title"], task["depends_on"], task["priority"]) == ("title (of it)", ["3"], 1)


def test_every_line_that_cannot_be_read_is_told_with_its_place() -> None:
    with pytest.raises(WrongUse) as caught:
        read_markdown("- [ ] a (after lunch)\n\n- [ ] b (p7)\n- [ ] c (p1; soon)\n", "t.md")
    lines = caught.value.message.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["3", "t.md:1:", "t.md:3:", "t.md:4:"]


def test_toml_has_the_same_fields() -> None:
    text = "[[issues]]\nnumber = '1.5'\ntitle = 'i'\n[[tasks]]\ntitle = 't'\ndepends_on = ['1']\n"
    assert read_toml(text, "t.toml") == {
        "issues": [{"number": "1.5", "title": "i"}],
        "tasks": [{"title": "t", "depends_on": ["1"]}],
    }


@pytest.mark.parametrize(
    ("suffix", "text", "place"),
    [
        (".toml", "a = = 1", "line 1"),
        (".toml", "a = 1\na = 2", "overwrite"),
        (".toml", "a = 2026-01-01", "date"),
        (".toml", "a = nan", "float"),
        (".json", '{"a": NaN}', "NaN is no number"),
        ("", "[1]", "not a JSON object"),
    ],
)
def test_what_cannot_be_read_is_told(suffix: str, text: str, place: str) -> None:
    with pytest.raises(WrongUse, match=place):
        reader_for(suffix)(text, "file")


def test_a_suffix_in_capitals_is_one_too() -> None:
    assert reader_for(".MD") is read_markdown
    assert reader_for(".txt") is read_json
