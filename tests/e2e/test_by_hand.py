"""A person edits a proposal in their editor, in a real terminal and with a real engine."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.e2e.terminal import cockpit, engine_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("pty"), pytest.mark.timeout(900)]

EDITOR = """\
#!/bin/sh
echo THE EDITOR IS OPEN
read line
echo "$line" >> "$1"
"""
WHOLE_FILE = "as it will be"


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``$EDITOR``: appends the line that is typed."""
    program = tmp_path / "editor"
    program.write_text(EDITOR)
    program.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(program))


@pytest.mark.fault(
    "kill",
    "kill -9 of the engine while a proposal is edited in $EDITOR",
    sees="the cockpit again, with the edit as a new attempt",
    kept="what the person wrote",
)
@pytest.mark.usefixtures("editor")
def test_an_edited_proposal_is_tested_and_applied_though_the_engine_was_killed_meanwhile(
    tmp_path: Path,
) -> None:
    project = tmp_path / "parcels"
    with cockpit("demo", "--dir", str(project)) as person:
        person.wait("P starts the workers")
        engine = engine_of(person)
        person.insist(["P"], "Start the workers")
        person.insist(["enter"], r"1\.4\.1 writing")
        person.wait("hunks 0/4 accepted")
        person.insist(["2"], "space accept")
        person.press("E")
        person.wait("THE EDITOR IS OPEN")
        os.kill(engine, signal.SIGKILL)
        person.press("# mine\r")
        said = person.wait(r"your edit is attempt 2|is not taken")
        while said.group() == "is not taken":  # it was sent before another engine was there
            person.insist(["t"], r"\A(?s:(?!.*is not taken))")
            said = person.wait(r"your edit is attempt 2|is not taken")
        if WHOLE_FILE in person.text:  # `t` came once more than the sheet took
            person.insist(["escape"], rf"\A(?s:(?!.*{WHOLE_FILE}))")
        person.wait("attempt 2 by hand")
        person.wait("PROVEN")
        person.insist(["b", "A"], r"Apply all of 1\.4\.1\?")
        person.insist(["enter"], r"1\.4\.1 applied: ")
        ends = [path.read_text().endswith("# mine\n") for path in project.rglob("*.py")]
        assert ends.count(True) == 1
