"""Random hostile texts through everything that turns documents into lines."""

from __future__ import annotations

import io
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any

import pytest

from codeframe_tui.cli import render
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.events import Event
from codeframe_tui.core.text import clean_line, printable
from codeframe_tui.headless.output import Output
from codeframe_tui.tui.present.activity import activity_rows
from codeframe_tui.tui.present.alerts import alert_of, title
from codeframe_tui.tui.present.blockers import blocker_rows, options_of
from codeframe_tui.tui.present.comments import comment_rows
from codeframe_tui.tui.present.countdown import countdown_spans
from codeframe_tui.tui.present.dependencies import dependency_rows
from codeframe_tui.tui.present.diff.index import DiffIndex
from codeframe_tui.tui.present.diff.kinds import FileRow, GapRow, HunkRow, NoteRow
from codeframe_tui.tui.present.diff.lines import LineRow
from codeframe_tui.tui.present.diff.live import LiveDiff
from codeframe_tui.tui.present.diff.symbols import symbol_of
from codeframe_tui.tui.present.evidence import answer_rows, attempt_rows
from codeframe_tui.tui.present.files import FileRows
from codeframe_tui.tui.present.focus import ReviewNow, evidence_rows, title_row
from codeframe_tui.tui.present.hand import hand_rows, kept_rows
from codeframe_tui.tui.present.header import banner_rows, header_row, workers_line
from codeframe_tui.tui.present.history import history_rows, item_rows
from codeframe_tui.tui.present.importing import imported_rows
from codeframe_tui.tui.present.live import Live
from codeframe_tui.tui.present.news import news
from codeframe_tui.tui.present.proof import Shown, proof_rows
from codeframe_tui.tui.present.proof_head import head_rows
from codeframe_tui.tui.present.queue import queue_rows
from codeframe_tui.tui.present.rows import Row, Span, cells, cut, laid_out, wrap
from codeframe_tui.tui.present.sheets import attempt_list, guard_rows, letter_rows, send_rows
from codeframe_tui.tui.present.task_fields import need_rows
from codeframe_tui.tui.present.tests import proof_title, verdict_spans
from codeframe_tui.tui.present.trust import trust_list_rows, trust_rows
from codeframe_tui.tui.present.welcome import welcome_rows
from codeframe_tui.tui.widgets.diff.paint import Canvas, bar, file_bar, line_spans, spread
from tests.security.corpus import CORPUS
from tests.security.poison import happenings, poisoned_service
from tests.tui.fake_service import NOW, FakeService

TEXTS = int(os.environ.get("CODEFRAME_TUI_TEST_TEXTS", "5000"))
"""How many random texts."""
WIDTHS = (1, 20, 38, 80, 200)
PIECES = (
    *(text[:300] for text, _ in CORPUS.values()),
    *"\x1b\x9b\x9d\x90\x9c\x07[]P;0m\\\r\n\t ",
    *"\u202e\u2066\u0301\u0e33\u200b\ud800\udfff\u3164\u115f",
    *("漢", "👨", "ﷺ", "[/", "]]", "{}", "%s", "\U0010ffff", "\ufdd0", "🏳", "\ufe0f", "e"),
)


class Texts:
    """Random texts, counted."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.given = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.given += 1
        size = self._random.choice((0, 1, 2, 3, 5, 8, 13))
        pieces = self._random.choices(PIECES, k=size)
        return "".join(
            each if self._random.random() < 0.8 else chr(self._random.randrange(0x110000))
            for each in pieces
        )


def spans_of(rows: Iterable[Row]) -> list[Span]:
    return [span for line in rows for span in (*line.left, *line.right)]


def shown(fake: FakeService, width: int) -> Iterator[Sequence[Span]]:
    """What every renderer of the cockpit makes of the documents."""
    task, diff = fake.tasks["1.2.3"], fake.diffs["1.2.3"]
    files = task["attempts"][-1]["files"]
    blocker = fake.blockers["blockers"][0]
    text = str(blocker["question"])
    yield spans_of([header_row(fake.overview, width=width, lost="", left={})])
    yield spans_of(banner_rows(fake.overview, width=width))
    yield spans_of(banner_rows(fake.overview, refused=str(fake.refuse), width=width))
    yield [(workers_line(fake.overview), "")]
    yield spans_of(queue_rows(fake.queue, width=width, now=NOW))
    yield spans_of(blocker_rows(fake.blockers, width=width, now=NOW))
    yield spans_of(activity_rows(fake.activity, now=NOW))
    yield spans_of([title_row(task, ReviewNow(3), width=width)])
    yield spans_of(FileRows(files, task["attempts"][-1]["flags"]))
    yield spans_of(evidence_rows(task, width=width))
    yield spans_of(proof_rows(task, None, Shown(width, unfolded=True), now=NOW))
    yield spans_of(proof_title([("tests", "")], verdict_spans(task, None), width=width))
    yield spans_of(guard_rows(task, unseen=[task["title"]], undecided=1, rejected=1))
    yield spans_of(send_rows(task, accepted=1, rejected=1, undecided=1))
    yield spans_of(letter_rows(text, text, width))
    yield spans_of(attempt_list(task, shown=1, since=2))
    yield from commented(text, diff, width)
    yield spans_of(answer_rows(blocker, task, text))
    yield spans_of(attempt_rows(task, width=20))
    yield spans_of(hand_rows({"path": text, "files": [{"path": text}], "attempt": 1}, here=True))
    yield spans_of(kept_rows(text, text, text))
    yield [(text, "") for text in options_of(blocker)]
    yield from listed(text)
    yield spans_of(head_rows(task, None, width=width, lines=5, now=NOW))
    yield from painted(diff, width)


def listed(text: str) -> Iterator[Sequence[Span]]:
    """What the dialogues list."""
    item = {"at": NOW.isoformat(), "title": text, "detail": text, "message": text, "cause": text}
    attempt = item | {"attempt": 2, "verdict": text, "cost_usd": None}
    node = {"number": text, "title": text, "status": text, "depth": 1}
    wish = {"number": text, "title": text, "depends_on": [text], "priority": text, "issue": text}
    yield spans_of(history_rows({"items": [item, attempt], "cut": 3}, now=NOW))
    yield spans_of([*item_rows(item), *item_rows(attempt)])
    yield spans_of(dependency_rows({"needs": [node], "holds": [node]}))
    yield spans_of(imported_rows({"tasks": [wish], "issues": [node]}))
    yield spans_of(need_rows([{"number": text, "title": text}, {"problem": text}]))
    yield spans_of(welcome_rows({"key": text}))
    yield [(symbol_of(text), "")]
    file = {"path": text, "state": text, "says": text, "why": text, "held": text, "text": text}
    yield spans_of(trust_list_rows([file]))
    yield spans_of(trust_rows(file | {"sha256": "f", "since": [[text, text], ["+", text]]}, 60))
    asking = {"trust": {"count": 2, "path": text, "state": text, "says": text}}
    yield spans_of(banner_rows(asking, width=80))
    asked = Event(1, "", "blocker.opened", text, {"kind": "SYNC", "question": text})
    alert = alert_of(asked)
    assert alert is not None
    yield [(alert.text, ""), (title({"project": text})[4:-1], "")]


def commented(text: str, document: dict[str, Any], width: int) -> Iterator[Sequence[Span]]:
    said = {"id": 1, "attempt": 1, "path": text, "first": 0, "last": 0, "side": "new",
            "type": "nit", "text": text, "author": text, "sent": 1, "answer": text,
            "excerpt": [text], "state": "outdated", "stands": False}  # fmt: skip
    canvas = Canvas(width, 0, 4)
    for rows in comment_rows([said], document, width).values():
        yield from (spread([canvas.mark, *each.left], each.right, width) for each in rows)


def painted(document: dict[str, Any], width: int) -> Iterator[Sequence[Span]]:
    index = DiffIndex(document)
    canvas = Canvas(width, 0, index.number_width, "amber")
    for number in range(len(index)):
        row = index.row(number)
        if isinstance(row, LineRow):
            yield line_spans(row, canvas)
        elif isinstance(row, FileRow):
            yield file_bar(row, canvas, [])
        elif isinstance(row, HunkRow | NoteRow):
            yield bar(row, canvas, ())
        elif isinstance(row, GapRow):
            yield [(row.heading, "")]


def told(fake: FakeService, texts: Iterator[str], width: int) -> Iterator[Sequence[Span]]:
    """What events and signals become."""
    happenings(fake, texts)
    while not fake._events.empty():
        event = fake._events.get_nowait()
        assert event is not None
        yield news(event)
    live = Live()
    while not fake._signals.empty():
        signal = fake._signals.get_nowait()
        assert signal is not None
        live.take(signal)
    yield [(line, "") for line in live.log]
    yield countdown_spans(live.waiting, NOW)
    yield spans_of(proof_rows(None, live, Shown(width), now=NOW))
    if live.writing is not None:
        path, content = live.writing
        yield from painted(LiveDiff(path, next(texts)).document(content), width)


def printed(fake: FakeService, texts: Iterator[str]) -> str:
    """What verbs print of the same documents."""
    out = io.StringIO()
    output = Output(as_json=False, stdout=out, stderr=out)
    rows = [row for group in fake.queue["groups"] for row in group["rows"]]
    diff = fake.diffs["1.2.3"] | {"since": 1, "rebased": True}
    diff["files"] = [file | {"moved": True} for file in diff["files"]]
    for document, text in (
        (fake.queue, lambda: render.task_table({"tasks": rows})),
        (fake.queue, lambda: render.task_page(fake.tasks["1.2.3"])),
        (diff, lambda: render.unified_diff(diff)),
        (fake.blockers, lambda: render.blocker_list(fake.blockers)),
    ):
        output.document(document, text)
    output.event(Event(1, "2026-03-02T14:20:00Z", next(texts), "problem", {"message": next(texts)}))
    output.warn(next(texts))
    output.error(Refused(next(texts), hint=next(texts)))
    return out.getvalue()


def hidden(text: str) -> set[str]:
    """Characters that must not come out; those without a meaning yet may."""
    return {
        f"U+{ord(char):04X}"
        for char in text
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        or printable(char, cells) != char
    }


@pytest.mark.goal("G13", "random texts through every renderer")
def test_whatever_comes_in_every_line_that_is_drawn_is_only_letters(
    record_property: Callable[[str, object], None],
) -> None:
    seed = 0
    drawn = 0
    given = 0
    while given < TEXTS:
        seed += 1
        texts, width = Texts(seed), WIDTHS[seed % len(WIDTHS)]
        fake = poisoned_service(texts)
        for spans in (*shown(fake, width), *told(fake, texts, width)):
            line = "".join(text for text, _ in spans)
            assert hidden(line) == set(), (seed, line)
            drawn += len(spans)
        out = printed(fake, texts)
        assert hidden(out.replace("\n", "").replace("\t", "")) == set(), (seed, out)
        given += texts.given
    record_property("count", given)
    assert drawn > TEXTS / 3


def test_no_text_is_wider_than_its_room() -> None:
    texts = Texts(7)
    for _ in range(TEXTS // 4):
        text = clean_line(next(texts))
        for width in (0, 1, 2, 7, 30):
            assert cells(cut(text, width)) <= width
            assert all(cells(line) <= max(width, 2) for line in wrap(text, width))
            spans = laid_out([(text, "a"), (text, "b")], [("right", "c")], 30)
            assert sum(cells(part) for part, _ in spans) <= 30
