"""A patch of any size is read in pieces: beside git, and beside one that reads it line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeframe_tui.adapters.workspace import difftext, patchtext
from codeframe_tui.adapters.workspace.difftext import parse_diff
from codeframe_tui.core.change import lines as lines_module
from codeframe_tui.core.change.diff import FileDiff, file_document, summary, taken
from codeframe_tui.core.change.outline import unpack_numbers, unpack_signs
from tests.contract.test_patch_against_git import changes, run_git

Line = tuple[str, str]


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "_BLOCK", 5)
    monkeypatch.setattr(difftext, "_CHUNK", 7)
    monkeypatch.setattr(patchtext, "_PAGE", 2)


def read_plainly(patch: bytes) -> list[list[Line]]:
    """The lines of each hunk."""
    hunks: list[list[Line]] = []
    for line in patch.split(b"\n")[:-1]:
        if line.startswith(b"@@"):
            hunks.append([])
        elif hunks:
            text = line.decode("utf-8", "replace")
            hunks[-1].append((text[0], text[1:]))
    return hunks


@given(change=changes(), data=st.data())
@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_pieces_of_a_patch_are_those_of_the_whole(
    change: tuple[bytes, bytes], data: st.DataObject, tmp_path: Path
) -> None:
    for name, content in zip(("old", "new"), change, strict=True):
        (tmp_path / name).write_bytes(content)
    context = data.draw(st.integers(0, 3))
    patch = run_git(tmp_path, "diff", "--no-index", "--text", f"-U{context}", "old", "new")
    if not patch:
        return
    diffs = parse_diff(b":0 1 0 0 M\0f\0:0 1 0 0 M\0g\0\0" + patch + patch)
    plain = read_plainly(patch)
    signs = [sign for hunk in plain for sign, _ in hunk]
    for diff in diffs:
        assert [tuple(hunk.lines) for hunk in diff.hunks] == [tuple(hunk) for hunk in plain]
        assert (summary(diff).added, summary(diff).removed) == (signs.count("+"), signs.count("-"))
    k = data.draw(st.integers(0, len(plain) - 1))
    first = data.draw(st.integers(0, len(plain[k])))
    last = data.draw(st.integers(0, len(plain[k])))
    assert diffs[1].hunks[k].lines[first:last] == plain[k][first:last]
    room = data.draw(st.integers(0, len(signs) + len(plain)))
    check_document(diffs[0], room, plain)


def check_document(diff: FileDiff, room: int, plain: list[list[Line]]) -> None:
    whole, part = file_document(diff), file_document(diff, room=room)
    assert taken(part) <= room
    count = len(part["hunks"])
    assert part["hunks"] == whole["hunks"][:count]
    left = whole["hunks"][count:]
    if not left:
        assert "more" not in part
        return
    more = part["more"]
    numbers = list(unpack_numbers(more["outline"]))
    assert numbers == [n for hunk in left for n in outline(hunk)]
    signs = "".join(sign for hunk in plain[count:] for sign, _ in hunk)
    assert unpack_signs(more["signs"], len(signs)) == signs
    assert more["lines"] == left[0]["lines"][: len(more["lines"])]
    assert room - taken(part) <= 1
    assert more["heading"] == left[0]["heading"]


def outline(hunk: dict[str, Any]) -> tuple[int, ...]:
    names = ("old_start", "old_lines", "new_start", "new_lines")
    return (*(hunk[name] for name in names), len(hunk["lines"]))


def test_signs_that_do_not_fit_their_count_are_refused() -> None:
    for text, count in (("", 1), ("AAAA", 1)):
        with pytest.raises(ValueError, match="signs"):
            unpack_signs(text, count)
