"""CPU of reading hostile text: sanitising, answers, elided lines, indexing, fencing, commands.

``python -m benchmarks.hostile [--gate]``; with ``--gate`` exit 1 when eight times the text takes
more than 32 times as long: a cost by the length is 8, one by its square 64.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress

from codeframe_tui.adapters.index.inside import plain
from codeframe_tui.core.code.entry import fenced
from codeframe_tui.core.errors import InvalidAnswer
from codeframe_tui.core.permission import Rules, permission_for
from codeframe_tui.core.talk.changeset import parse_answer
from codeframe_tui.core.talk.elision import elided_line
from codeframe_tui.core.text import clean, reveal

GATE = 32.0
SMALL, LARGE = 2**17, 2**20
SEQUENCES = ("\x1b]", "\x1b[", "\x9d", "\x9d\n", "\x1bP\n", "\x1b[1;", "\x1b ", "\u0301", "\r")
BRACES = ('{"', '{"a":', '{"a":{}', "{}", '{"a', '{ "a":[', '{"a":1,"a":1}')
PLAIN = (
    "    (1, 2),\n",
    "    a,\n",
    "    f((((((((\n",
    "    if a:\n",
    "    x = a +\n",
    "    f(a, [\n",
)
FENCES = ("`", "```\n", "`` ")
COMMANDS = ("[", "b", " ", "${a[}", "* ")
LINES = (" " * 110 + "x\n", "#" + " (" * 55 + "\n", "-" * 119 + "\n", "# " + "[(" * 55 + "\n")


def sanitised(text: str) -> None:
    clean(text, limit=len(text))
    reveal(text)


def answered(text: str) -> None:
    with suppress(InvalidAnswer):
        parse_answer(text)


def looked_at(text: str) -> None:
    elided_line(text.encode(), [])


def thinned(text: str) -> None:
    plain.thinned(text.encode())


def fenced_in(text: str) -> None:
    fenced(text)


def ruled(text: str) -> None:
    for command in (f"a '{text}'", f"a $(({text}))", f"find {text}", f"sed '{text}X'"):
        permission_for(command, Rules(), walled=False)


def cpu(do: Callable[[str], None], text: str) -> float:
    """CPU milliseconds, the least of three runs."""
    found = []
    for _ in range(3):
        start = time.process_time()
        do(text)
        found.append((time.process_time() - start) * 1000)
    return min(found)


def main() -> int:
    failed = False
    print(f"{'what':10} | {'piece':20} | 128 KiB, ms | 1 MiB, ms | gate {GATE:.0f}x")
    for name, do, pieces, share in (
        ("sanitise", sanitised, SEQUENCES, 1),
        ("answer", answered, BRACES, 1),
        ("elision", looked_at, LINES, 1),
        ("index", thinned, PLAIN, 1),
        ("fence", fenced_in, FENCES, 1),
        ("command", ruled, COMMANDS, 5),  # a longer one is only refused
    ):
        for piece in pieces:
            sizes = (SMALL // share, LARGE // share)
            small, large = (cpu(do, piece * (size // len(piece))) for size in sizes)
            ratio = large / max(small, 0.1)
            failed = failed or ratio > GATE
            print(f"{name:10} | {piece[:10]!r:20} | {small:11.1f} | {large:9.1f} | {ratio:5.1f}x")
    return int("--gate" in sys.argv and failed)


if __name__ == "__main__":
    sys.exit(main())
