"""The project's own linters and type checkers, really run, on base and proposal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from sysconfig import get_path

import pytest

from codeframe_tui.adapters.lint import Linters
from codeframe_tui.adapters.sandbox import NoSandbox
from codeframe_tui.core.evidence.lint import ToolReport
from codeframe_tui.worker.lint import LintChecker
from tests.contract.sandbox_room import make_environment
from tests.worker.room import CONFIG
from tests.worker.test_verify import TASK, Bench, bench

RUFF = "[tool.ruff.lint]\nselect = ['F']\n"
MYPY = "[tool.mypy]\nstrict = true\n"
OLD = 'import os\n\n\ndef one() -> int:\n    return "1"\n\n\ndef two() -> int:\n    return 2\n'
"""One unused import and one wrong type, both from before."""


def with_tools(*names: str) -> Callable[[Path], None]:
    """Makes an environment that has our own tools of some names."""

    def prepare(project: Path) -> None:
        environment = project / ".venv"
        make_environment(environment)
        if "ruff" in names:
            ours, theirs = Path(sys.executable).parent / "ruff", environment / "bin" / "ruff"
            try:
                os.link(ours, theirs)
            except OSError:  # another file system
                shutil.copy2(ours, theirs)
        if "mypy" in names:
            (site,) = environment.glob("lib/*/site-packages")
            (site / "tools.pth").write_text(get_path("purelib"))
            shutil.copy(Path(sys.executable).parent / "mypy", environment / "bin" / "mypy")

    return prepare


def config(*sections: str) -> str:
    return CONFIG.decode() + "".join(sections)


async def checked(desk: Bench, changes: Mapping[str, str | None]) -> dict[str, ToolReport]:
    tree = await desk.tree(changes)
    diffs = await desk.workspaces.diff(desk.base, tree)
    found = await desk.verifier.lint.check(TASK, diffs, desk.base, tree)
    return {each.tool: each for each in found}


def places(report: ToolReport) -> list[tuple[str, int, str]]:
    return [(one.path, one.line, one.rule) for one in report.findings]


async def test_only_what_a_proposal_adds_is_told_wherever_the_old_lines_stand_now(
    tmp_path: Path,
) -> None:
    files = {"pyproject.toml": config(RUFF, MYPY), "pkg/core.py": OLD}
    async with bench(tmp_path, files, with_tools("ruff", "mypy")) as desk:
        moved = await checked(desk, {"pkg/core.py": f'"""Doc."""\n\n{OLD}'})
        assert moved == {
            "ruff": ToolReport("ruff", "clean", old=1),
            "mypy": ToolReport("mypy", "clean", old=1),
        }
        worse = OLD.replace("import os", "import os\nimport re") + "\n\nthree: int = two() + ''\n"
        found = await checked(desk, {"pkg/core.py": worse, "pkg/new.py": "import json\n"})
        assert places(found["ruff"]) == [("pkg/core.py", 2, "F401"), ("pkg/new.py", 1, "F401")]
        assert places(found["mypy"]) == [("pkg/core.py", 13, "operator")]
        assert [each.old for each in found.values()] == [1, 1]
        away = await checked(desk, {"pkg/core.py": None, "pkg/elsewhere.py": OLD})
        assert [each.verdict for each in away.values()] == ["clean", "clean"], "only moved"


async def test_a_proposal_cannot_loosen_what_it_is_judged_by(tmp_path: Path) -> None:
    files = {"pyproject.toml": config(RUFF)}
    async with bench(tmp_path, files, with_tools("ruff")) as desk:
        loose = RUFF.replace("['F']", "[]")
        found = await checked(
            desk,
            {
                "pyproject.toml": config(loose),
                "pkg/ruff.toml": "lint.select = []\n",
                "pkg/core.py": "import os\n",
            },
        )
        assert places(found["ruff"]) == [("pkg/core.py", 1, "F401")]


async def test_a_module_of_the_project_does_not_take_the_place_of_a_tool(tmp_path: Path) -> None:
    async with bench(tmp_path, {"pyproject.toml": config(MYPY)}, with_tools("mypy")) as desk:
        shadow = "import sys\nsys.exit(0)\n"
        changes = {"mypy.py": shadow, "mypy/__main__.py": shadow, "pkg/core.py": "x: int = ''\n"}
        found = await checked(desk, changes)
        assert ("pkg/core.py", 1, "assignment") in places(found["mypy"]), found


async def test_no_name_of_a_file_is_an_option_or_a_list_of_them(tmp_path: Path) -> None:
    files = {"pyproject.toml": config(RUFF, MYPY), "pkg/core.py": "x = 1\n"}
    async with bench(tmp_path, files, with_tools("ruff", "mypy")) as desk:
        bad = "import os\nx: int = ''\n"
        found = await checked(desk, {"@pkg.py": "--version\n", "--version.py": bad, "a.py": bad})
        unused = {path for path, _, rule in places(found["ruff"]) if rule == "F401"}
        assert unused == {"--version.py", "a.py"}
        assert ("a.py", 2, "assignment") in places(found["mypy"]), found


async def test_absent_broken_and_slow_tools_are_not_run_and_say_why(tmp_path: Path) -> None:
    files = {"pyproject.toml": config(RUFF, MYPY, "[tool.ty]\n")}
    async with bench(tmp_path, files, with_tools("ruff")) as desk:
        found = await checked(desk, {"pkg/core.py": "x = 1\n"})
        assert found["ruff"].verdict == "clean"
        for name in ("mypy", "ty"):
            assert found[name].verdict == "not_run"
            assert "not in the project's environment" in found[name].message
        program = tmp_path / "project" / ".venv" / "bin" / "ruff"
        program.unlink()
        program.write_text("#!/bin/sh\necho it is broken >&2\nexit 3\n")
        program.chmod(0o755)
        found = await checked(desk, {"pkg/core.py": "y = 1\n"})
        assert found["ruff"] == ToolReport("ruff", "not_run", "it is broken")
        program.write_text("#!/bin/sh\nexec sleep 60\n")
        desk.settings.waits.lint = 0.3
        found = await checked(desk, {"pkg/core.py": "z = 1\n"})
        assert found["ruff"].verdict == "not_run"
        assert "stopped after" in found["ruff"].message


async def test_a_project_without_an_environment_is_not_judged_by_our_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    async with bench(tmp_path, {"pyproject.toml": config(RUFF)}) as desk:
        found = await checked(desk, {"pkg/core.py": "import os\n"})
        assert [(each.tool, each.verdict) for each in found.values()] == [("ruff", "not_run")]
        verification, _ = await desk.walk({"README.md": "hello\n"})
        assert (verification.lint.verdict, verification.lint.reason) == ("not_run", "absent")


async def test_without_a_sandbox_no_tool_runs(tmp_path: Path) -> None:
    async with bench(tmp_path, {"pyproject.toml": config(RUFF)}, with_tools("ruff")) as desk:
        desk.verifier.lint = LintChecker(replace(desk.shop, linter=Linters(NoSandbox("none here"))))
        found = await checked(desk, {"pkg/core.py": "import os\n"})
        assert found["ruff"] == ToolReport("ruff", "not_run", "no sandbox")


async def test_a_file_that_is_no_python_any_more_is_told_by_every_tool(tmp_path: Path) -> None:
    files = {"pyproject.toml": config(RUFF, MYPY)}
    async with bench(tmp_path, files, with_tools("ruff", "mypy")) as desk:
        found = await checked(desk, {"pkg/core.py": "def one(:\n"})
        assert {each.verdict for each in found.values()} == {"findings"}, found


async def test_it_stands_in_the_evidence(tmp_path: Path) -> None:
    async with bench(tmp_path, {"pyproject.toml": config(RUFF)}, with_tools("ruff")) as desk:
        changes = {"pkg/core.py": "import os\n\n\ndef one():\n    return 1\n"}
        assert (await desk.judge(changes)).tools == (), "who asks for a verdict only does not wait"
        found, _ = await desk.walk(changes)
        assert (found.lint.verdict, found.lint.message) == ("findings", "ruff 1 new")
        assert places(found.tools[0]) == [("pkg/core.py", 1, "F401")]
