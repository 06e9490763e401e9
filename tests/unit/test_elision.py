"""Lines that stand for text a model left out, and lines that only look like it."""

from __future__ import annotations

import pytest

from codeframe_tui.core.talk.elision import elided_line

LEFT_OUT = [
    "... rest unchanged",
    "# ... rest unchanged",
    "# ... existing code ...",
    "// ... existing code ...",
    "# existing code",
    "# rest of the file unchanged",
    "# rest of file remains unchanged",
    "... (rest of the code)",
    "# … rest of the class …",
    "/* ... rest of the file ... */",
    "[rest of file unchanged]",
    "    # ... other methods ...",
    "# ... unchanged ...",
    "# ... (rest of the function unchanged) ...",
    "# remaining code unchanged",
    "# code omitted for brevity",
    "# Existing imports ...",
    "# ... keep existing code ...",
    "# (rest of the code stays the same)",
    "// rest of code here",
    "# ... same as before ...",
    "// ... same as above",
    "# [rest of file unchanged]",
    "# [... unchanged ...]",
    "# --- rest of the file unchanged ---",
    "{/* ... existing code ... */}",
    "{/* rest of the file unchanged */}",
    "# ... (no changes below)",
    "# ... everything else stays the same",
    "# ... keep everything else ...",
    "# all other methods unchanged",
    "# The rest of the implementation is identical",
    "# ... truncated ...",
]

MEANT = [
    "...",
    "# ...",
    "# the rest",
    "# Rest of the API.",
    "existing code",
    "unchanged",
    "# unchanged",
    "    return rest",
    "# existing users are kept",
    "# Use existing code paths where possible",
    "# tests here",
    "# Existing tests",
    "# other tests",
    "# remaining lines",
    "> rest",
    "# ... and then some",
    'assert rest == "unchanged"',
    "# imports",
    "# everything else is refused",
    "# same as before",
    "# no changes",
    "# truncated",
    "# --- rest ---",
    "# ... no changes are made while the lock is held",
    "{/* menu */}",
    "- [ ] everything else",
]


@pytest.mark.parametrize("line", LEFT_OUT)
def test_a_remark_that_stands_for_text_is_seen(line: str) -> None:
    text = f"a = 1\n{line}\nb = 2\n"
    assert elided_line(text.encode(), []) == line.strip()
    assert elided_line(text.replace("\n", "\r\n").encode(), []) == line.strip()


@pytest.mark.parametrize("line", LEFT_OUT)
def test_a_line_that_the_file_really_holds_is_none(line: str) -> None:
    assert elided_line(line.encode(), [f"x\n  {line}\n".encode()]) is None


def test_looking_comes_to_an_end_whatever_the_line() -> None:
    lines = [
        b" " * 110 + b"x",
        b"#" + b" (" * 55,
        b"-" * 119,
        b"# " + b"[(" * 55,
        b"..." + b"." * 110,
    ]
    assert elided_line(b"\n".join(lines * 2_000), []) is None


@pytest.mark.parametrize("line", MEANT)
def test_ordinary_text_is_left_alone(line: str) -> None:
    assert elided_line(f"a = 1\n{line}\nb = 2\n".encode(), []) is None
