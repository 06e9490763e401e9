from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeframe_tui.adapters.workspace.difftext import parse_diff
from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.patch import WHOLE, Share, select, share, touches

LINES = st.sampled_from(
    [
        b"",
        b"a",
        b"b",
        b"\r",
        b"c\r",
        b"@@ -1 +1 @@",
        b"-- x",
        b"+",
        b"diff --git a/x b/x",
        b"\xff\xfe",
    ]
)
FRESH = st.sampled_from([b"new", b"new\r", b"@@ -9 +9 @@", b"a"])
TEXTS = st.tuples(st.lists(LINES, max_size=40), st.sampled_from([b"", b"\n", b"end"])).map(
    lambda pair: b"".join(line + b"\n" for line in pair[0]) + pair[1]
)
ENV = {"PATH": os.environ["PATH"], "HOME": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@st.composite
def changes(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Two contents that share most of their lines, so that there are several hunks."""
    old = draw(TEXTS)
    lines = old.split(b"\n")
    for _ in range(draw(st.integers(2, 5))):
        at = draw(st.integers(0, len(lines)))
        lines[at : at + draw(st.integers(0, 2))] = draw(st.lists(FRESH, max_size=2))
    return old, b"\n".join(lines)


def run_git(folder: Path, *argv: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(
        ["git", *argv], cwd=folder, env=ENV, input=stdin, capture_output=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


def compare(folder: Path, old: bytes, new: bytes, context: int = 3) -> tuple[FileDiff, bytes]:
    (folder / "old").write_bytes(old)
    (folder / "new").write_bytes(new)
    patch = run_git(folder, "diff", "--no-index", "--text", f"-U{context}", "old", "new")
    if not patch:
        pytest.skip("equal")
    (diff,) = parse_diff(b":100644 100644 0 0 M\0f\0\0" + patch)
    return diff, patch


def part(patch: bytes, hunks: list[Hunk]) -> bytes:
    """A patch of some hunks, with the starts on the new side put right."""
    bodies = [b"@@ -" + body for body in patch.split(b"\n@@ -")[1:]]
    result = b"--- a/f\n+++ b/f\n"
    grown = 0
    for hunk in hunks:
        first = hunk.old_start + (hunk.old_lines == 0) + grown - (hunk.new_lines == 0)
        head = f"@@ -{hunk.old_start},{hunk.old_lines} +{first},{hunk.new_lines} @@\n"
        body = bodies[hunk.k - 1].partition(b"\n")[2]
        result += head.encode() + body.removesuffix(b"\n") + b"\n"
        grown += hunk.new_lines - hunk.old_lines
    return result


@settings(max_examples=80)
@given(changes(), st.sampled_from([0, 3]), st.randoms(use_true_random=False))
def test_a_part_of_a_change_is_what_git_makes_of_it(
    change: tuple[bytes, bytes], context: int, random: object
) -> None:
    old, new = change
    if old == new:
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        diff, patch = compare(folder, old, new, context)
        numbers = [hunk.k for hunk in diff.hunks]
        chosen = {k for k in numbers if random.random() < 0.5}  # type: ignore[attr-defined]
        result = select(old, new, diff, chosen)
        assert select(old, new, diff, set(numbers)) == new
        assert select(old, new, diff, set()) == old
        if chosen:
            (folder / "f").write_bytes(old)
            wanted = part(patch, [hunk for hunk in diff.hunks if hunk.k in chosen])
            run_git(folder, "apply", "--unidiff-zero", "--whitespace=nowarn", "-", stdin=wanted)
            content = (folder / "f").read_bytes() if (folder / "f").exists() else b""
            assert result == content


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"a\nb", b"a\nb\n"), (b"a\nb\n", b"a\nb"), (b"a\r\n", b"a\n"), (b"", b"x"), (b"x", b"")],
)
def test_line_ends_are_taken_or_left_as_they_are(tmp_path: Path, old: bytes, new: bytes) -> None:
    diff, _ = compare(tmp_path, old, new)
    assert select(old, new, diff, {1}) == new
    assert select(old, new, diff, set()) == old


def test_a_file_end_goes_with_the_last_hunk_only(tmp_path: Path) -> None:
    middle = b"".join(b"%d\n" % i for i in range(20))
    old, new = b"first\n" + middle + b"last", b"FIRST\n" + middle + b"last\n"
    diff, _ = compare(tmp_path, old, new)
    assert select(old, new, diff, {1}) == b"FIRST\n" + middle + b"last"
    assert select(old, new, diff, {2}) == b"first\n" + middle + b"last\n"


def test_created_and_deleted_files_are_absent_on_one_side(tmp_path: Path) -> None:
    diff, _ = compare(tmp_path, b"", b"x\n")
    assert select(None, b"x\n", diff, {1}) == b"x\n"
    assert select(None, b"x\n", diff, set()) is None
    assert select(b"x\n", None, diff, {WHOLE}) is None
    assert select(b"x\n", None, diff, set()) == b"x\n"


def test_a_file_without_hunks_is_taken_whole(tmp_path: Path) -> None:
    diff, _ = compare(tmp_path, b"", b"x\n")
    bare = FileDiff("f", diff.action, None, "100644", binary=True, hunks=())
    assert select(None, b"\0", bare, {WHOLE}) == b"\0"
    assert select(None, b"\0", bare, set()) is None
    with pytest.raises(ValueError, match="f has no hunk 1"):
        select(None, b"\0", bare, {1})


def test_hunks_without_context_stand_where_git_puts_them(tmp_path: Path) -> None:
    old, new = b"1\n2\n3\n4\n", b"1\n2\nnew\n3\n"
    diff, _ = compare(tmp_path, old, new, context=0)
    assert select(old, new, diff, {1}) == b"1\n2\nnew\n3\n4\n"
    assert select(old, new, diff, {2}) == b"1\n2\n3\n"


def line_patch(patch: bytes, hunks: Sequence[Hunk], lines: list[tuple[int, int]]) -> bytes:
    """git's own patch, edited as `git add -e` says: a line is taken, or its change is not there.

    A removed line that stays becomes context, an added one that is not taken goes; each added line
    stands after the removed one that it replaces.
    """

    def chosen(number: int) -> bool:
        return any(first <= number <= last for first, last in lines)

    result = b"--- a/f\n+++ b/f\n"
    bodies = [b"@@ -" + body for body in (b"\n" + patch).split(b"\n@@ -")[1:]]
    for hunk, body in zip(hunks, bodies, strict=True):
        _, _, text = body.partition(b"\n")
        found = text.removesuffix(b"\n").split(b"\n")
        out: list[bytes] = []
        number = hunk.new_start if hunk.new_lines else hunk.new_start + 1
        at = 0
        while at < len(found):
            removed: list[list[bytes]] = []
            added: list[list[bytes]] = []
            begin = at
            while at < len(found) and found[at][:1] in b"-+\\" and found[at]:
                sign = found[at][:1]
                if sign == b"\\":
                    (added or removed)[-1].append(found[at])
                else:
                    (removed if sign == b"-" else added).append([found[at]])
                at += 1
            if begin == at:
                out.append(found[at])
                number += found[at][:1] == b" "
                at += 1
                continue
            if added:
                takes = [chosen(number + i) for i in range(len(added))]
            else:
                around = [number - 1] if begin > 0 else []
                around += [number] if at < len(found) else []
                takes = [bool(around) and all(map(chosen, around))]
            for i, take in enumerate(takes):
                pair = removed[i:] if i == len(takes) - 1 else removed[i : i + 1]
                for line in pair:
                    out += line if take else [b" " + line[0][1:], *line[1:]]
                if take and added:
                    out += added[i]
            number += len(added)
        result += body.partition(b"\n")[0] + b"\n" + b"\n".join(out) + b"\n"
    return result


@st.composite
def line_changes(draw: st.DrawFn) -> tuple[bytes, bytes]:
    old, new = draw(changes())
    return tuple(side + b"\n" * (not side.endswith(b"\n")) for side in (old, new))  # type: ignore[return-value]


@settings(max_examples=80)
@given(
    line_changes(),
    st.lists(st.tuples(st.integers(1, 45), st.integers(0, 6)), min_size=1, max_size=4),
)
def test_lines_of_a_change_are_what_git_makes_of_the_edited_patch(
    change: tuple[bytes, bytes], drawn: list[tuple[int, int]]
) -> None:
    old, new = change
    if old == new:
        return
    lines = [(first, first + more) for first, more in drawn]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        diff, patch = compare(folder, old, new)
        result = select(old, new, diff, set(), lines)
        assert select(old, new, diff, set(), [(1, 10**9)]) == new
        assert (result == old) or touches(diff, *lines)
        if not touches(diff, *lines):
            assert result == old
            return
        (folder / "f").write_bytes(old)
        wanted = line_patch(patch, diff.hunks, lines)
        run_git(folder, "apply", "--recount", "--whitespace=nowarn", "-", stdin=wanted)
        assert result == (folder / "f").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "lines", "result"),
    [
        (b"a\nb\n", b"x\ny\n", (1, 1), b"x\nb\n"),
        (b"a\nb\n", b"x\ny\n", (2, 2), b"a\ny\n"),
        (b"a\nb\nc\n", b"x\n", (1, 1), b"x\n"),
        (b"a\n", b"x\ny\n", (2, 2), b"a\ny\n"),
        (b"a\n", b"x\ny\n", (1, 1), b"x\n"),
        (b"a\nb\nc\n", b"a\nc\n", (1, 1), b"a\nb\nc\n"),
        (b"a\nb\nc\n", b"a\nc\n", (1, 2), b"a\nc\n"),
        (b"b\nc\n", b"c\n", (1, 1), b"c\n"),
        (b"a\nb\n", b"a\n", (1, 1), b"a\n"),
        (b"a", b"x\ny\n", (2, 2), b"a\ny\n"),
        (b"a\nb\n", b"x\ny", (1, 1), b"x\nb\n"),
        (b"a\nb\n", b"x\ny", (2, 2), b"a\ny"),
        (b"a\r\nb\r\n", b"x\ny\n", (1, 1), b"x\nb\r\n"),
        (b"a\n", b"", (1, 9), b"a\n"),
    ],
)
def test_lines_are_paired_and_ends_are_kept(
    tmp_path: Path, old: bytes, new: bytes, lines: tuple[int, int], result: bytes
) -> None:
    diff, _ = compare(tmp_path, old, new)
    assert select(old, new, diff, set(), [lines]) == result


def test_a_created_file_can_be_taken_in_lines_or_not_at_all(tmp_path: Path) -> None:
    diff, _ = compare(tmp_path, b"", b"x\ny\n")
    assert select(None, b"x\ny\n", diff, set(), [(2, 2)]) == b"y\n"
    assert select(None, b"x\ny\n", diff, set(), [(3, 9)]) is None
    assert [share(diff.hunks[0], [r]) for r in ((1, 2), (1, 1), (3, 3))] == [
        Share.ALL, Share.SOME, Share.NONE,
    ]  # fmt: skip
