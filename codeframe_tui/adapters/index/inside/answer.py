"""Answers questions about the code; a process of its own, for reading a project takes seconds.

Standard input: a JSON line with ``paths`` (where packages lie), ``objects`` (the private store),
``database`` and ``project``, then a JSON line for each question: ``id``, ``ask``, ``tree``,
``seconds`` (for reading what is new) and what the question needs. Writes a JSON line for each:
``id`` and ``answer``, or ``error`` with a kind and a message; while much is read ``id`` 0 with
``read``: how many files of how many, and once with ``trouble`` what is wrong with a wheel.
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codeframe_tui.adapters.index.inside.questions import Questions
    from codeframe_tui.adapters.index.inside.room import Room

MEMORY = 3 * 2**30
EVERY = 0.25
"""Seconds between two words on how far reading is, and before the first."""


def main() -> None:
    """Answer until standard input ends."""
    os.nice(5)
    with suppress(ValueError, OSError):  # macOS has no limit of memory
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    place = json.loads(_first_line())
    sys.path[:0] = place["paths"]
    from codeframe_tui.adapters.index.inside.languages import troubles  # noqa: PLC0415 - see below
    from codeframe_tui.adapters.index.inside.questions import (  # noqa: PLC0415 - found only now
        Interrupted,
        Questions,
    )
    from codeframe_tui.adapters.index.inside.room import Room  # noqa: PLC0415

    questions = Questions(sys.stdin.fileno())
    reading = _Reading(questions)
    room = Room(Path(place["objects"]), Path(place["database"]), Path(place["project"]))
    while not questions.ended and (question := questions.next()):
        question.setdefault("until", time.monotonic() + question["seconds"])
        try:
            answer = _answered(room, question, reading)
        except Interrupted:
            questions.again(question)
        else:
            if question["seconds"]:
                reading.ends()
            for trouble in troubles():
                _tell({"id": 0, "trouble": trouble})
            _tell({"id": question["id"], **answer})
    room.close()


def _first_line() -> bytes:
    """Byte by byte, for what is behind it is read otherwise."""
    line = bytearray()
    while (byte := os.read(sys.stdin.fileno(), 1)) not in {b"", b"\n"}:
        line += byte
    return bytes(line)


def _tell(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


class _Reading:
    """Tells how far reading is, where it takes long enough to be noticed."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._due = 0.0
        self._told = 0

    def watch(self, done: int, files: int) -> bool:
        """See `Watch`: a question that cannot wait ends it, and that nobody is there any more."""
        now = time.monotonic()
        self._due = self._due or now + EVERY
        if now > self._due:
            self._due, self._told = now + EVERY, files
            _tell({"id": 0, "read": [done, files]})
        return not (self._questions.is_pressed() or self._questions.ended)

    def ends(self) -> None:
        """It is over, or nobody waits for it any more."""
        if self._told:
            _tell({"id": 0, "read": [self._told, self._told]})
        self._due = self._told = 0


def _answered(room: Room, question: dict[str, Any], reading: _Reading) -> dict[str, Any]:
    about = {name: value for name, value in question.items() if name not in {"id", "seconds"}}
    watch = reading.watch if question["seconds"] else None
    try:
        return {"answer": room.answer(watch=watch, **about)}
    except LookupError as error:
        return {"error": ["NotFound", str(error.args[0] if error.args else error)]}
    except (OSError, sqlite3.Error) as error:
        return {"error": ["Lacking", f"the code index cannot be read or written: {error}"]}
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        return {"error": ["WrongUse", str(error) or type(error).__name__]}


if __name__ == "__main__":
    main()
