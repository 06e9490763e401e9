"""``docs/attacks.md`` from the attacks as data. ``python -m tests.architecture.attacks`` writes it.

Every attack of the threat list has a case in ``tests/security/corpora/attacks.toml``: what it is,
what must come of it, and the tests that prove it. The attacks themselves are data beside it where
one test tries many (``paths.toml``, ``sandbox.toml``, ``pytest.toml``, …).
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

from tests.security.cases import cases

TESTS = Path(__file__).parents[1]
DOCUMENT = TESTS.parent / "docs" / "attacks.md"
FAMILIES = {
    "P": ("Paths", 51),
    "J": ("Answers of the model", 34),
    "B": ("Tools and commands", 20),
    "Y": ("Tests that mean harm", 13),
    "X": ("Texts for the terminal", 30),
    "E": ("Repositories, machines and servers", 8),
}
"""Letter -> name, and how many there are."""
HEAD = """\
# Attacks

What somebody may try, what comes of it, and the test that proves it. Made by `make docs` from
`tests/security/corpora/attacks.toml`; a test holds that every number is there and that every test
that is named exists.
"""


def attacks() -> list[dict[str, Any]]:
    """All cases, in the order of the list."""
    return cases("attacks")


@cache
def names_in(file: str) -> frozenset[str]:
    """The tests in a file below ``tests``."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    found = (n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


def document() -> str:
    """A table for each family, as Markdown."""
    parts = [HEAD]
    for letter, (title, _) in FAMILIES.items():
        family = [case for case in attacks() if case["id"][0] == letter]
        before = [None, *(case["by"] for case in family)]
        rows = [
            _row(case, "as above" if case["by"] == last else _tests(case))
            for case, last in zip(family, before, strict=False)
        ]
        head = f"\n## {title}\n\n| | attack | what comes of it | proven by |\n|---|---|---|---|\n"
        parts.append(head + "\n".join(rows) + "\n")
    return "".join(parts)


def _tests(case: dict[str, Any]) -> str:
    return "<br>".join(f"`{test}`" for test in case["by"])


def _row(case: dict[str, Any], tests: str) -> str:
    lacks = f" ({case['lacks']})" if "lacks" in case else ""
    cells = (case["id"], case["is"], case["must"] + lacks, tests)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
