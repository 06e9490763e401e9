"""Reports of faults: few, private, and never a fault of their own."""

from __future__ import annotations

from pathlib import Path

from codeframe_tui.adapters.reports import KEPT, failure, write_report


class Silent(Exception):
    """Fails when it is asked what it says."""

    def __str__(self) -> str:
        raise ValueError


def test_the_oldest_make_room(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "log"
    first = write_report(folder, "cockpit", ValueError("one"))
    assert first is not None
    old = first.rename(first.with_name("report-20200101-000000-cockpit-0.txt"))
    other = folder / "engine.log"
    other.touch()
    for _ in range(KEPT):
        assert write_report(folder, "cockpit", ValueError("another")) is not None
    assert not old.exists()
    assert other.exists()
    assert len(list(folder.iterdir())) == KEPT + 1


def test_where_nothing_can_be_written_the_line_says_so(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "log").symlink_to(elsewhere)
    told = failure(tmp_path / "log", "cockpit", ValueError("bread"), then="go on")
    assert told.message == "something failed inside the cockpit (ValueError: bread)"
    assert told.hint == f"go on; no report could be written to {tmp_path / 'log'}"
    assert told.exit_code == 1
    assert list(elsewhere.iterdir()) == []


def test_an_error_that_cannot_say_what_it_is_has_a_name(tmp_path: Path) -> None:
    told = failure(tmp_path / "log", "engine", Silent())
    assert told.message == "something failed inside the engine (Silent)"
    (report,) = (tmp_path / "log").iterdir()
    assert "Silent" in report.read_text()
