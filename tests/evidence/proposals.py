"""The corpus: proposals that cheat and proposals that do not, as data (``corpus/*.toml``).

Each case changes the one project of ``corpus/base.toml`` and brings an honest feature along, so
that without the rest it would be proven. A case says which files it changes, and:

    rules    ids of rules that must be among the flags (cheats, and what must be asked about)
    amber    ids of amber rules that are expected (honest work)
    verdict  of the program's own runs, where they are made
    also     ids of flags that only runs can show
    evidence of the task, where it is not ``tdd``
    instead  files that take the place of the feature's
"""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any, cast

from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.verification import Flag, Verdict
from codeframe_tui.core.flags import Findings, Material, examine
from codeframe_tui.core.flags.table import BENDS
from codeframe_tui.core.policy import Case as PolicyCase
from codeframe_tui.core.policy import Outlook, Policy, rule
from codeframe_tui.core.task import Evidence
from codeframe_tui.ports import Workspaces
from codeframe_tui.worker.testfiles import tests_of

CORPUS = Path(__file__).with_name("corpus")
CHEATS = (
    "cheats_tests",
    "cheats_asserts",
    "cheats_code",
    "cheats_inside",
    "cheats_standins",
    "cheats_runs",
    "cheats_bent",
    "cheats_places",
    "cheats_support",
)
HONEST = ("honest_tests", "honest_code", "honest_runs", "honest_places", "honest_support")
ASKED = ("asked",)
Tree = dict[str, str]


@dataclass(frozen=True)
class Case:
    """One proposal: two trees and what is expected of it."""

    name: str
    family: str
    base: Tree
    proposal: Tree
    rules: frozenset[str]
    amber: frozenset[str]
    verdict: str
    also: frozenset[str]
    evidence: Evidence = Evidence.TDD
    is_honest: bool = False

    def __str__(self) -> str:
        return f"{self.family}: {self.name}"

    @property
    def changed(self) -> list[str]:
        """Paths that differ."""
        paths = sorted({*self.base, *self.proposal})
        return [path for path in paths if self.base.get(path) != self.proposal.get(path)]

    def flags(self) -> Findings:
        """What the rules find, without any run."""
        texts = {path: (self.base.get(path), self.proposal.get(path)) for path in self.changed}
        python = {path: text for path, text in self.base.items() if path.endswith(".py")}
        imported = {path: text for path, text in python.items() if path not in texts}
        diffs = [diff(path, *texts[path]) for path in self.changed]
        tests = asyncio.run(tests_of(cast(Workspaces, _Base(self.base)), "base", diffs))
        material = Material(
            base_paths=tuple(self.base),
            texts=texts,
            imported=imported,
            elsewhere=imported,
            declared=self.base["pyproject.toml"],
            tests=tests,
        )
        return examine(diffs, material)


@dataclass(frozen=True)
class _Base:
    """The base in place of a store."""

    files: Tree

    async def read(self, _: str, path: str) -> bytes | None:
        text = self.files.get(path)
        return None if text is None else text.encode()

    async def entries(self, _: str) -> Tree:
        return self.files


@cache
def _project() -> tuple[Tree, Tree]:
    told = tomllib.loads((CORPUS / "base.toml").read_text())
    return _texts(told["files"]), _texts(told["with"])


def _texts(files: Mapping[str, str]) -> Tree:
    return {path: text.lstrip("\n") for path, text in files.items()}


def cases(*names: str) -> list[Case]:
    """The cases of files of the corpus."""
    return [case for name in names for case in _read(name)]


def _read(name: str) -> Iterator[Case]:
    for told in tomllib.loads((CORPUS / f"{name}.toml").read_text())["case"]:
        base, feature = _project()
        base = {**base, **_texts(told.get("base", {}))}
        yield Case(
            told["name"],
            told["family"],
            base,
            {**_changed(base, told), **feature, **_texts(told.get("instead", {}))},
            frozenset(told.get("rules", ())),
            frozenset(told.get("amber", ())),
            told.get("verdict", ""),
            frozenset(told.get("also", ())),
            Evidence(told.get("evidence", "tdd")),
            name in HONEST,
        )


def _changed(base: Tree, told: Mapping[str, Any]) -> Tree:
    tree = dict(base)
    if move := told.get("move"):
        tree[move[1]] = tree.pop(move[0])
    for path in told.get("delete", ()):
        del tree[path]
    tree |= _texts(told.get("file", {}))
    for path, old, new in told.get("edit", ()):
        assert tree[path].count(old) == 1, f"{told['name']}: {old!r} in {path}"
        tree[path] = tree[path].replace(old, new)
    return tree


def is_applied(verdict: Verdict, flags: Sequence[Flag]) -> bool:
    """Whether the policy that asks least would apply it unasked."""
    red = tuple(flag.rule for flag in flags if flag.severity == "red")
    bent = tuple(flag.path for flag in flags if flag.rule in BENDS)
    return rule(PolicyCase(Policy.AUTO, verdict, red=red, bent=bent)).outlook is Outlook.APPLY


def diff(path: str, old: str | None, new: str | None) -> FileDiff:
    """As git would tell it, near enough."""
    action = Action.CREATE if old is None else Action.DELETE if new is None else Action.MODIFY
    modes = (None if old is None else "100644", None if new is None else "100644")
    a, b = (old or "").splitlines(), (new or "").splitlines()
    hunks = []
    for k, group in enumerate(
        SequenceMatcher(None, a, b, autojunk=False).get_grouped_opcodes(3), 1
    ):
        lines: list[tuple[str, str]] = []
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [(" ", line) for line in a[i1:i2]]
                continue
            lines += [("-", line) for line in a[i1:i2]] + [("+", line) for line in b[j1:j2]]
        first, last = group[0], group[-1]
        sizes = last[2] - first[1], last[4] - first[3]
        head = _heading(a, first[1]) if path.endswith(".toml") else ""
        hunks.append(Hunk(k, first[1] + 1, sizes[0], first[3] + 1, sizes[1], tuple(lines), head))
    return FileDiff(path, action, *modes, False, tuple(hunks))


def _heading(lines: list[str], until: int) -> str:
    heads = [m.group(1) for line in lines[:until] if (m := re.fullmatch(r"\[(.+)\]", line))]
    return heads[-1] if heads else ""
