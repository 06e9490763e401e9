"""Comments as rows of a diff, each below what it is about, and what became of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from codeframe_tui.core.text import clean
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.pages import signs_of
from codeframe_tui.tui.present.rows import Span, cells, safe, wrap
from codeframe_tui.tui.present.words import count

__all__ = [
    "SIGNS",
    "CommentLine",
    "ExplanationLine",
    "became_of",
    "comment_rows",
    "comment_words",
    "place_at",
    "told_before",
]

SIGNS: Mapping[str, Span] = {
    "issue": ("◆", "cyan"),
    "question": ("?", "cyan bold"),
    "nit": ("~", "cyan"),
}
_BECAME: Mapping[str, Span] = {
    "changed": ("changed since", "cyan"),
    "stands": ("not addressed", "amber"),
    "gone": ("outdated", "amber"),
}
_LINES = 40
"""Most rows that one text of a comment takes; all of it is shown where it is edited."""
_EXCERPT = 6
"""Lines of an excerpt that are shown."""
_INDENT = "    "


class CommentLine(NamedTuple):
    """One row of a comment.

    Attributes:
        comment: its id.
        left: spans from the left edge.
        right: spans at the right edge.
    """

    comment: int
    left: tuple[Span, ...]
    right: tuple[Span, ...] = ()


class ExplanationLine(NamedTuple):
    """One row of what the worker says of the code above; ``first`` is that of a sentence."""

    text: str
    first: bool


def comment_rows(
    comments: Iterable[Mapping[str, Any]], document: Mapping[str, Any], width: int
) -> dict[Place, Sequence[CommentLine]]:
    """The rows of comments by the place below which they stand.

    Args:
        comments: of a `ShowReview` document.
        document: the diff that they are shown in.
        width: cells of a row.
    """
    files = {file["path"]: file for file in document["files"]}
    found: dict[Place, list[CommentLine]] = {}
    for comment in comments:
        if (place := _place_of(comment, files)) is not None:
            found.setdefault(place, []).extend(_rows(comment, place, max(width, 20)))
    return {place: tuple(rows) for place, rows in found.items()}


def place_at(document: Mapping[str, Any], path: str, line: int) -> Place | None:
    """The place of a line after the change, or of the next one that is shown; None without."""
    file = next((file for file in document["files"] if file["path"] == path), None)
    if file is None:
        return None
    hunks = file["hunks"]
    at = bisect_left(hunks, line, key=lambda hunk: hunk["new_start"] + hunk["new_lines"] - 1)
    if at == len(hunks):
        return Place(path)
    hunk = hunks[at]
    found = _line_of(hunk, max(line, hunk["new_start"]), "new")
    return Place(path, hunk["k"], -1 if found is None else found)


def _place_of(comment: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> Place | None:
    """Below which row a comment stands; None while no file is shown.

    A line that no hunk shows, and one that is not there any more, is told below the file's bar.
    """
    file = files.get(comment["path"]) or next(iter(files.values()), None)
    if file is None:
        return None
    line = comment["last"]
    if file["path"] == comment["path"] and line and comment["stands"]:
        hunks, start = file["hunks"], f"{comment['side']}_start"
        near = bisect_right(hunks, line, key=lambda hunk: hunk[start]) - 1
        at = _line_of(hunks[near], line, comment["side"]) if near >= 0 else None
        if at is not None:
            return Place(file["path"], hunks[near]["k"], at)
    return Place(file["path"])


def _line_of(hunk: Mapping[str, Any], line: int, side: str) -> int | None:
    """Position in a hunk of a line of one side."""
    start, count = hunk[f"{side}_start"], hunk[f"{side}_lines"]
    if not start <= line < start + count:
        return None
    absent, left = ("-" if side == "new" else "+"), line - start
    for at, sign in enumerate(signs_of(hunk["lines"])):
        if sign in (absent, "\\"):
            continue
        if left == 0:
            return at
        left -= 1
    return None


def comment_words(comment: Mapping[str, Any]) -> str:
    """What a comment is about, in a few words."""
    if not comment["path"]:
        return "the whole proposal"
    if not comment["first"]:
        return "this file"
    if comment["first"] == comment["last"]:
        return f"line {comment['first']}"
    return f"lines {comment['first']}-{comment['last']}"


def became_of(comment: Mapping[str, Any]) -> Span | None:
    """What became of a comment's place, where that is to be told.

    Whether a wish was met no file can say: changed lines are for a person to look at.
    """
    gone = _BECAME["gone"] if comment["state"] == "outdated" else None
    return _BECAME.get(comment.get("became") or "", gone)


def told_before(comments: Iterable[Mapping[str, Any]]) -> list[Span]:
    """What became of the comments that the worker was told, counted; empty when of none."""
    became = [each.get("became") for each in comments]
    counted = [(became.count(name), *span) for name, span in _BECAME.items()]
    found: list[Span] = []
    for number, words, style in (each for each in counted if each[0]):
        found += [(" · " if found else "told before: ", "dim"), (f"{number} {words}", style)]
    return found


def _rows(comment: Mapping[str, Any], place: Place, width: int) -> list[CommentLine]:
    number, room = comment["id"], max(width - len(_INDENT) - 2, 8)
    right = _where(comment, place)
    taken = sum(cells(text) for text, _ in right) + 2
    first, *rest = _wrapped(comment["text"], max(room - taken, 8))
    sign = SIGNS[comment["type"]]
    rows = [CommentLine(number, (("  ", ""), sign, (f" {first}", "text")), tuple(right))]
    rows += [CommentLine(number, ((f"{_INDENT}{line}", "text"),)) for line in rest]
    if comment["state"] == "outdated":
        quoted = [safe(line) for line in comment["excerpt"]]
        more = len(quoted) - _EXCERPT
        quoted[_EXCERPT:] = [f"… and {count(more, 'more line')}"] if more > 0 else []
        rows += [CommentLine(number, ((f"{_INDENT}> {line}", "faint"),)) for line in quoted]
    if comment["answer"]:
        for at, line in enumerate(_wrapped(comment["answer"], room - 3)):
            begin = "  " if at else "↳ "
            rows.append(CommentLine(number, ((_INDENT + begin, "green"), (line, "dim"))))
    return rows


def _where(comment: Mapping[str, Any], place: Place) -> list[Span]:
    """Who said it of which attempt, and of what where the row above does not tell."""
    is_told_above = place.k and comment["first"] == comment["last"]
    about = "" if is_told_above else f"{comment_words(comment)} · "
    who = "you" if comment["author"] == "person" else safe(comment["author"])
    sent = "" if comment["sent"] is None else " · told"
    spans: list[Span] = [(f"{about}{who} · attempt {comment['attempt']}{sent}", "dim")]
    became = became_of(comment)
    return spans if became is None else [(f"{became[0]} ", became[1]), *spans]


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(clean(str(text), limit=20_000).strip(), width, limit=_LINES)
