"""What a draft says is what is written: any verdicts on hunks and lines, against a naive twin."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeframe_tui.core.change.diff import FileDiff, Hunk, file_document
from codeframe_tui.core.change.parts import FileParts
from codeframe_tui.core.change.patch import WHOLE, select
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.tui.present.draft import ReviewDraft, Verdict
from tests.tui.review_room import hunks_of

LINES = st.lists(st.sampled_from(["a", "b", "", "x", "y", "-", "+ z", "@@"]), max_size=30)
Moves = list[tuple[str, int, int, int]]
"""Verdict, hunk, and two rows of it between which lines are chosen; the same twice = the hunk."""
MOVES = st.lists(
    st.tuples(st.sampled_from("yn"), st.integers(0, 8), st.integers(0, 40), st.integers(0, 40)),
    max_size=8,
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts that share most of their lines."""
    old = draw(LINES)
    new = list(old)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(new)))
        more = draw(st.lists(st.sampled_from(["new", "a", "", "b"]), max_size=3))
        new[at : at + draw(st.integers(0, 3))] = more
    return "".join(f"{line}\n" for line in old), "".join(f"{line}\n" for line in new)


def reviewed(diff: FileDiff, moves: Moves) -> tuple[ReviewDraft, dict[str, Any]]:
    """A draft after some verdicts."""
    document: dict[str, Any] = {"proposal": "p", "files": [file_document(diff)]}
    draft = ReviewDraft.of(document)
    for sign, k, first, last in moves:
        hunk = diff.hunks[k % len(diff.hunks)]
        verdict = Verdict.ACCEPTED if sign == "y" else Verdict.REJECTED
        unit = (diff.path, hunk.k)
        if first == last:
            draft = draft.give(verdict, [unit])
        else:
            size = len(hunk.lines)
            rows = range(min(first, last) % size, max(first, last) % size + 1)
            shown = document["files"][0]["hunks"][hunk.k - 1]
            draft = draft.give_chosen(verdict, [(unit, shown, rows)])
    return draft, document


def accepted_rows(draft: ReviewDraft, diff: FileDiff) -> list[list[bool]]:
    """Of each row of each hunk whether a person sees it as accepted."""
    found = []
    for hunk in diff.hunks:
        whole = draft.verdict(diff.path, hunk.k)
        rows = [draft.line_verdict(diff.path, hunk.k, row) for row in range(len(hunk.lines))]
        verdicts = rows if whole is Verdict.PARTLY else [whole] * len(rows)
        found.append([verdict is Verdict.ACCEPTED for verdict in verdicts])
    return found


def naive(old: str, hunks: Sequence[Hunk], accepted: Sequence[Sequence[bool]]) -> bytes:
    """Row by row: what is accepted is as proposed, what is not is as it was.

    The n-th added line of a run stands where the n-th removed one stood.
    """
    rest = old.splitlines()
    result: list[str] = []
    at = 0
    for hunk, rows in zip(hunks, accepted, strict=True):
        start = hunk.old_start - 1 if hunk.old_lines else hunk.old_start
        result += rest[at:start]
        run: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
        for (sign, text), is_accepted in [*zip(hunk.lines, rows, strict=True), ((" ", ""), False)]:
            if sign == " ":
                result += woven(*run)
                run = ([], [])
                result.append(text)
            else:
                run["-+".index(sign)].append((text, is_accepted))
        result.pop()  # the row that only ended the last run
        at = start + hunk.old_lines
    return "".join(f"{line}\n" for line in [*result, *rest[at:]]).encode()


def woven(removed: list[tuple[str, bool]], added: list[tuple[str, bool]]) -> list[str]:
    """What is left of a run."""
    result = []
    for n in range(max(len(removed), len(added))):
        result += [text for text, is_in in added[n : n + 1] if is_in]
        result += [text for text, is_in in removed[n : n + 1] if not is_in]
    return result


def written(old: str, new: str, diff: FileDiff, draft: ReviewDraft) -> bytes:
    """What an approval of the accepted part writes."""
    parts = draft.parts.by_path().get(diff.path, FileParts())
    chosen = {WHOLE} if parts.whole else parts.hunks
    content = select(old.encode(), new.encode(), diff, chosen, parts.lines)
    assert content is not None
    return content


def difference(old: str, new: str, context: int = 3) -> FileDiff:
    return FileDiff("f", Action.MODIFY, "100644", "100644", False, hunks_of(old, new, context))


@settings(max_examples=1500)
@given(changes(), MOVES, st.integers(0, 3))
def test_what_is_seen_as_accepted_is_what_is_written(
    texts: tuple[str, str], moves: Moves, context: int
) -> None:
    old, new = texts
    if old == new:
        return
    diff = difference(old, new, context)
    draft, _ = reviewed(diff, moves)
    assert written(old, new, diff, draft) == naive(old, diff.hunks, accepted_rows(draft, diff))


@settings(max_examples=300)
@given(changes(), MOVES)
def test_a_kept_draft_comes_back_as_it_was(texts: tuple[str, str], moves: Moves) -> None:
    old, new = texts
    if old == new:
        return
    diff = difference(old, new)
    draft, document = reviewed(diff, moves)
    kept = {
        "accepted": draft.parts.document,
        "rejected": draft.rejected_parts.document,
        "seen": [],
    }
    again = ReviewDraft.of(document).restored(kept, document)
    assert again.parts == draft.parts
    assert again.rejected_parts == draft.rejected_parts
    assert accepted_rows(again, diff) == accepted_rows(draft, diff)


@settings(max_examples=300)
@given(changes(), MOVES)
def test_taking_everything_back_leaves_nothing(texts: tuple[str, str], moves: Moves) -> None:
    old, new = texts
    if old == new:
        return
    draft, document = reviewed(difference(old, new), moves)
    for _ in moves:
        draft, _unit = draft.take_back()
    assert draft == ReviewDraft.of(document)


def test_of_a_removal_nothing_is_taken_that_was_not_chosen() -> None:
    """Two ranges that end on both sides of a removal do not take it."""
    old, new = "1\na\n2\nb\n3\nc\n4\n", "1\n2\n3\n4\n"
    diff = difference(old, new)
    draft, document = reviewed(diff, [])
    hunk = document["files"][0]["hunks"][0]
    for row in (1, 5):
        draft = draft.give_chosen(Verdict.ACCEPTED, [(("f", 1), hunk, [row])])
    assert draft.parts.lines == (("f", 1, 2), ("f", 3, 4))
    assert written(old, new, diff, draft) == b"1\n2\nb\n3\n4\n"


def hand_made(hunks: Sequence[Hunk], accepted: Sequence[Sequence[bool]]) -> bytes:
    """A patch with only the accepted rows; git counts its lines itself."""
    lines = ["--- a/f", "+++ b/f"]
    for hunk, rows in zip(hunks, accepted, strict=True):
        if not any(rows):
            continue
        lines.append(f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@")
        run: tuple[list[str], list[str]] = ([], [])
        for (sign, text), is_in in [*zip(hunk.lines, rows, strict=True), ((" ", ""), False)]:
            if sign == " ":
                for n in range(max(map(len, run))):
                    lines += [*run[0][n : n + 1], *run[1][n : n + 1]]
                run = ([], [])
                lines.append(f" {text}")
            else:
                kept = text if is_in else None
                mark = "-" if kept is not None else " "
                run["-+".index(sign)].append(f"{mark if sign == '-' else '+'}{text}")
                if sign == "+" and not is_in:
                    run[1][-1] = ""
        lines.pop()
    return "".join(f"{line}\n" for line in lines if line).encode()


@pytest.mark.parametrize("seed", range(60))
def test_the_naive_twin_agrees_with_git(seed: int, tmp_path: Path) -> None:
    rand = random.Random(seed)
    old = "".join(f"{rand.choice('abc')} {n}\n" for n in range(30))
    new_lines = old.splitlines(keepends=True)
    for at in sorted(rand.sample(range(30), 6), reverse=True):
        new_lines[at : at + rand.randint(0, 2)] = [f"new {n}\n" for n in range(rand.randint(0, 3))]
    new = "".join(new_lines)
    diff = difference(old, new)
    moves = [
        (rand.choice("yn"), rand.randint(0, 8), rand.randint(0, 40), rand.randint(0, 40))
        for _ in range(6)
    ]
    draft, _ = reviewed(diff, moves)
    rows = accepted_rows(draft, diff)
    expected = naive(old, diff.hunks, rows)
    patch = hand_made(diff.hunks, rows)
    (tmp_path / "f").write_text(old)
    if b"@@" in patch:
        subprocess.run(
            ["git", "apply", "--recount", "--unidiff-zero", "-"],
            input=patch, cwd=tmp_path, check=True,
            env={"PATH": os.environ["PATH"], "HOME": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
                 "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)},
        )  # fmt: skip
    assert (tmp_path / "f").read_bytes() == expected
    assert written(old, new, diff, draft) == expected
