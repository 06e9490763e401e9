"""A paste is one text, never a key."""

from __future__ import annotations

import pytest
from textual import events

from codeframe_tui.tui.paste import PasteParser

NASTY = "- a A\n\x1b[31m- red A r space and more than thirty-two characters of it\x1b[0m\x1b\x1b[20"
SENT = f"j\x1b[200~{NASTY}\x1b[201~k\x1b[A"


def _events(*pieces: str) -> list[tuple[str, str]]:
    parser = PasteParser()
    found = []
    for piece in pieces:
        for event in parser.feed(piece):
            if isinstance(event, events.Key):
                found.append(("key", event.key))
            elif isinstance(event, events.Paste):
                found.append(("paste", event.text))
    return found


@pytest.mark.parametrize("at", range(len(SENT)))
def test_a_paste_with_escape_sequences_presses_no_key(at: int) -> None:
    text = NASTY.replace("\x1b", "")
    wanted = [("key", "j"), ("paste", text), ("key", "k"), ("key", "up")]
    assert _events(*filter(None, (SENT[:at], SENT[at:]))) == wanted
