"""What a review says to the worker, word for word; a person sees it before it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.parts import ALL, FileParts, Parts
from codeframe_tui.core.change.patch import LineRange, touched
from codeframe_tui.core.review.acknowledgement import Acknowledgement
from codeframe_tui.core.review.comment import Comment

__all__ = ["changes_letter", "questions_letter", "split_answers"]

_EXCERPT = 24
"""Lines of an excerpt that are quoted; the worker has the files."""
_NUMBERED = re.compile(r"^\s*\**(\d{1,4})\**[.):]\**[ \t]*", re.MULTILINE)


def changes_letter(
    overall: str,
    comments: Sequence[Comment],
    rejected: Parts,
    diffs: Sequence[FileDiff],
    accepted: Parts = ALL,
    *,
    acknowledged: Sequence[Acknowledgement] = (),
) -> str:
    """What should be different, in numbered ``path:line`` form.

    Args:
        overall: about all of it; may be empty.
        comments: those that are told.
        rejected: parts that were rejected.
        diffs: the proposal, for excerpts of the rejected parts.
        accepted: lines that are accepted; a rejected range may have one in it.
        acknowledged: what was said about its flags; told only beside something that is to change.
    """
    points = [*map(_comment, comments), *_rejected(rejected, diffs, accepted)]
    numbered = [f"{number}. {point}" for number, point in enumerate(points, 1)]
    told = [part for part in (overall.strip(), *numbered) if part]
    return "\n\n".join([*told, *_acknowledged(acknowledged)] if told else ())


def questions_letter(questions: Sequence[Comment]) -> str:
    """Questions that are to be answered without an edit."""
    return "\n\n".join(f"{number}. {_comment(each)}" for number, each in enumerate(questions, 1))


def split_answers(text: str, count: int) -> list[str]:
    """An answer to numbered questions, one text each; the whole text for all if it is not so."""
    found = [(int(match[1]), match.start(), match.end()) for match in _NUMBERED.finditer(text)]
    starts: list[tuple[int, int]] = []
    for number, start, end in found:
        if number == len(starts) + 1 <= count:
            starts.append((start, end))
    if count < 2 or len(starts) != count:
        only = starts[0][1] if count == 1 and starts and not starts[0][0] else 0
        return [text[only:].strip()] * count
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return [text[begin:end].strip() for (_, begin), end in zip(starts, ends, strict=True)]


def _acknowledged(said: Sequence[Acknowledgement]) -> Iterator[str]:
    """Which flags may stand, and why."""
    if said:
        lines = (f"- {_flag_place(each)} ({each.rule}): {each.reason.strip()}" for each in said)
        yield "\n".join(["These were flagged, looked at, and may stay as they are:", *lines])


def _flag_place(said: Acknowledgement) -> str:
    return f"{said.path}:{said.line}" if said.line else said.path


def _comment(comment: Comment) -> str:
    again = "; said before, and still as it was" if comment.sent is not None else ""
    head = f"{comment.spot.place} ({comment.type.value}{again}): {comment.text.strip()}"
    return "\n".join([head, *_quoted(comment.spot.excerpt)])


def _rejected(parts: Parts, diffs: Sequence[FileDiff], accepted: Parts) -> Iterator[str]:
    """One point for each rejected file, hunk and line range."""
    by_path, named = {diff.path: diff for diff in diffs}, accepted.by_path()
    for path in parts.files:
        yield f"{path} (rejected): all that the proposal does to this file"
    for path, k in parts.hunks:
        hunk = by_path[path].hunks[k - 1]
        lines = [sign + text for sign, text in hunk.lines if sign in "+-"]
        yield "\n".join([f"{path}:{_range(hunk)} (rejected): hunk {k}", *_quoted(lines)])
    for path, first, last in parts.lines:
        lines = _told(by_path[path], (first, last), named.get(path, FileParts()).lines)
        place = f"{path}:{first}-{last}" if last > first else f"{path}:{first}"
        yield "\n".join([f"{place} (rejected)", *_quoted(lines)])


def _told(diff: FileDiff, lines: LineRange, accepted: Sequence[LineRange]) -> list[str]:
    """The lines that go with a rejected range, without those that are accepted in it."""
    told = touched(diff, lines)
    kept = touched(diff, lines, but=accepted) or told  # a person may have changed their mind
    return [sign + text for sign, text in kept]


def _range(hunk: Hunk) -> str:
    last = hunk.new_start + max(hunk.new_lines, 1) - 1
    return f"{hunk.new_start}-{last}" if last > hunk.new_start else str(hunk.new_start)


def _quoted(lines: Sequence[str]) -> list[str]:
    quoted = [f"   > {line}" for line in lines[:_EXCERPT]]
    if len(lines) > _EXCERPT:
        quoted.append(f"   > … and {len(lines) - _EXCERPT} more lines")
    return quoted
