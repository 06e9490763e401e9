"""What the rules of flags are brought to look at, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.evidence.testfiles import USUAL
from codeframe_tui.settings import FlagRules
from codeframe_tui.worker.examine import examined, since_attempt
from codeframe_tui.worker.suite import Scope
from tests.worker.test_verify import TASK, bench


async def test_who_calls_what_changed_is_read_once_a_proposal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = GitWorkspaces.read

    async def read(self: GitWorkspaces, tree: str, path: str) -> bytes | None:
        asked.append(path)
        return await real(self, tree, path)

    monkeypatch.setattr(GitWorkspaces, "read", read)
    caller = {"pkg/caller.py": "from pkg.core import one\n\none()\n"}
    async with bench(tmp_path, caller) as desk:
        first = await desk.attempt(1, {"pkg/core.py": "def one(at):\n    return at\n"})
        second = await desk.attempt(2, {"pkg/core.py": "def one(at, by):\n    return at\n"})
        trees, rules = desk.workspaces, FlagRules()
        diffs = await trees.diff(second.base, second.tree)
        scope = Scope(TASK, second.base, second.tree, ("pkg/core.py",), ())
        found = await examined(trees, scope, diffs, rules)
        (left,) = [flag.message for flag in found.flags if flag.rule == "callers_left"]
        assert "pkg/caller.py:3" in left
        assert "pkg/caller.py" in asked
        asked.clear()
        await since_attempt(trees, first, second, rules, USUAL)
        assert "pkg/caller.py" not in asked
