"""What the worker says of a change, sentence by sentence beside the code that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from codeframe_tui.core.text import clean
from codeframe_tui.tui.present.comments import ExplanationLine
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.pages import line_count
from codeframe_tui.tui.present.diff.symbols import symbols
from codeframe_tui.tui.present.files import size_spans
from codeframe_tui.tui.present.rows import BLANK, Row, heading, row, safe, wrap

__all__ = ["explanation_rows", "intent_rows"]

_LONGEST = 20_000
"""Characters of an explanation that are looked at."""
_MOST_LINES = 5_000
"""Lines of a diff up to which functions and classes are sought in it; files always are."""
_MOST = 3
"""Sentences that stand at one place: more are a text to be read as one."""
_ROWS = 4
"""Most rows that a sentence takes."""
_INDENT = "    "
_WHO = 14
"""Cells at the right edge, where it stands who says it."""
_ENDS = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_]|[`\"'(])")
_NAMES = re.compile(r"[\w./-]+(?:\(\))?")
_CODE = re.compile(r"_|\(\)$|[a-z0-9][A-Z]|\w\.\w")
"""What makes a word a name of code: *run* in a sentence need not be the function ``run``."""


def explanation_rows(
    explanation: str, document: Mapping[str, Any], width: int
) -> dict[Place, Sequence[ExplanationLine]]:
    """The sentences that name a file or something in it, by the bar below which they stand.

    Args:
        explanation: of the attempt that the document shows.
        document: a diff.
        width: cells of a row.
    """
    sentences = list(_sentences(explanation))
    if not sentences or not document["files"]:
        return {}
    targets = _targets(document, sentences)
    found: dict[Place, dict[str, None]] = {}
    for sentence in sentences:
        places = dict.fromkeys(place for name in _names(sentence) if (place := targets.get(name)))
        inside = {place.path for place in places if place.k}
        for place in places:  # a file that is named with something in it is not named again
            if place.k or place.path not in inside:
                found.setdefault(place, {})[sentence] = None
    room = max(width - len(_INDENT) - _WHO, 20)
    return {
        place: tuple(line for each in list(said)[:_MOST] for line in _lines(each, room))
        for place, said in found.items()
    }


def _sentences(explanation: str) -> Iterator[str]:
    for line in clean(explanation, limit=_LONGEST).split("\n"):
        for sentence in _ENDS.split(line.strip().lstrip("-*• ")):
            if said := " ".join(sentence.split()):
                yield said


def _names(sentence: str) -> Iterator[str]:
    """Words that may name a file or something in it."""
    return map(_bare, _NAMES.findall(sentence))


def _bare(word: str) -> str:
    return word.rstrip(".").removesuffix("()")


def _targets(document: Mapping[str, Any], sentences: Sequence[str]) -> Mapping[str, Place]:
    """Names -> the one place that each can mean."""
    files = document["files"]
    meant: dict[str, set[Place]] = {}
    for file in files:
        path = file["path"]
        for name in {path, path.rpartition("/")[2]}:
            if _CODE.search(name):
                meant.setdefault(name, set()).add(Place(path))
    words = {word for sentence in sentences for word in _NAMES.findall(sentence)}
    code = {_bare(word) for word in words if _CODE.search(word)} - meant.keys()
    if code and sum(line_count(file["hunks"]) for file in files) <= _MOST_LINES:
        for symbol in symbols(files):
            for name in {symbol.name, symbol.name.rpartition(".")[2]} & code:
                meant.setdefault(name, set()).add(symbol.place._replace(line=-1))
    return {name: next(iter(places)) for name, places in meant.items() if len(places) == 1}


def _lines(sentence: str, room: int) -> Iterator[ExplanationLine]:
    for at, line in enumerate(wrap(sentence, room, limit=_ROWS)):
        yield ExplanationLine(line, at == 0)


def intent_rows(task: Mapping[str, Any], attempt: Mapping[str, Any], width: int) -> list[Row]:
    """What was asked, and what the worker says that it did: all of both.

    Args:
        task: a `ShowTask` document.
        attempt: one of its attempts; may be empty.
        width: cells of a row.
    """
    asked = _text(task.get("description") or "no description: the title is all that is asked")
    rows = [heading("ASKED"), *_wrapped(asked, width)]
    if attempt:
        said = _text(attempt.get("explanation") or "it gave no explanation")
        number = safe(attempt.get("attempt"))
        rows += [BLANK, heading(f"WHAT ATTEMPT {number} DOES"), *_wrapped(said, width), BLANK]
        rows += [
            row(None, (safe(file.get("path")), "dim"), right=size_spans(file))
            for file in attempt.get("files") or ()
        ]
    return rows


def _text(value: object) -> str:
    return clean(str(value), limit=200_000).strip()


def _wrapped(text: str, width: int) -> list[Row]:
    return [heading(part, "text") for line in text.split("\n") for part in wrap(line, width)]
