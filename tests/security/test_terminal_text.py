"""Any text is safe: the bytes that reach a terminal while hostile texts are in every place."""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from pathlib import Path

import pyte
import pytest

from codeframe_tui.tui.terminal import RESTORE
from tests.e2e.terminal import _UNKNOWN, Pty
from tests.security.corpus import CORPUS
from tests.security.oracle import MARK, foreign, mark, requests

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("pty"), pytest.mark.timeout(900)]

OURS = {b"\x1b]22", b"\x1b]52", b"\x1b]2", b"\x1b[22;2t", b"\x1b]9", b"\x07", *requests(RESTORE)}
"""What the cockpit asks of a terminal beside drawing: the pointer's shape, what is copied, the
title, giving all back after another program, and the two ways to call a person."""
WHOLE = os.environ.get("CODEFRAME_TUI_TEST_WHOLE_CORPUS")
MIXES = ["mix 1:80x24", "mix 2:120x40", "mix 3:200x50"]
ALONE = [f"{name}:{size}" for name in CORPUS for size in ("80x24", "120x40", "200x50")]
_JAMO = re.compile("[\u1160-\u11ff]")
"""The emulator drops the rest of what is written with them; terminals draw them."""


def walked(cases: str, size: tuple[int, int], folder: Path) -> tuple[bytes, dict[str, list[str]]]:
    """What was written, and what the cockpit says was on the screen at each stop."""
    pictures = folder / "pictures"
    command = [sys.executable, "-m", "tests.security.walk", cases, str(pictures)]
    walk = Pty(command, size=size)
    try:
        code = walk.exit_code()
        assert code == 0, walk.written[-3_000:].decode(errors="replace")
    finally:
        walk.close()
    return walk.written, dict(map(json.loads, pictures.read_text().splitlines()))


def drawn(written: bytes, size: tuple[int, int]) -> dict[str, list[str]]:
    """What a terminal shows at each stop."""
    screen = pyte.Screen(*size)
    stream = pyte.ByteStream(screen)
    shown = {}
    for number, part in enumerate(MARK.split(written)):
        if number % 2:
            shown[part.decode()] = list(screen.display)
        else:
            data = _JAMO.sub("", _UNKNOWN.sub(b"", part).decode(errors="replace"))
            stream.feed(data.encode())
    return shown


def compared(lines: list[str]) -> list[str]:
    return [unicodedata.normalize("NFC", _JAMO.sub("", line).rstrip()) for line in lines]


@pytest.mark.parametrize("walk", ALONE if WHOLE else MIXES)
@pytest.mark.goal("G13", "walks through the cockpit, each text in three sizes")
def test_nothing_of_a_text_reaches_the_terminal_but_its_letters(walk: str, tmp_path: Path) -> None:
    name, _, wanted = walk.partition(":")
    columns, _, rows = wanted.partition("x")
    size = int(columns), int(rows)
    written, pictures = walked(name, size, tmp_path)
    begin, _, rest = written.partition(mark(name).encode())
    inside, _, after = rest.rpartition(mark("end").encode())
    assert foreign(begin) == foreign(inside) == foreign(after) == []
    asked = requests(MARK.sub(b"", inside))
    # for an editor the cockpit steps aside and comes back, as it begins and ends
    assert set(asked) - OURS <= set(requests(begin)) | set(requests(after))
    assert asked[b"\x1b]52"] <= 3  # what is copied is ours
    assert 1 <= asked[b"\x1b]9"] <= 3
    assert asked[b"\x07"] >= asked[b"\x1b]9"]  # a field that refuses what is pasted rings too
    assert asked[b"\x1b]2"] >= 1
    shown = drawn(written, size)
    assert len(pictures) > 20
    both = {"by hand", "edited"} if name.startswith("mix") else {"by hand"}
    assert all(f"{way}, both changed it" in " ".join(pictures) for way in both)
    for stop, lines in pictures.items():
        assert compared(shown[stop]) == compared(lines), stop


@pytest.mark.goal("G13", "look at the same texts unguarded: all that are no plain letters are seen")
def test_the_oracle_sees_what_a_text_smuggles_in() -> None:
    unseen = {"X1", "X2", "X3", "X4", "X5", "X20", "X29", "X30", "X16 CR"}  # only letters
    marks = {"X19", "X19 Thai", "X19 Hangul"}  # too many, but no control
    frame = "\x1b[1;1H\x1b[1;38;2;1;2;3;48;2;4;5;6m{}\x1b[0m"
    missed = {
        name
        for name, (text, _) in CORPUS.items()
        if not foreign(data := frame.format(text).encode(errors="surrogatepass"))
        and not set(requests(data)) - OURS
    }
    assert missed - {"X8", "X10", "X11", "X15"} == unseen | marks
    assert requests(CORPUS["X15"][0].encode())[b"\x07"] == 50
