"""``docs/reliability.md`` from the tests. ``python -m tests.architecture.reliability`` writes it.

A test that proves what happens in a fault says so in a marker of literals::

    @pytest.mark.fault(
        "model", "the stream is cut in the middle", sees="another try, counted down",
        kept="every reply that was stored; nothing of the cut one is acted on",
    )

The area is a key of `AREAS`. Several markers on one test are several rows; the same fault told by
several tests (the same area and text) is one row with all of them. ``make docs`` after that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.torture import goals

TESTS = Path(__file__).parents[1]
DOCUMENT = TESTS.parent / "docs" / "reliability.md"
AREAS = {
    "kill": "The engine is killed, stopped or moved in time",
    "disk": "The disk and the database",
    "tree": "Your files, while a change is written or taken back",
    "model": "The model and its answers",
    "tests": "Tests and commands",
    "repository": "Repositories",
    "people": "People, terminals and processes",
}
HEAD = """\
# Reliability

What goes wrong, what you see, what is kept, and the test that proves it. Made by `make docs` from
the markers of the tests (`tests/architecture/reliability.py` says how), so nothing stands here
that is not proven.

## What was promised, and what was done for it

`make torture` does all of this at full size, `make mutate` takes the guards away and `make soak`
lets workers meet faults; each keeps what came out in `docs/goals.json`, from which this is made. CI
does the same at a smaller size; where something was done smaller than promised, its row says by how
much. All of it was done on Linux: on macOS the sandbox's profile is tested as a text only, and
nothing of this table was run.

"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a marker says, and where it stands."""

    area: str
    fault: str
    sees: str
    kept: str
    test: str


def faults() -> list[Fault]:
    """All markers, in the order of files and lines. Raises: ValueError for a wrong one."""
    return [fault for path in sorted(TESTS.rglob("test_*.py")) for fault in _faults_of(path)]


def _faults_of(path: Path) -> Iterator[Fault]:
    code = path.read_text()
    for node in ast.parse(code).body if "pytest.mark.fault" in code else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            test = f"{path.relative_to(TESTS).as_posix()}::{node.name}"
            for call in node.decorator_list:
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.fault":
                    yield _fault(call, test)


def _fault(call: ast.Call, test: str) -> Fault:
    try:
        area, text = (ast.literal_eval(argument) for argument in call.args)
        told = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
        found = Fault(area, text, told.pop("sees"), told.pop("kept"), test)
        if told or area not in AREAS:
            raise ValueError(f"unknown: {[*told] or area}")
    except (KeyError, ValueError) as error:
        raise ValueError(f"{test}: {ast.unparse(call)}: {error!r}; see {__file__}") from error
    return found


def document() -> str:
    """The table of goals, then one table an area, one row a fault, as Markdown."""
    parts = [HEAD, goals.table(goals.results())]
    told = faults()
    for area, title in AREAS.items():
        rows: dict[str, list[Fault]] = {}
        for fault in (fault for fault in told if fault.area == area):
            rows.setdefault(fault.fault, []).append(fault)
        if rows:
            head = f"\n## {title}\n\n| fault | what you see | what is kept | proven by |\n"
            lines = "\n".join(map(_row, rows.values()))
            parts.append(f"{head}|---|---|---|---|\n{lines}\n")
    return "".join(parts)


def _row(same: list[Fault]) -> str:
    first = same[0]
    tests = "<br>".join(f"`{fault.test}`" for fault in same)
    cells = (first.fault, first.sees, first.kept, tests)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
