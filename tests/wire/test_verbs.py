"""Verbs: what they submit, what they print, how they exit."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
import pytest

from codeframe_tui.__main__ import VERBS
from codeframe_tui.adapters.project import Project
from codeframe_tui.cli.group import program
from codeframe_tui.cli.main import main
from codeframe_tui.cli.render import check_list
from codeframe_tui.cli.verb import App
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import (
    Acknowledge,
    AddComment,
    AddTask,
    Answer,
    Approve,
    Cancel,
    Command,
    Distrust,
    EditTask,
    Explain,
    ImportTasks,
    Note,
    Redo,
    Reject,
    Retry,
    Trust,
    Undo,
)
from codeframe_tui.core.errors import Conflict
from codeframe_tui.core.queries import ShowDiff
from codeframe_tui.ports import Service
from tests.wire.fake_service import FakeService

Run = Callable[..., int]


class Deciding(FakeService):
    """Carries decisions out at once, as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.end: tuple[str, dict[str, Any]] = ("change.applied", {"files": ["a.py"]})

    async def submit(self, command: Command) -> dict[str, Any]:
        if isinstance(command, Approve | Undo | Redo):
            self.submitted.append(command)
            await self.record("change.applied", "9", decision=1, files=["old.py"])
            type_, data = self.end
            await self.record(type_, "9", decision=7, **data)
            return {"decision": 7}
        return await super().submit(command)


@pytest.fixture
def service() -> Deciding:
    return Deciding()


@pytest.fixture
def run(service: Deciding, tmp_path: Path) -> Run:
    @asynccontextmanager
    async def opener(place: Project, sandbox: str | None) -> AsyncIterator[Service]:
        yield service

    def run(*arguments: str) -> int:
        places = ["--project", str(tmp_path), "--state-dir", str(tmp_path / "state")]
        return main([*places, *arguments], App(opener=opener))

    return run


def test_the_quick_look_at_the_command_line_knows_every_verb() -> None:
    assert set(program.commands) == VERBS


def _leaves(group: click.Group) -> list[click.Command]:
    found: list[click.Command] = []
    for command in group.commands.values():
        found += _leaves(command) if isinstance(command, click.Group) else [command]
    return found


@pytest.mark.parametrize("command", _leaves(program), ids=lambda c: str(c.name))
def test_every_verb_has_an_example_and_json(command: click.Command) -> None:
    assert (command.epilog or "").startswith("Example: codeframe-tui ")
    assert "--json" in {name for each in command.params for name in each.opts}
    assert command.help


@pytest.mark.parametrize(
    ("arguments", "wish"),
    [
        (["add", "t"], AddTask("t")),
        (
            ["add", "t", "-d", "d", "-p", "0", "--step", "3", "--after", "1", "--after", "2",
             "--issue", "1.2", "--agent", "a", "--evidence", "none"],
            AddTask("t", "d", 0, 3, ("1", "2"), "1.2", "a", "none"),
        ),
        (["edit", "3", "-p", "0"], EditTask("3", priority=0)),
        (["edit", "3", "--no-after"], EditTask("3", depends_on=())),
        (["cancel", "3"], Cancel("3")),
        (["retry", "3", "--hint", "h"], Retry("3", "h")),
        (["note", "3", "n"], Note("3", "n")),
        (["explain", "3", "--expect", "h"], Explain("3", "h")),
        (["reject", "3", "--reason", "r", "--file", "a"], Reject("3", "r", Parts(("a",)))),
        (
            ["approve", "3", "--file", "a", "--hunk", "b:c.py:2", "--expect", "h",
             "--rest-to-worker"],
            Approve("3", "h", Parts(("a",), (("b:c.py", 2),)), rest_to_worker=True),
        ),
        (
            ["reject", "3", "--reason", "r", "--lines", "b:c.py:2-14", "--lines", "d:7"],
            Reject("3", "r", Parts(lines=(("b:c.py", 2, 14), ("d", 7, 7)))),
        ),
    ],
)  # fmt: skip
def test_verbs_submit_what_was_meant(
    run: Run, service: Deciding, arguments: list[str], wish: Command
) -> None:
    assert run(*arguments) == 0
    assert service.submitted == [wish]


@pytest.mark.parametrize(
    ("arguments", "wish"),
    [
        (["a.py:3", "t"], AddComment("3", "t", "a.py", 3, 3)),
        (["b:c.py:3-5", "t", "--type", "nit"], AddComment("3", "t", "b:c.py", 3, 5, type="nit")),
        (["a.py", "t", "--type", "question"], AddComment("3", "t", "a.py", type="question")),
        ([".", "t", "--attempt", "2"], AddComment("3", "t", attempt=2)),
        (["a.py:3", "t", "--old"], AddComment("3", "t", "a.py", 3, 3, "old")),
        (["a:b", "t"], AddComment("3", "t", "a:b")),
    ],
)
def test_a_comment_names_a_line_a_range_a_file_or_all(
    run: Run, service: Deciding, arguments: list[str], wish: Command
) -> None:
    service.documents["AddComment"] = {"comment": 4}
    assert run("comment", "3", *arguments) == 0
    assert service.submitted == [wish]


def test_flags_are_acknowledged_by_their_ids_or_all_red_ones(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str]
) -> None:
    service.documents["Acknowledge"] = {"flags": ["a1", "b2"]}
    assert run("acknowledge", "3", "--reason", "seen") == 0
    assert run("acknowledge", "3", "--reason", "seen", "--flag", "a1", "--flag", "b2") == 0
    named = Acknowledge("3", "seen", ("a1", "b2"))
    assert service.submitted == [Acknowledge("3", "seen"), named]
    assert "task 3: 2 flags acknowledged" in capsys.readouterr().out


def test_show_tells_comments_with_their_answers(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"id": 4, "type": "question", "state": "outdated", "path": "a.py", "first": 3,
            "attempt": 1, "text": "why?", "excerpt": ["x = 1"], "answer": "so"}  # fmt: skip
    service.documents["ShowTask"] = {
        "number": "3", "title": "t", "status": "in_review", "priority": 2, "cost_usd": 0.0,
        "evidence": "tdd", "depends_on": [], "description": "", "attempts": [], "comments": [said],
    }  # fmt: skip
    assert run("show", "3") == 0
    assert capsys.readouterr().out.endswith(
        "comment 4  question, outdated  a.py:3  (attempt 1)\n  why?\n  > x = 1\n  answer: so\n"
    )


@pytest.mark.parametrize(
    ("became", "words"),
    [("changed", "changed since"), ("stands", "not addressed"), ("gone", "outdated")],
)
def test_show_tells_what_became_of_a_comment(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str], became: str, words: str
) -> None:
    said = {"id": 4, "type": "nit", "state": "outdated", "path": "a.py", "first": 3, "attempt": 1,
            "text": "why?", "excerpt": [], "answer": None, "became": became}  # fmt: skip
    service.documents["ShowTask"] = {
        "number": "3", "title": "t", "status": "in_review", "priority": 2, "cost_usd": 0.0,
        "evidence": "tdd", "depends_on": [], "description": "", "attempts": [], "comments": [said],
    }  # fmt: skip
    assert run("show", "3") == 0
    assert capsys.readouterr().out.endswith(
        f"comment 4  nit, {words}  a.py:3  (attempt 1)\n  why?\n"
    )


def test_add_prints_the_number_only(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("add", "t") == 0
    assert run("add", "t", "--json") == 0
    assert capsys.readouterr().out == '1\n{"number":"2"}\n'


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["comment", "3", "a.py:0", "t"],
        ["comment", "3", "a.py:5-3", "t"],
        ["comment", "3", "a.py:1", "t", "--type", "praise"],
        ["add"],
        ["add", "t", "-p", "5"],
        ["--sandbox", "magic", "list"],
        ["list", "--no-such"],
        ["reject", "3"],
        ["edit", "3"],
        ["approve", "3", "--hunk", "a.py"],
        ["approve", "3", "--hunk", "a.py:0"],
        ["approve", "3", "--lines", "a.py"],
        ["approve", "3", "--lines", "a.py:0-2"],
        ["approve", "3", "--lines", "a.py:3-2"],
        ["approve", "3", "--lines", "a.py:1-²"],
        ["redo"],
        ["serve", "--web"],
        ["attach", "ws://x"],
        ["--remote", "http://x", "list"],
        ["worker"],
        [],
    ],
)
def test_wrong_use_exits_2_and_submits_nothing(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(*arguments) == 2
    assert service.submitted == []
    assert capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["comment", "3", "--json"], ["add", "--json"]])
def test_errors_are_documents_when_json_is_wanted(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(*arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert set(json.loads(told.err)["error"]) == {"code", "message", "hint"}


def test_what_does_not_exist_exits_1_with_a_hint(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "404") == 1
    assert capsys.readouterr().err == "error: there is no task 404\nhint: see `list`\n"


def test_what_the_environment_lacks_exits_5(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"need": 1}')
    assert run("import", str(tmp_path / "t.json")) == 5


def test_import_hands_the_document_on(run: Run, service: Deciding, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('\ufeff{"tasks": [{"title": "ä"}]}', "utf-8")
    assert run("import", str(tmp_path / "t.json")) == 0
    assert service.submitted == [ImportTasks({"tasks": [{"title": "ä"}]})]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"tasks": [\n  {"title": }]}', ":2:13: "),
        ("", ":1:1: "),
        ("[]", "not a JSON object"),
        ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
        ("[" * 100_000, ""),
    ],
)
def test_broken_json_is_told_with_its_place(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, place: str
) -> None:
    (tmp_path / "t.json").write_text(text)
    assert run("import", str(tmp_path / "t.json")) == 2
    assert place in capsys.readouterr().err


def test_import_of_a_file_that_is_not_there_exits_1(run: Run, tmp_path: Path) -> None:
    assert run("import", str(tmp_path / "none.json")) == 1


def test_approve_waits_for_the_end_of_its_own_decision(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("approve", "9", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {"decision": 7, "task": "9", "state": "applied", "files": ["a.py"]}


def test_a_part_that_left_its_tests_out_is_told_as_not_verified(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str]
) -> None:
    service.end = ("change.applied", {"files": ["a.py"], "verdict": "not_verified"})
    assert run("approve", "9", "--file", "a.py") == 0
    assert "task 9 is applied: 1 file, not verified" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["approve", "undo", "redo"])
def test_a_refused_decision_exits_1_with_its_reason(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    service.end = ("change.refused", {"code": "conflict", "message": "a.py differs", "paths": []})
    assert run(verb, "9", "--json") == Conflict.exit_code
    error = json.loads(capsys.readouterr().err)["error"]
    assert (error["code"], error["message"]) == ("conflict", "a.py differs")


def test_answer_names_the_task_that_goes_on(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str]
) -> None:
    service.documents["Answer"] = {"task": "4"}
    assert run("answer", "b1", "yes") == 0
    assert service.submitted == [Answer("b1", "yes")]
    assert "task 4 goes on" in capsys.readouterr().out


def test_diff_is_unified_and_hides_nothing(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str]
) -> None:
    hunk = {
        "k": 1, "old_start": 1, "old_lines": 1, "new_start": 1, "new_lines": 1, "heading": "f",
        "lines": [["-", "a"], ["+", "b\x1b[2J\u202e"]],
    }  # fmt: skip
    file = {"path": "a.py", "action": "modify", "mode": "100644", "binary": False, "hunks": [hunk]}
    service.documents["ShowDiff"] = {"base": "b", "proposal": "p", "files": [file]}
    assert run("diff", "1") == 0
    assert capsys.readouterr().out == (
        "--- a/a.py\n+++ b/a.py\n@@ -1,1 +1,1 @@ f\n-a\n+b␛[2J<U+202E>\n"
    )


def test_a_mode_that_changes_is_in_the_diff_and_git_takes_it(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()

    def git(*arguments: str, text: str = "") -> None:
        subprocess.run(["git", *arguments], cwd=project, input=text, text=True, check=True)

    hunk = {
        "k": 1, "old_start": 1, "old_lines": 1, "new_start": 1, "new_lines": 1,
        "lines": [["-", "a"], ["+", "b"]],
    }  # fmt: skip
    more = {**hunk, "old_start": 0, "old_lines": 0, "lines": [["+", "b"]]}
    less = {**hunk, "new_start": 0, "new_lines": 0, "lines": [["-", "a"]]}
    plain, loud = "100644", "100755"
    files = [
        {"path": path, "action": action, "old_mode": old, "mode": mode, "binary": False, "hunks": h}
        for path, action, old, mode, h in [
            ("alone", "modify", plain, loud, []),
            ("both", "modify", loud, plain, [hunk]),
            ("gone", "delete", plain, plain, [less]),
            ("new", "create", None, loud, [more]),
            ("same", "modify", plain, plain, [hunk]),
        ]
    ]
    service.documents["ShowDiff"] = {"base": "b", "proposal": "p", "files": files}
    assert run("diff", "1") == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "diff --git a/alone b/alone\nold mode 100644\nnew mode 100755\n"
        "diff --git a/both b/both\nold mode 100755\nnew mode 100644\n--- a/both\n+++ b/both\n"
    )
    for name in ("alone", "both", "gone", "same"):
        (project / name).write_text("a\n")
    (project / "both").chmod(0o755)
    git("init", "-q")
    git("apply", text=told)
    found = {path.name: path.stat().st_mode & 0o100 for path in project.iterdir()}
    assert found == {".git": 0o100, "alone": 0o100, "both": 0, "new": 0o100, "same": 0}
    assert (project / "both").read_text() == (project / "new").read_text() == "b\n"
    service.documents["ShowDiff"] = {"base": "b", "proposal": "p", "files": files[-1:]}
    assert run("diff", "1") == 0
    assert capsys.readouterr().out.startswith("--- a/same\n")


def test_an_interdiff_says_what_it_compares(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str]
) -> None:
    file = {"path": "a.py", "action": "delete", "binary": True, "hunks": [], "moved": True}
    service.documents["ShowDiff"] = {"attempt": 3, "since": 1, "rebased": True, "files": [file]}
    assert run("diff", "1", "--since", "1") == 0
    assert service.asked == [ShowDiff("1", since=1)]
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "# how attempt 3 proposes other content than 1"
    assert "edited in between" in told[1]
    assert told[2] == "# edited by others too: a.py"
    service.documents["ShowDiff"] = {"attempt": 3, "since": 1, "rebased": False, "files": []}
    assert run("diff", "1", "--since", "1") == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["# nothing"]


def test_what_doctor_found_stands_in_columns_and_is_wrapped_on_a_terminal() -> None:
    checks = [
        {"name": "git", "state": "missing", "detail": "none\x1b[2J", "hint": "word " * 20},
        {"name": "base_url", "state": "ok", "detail": "the default", "hint": ""},
    ]
    lines = check_list({"checks": checks}, 60).splitlines()
    assert lines[0] == "missing  git       none"
    assert [line[:21].strip() for line in lines[1:4]] == ["→", "", ""]
    assert max(map(len, lines)) <= 60
    assert lines[4:] == ["ok       base_url  the default", "", "1 missing"]
    assert len(check_list({"checks": checks}).splitlines()) == 5


def test_text_of_others_reaches_no_terminal_unsanitised(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {
        "number": "1", "title": "x\x1b]0;evil\x07y", "status": "pending", "phase": None,
        "held": False, "priority": 2, "cost_usd": None, "verdict": None, "why": "\x9b2J",
    }  # fmt: skip
    service.documents["ShowTasks"] = {"tasks": [row]}
    assert run("list") == 0
    told = capsys.readouterr().out
    assert "xy" in told
    assert "\x1b" not in told
    assert "\x9b" not in told


async def _record(service: FakeService) -> None:
    for n in range(3):
        await service.record("task.added", str(n), title="t")


def test_events_are_lines_of_json(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_record(service))
    assert run("events", "--after", "1", "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["seq"] for line in lines] == [2, 3]
    assert set(lines[0]) == {"v", "seq", "at", "type", "task", "data"}


def test_a_missing_folder_is_wrong_use(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--project", str(tmp_path / "none"), "list"]) == 2
    assert "there is no folder" in capsys.readouterr().err


def test_config_shows_a_schema_and_the_settings(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("config", "--schema", "--json") == 0
    assert "waits" in json.loads(capsys.readouterr().out)["properties"]
    assert run("config", "--json") == 0
    assert json.loads(capsys.readouterr().out)["state_dir"] == str(tmp_path / "state")


def test_a_wrong_setting_is_told_by_name(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEFRAME_TUI_WAITS__TOOL", "never")
    assert run("config") == 2
    assert "waits.tool" in capsys.readouterr().err
    monkeypatch.delenv("CODEFRAME_TUI_WAITS__TOOL")
    monkeypatch.setenv("CODEFRAME_TUI_NETWORK__ALLOWED", '["pypi.org:443", "127.0.0.1:80"]')
    assert run("doctor") == 2
    said = capsys.readouterr().err
    assert 'setting network.allowed: "127.0.0.1:80" is an address, not a name' in said
    assert "write host:port, such as" in said


WHERE = ".claude/agents/quick.md"
TRUSTED = {
    "path": WHERE, "name": "Quick", "state": "untrusted", "why": "", "sha256": "f" * 64,
    "asks": [], "says": "policy green instead of manual", "held": "", "at": None,
    "trusted_sha256": None, "text": "Be\u202e quick.\x1b[8m\r\n", "since": [["-", "Be\x07."]],
}  # fmt: skip


def test_trust_pins_what_is_there_and_says_what_it_loosens(
    run: Run, service: Deciding, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    service.documents = {"ShowTrust": {"ceiling": "green", "files": [TRUSTED]}, "Trust": TRUSTED}
    (tmp_path / WHERE).parent.mkdir(parents=True)
    (tmp_path / WHERE).touch()
    monkeypatch.chdir(tmp_path / ".claude")
    assert [run("trust", name) for name in (WHERE, "agents/quick.md")] == [0, 0]
    assert run("trust", str(tmp_path / WHERE), "--expect", "0" * 64) == 0
    pinned = [Trust(WHERE, "f" * 64), Trust(WHERE, "f" * 64), Trust(WHERE, "0" * 64)]
    assert service.submitted == pinned
    out, err = capsys.readouterr()
    assert f"{WHERE} is trusted now, as it is: policy green instead of manual" in out
    assert "lines with hidden characters: 1" in err
    assert run("trust", WHERE, "--expect", "") == 0
    assert service.submitted[-1:] == [
        Trust(WHERE, "")
    ]  # which no file is: a lost variable pins none
    assert run("distrust", WHERE, "--json") == 0
    assert service.submitted[-1] == Distrust(WHERE)


def test_trust_shows_all_of_a_file_with_what_is_hidden_in_it(
    run: Run, service: Deciding, capsys: pytest.CaptureFixture[str]
) -> None:
    service.documents = {"ShowTrust": {"ceiling": "green", "files": [TRUSTED]}}
    assert run("trust", WHERE, "--show") == 0
    out = capsys.readouterr().out
    assert "Be<U+202E> quick.\u241b[8m\n" in out
    assert "  -Be\u2407.\n" in out
    ready = f"codeframe-tui trust {WHERE} --expect {'f' * 64}"
    assert out.splitlines()[-1] == f"to trust it as it is: {ready}"
    assert run("trust", WHERE, "--show", "--expect", "f" * 64) == 2
    assert run("trust", "--list") == 0
    assert "text" not in capsys.readouterr().out
    assert run("trust", WHERE, "--list") == 2
    assert service.submitted == []
