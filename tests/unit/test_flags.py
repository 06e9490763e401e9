"""What is flagged for a reviewer, and what is not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pytest

from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags import Material, examine, weakened


def diff(
    path: str,
    *lines: str,
    action: str = "modify",
    modes: tuple[str | None, str | None] = ("100644", "100644"),
    heading: str = "",
    binary: bool = False,
) -> FileDiff:
    if action == "create":
        modes = (None, modes[1])
    if action == "delete":
        modes = (modes[0], None)
    pairs = tuple((line[0], line[1:]) for line in lines)
    hunks = (Hunk(1, 10, 0, 10, 0, pairs, heading),) if lines else ()
    return FileDiff(path, Action(action), *modes, binary, hunks)


def flags_for(
    diffs: Sequence[FileDiff], base_paths: Collection[str] | None = None
) -> tuple[Flag, ...]:
    """All flags of a proposal of which only the differences are known."""
    return examine(diffs, Material(base_paths)).flags


def told(*diffs: FileDiff) -> set[tuple[str, str]]:
    return {(flag.rule, flag.severity) for flag in flags_for(diffs)}


@pytest.mark.parametrize(
    ("path", "rule", "severity"),
    [
        ("pytest.ini", "test_config", "red"),
        ("sub/.pytest.toml", "test_config", "red"),
        ("tox.ini", "test_config", "red"),
        ("setup.cfg", "test_config", "red"),
        ("conftest.py", "conftest", "red"),
        ("tests/conftest.py", "conftest", "red"),
        ("sitecustomize.py", "startup_code", "red"),
        ("src/UserCustomize.py", "startup_code", "red"),
        ("evil.pth", "startup_code", "red"),
        ("x-1.dist-info/entry_points.txt", "startup_code", "red"),
        ("a/__pycache__/x.cpython-312.pyc", "compiled_code", "red"),
        ("pkg/fast.so", "compiled_code", "red"),
        (".github/workflows/ci.yml", "ci", "red"),
        (".pre-commit-config.yaml", "hooks", "red"),
        (".husky/pre-commit", "hooks", "red"),
        ("tools/hooks/pre-push", "hooks", "red"),
        (".gitattributes", "git_attributes", "red"),
        (".vscode/tasks.json", "tool_settings", "red"),
        (".envrc", "tool_settings", "red"),
        (".claude/settings.json", "agent_rules", "red"),
        (".codeframe/agents/x.md", "agent_rules", "red"),
        (".mcp.json", "agent_rules", "red"),
        ("AGENTS.md", "agent_rules", "red"),
        ("docs/CLAUDE.md", "agent_rules", "red"),
        ("CODEFRAME.md", "agent_rules", "red"),
        (".env", "secrets", "amber"),
        ("Makefile", "build", "amber"),
        ("setup.py", "build", "amber"),
        ("Dockerfile", "build", "amber"),
        ("docker/api.Dockerfile", "build", "amber"),
        ("requirements-dev.txt", "dependencies", "amber"),
        ("requirements/base.txt", "dependencies", "amber"),
        ("poetry.lock", "dependencies", "amber"),
        ("pyproject.toml", "dependencies", "amber"),
        ("\u0441onftest.py", "look_alike", "amber"),
    ],
)
@pytest.mark.parametrize("action", ["create", "modify", "delete"])
def test_a_file_that_runs_or_judges_code_is_flagged(
    path: str, rule: str, severity: str, action: str
) -> None:
    assert told(diff(path, action=action)) == {(rule, severity)}


@pytest.mark.parametrize(
    "path",
    [
        "src/app.py", "README.md", "docs/agents.rst", "src/hooks/use_x.py", "tests/test_a.py",
        "src/config_test_helpers.py", "data/requirements.csv", "lock.py", "docs/makefile.md",
        "src/\u043f\u0440\u0438\u0432\u0435\u0442.py", "environment.py", "src/env.py",
    ],
)  # fmt: skip
def test_ordinary_files_are_not(path: str) -> None:
    assert told(diff(path, "+x = 1", action="create")) == set()


@pytest.mark.parametrize(
    "lines",
    [
        ("+[tool.pytest.ini_options]",),
        ("+addopts = '-k fast'",),
        (" [tool.pytest.ini_options]", "-timeout = 5", "+timeout = 50"),
        (" [tool.coverage.report]", "+exclude_also = ['x']"),
        ('+[project.entry-points."pytest11"]',),
    ],
)
def test_the_test_part_of_pyproject_is_red(lines: tuple[str, ...]) -> None:
    assert told(diff("pyproject.toml", *lines)) == {("test_config", "red")}


def test_the_rest_of_it_is_amber() -> None:
    changed = diff("pyproject.toml", " [tool.pytest.ini_options]", " x = 1", " [project]", "+y = 2")
    assert told(changed) == {("dependencies", "amber")}


def test_a_conftest_in_a_folder_of_its_own_is_amber() -> None:
    new = diff("tests/api/conftest.py", action="create")
    assert {f.severity for f in flags_for([new], ["tests/test_a.py"])} == {"amber"}
    assert {f.severity for f in flags_for([new], ["tests/api/test_a.py"])} == {"red"}
    top = diff("conftest.py", action="create")
    assert {f.severity for f in flags_for([top], [])} == {"red"}


@pytest.mark.parametrize(
    "line",
    [
        "@pytest.mark.skip",
        "@pytest.mark.skipif(True, reason='x')",
        "pytestmark = pytest.mark.xfail",
        "    pytest.skip('x')",
        "    @unittest.skip('x')",
        "        self.skipTest('x')",
        "    raise unittest.SkipTest",
        "    __test__ = False",
    ],
)
def test_an_added_skip_is_red(line: str) -> None:
    (flag,) = flags_for([diff("tests/test_a.py", " def test_a():", f"+{line}")])
    assert (flag.rule, flag.severity, flag.line) == ("test_skipped", "red", 11)
    assert told(diff("tests/test_a.py", f"-{line}")) == set()
    assert told(diff("src/a.py", f"+{line}")) == set()


def test_a_deleted_test_is_red_and_a_moved_one_is_not() -> None:
    gone = diff("tests/test_a.py", "-def test_one():", "-    async def test_two(self):", "+x = 1")
    (flag,) = flags_for([gone])
    assert (flag.rule, flag.severity) == ("test_deleted", "red")
    assert "test_one, test_two" in flag.message
    moved = diff("tests/test_b.py", "+def test_one(x):", "+def test_two():", action="create")
    assert flags_for([gone, moved]) == ()
    assert told(diff("tests/test_a.py", "-x", action="delete")) == {("test_deleted", "red")}


def test_an_assertion_of_nothing_is_red() -> None:
    assert told(diff("test_a.py", "+    assert True")) == {("assert_true", "red")}
    assert told(diff("test_a.py", "+    assert True is x")) == set()


def test_modes_and_contents_that_need_a_look() -> None:
    assert told(diff("a.sh", modes=("100644", "100755"))) == {("executable", "red")}
    assert told(diff("a.sh", modes=("100755", "100755"))) == set()
    assert told(diff("a", modes=("100644", "120000"))) == {("special_file", "red")}
    assert told(diff("a.png", binary=True)) == {("binary", "red")}
    assert told(diff("a.py", "+<<<<<<< HEAD", "+=======")) == {("conflict_markers", "red")}


def test_hidden_characters_are_told_with_their_first_line() -> None:
    lines = ("+ok\r", "+\tok", "-a\u202eb", "+a\u202eb", "+c\u200bd")
    (flag,) = flags_for([diff("a.py", *lines)])
    assert (flag.rule, flag.severity, flag.line) == ("hidden_characters", "amber", 12)
    assert "(2 lines)" in flag.message


def test_red_flags_stand_first() -> None:
    flags = flags_for([diff("Makefile"), diff("pytest.ini")])
    assert [flag.severity for flag in flags] == ["red", "amber"]


def test_a_test_is_weakened_by_taking_it_out_skipping_it_or_asserting_nothing() -> None:
    gone = diff("tests/test_a.py", "-def test_b():", "-    assert b() == 2")
    skipped = diff("tests/test_c.py", "+@pytest.mark.skip")
    empty = diff("tests/test_d.py", "-    assert d() == 2", "+    assert True")
    deleted = diff("tests/test_e.py", action="delete")
    flags = weakened([gone, skipped, empty, deleted], since=1)
    assert [(f.rule, f.severity, f.path) for f in flags] == [
        ("test_deleted", "red", "tests/test_a.py"),
        ("test_skipped", "red", "tests/test_c.py"),
        ("assert_true", "red", "tests/test_d.py"),
        ("test_deleted", "red", "tests/test_e.py"),
    ]
    assert flags[0].message == "tests are gone: test_b (since attempt 1)"


def test_other_changes_since_an_attempt_are_not_weakening() -> None:
    moved = diff("tests/test_a.py", "-def test_b():"), diff("tests/test_b.py", "+def test_b():")
    assert weakened([*moved, diff("setup.cfg", "+x = 1"), diff("pkg/a.py", "+a")], since=1) == ()


def test_the_paths_of_the_base_are_looked_at_as_often_for_many_files_as_for_one() -> None:
    class Path(str):
        __slots__ = ()

        def split(self, *given: Any) -> list[str]:
            looks.append(self)
            return super().split(*given)

    looks: list[str] = []
    often = []
    for count in (1, 20):
        looks.clear()
        new = [diff(f"tests/sub/test_{n}.py", "+x = 1", action="create") for n in range(count)]
        examine(new, Material({Path("shop/prices.py")}))
        often.append(len(looks))
    assert often[0] == often[1] > 0
