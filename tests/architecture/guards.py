"""``docs/guards.md``: a table for each script that takes guards away and shows what turns red."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "guards.md"
HEADS = {
    "evidence": """\
## Of evidence

Made by `python -m tests.evidence.guards --write`, which takes each guard away in turn: a rule of
`docs/flags.md`, or a part of the code that rules and verdicts rest on. Without it the proposal that
is named is not judged as it should be: a cheat goes unseen, or honest work is flagged.

| guard | the first that is judged wrongly without it |
|---|---|
""",
    "safety": """\
## Of safety

Made by `make mutate`, which takes each guard of `tests/security/corpora/guards.toml` out of a copy
of the program. Without it the test that is named turns red, and is green again with it.

| guard | the first test that turns red without it |
|---|---|
""",
}


def rows(section: str) -> list[tuple[str, str]]:
    """What the table of a section has: guard and what shows it. Raises: LookupError, if none."""
    title = HEADS[section].partition("\n")[0]
    _, found, part = DOCUMENT.read_text().partition(f"\n{title}\n")
    if not found:
        raise LookupError(f"{DOCUMENT.name} has no section `{title}`")
    table = part.partition("\n## ")[0].partition("\n|---|---|\n")[2]
    return re.findall(r"^\| `?(.+?)`? \| (.+?) \|$", table, re.MULTILINE)


def write(section: str, table: Iterable[tuple[str, str]]) -> None:
    """Put a table in its section; the other sections stay."""
    new = [*table]
    told = {name: new if name == section else rows(name) for name in HEADS}
    quoted = {"evidence": "`", "safety": ""}
    parts = [
        head
        + "".join(f"| {quoted[name]}{guard}{quoted[name]} | {red} |\n" for guard, red in told[name])
        for name, head in HEADS.items()
    ]
    DOCUMENT.write_text("# Guards\n\n" + "\n".join(parts))
