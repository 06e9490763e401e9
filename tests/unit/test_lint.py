"""What linters and type checkers say: read, compared with the base, shown."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.adapters.lint import _TOOLS, _judged
from codeframe_tui.core.evidence.lint import (
    Finding,
    LintRun,
    ToolReport,
    configured_tools,
    is_tool_config,
    new_findings,
    report_document,
    report_from,
    summed_up,
)
from codeframe_tui.ports import Finished
from codeframe_tui.tui.present.lint import lint_rows, place_in

SAID = {
    "ruff": """\
a.py:1:1: I001 [*] Import block is un-sorted or un-formatted
a.py:5:5: F821 Undefined name `undefined`
b.py:1:5: invalid-syntax: Expected ')', found newline
Found 3 errors.
[*] 1 fixable with `--fix`.
""",
    "flake8": "./a.py:2:1: E302 expected 2 blank lines, found 0\na.py:5:5: CCR001 too hard\n",
    "mypy": """\
a.py:3: error: Incompatible return value type (got "int", expected "str")  [return-value]
a.py:3: note: see https://mypy.rtfd.io
a.py:5:5: error: Old mypy names no code
""",
    "ty": "a.py:3:12: error[invalid-return] expected `str`, found `int`\nFound 1 diagnostic\n",
    "pyright": """\
there is a newer version
{"version": "1.40", "generalDiagnostics": [
 {"file": "a.py", "severity": "error", "message": "no\\nstr", "rule": "reportCall",
  "range": {"start": {"line": 2, "character": 4}}},
 {"file": "a.py", "severity": "information", "message": "x", "range": {"start": {"line": 9}}}]}
""",
}
READ = {
    "ruff": [("I001", 1), ("F821", 5), ("invalid-syntax", 1)],
    "flake8": [("E302", 2), ("CCR001", 5)],
    "mypy": [("return-value", 3), ("", 5)],
    "ty": [("invalid-return", 3)],
    "pyright": [("reportCall", 3)],
}


@pytest.mark.parametrize("tool", SAID)
def test_what_each_tool_says_is_read(tool: str) -> None:
    found = list(_TOOLS[tool].read(SAID[tool]))
    assert [(each.rule, each.line) for each in found] == READ[tool]
    assert {each.path for each in found} <= {"a.py", "b.py"}
    assert all(each.message and "[*]" not in each.message for each in found)


def judged(tool: str, output: str) -> LintRun:
    end = Finished(1, output.encode(), 0, "exit", "", 0.1)
    return _judged(end, _TOOLS[tool], "/project", frozenset({"a.py"}))


ODD = (
    "[" * 100_000,
    "{}",
    '{"generalDiagnostics": 1}',
    '{"generalDiagnostics": ["error"]}',
    '{"generalDiagnostics": [[{}]]}',
    '{"generalDiagnostics": [{"severity": []}]}',
    '{"generalDiagnostics": [{"severity": "error", "message": "m", "range": []}]}',
)
LINES = ("Infinity", "NaN", "null", '"x"', "[]", "9" * 5000)


@pytest.mark.parametrize("output", ODD, ids=range(len(ODD)))
def test_words_of_another_form_are_told_and_never_raise(output: str) -> None:
    said = judged("pyright", "{" + output if output.startswith("[") else output)
    assert said.problem.startswith("its output cannot be read: ")
    assert len(said.problem) <= 300


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_lines_that_are_none_are_told_and_never_raise(line: str) -> None:
    place = f'"file": "a.py", "range": {{"start": {{"line": {line}}}}}'
    one = f'{{"severity": "error", "message": "m", {place}}}'
    assert judged("pyright", f'{{"generalDiagnostics": [{one}]}}').problem
    assert not judged("ruff", f"a.py:{'9' * 5000}:1: F401 m\n").findings


def test_what_a_tool_says_comes_clean_and_short() -> None:
    rule = '"\\u001b[2J' + "r" * 500 + '"'
    place = '"file": "/project/a.py", "range": {"start": {"line": 0}}'
    one = f'{{"severity": "error", "message": "m\\u202e{"x" * 500}", "rule": {rule}, {place}}}'
    (found,) = judged("pyright", f'{{"generalDiagnostics": [{one}]}}').findings
    assert (found.path, found.line) == ("a.py", 1)
    assert (len(found.rule), len(found.message)) == (60, 300)
    assert "\x1b" not in found.rule
    assert "\u202e" not in found.message
    (found,) = judged("ruff", f"./a.py:1:1: F{'1' * 500} m\n").findings
    assert (found.path, len(found.rule)) == ("a.py", 60)


def finding(line: int, rule: str = "E1", path: str = "a.py", message: str = "m") -> Finding:
    return Finding(rule, path, line, message)


def fresh(now: list[Finding], base: list[Finding], new: str, old: str, **more: Any) -> list[int]:
    lines, base_lines = {"a.py": new.split("|")}, {"a.py": old.split("|")}
    fields = {"lines": lines, "base_lines": base_lines, "added": {}, **more}
    return [each.line for each in new_findings(now, base, **fields)]


def test_a_finding_is_old_by_rule_words_and_text_and_not_by_its_number() -> None:
    assert fresh([finding(3)], [finding(1)], "x|y|bad", "bad") == []
    assert fresh([finding(1)], [finding(1)], "  bad", "bad") == [], "indented"
    assert fresh([finding(1)], [finding(1)], "worse", "bad") == [1]
    assert fresh([finding(1, "E2")], [finding(1)], "bad", "bad") == [1]
    said = [finding(9, message="defined on line 8")], [finding(1, message="defined on line 2")]
    assert fresh(*said, "||||||||bad", "bad") == []


def test_of_equal_findings_the_one_on_an_added_line_is_new() -> None:
    now = [finding(1), finding(2)]
    assert fresh(now, [finding(1)], "bad|bad", "bad", added={"a.py": ((1, 1),)}) == [1]
    assert fresh(now, [finding(1)], "bad|bad", "bad", added={"a.py": ((2, 2),)}) == [2]


def test_lines_of_a_file_that_is_gone_may_stand_elsewhere() -> None:
    gone = [finding(1, path="gone.py")]
    texts = {"base_lines": {"gone.py": ["bad"]}}
    assert fresh([finding(1)], gone, "bad", "", **texts) == []
    assert fresh([finding(1), finding(2)], gone, "bad|bad", "", **texts) == [2]


def test_configuration_tells_which_tools_a_project_uses() -> None:
    texts = {
        "pyproject.toml": "[tool.ruff.lint]\nx=1\n[tool.rufflike]\n[tool.mypy]\n[tool.ty.rules]\n",
        "setup.cfg": "[metadata]\n[flake8]\n",
        "pkg/mypy.ini": "[mypy]\n",
        "README.md": "[tool.pyright]\n",
    }
    assert configured_tools(texts) == {"ruff", "mypy", "ty", "flake8"}
    assert configured_tools({"pyrightconfig.json": "{}"}) == {"pyright"}
    assert configured_tools({"pyproject.toml": "[tool.rufflike]\n"}) == frozenset()
    assert is_tool_config("pkg/ruff.toml")
    assert not is_tool_config("pkg/core.py")


REPORTS = (
    ToolReport("ruff", "findings", "", (finding(3, "F401"), finding(3, "F401")), 5, 2),
    ToolReport("mypy", "clean", old=1),
    ToolReport("ty", "not_run", "configured, but not installed"),
)


def test_all_tools_are_summed_up_in_one_line() -> None:
    assert summed_up(REPORTS) == ("findings", "", "ruff 5 new · mypy clean · ty not run")
    assert summed_up(REPORTS[1:])[0] == "clean"
    assert summed_up(REPORTS[2:]) == ("not_run", "broken", "ty: configured, but not installed")
    assert summed_up(())[:2] == ("not_run", "absent")


def test_reports_are_stored_as_they_are() -> None:
    assert tuple(report_from(report_document(each)) for each in REPORTS) == REPORTS


def test_each_new_finding_is_a_row_that_names_its_place() -> None:
    tools = [report_document(each) for each in REPORTS]
    rows = lint_rows({"lint": {"verdict": "findings", "tools": tools}}, width=80)
    text = ["".join(part for part, _ in (*row.left, *row.right)) for row in rows]
    short = "! lint  ruff 5 new of 7 · mypy clean · ty not run"
    assert text[0] == short
    (wide, *_) = lint_rows({"lint": {"verdict": "findings", "tools": tools}}, width=120)
    assert "".join(part for part, _ in wide.left) == f"{short}: configured, but not installed"
    assert text[1] == "  ! F401  ma.py:3"
    assert "and 3 more of ruff" in text[3]
    keys = [row.key for row in rows if row.key]
    assert len(set(keys)) == 2
    assert [place_in(str(key)) for key in keys] == [("a.py", 3), ("a.py", 3)]
    assert place_in("green::tests/test_a.py::test_b") is None
    assert lint_rows({"lint": {"verdict": "not_run"}}, width=80) == []
    assert lint_rows(None, width=80) == []


def test_hostile_words_are_made_harmless() -> None:
    hostile = ToolReport("ruff", "findings", "", (Finding("\x1b[2J", "\x1bx.py", 1, "\x1b]0;"),), 1)
    rows = lint_rows({"lint": {"tools": [report_document(hostile)]}}, width=80)
    assert "\x1b" not in "".join(part for row in rows for part, _ in (*row.left, *row.right))
