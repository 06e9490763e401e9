"""The timeline: what each line says at each width, and what making it costs."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import pytest

from codeframe_tui.core.events import Signal
from codeframe_tui.tui.present import activity as present
from codeframe_tui.tui.present.activity import Timeline, activity_rows, money_spans
from codeframe_tui.tui.present.live import Live
from codeframe_tui.tui.present.rows import Row, cells, laid_out
from tests.tui.fake_service import NOW, activity, at


def _text(rows: list[Row], width: int) -> list[str]:
    said = ("".join(text for text, _ in laid_out(line.left, line.right, width)) for line in rows)
    return [line.rstrip() for line in said]


def test_a_turn_tells_its_thought_its_words_its_tokens_and_its_cost() -> None:
    said = _text(activity_rows(activity(), now=NOW, width=130), 130)
    assert said[2] == "         thought  Who calls Retry?"
    assert said[3].startswith(" 14:09 ● turn 1  replied, asked for Grep  I look for the callers")
    assert said[3].endswith("  8.2k in    240 out    0 % cached   $0.03")
    assert said[7].endswith("  9.4k in   2.1k out   87 % cached   $0.05")


@pytest.mark.parametrize(
    ("width", "end"),
    [(78, "     $0.05"), (100, "  9.4k in   2.1k out   $0.05"), (198, "87 % cached   $0.05")],
)
def test_numbers_stand_in_columns_and_give_way_where_it_is_narrow(width: int, end: str) -> None:
    lines = _text(activity_rows(activity(), now=NOW, width=width), width)
    assert lines[7].endswith(end)
    assert all(cells(line) <= width for line in lines)
    assert {cells(lines[3]), cells(lines[7])} == {width}


def test_a_result_is_folded_to_its_first_line_and_other_details_are_joined() -> None:
    said = _text(activity_rows(activity(), now=NOW), 100)
    assert said[4] == " 14:09 · Grep Retry(  client/api.py:12: retry = Retry() …"
    assert said[5].startswith(" 14:10 ✘ Bash pytest -q  1 failed, 211 passed")
    assert said[8].endswith("decided by policy: review  policy: manual · verdict: proven")
    assert said[1].endswith("client/retry.py: names Retry · client/api.py: calls it")


def test_a_note_says_which_turn_it_joined() -> None:
    said = _text(activity_rows(activity(), now=NOW), 100)
    assert said[6] == " 14:10 · note from a person, joined turn 2  mind Retry-After"


def test_keys_are_the_numbers_of_events_so_that_the_cursor_stays_when_old_ones_go() -> None:
    rows = activity_rows(activity(), now=NOW)
    assert [line.key for line in rows if line.key] == ["3", "5", "8", "10", "12", "14", "15", "17"]


def test_what_the_model_does_just_now_comes_last() -> None:
    live = Live()
    for text in ("so I ", "look\n", "further"):
        live.take(Signal("model.thinking", "1", {"text": text}, append=True))
    last = _text(activity_rows(activity(), now=NOW, doing=live.doing), 100)[-1]
    assert last == "        ● thinks  so I look further".replace("        ●", "       ●")
    live.take(Signal("model.tool", "1", {"name": "Read", "partial_json": '{"path"'}, append=True))
    assert live.doing == ("calls Read", '{"path"')
    live.take(Signal("model.text", "1", {"text": "x" * 10_000}, append=True))
    assert live.doing is not None
    assert len(live.doing[1]) < 200
    waiting = {"why": "tests (red)", "since": at(0.2), "until": at(-1)}
    last = _text(activity_rows(activity(), now=NOW, waiting=waiting, doing=live.doing), 100)[-1]
    assert "waits for tests (red) · 1:00 left" in last
    live.begin()
    assert live.doing is None
    live.take(Signal("tool.output", "1", {"text": "3 passed"}, append=True))
    assert live.doing == ("prints", "3 passed")
    live.rest()
    assert live.doing is None


def test_an_answer_on_its_way_is_told_by_the_file_that_it_is_at() -> None:
    live = Live()
    piece = Signal("file", "1", {"path": "a.py", "content": "x", "turn": 0})
    live.take(piece)
    assert live.doing is None, "it may be late"
    for text in ('{"files": [', '{"path": "a.py", "content": "x'):
        live.take(Signal("model.text", "1", {"text": text}, append=True))
        live.take(piece)
    assert live.doing == ("writes", "a.py")
    live.take(Signal("file", "1", {"path": "b.py", "content": "", "turn": 0}))
    assert live.doing == ("writes", "b.py")
    live.begin()
    live.take(Signal("model.text", "1", {"text": "I look again"}, append=True))
    assert live.doing == ("says", "I look again")
    live.take(Signal("model.tool", "1", {"name": "Write", "partial_json": "{"}, append=True))
    live.take(piece)
    assert live.doing == ("calls Write", "{")


def test_money_of_the_task_and_of_today_is_told_and_an_unknown_price_stays_unknown() -> None:
    assert "".join(text for text, _ in money_spans(activity())) == "task $0.31 · today $0.84"
    unknown = activity() | {"task_usd": None}
    assert "".join(text for text, _ in money_spans(unknown)) == "task $? · today $0.84"
    assert money_spans(None) == []


def test_of_a_thousand_entries_only_new_ones_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [activity()["items"][n % 8] | {"seq": n} for n in range(1_000)]
    document, timeline = activity() | {"items": items}, Timeline()
    made: list[str] = []
    lines = present._lines

    def counted(key: str, *rest: Any) -> Iterable[Row]:
        made.append(key)
        return lines(key, *rest)

    monkeypatch.setattr(present, "_lines", counted)

    def look() -> list[str]:
        made.clear()
        return _text(timeline.rows(document, now=NOW, width=118, doing=("says", "x")), 118)

    look()
    assert len(made) == 1_000
    look()
    assert not made
    document = deepcopy(document)
    document["items"] = [*document["items"][1:], items[0] | {"seq": 1_000, "title": "one more"}]
    said = look()
    assert made == ["1000"]
    assert "one more" in said[-2]
    again = _text(activity_rows(document, now=NOW, width=118, doing=("says", "x")), 118)
    assert said == again
