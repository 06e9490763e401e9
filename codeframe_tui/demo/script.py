"""What the scripted model says in the demo.

Every last answer of a task holds all of its files, so that it still stands when a person rejects
it, or when it has to be made again on a project that changed meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from codeframe_tui.adapters.scripted.script import (
    Conversation,
    Step,
    Talks,
    Text,
    Thinking,
    ToolCall,
    Turn,
)
from codeframe_tui.demo.story import (
    COLLEAGUE,
    FUEL_EDITS,
    TASKS,
    answer_files,
    project_files,
)

__all__ = ["script"]

_PER_LINE = "on every line"
_ON_TOTAL = "once, on the net sum"


def script() -> Talks:
    """The demo's script: every task of `story.TASKS`, by title."""
    talks = {
        "size-limit": _size_limit(),
        "postcodes": _postcodes(),
        "shares": _shares(),
        "tax": _tax(),
        "fuel": _fuel(),
        "refusals": _refusals(),
    }
    told = {task.title: talks[task.slug] for task in TASKS}
    return Talks(told, otherwise=_stranger(), explains=_explains())


def _explains() -> Turn:
    said = (
        "This model only plays the demo and cannot answer. A real one reads the code again and "
        "explains itself here; the proposal stays as it is, and its tests need not run again."
    )
    return Turn((Text(said),))


def _size_limit() -> list[list[Step]]:
    return [
        [
            Turn(
                (
                    Thinking("Where are sizes checked? I look before I write."),
                    Text("I look at how the project is laid out."),
                    ToolCall("Glob", {"pattern": "**/*.py"}),
                )
            ),
            Turn(
                (
                    Text("Sides and weight are checked in `parcel.py`; who refuses what?"),
                    ToolCall("Read", {"path": "parcels/parcel.py"}),
                    ToolCall("Grep", {"pattern": "ParcelError", "glob": "parcels/*.py"}),
                )
            ),
            Turn((Text("Do the tests use parcels beyond the limits?"), _read("test_parcel"))),
            _answer(
                "size-limit",
                "1",
                "Parcels beyond 120 cm or a girth of 300 cm raise SizeExceeded, a ParcelError "
                "that names the measure, its value and the limit.",
                form="bare",
            ),
        ]
    ]


def _postcodes() -> list[list[Step]]:
    tests = answer_files("postcodes", "1")["tests/test_postcode_forms.py"].decode()
    write = ToolCall("Write", {"path": "tests/test_postcode_forms.py", "content": tests})
    careless = _answer(
        "postcodes", "1", "Everything that is no digit is left out.", leave_out="tests/"
    )
    return [
        [
            Turn(
                (
                    ToolCall("Read", {"path": "parcels/zones.py"}),
                    ToolCall("Read", {"path": "tests/test_zones.py"}),
                )
            ),
            Turn((Text("The test first."), write)),
            careless,
        ],
        [
            Turn(
                (
                    Thinking(
                        "1234x5 must stay refused. Leaving out whatever is no digit is too "
                        "generous; the allowed forms have to be spelled out."
                    ),
                    *_answer(
                        "postcodes",
                        "2",
                        "The allowed forms are one pattern now: an optional country mark, five "
                        "digits, one space after the second. Anything else stays refused.",
                    ).blocks,
                )
            )
        ],
    ]


def _shares() -> list[list[Step]]:
    ideas = (
        "Every share is rounded to the cent by itself.",
        "The last share takes what is left, so that the sum is right.",
        "All shares are rounded down and the heaviest parcel takes the odd cents.",
        "The odd cents go to the first parcels, one each.",
        (
            "Largest remainder, as you said: rounded down first, then the missing cents go to the "
            "shares that lost most, the earlier parcel first."
        ),
    )
    look = Turn(
        (
            Text("I look at what a consignment knows."),
            ToolCall("Read", {"path": "parcels/consignment.py"}),
            ToolCall("Read", {"path": "parcels/money.py"}),
        )
    )
    answers: list[Step] = [
        _answer("shares", str(number), idea, form="fenced") for number, idea in enumerate(ideas, 1)
    ]
    first, *others = answers
    return [[look, first], *[[answer] for answer in others]]


def _tax() -> list[list[Step]]:
    question = ToolCall(
        "AskHuman",
        {
            "question": "Is the tax rounded once on the net sum, or on every line? On invoices "
            "with many lines the two differ by some cents.",
            "options": [_ON_TOTAL, _PER_LINE],
            "kind": "SYNC",
        },
    )
    return [
        [
            Turn((ToolCall("Read", {"path": "parcels/invoice.py"}), _read("test_invoice"))),
            Turn(
                (Text("The description leaves one thing open that tax offices care for."), question)
            ),
            _tax_answer,
        ],
        [_tax_answer],
    ]


def _tax_answer(conversation: Conversation) -> Turn:
    """By what the person chose; the newest mention counts, the net sum is the default."""
    said = conversation.result_of("AskHuman")
    chosen = "line" if said.rfind(_PER_LINE) > said.rfind(_ON_TOTAL) else "total"
    where = _PER_LINE if chosen == "line" else _ON_TOTAL
    return _answer("tax", chosen, f"Tax is rounded {where}.", form="fenced")


def _fuel() -> list[list[Step]]:
    look = Turn((Text("I read the file as it is now."), _read("surcharges", "parcels")))
    grep = Turn(
        (
            ToolCall("Grep", {"pattern": r"surcharges\.fuel", "path": "parcels"}),
            _read("test_surcharges"),
        )
    )
    return [[look, grep, _fuel_answer], [look, _fuel_answer]]


def _fuel_answer(conversation: Conversation) -> Turn:
    """Edits, so that lines of others stay; none when the file has them already."""
    changed = {"path": COLLEAGUE.path, "action": "modify", "edits": _edits(*FUEL_EDITS)}
    written = "FUEL_BY_DAY" in conversation.result_of("Read")
    files = [*([] if written else [changed]), *_entries("fuel", "1")]
    return _final(files, "Fuel is charged by the rate of a day when one is given.", form="prose")


def _refusals() -> list[list[Step]]:
    return [
        [
            Turn((ToolCall("Read", {"path": "parcels/cli.py"}), _read("test_cli"))),
            Turn((ToolCall("Grep", {"pattern": "class SizeExceeded", "path": "parcels"}),)),
            _answer(
                "refusals",
                "1",
                "The command line catches SizeExceeded before other errors: exit code 3, and a "
                "message that names the limit.",
            ),
        ]
    ]


def _stranger() -> Turn:
    question = (
        "This model is scripted: it knows the tasks of the demo and no others. To have real work "
        "done, set ANTHROPIC_API_KEY and start codeframe-tui in your own repository."
    )
    return Turn((ToolCall("AskHuman", {"question": question, "options": [], "kind": "SYNC"}),))


def _read(stem: str, folder: str = "tests") -> ToolCall:
    return ToolCall("Read", {"path": f"{folder}/{stem}.py"})


def _answer(
    slug: str, answer: str, explanation: str, *, form: str = "prose", leave_out: str = "\n"
) -> Turn:
    files = [entry for entry in _entries(slug, answer) if not entry["path"].startswith(leave_out)]
    return _final(files, explanation, form=form)


def _entries(slug: str, answer: str) -> list[dict[str, Any]]:
    """Tests first: they are what is written first."""
    base = project_files()
    found = answer_files(slug, answer)
    return [
        {
            "path": path,
            "action": "modify" if path in base else "create",
            "content": found[path].decode(),
        }
        for path in sorted(found, key=lambda path: (not path.startswith("tests/"), path))
    ]


def _edits(*pairs: tuple[str, str]) -> list[Mapping[str, str]]:
    return [{"old": old, "new": new} for old, new in pairs]


def _final(files: list[dict[str, Any]], explanation: str, *, form: str) -> Turn:
    """An answer in one of the forms that models use: bare JSON, fenced, or with prose around."""
    text = json.dumps({"files": files, "explanation": explanation}, indent=1, ensure_ascii=False)
    if form != "bare":
        text = f"```json\n{text}\n```"
    if form == "prose":
        text = f"Here is the change.\n\n{text}\n\nThe tests show what it is for."
    return Turn((Text(text),))
