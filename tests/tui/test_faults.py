"""What fails inside the cockpit, in a real terminal: one calm line, and a report that tells all
but what people wrote."""

from __future__ import annotations

import re
import stat
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal
from tests.e2e.test_cockpit import was_given_back
from tests.tui.broken_app import LOCAL

pytestmark = pytest.mark.xdist_group("pty")
KEY = "sk-ant-canary-0123456789-of-a-person"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


def _broken(where: str, folder: Path) -> tuple[int, str, list[Path]]:
    """Run it until it ends; its code, what is on the screen then, the reports."""
    state = folder / "state"
    options = ["--state-dir", str(state), "--project", str(folder)]
    person = Terminal([sys.executable, "-m", "tests.tui.broken_app", where, *options])
    try:
        code = person.exit_code()
    finally:
        person.close()
    assert was_given_back(person)
    assert b"\x1b]0;title" not in person.written
    assert KEY.encode() not in person.written
    assert b"Traceback" not in person.written
    assert LOCAL.upper().encode() not in person.written
    return code, person.text, sorted(state.rglob("report-*"))


@pytest.mark.fault(
    "people",
    "a fault of the cockpit itself",
    sees="one line on a clean terminal: what failed, where its report is",
    kept="all that was decided; the report has no key and no variables",
)
@pytest.mark.parametrize("where", ["widget", "timer", "keys", "style", "start"])
def test_a_fault_is_one_calm_line_and_a_report(where: str, tmp_path: Path) -> None:
    code, screen, reports = _broken(where, tmp_path)
    assert code == 1
    told = " ".join(screen.split())
    assert re.search(r"error: something failed inside the cockpit \(\w+: ", told)
    assert "nothing is lost: open it again" in told
    (report,) = reports
    assert report.name in told.replace(" ", "")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    text = report.read_text()
    assert KEY not in text
    assert LOCAL.upper() not in text
    assert "\x1b" not in text
    assert re.search(r'File ".*", line \d+, in ', text)
