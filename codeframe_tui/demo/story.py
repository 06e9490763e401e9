"""What happens in the demo: its project, its tasks, and what people do in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "COLLEAGUE",
    "ISSUE",
    "MODEL",
    "TASKS",
    "Colleague",
    "DemoTask",
    "answer_files",
    "expected",
    "project_files",
    "tasks",
]

MODEL = "scripted-demo"
"""The model's name while the demo runs; its price is 0."""
_HERE = Path(__file__).parent
ISSUE = {
    "number": "1.4",
    "title": "Quotes that customers can rely on",
    "description": "Customers ask why a price is what it is. Every limit, rate and cent that we "
    "charge must be explained by the code, and by a test.",
}


@dataclass(frozen=True, slots=True)
class DemoTask:
    """A queued task.

    Attributes:
        slug: folder of its answers.
        final: the answer in that folder which is applied at the end.
        attempts: how many attempts it takes when nobody interferes.
        reply: what a person answers to its question; empty = it has none.
    """

    number: str
    slug: str
    final: str
    attempts: int
    title: str
    description: str
    depends_on: tuple[str, ...] = ()
    reply: str = ""

    def document(self) -> dict[str, Any]:
        """Its entry of the import document (CONTRACT §9)."""
        return {
            "number": self.number,
            "issue": ISSUE["number"],
            "title": self.title,
            "description": self.description,
            "depends_on": list(self.depends_on),
        }


TASKS = (
    DemoTask(
        "1.4.1",
        "size-limit",
        "1",
        1,
        "Refuse parcels beyond the size limits",
        "The conveyor takes a longest side of 120 cm and a girth of 300 cm (longest side plus "
        "once around). Refuse anything bigger with an error of its own that names the measure.",
    ),
    DemoTask(
        "1.4.2",
        "postcodes",
        "2",
        2,
        "Accept postcodes as people type them",
        "Customers write D-10115, DE 10115 or 10 115. Read these forms too; keep refusing what "
        "is no postcode.",
    ),
    DemoTask(
        "1.4.3",
        "shares",
        "5",
        5,
        "Split the price of a consignment over its parcels",
        "Every parcel's share follows its billed weight. The shares add up to the price to the "
        "cent, and none is a cent or more away from its exact value.",
        reply="Use the largest remainder: round every share down, then give the missing cents to "
        "the shares that lost most, the earlier parcel first.",
    ),
    DemoTask(
        "1.4.4",
        "tax",
        "line",
        1,
        "Show the tax on the invoice",
        "Below the net sum print the tax of 19 % and what is to be paid.",
        reply="on every line",
    ),
    DemoTask(
        "1.4.5",
        "fuel",
        "1",
        2,
        "Charge fuel by the rate of the day",
        "The rate was 6 % until February 2026, 7 % from March and is 6.5 % since May. Calls "
        "without a day keep the old rate. (While this waits for your review, the demo changes the "
        "same file, as a colleague would.)",
    ),
    DemoTask(
        "1.4.6",
        "refusals",
        "1",
        1,
        "Tell customers which limit their parcel breaks",
        "On the command line a parcel that is too big ends with exit code 3 and a message that "
        "names the limit and offers freight.",
        depends_on=("1.4.1",),
    ),
)


@dataclass(frozen=True, slots=True)
class Colleague:
    """An edit that someone else makes while a proposal waits."""

    task: str
    path: str
    old: str
    new: str

    def edit(self, root: Path) -> bool:
        """Make the edit unless it is made already; returns whether it did."""
        file = root / self.path
        text = file.read_text(encoding="utf-8")
        if self.new in text or self.old not in text:
            return False
        file.write_text(text.replace(self.old, self.new), encoding="utf-8", newline="\n")
        return True


COLLEAGUE = Colleague(
    task="1.4.5",
    path="parcels/surcharges.py",
    old='REMOTE_CENTS = 450\n"""The ferry."""\n',
    new='REMOTE_CENTS = 490\n"""The ferry; dearer since its new timetable."""\n',
)

FUEL_EDITS = (
    (
        "from fractions import Fraction\n",
        "from datetime import date\nfrom fractions import Fraction\n",
    ),
    (
        '"""Share of the list price."""\n',
        (
            '"""Share of the list price when no day is given."""\n\n'
            "FUEL_BY_DAY = (\n"
            "    (date(2026, 5, 1), Fraction(13, 2)),\n"
            "    (date(2026, 3, 1), Fraction(7)),\n"
            ")\n"
            '"""From which day on which percentage holds, newest first."""\n'
        ),
    ),
    (
        (
            "def fuel(price: Money) -> Money:\n"
            '    """The fuel surcharge on a list price."""\n'
            "    return price.percent(FUEL_PERCENT)\n"
        ),
        (
            "def fuel_percent(day: date) -> Fraction:\n"
            '    """The rate that holds on a day."""\n'
            "    return next((rate for start, rate in FUEL_BY_DAY if start <= day), FUEL_PERCENT)\n"
            "\n\n"
            "def fuel(price: Money, on: date | None = None) -> Money:\n"
            '    """The fuel surcharge on a list price, by the rate of a day."""\n'
            "    return price.percent(FUEL_PERCENT if on is None else fuel_percent(on))\n"
        ),
    ),
)
"""What 1.4.5 changes in ``parcels/surcharges.py``: it leaves the colleague's line alone."""


def tasks() -> dict[str, Any]:
    """The import document (CONTRACT §9)."""
    return {"issues": [ISSUE], "tasks": [task.document() for task in TASKS]}


def project_files() -> dict[str, bytes]:
    """The demo project: path -> content."""
    return _files(_HERE / "project")


def answer_files(slug: str, answer: str) -> dict[str, bytes]:
    """The files of one answer: path -> whole new content."""
    return _files(_HERE / "answers" / slug / answer)


def expected(without: tuple[str, ...] = ()) -> dict[str, bytes]:
    """The project's files after all tasks but those named, and after the colleague's edit."""
    files = project_files()
    files[COLLEAGUE.path] = _replaced(files[COLLEAGUE.path], (COLLEAGUE.old, COLLEAGUE.new))
    for task in TASKS:
        if task.number in without:
            continue
        if task.slug == "fuel":
            files[COLLEAGUE.path] = _replaced(files[COLLEAGUE.path], *FUEL_EDITS)
        files |= answer_files(task.slug, task.final)
    return files


def _files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in _walk(root)}


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name != "__pycache__":
            yield from _walk(path)
        elif path.is_file():
            yield path


def _replaced(content: bytes, *edits: tuple[str, str]) -> bytes:
    text = content.decode()
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text.encode()
