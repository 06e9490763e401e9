"""The page of what was spent."""

from __future__ import annotations

from typing import Any

from codeframe_tui.tui.present.rows import cells, laid_out, plain
from codeframe_tui.tui.present.usage import usage_rows


def used(cost: float | None = 0.5, **more: Any) -> dict[str, Any]:
    tokens = {"input_tokens": 1_000, "output_tokens": 200, "cache_read_tokens": 3_000}
    return {"cost_usd": cost, "calls": 2, "cache_write_tokens": 1_000, **tokens, **more}


def document(**more: Any) -> dict[str, Any]:
    budget = {"name": "per_run", "cap_usd": 5.0, "spent_usd": 0.5, "reserved_usd": 0.25}
    tasks = [used(0.1, number="1"), used(None, number="2"), used(0.4, number="3", reserved_usd=0.2)]
    return {
        "total": used(),
        "tasks": tasks,
        "models": [used(model="claude-sonnet-5-5"), used(None, model="house\x1b[2Jmodel")],
        "periods": {"run": used(), "today": used(), "month": used(12.0)},
        "caps": {"per_task": 1.0, "per_run": 5.0, "per_day": None},
        "budgets": [budget],
        **more,
    }


def page(width: int = 68, **more: Any) -> list[str]:
    rows = usage_rows(document(**more), {"3": "Retry on 429"}, width)
    return ["".join(text for text, _ in laid_out(row.left, row.right, width)) for row in rows]


def test_every_number_stands_below_its_name() -> None:
    lines = page()
    head = lines[0]
    today = next(line for line in lines if line.startswith("today"))
    for name, value in (
        ("sent", "5,000"),
        ("written", "200"),
        ("cached", "60 %"),
        ("cost", "$0.50"),
    ):
        assert head.index(name) + len(name) == today.index(value) + len(value), name


def test_an_unknown_price_is_told_and_stands_first_and_nothing_is_wider_than_the_page() -> None:
    lines = page()
    tasks = lines[lines.index("BY TASK".ljust(0)) if "BY TASK" in lines else 0 :]
    order = [line.split()[0] for line in tasks if line and line[0].isdigit()]
    assert order == ["2", "3", "1"]
    assert next(line for line in tasks if line.startswith("2")).endswith("$?")
    assert "3 Retry on 429" in "\n".join(tasks)
    assert all(cells(line) <= 68 for line in lines)
    assert "\x1b" not in "".join(lines)


def test_caps_say_what_is_spent_and_reserved_or_that_there_is_none() -> None:
    said = "\n".join(page())
    assert "this run    $0.50 of $5.00 · $0.25 reserved" in said
    assert "each task   at most $1.00" in said
    assert "this day    no cap" in said


def test_an_empty_project_has_a_page_too() -> None:
    rows = usage_rows({"total": {}, "caps": {}}, {}, 60)
    assert any("no cap" in plain(row) for row in rows)
