"""The profile for sandbox-exec, as text."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from codeframe_tui.adapters.sandbox.macos import profile

WORK = PurePosixPath("/private/var/work")
PYTHON = PurePosixPath("/opt/python")
TEXT = profile(writable=[WORK], readable=[PYTHON], hidden=[WORK / ".git"])
STRING = r'"(?:[^"\\]|\\.)*"'
RULE = re.compile(
    rf"\((?:version 1|deny default|(?:allow|deny)(?: [a-z*-]+)+(?: \((?:subpath|literal) {STRING}\)"
    r"| \(target same-sandbox\))?)\)"
)


def rules(text: str) -> list[str]:
    return text.splitlines()


def test_everything_is_denied_that_is_not_allowed() -> None:
    assert rules(TEXT)[:3] == ["(version 1)", "(deny default)", "(deny network*)"]
    assert not [rule for rule in rules(TEXT) if rule.startswith("(allow network")]
    assert "(allow default)" not in TEXT


def test_every_line_is_one_whole_rule() -> None:
    assert [rule for rule in rules(TEXT) if not RULE.fullmatch(rule)] == []


def test_only_what_is_given_is_written_and_read() -> None:
    written = [rule for rule in rules(TEXT) if "allow file-write* " in rule]
    assert written == [f'(allow file-write* (subpath "{WORK}"))']
    assert f'(allow file-read* (subpath "{PYTHON}"))' in TEXT
    assert '(subpath "/")' not in TEXT
    assert "/Users" not in TEXT
    assert f'(deny file-write-setugid (subpath "{WORK}"))' in TEXT


def test_what_is_hidden_comes_last_because_the_last_rule_wins() -> None:
    assert rules(TEXT)[-1] == f'(deny file-read* file-write* (subpath "{WORK}/.git"))'


@pytest.mark.parametrize(
    ("path", "quoted"),
    [
        ("/a folder", '"/a folder"'),
        ('/a"))(allow default)("', r'"/a\"))(allow default)(\""'),
        ("/back\\slash", r'"/back\\slash"'),
        ("/ends\\", r'"/ends\\"'),
        ("/größe", '"/größe"'),
    ],
)
def test_a_path_is_never_more_than_a_path(path: str, quoted: str) -> None:
    text = profile(writable=[PurePosixPath(path)], readable=[])
    assert f"(allow file-write* (subpath {quoted}))" in rules(text)
    assert [rule for rule in rules(text) if not RULE.fullmatch(rule)] == []


@pytest.mark.parametrize("path", ["relative", "/new\nline", "/nul\0", "/es\x1b"])
def test_a_path_that_no_string_can_hold_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="no path for a profile"):
        profile(writable=[PurePosixPath(path)], readable=[])
