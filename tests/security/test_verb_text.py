"""Any text is safe: what verbs write to a terminal about a hostile project and a hostile task."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import Pty
from tests.security.corpus import CORPUS
from tests.security.oracle import foreign, requests

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("pty"), pytest.mark.timeout(300)]

NAME = "shop\x1b[31m\u202e\x9b2J\u200b\x07[-api"
HOSTILE = " ".join(
    text.replace("\0", "")
    for name, (text, _) in CORPUS.items()
    if len(text) < 2_000 and name != "X24"  # no argument and no stored text can hold these
)
TITLE = "[/foo] [@click=app.quit]x[/] a\u202eb\u200bc\ufeff\U000e0041 \U0001f468\u200d\U0001f469"


def verb(place: Path, *arguments: str) -> bytes:
    """What a verb wrote to its terminal, both streams."""
    program = Pty([sys.executable, "-m", "codeframe_tui", "--project", str(place), *arguments])
    try:
        program.exit_code()
    finally:
        program.close()
    assert b"Traceback" not in program.written
    return program.written


@pytest.mark.usefixtures("runtime")
@pytest.mark.goal("G13", "sessions of verbs with all texts")
def test_verbs_write_only_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEFRAME_TUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    place = tmp_path / NAME
    place.mkdir()
    subprocess.run(["git", "init", "-q", str(place)], check=True)
    written = {
        name: verb(place, *arguments)
        for name, arguments in {
            "add": ("add", TITLE, "-d", HOSTILE),
            "refused": ("add", HOSTILE[:150]),
            "list": ("list",),
            "show": ("show", "1"),
            "events": ("events",),
            "hold": ("hold", HOSTILE),
            "config": ("config",),
        }.items()
    }
    assert b"[/foo]" in written["list"]
    assert b"[/foo]" in written["show"]
    for name, data in written.items():
        assert foreign(data.replace(b"\t", b" ")) == [], name
        assert not requests(data), name


@pytest.mark.usefixtures("runtime")
def test_a_refusal_to_open_writes_only_letters(tmp_path: Path) -> None:
    missing = tmp_path / NAME
    program = Pty([sys.executable, "-m", "codeframe_tui", str(missing)])
    try:
        assert program.exit_code() == 2
    finally:
        program.close()
    assert b"no folder" in program.written
    assert foreign(program.written) == []
    assert not requests(program.written)
