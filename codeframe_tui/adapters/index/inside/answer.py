"""Answers questions about the code; a process of its own, for reading a project takes seconds.

Standard input: a JSON line with ``paths`` (where packages lie), ``objects`` (the private store),
``database`` and ``project``, then a JSON line for each question: ``id``, ``ask``, ``tree``,
``seconds`` (for reading what is new) and what the question needs. Writes a JSON line for each:
``id`` and ``answer``, or ``error`` with a kind and a message.
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
    from codeframe_tui.adapters.index.inside.room import Room

MEMORY = 3 * 2**30


def main() -> None:
    """Answer until standard input ends."""
    os.nice(5)
    with suppress(ValueError, OSError):  # macOS has no limit of memory
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    place = json.loads(sys.stdin.buffer.readline())
    sys.path[:0] = place["paths"]
    from codeframe_tui.adapters.index.inside.room import Room  # noqa: PLC0415 - found only now

    room = Room(Path(place["objects"]), Path(place["database"]), Path(place["project"]))
    for line in sys.stdin.buffer:
        question = json.loads(line)
        found = {"id": question.pop("id"), **_answered(room, question)}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
    room.close()


def _answered(room: Room, question: dict[str, Any]) -> dict[str, Any]:
    question["until"] = time.monotonic() + question.pop("seconds")
    try:
        return {"answer": room.answer(**question)}
    except LookupError as error:
        return {"error": ["NotFound", str(error.args[0] if error.args else error)]}
    except (OSError, sqlite3.Error) as error:
        return {"error": ["Lacking", f"the code index cannot be read or written: {error}"]}
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        return {"error": ["WrongUse", str(error) or type(error).__name__]}


if __name__ == "__main__":
    main()
