"""A change that was written before the engine died is settled, not judged against itself."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.progress import Attempt, Decision
from codeframe_tui.ports import Replacement
from codeframe_tui.settings import Settings
from codeframe_tui.worker.apply import carry_out
from codeframe_tui.worker.frame import Frame
from codeframe_tui.worker.verify import Verifier
from codeframe_tui.worker.workshop import Workshop


class FakeLedger:
    """Holds one proven attempt and remembers how its decision ended."""

    def __init__(self) -> None:
        self.ends: list[str] = []
        self.not_kept: Sequence[str] = ()

    async def progress(self, number: str) -> Any:
        return SimpleNamespace(attempts=(Attempt(1, "base", "tree", "hash", "", ()),))

    async def settle_decision(self, decision: Decision, **written: Any) -> None:
        self.ends.append(f"settled {written['paths']}")
        self.not_kept = written["not_kept"]

    async def moved_after(self) -> int:
        return 0

    async def refuse_decision(self, decision: Decision, **why: Any) -> None:
        self.ends.append(f"refused {why['code']}")


class FakeTrees:
    """A base without ``a``, a proposal with it, and a real tree that has it already."""

    async def diff(self, old: str, new: str) -> list[FileDiff]:
        return [FileDiff("a", Action.CREATE, None, "100644", False, ())]

    async def read(self, tree: str, path: str) -> bytes | None:
        return b"new" if tree == "tree" else None

    async def differs(self, entries: dict[str, Any]) -> list[str]:
        return [path for path, state in entries.items() if state != ("100644", b"new")]


@pytest.mark.fault(
    "kill",
    "the engine is killed after the change was written, before it could say so",
    sees="*applied*",
    kept="the change; it is not judged again",
)
async def test_a_written_change_of_a_policy_is_settled_without_a_check() -> None:
    ledger, trees = FakeLedger(), FakeTrees()
    shop = SimpleNamespace(
        ledger=ledger, workspaces=trees, working_tree=trees, settings=Settings(), frame=Frame()
    )
    decision = Decision(7, "1", "apply", "hash", Parts(), False, "policy:green")
    no_verifier = cast(Verifier, None)  # any check would fail on it
    await carry_out(cast(Workshop, shop), no_verifier, decision)
    assert ledger.ends == ["settled ['a']"]


class FakeUnwritten(FakeTrees):
    """A real tree without the change, whose files belong to a group of others."""

    async def differs(self, entries: dict[str, Any]) -> list[str]:
        return [path for path, state in entries.items() if state is not None]

    async def replace(self, name: str, replacements: Sequence[Replacement]) -> Sequence[str]:
        return [f"{each.path}: its group" for each in replacements]


async def test_what_could_not_be_kept_of_a_file_is_told_with_the_change() -> None:
    ledger, trees = FakeLedger(), FakeUnwritten()
    shop = SimpleNamespace(
        ledger=ledger, workspaces=trees, working_tree=trees, settings=Settings(), frame=Frame()
    )
    decision = Decision(7, "1", "apply", "hash", Parts(), False, "person")
    await carry_out(cast(Workshop, shop), cast(Verifier, None), decision)
    assert ledger.not_kept == ["a: its group"]
