"""The cockpit in a real terminal: the demo played by keys, and every way out of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from codeframe_tui.demo.story import COLLEAGUE, TASKS, expected
from tests.e2e.terminal import Terminal, cockpit, engine_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("pty"), pytest.mark.timeout(900)]

ANSWERS = {"1.4.3": ("Use the largest remainder.",), "1.4.4": ("2",)}
GIVEN_BACK = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?25h")
"""Screen, mouse, paste and cursor as a shell expects them."""


def files_of(project: Path) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(project).parts
    }


def start_workers(person: Terminal) -> None:
    person.wait("P starts the workers")
    person.insist(["P"], "Start the workers")
    person.insist(["enter"], r"1\.4\.1 writing")


def answer(person: Terminal, number: str) -> None:
    person.wait(rf"\? {number} .* blocked")
    person.insist(["1", "b"], "enter answer +t retry")
    person.insist(["enter"], r"enter answer .*esc back")
    person.press(*ANSWERS[number])
    person.insist(["enter"], rf"{number} goes on with your answer")


def apply_next(person: Terminal) -> tuple[str, bool]:
    """The fast yes to the most urgent proposal: its number, and whether it was applied."""
    number = person.insist(["b", "A"], r"Apply all of ([\d.]+)\?")[1]
    said = person.insist(["enter"], rf"{number}( applied: | not applied: )")
    return number, "not" not in said[1]


def was_given_back(person: Terminal) -> bool:
    """Whether nothing after the last of the restoring bytes takes the terminal again."""
    taken = person.written.rfind(b"\x1b[?1049h")
    return taken >= 0 and all(person.written.rfind(code) > taken for code in GIVEN_BACK)


def test_a_person_plays_the_demo_by_keys(tmp_path: Path) -> None:
    project = tmp_path / "parcels"
    with cockpit("demo", "--dir", str(project)) as person:
        start_workers(person)
        person.wait("hunks 0/4 accepted")
        assert apply_next(person) == ("1.4.1", True)
        for number in ANSWERS:
            answer(person, number)
        refused: set[str] = set()
        applied = {"1.4.1"}
        while len(applied) < len(TASKS):
            number, done = apply_next(person)
            (applied if done else refused).add(number)
            if not done:
                person.insist(["1", "t"], rf"Retry {number}")
                person.insist(["enter"], rf"{number} goes back to work")
        assert refused == {COLLEAGUE.task}
        assert files_of(project) == expected()
        undone = person.insist(["1", "u"], r"Undo ([\d.]+)\?")[1]
        person.insist(["enter"], rf"{undone} undone")
        assert files_of(project) == expected(without=(undone,))
        person.press("q")
        assert person.exit_code() == 0
        assert was_given_back(person)


@pytest.mark.parametrize(("ending", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_cockpit_and_gives_the_terminal_back(
    ending: signal.Signals, code: int
) -> None:
    with cockpit("demo") as person:
        person.wait("Refuse parcels")
        os.kill(person.pid, ending)
        assert person.exit_code() == code
        assert was_given_back(person)


def test_a_killed_engine_comes_back_with_the_same_question() -> None:
    with cockpit("demo") as person:
        start_workers(person)
        person.wait(r"\? 1\.4\.3 .* blocked")
        os.kill(engine_of(person), signal.SIGKILL)
        person.wait("engine lost")
        person.insist(["1", "b"], "enter answer +t retry")
        answer(person, "1.4.3")


def test_the_size_of_the_terminal_counts_not_what_a_shell_exported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    with cockpit("demo", size=(120, 40)) as person:
        person.wait(r"(?s)QUEUE.*BLOCKERS.*TESTS")


def test_leaving_while_work_runs_asks_first() -> None:
    with cockpit("demo", size=(80, 24)) as person:
        start_workers(person)
        person.insist(["q"], "Work is running")
        person.insist(["esc"], r"(?s)\A(?!.*Work is running)")
        person.insist(["q"], "Work is running")
        assert person.exit_code("s") == 0
        assert was_given_back(person)


def test_a_served_engine_is_supervised_from_another_terminal(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "p").mkdir()
    places = ["--project", str(tmp_path / "p"), "--state-dir", str(tmp_path / "s")]
    with cockpit(*places, "serve") as serving:
        serving.wait(r"to watch only: ws://127\.0\.0\.1:\d+/#")
        with cockpit(*places, "attach") as person:
            person.wait("QUEUE")
            person.insist(["o"], "New task")
            person.press("From another terminal", "enter")
            person.wait("is in the queue")  # and the form is gone
            serving.press("\x03")
            assert serving.exit_code() == 130
            person.wait("there is no address in|no engine is served|connecting again")
            assert person.exit_code("q") == 0
            assert was_given_back(person)
