"""Earlier work and files share one budget."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from codeframe_tui.core.code.chosen import Chosen
from codeframe_tui.core.code.earlier import Found, Piece, find
from codeframe_tui.core.code.ground import Ground
from codeframe_tui.core.talk.prompt import headings, listed
from codeframe_tui.core.tokens import Gauge
from codeframe_tui.worker import context
from codeframe_tui.worker.context import context_for

GAUGE = Gauge(3.0)
CHOSEN = Chosen(("a.py",), ("b.py",))
HALF_EVEN = Piece("1.1.2", "Currency rounding", "answer", "half even", "Which rounding of amounts?")


class Index:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def context(self, *asked: object, **how: object) -> dict[str, Any]:
        self.asked += [*asked, how]
        return {"files": [], "symbols": [], "budget": asked[1], "cut": []}


async def shown(pieces: list[Piece], budget: int) -> tuple[dict[str, Any], list[Any]]:
    index = Index()
    ground = Ground("Rounding of the amounts", CHOSEN, GAUGE, pieces)
    return await context_for(index, ground, budget, "tree", at_once=True), index.asked  # type: ignore[arg-type]


async def test_what_was_said_and_what_heads_it_leaves_less_for_files() -> None:
    found, asked = await shown([HALF_EVEN], 5_000)
    (said,) = found["earlier"]
    rest = 5_000 - said["tokens"] - GAUGE.tokens(headings(earlier=True))
    how = {"chosen": CHOSEN, "gauge": GAUGE, "at_once": True}
    assert asked == ["Rounding of the amounts", rest, "tree", how]
    assert (found["budget"], found["tokens_by"]) == (5_000, "model")
    assert (said["task"], said["kind"]) == ("1.1.2", "answer")
    assert "A person answered: half even" in said["text"]


async def test_nothing_is_left_rather_than_less_than_nothing() -> None:
    assert (await shown([HALF_EVEN], 20))[1][1] == 0
    found, asked = await shown([], 1_000)
    assert asked[1] == 1_000 - GAUGE.tokens(headings(earlier=False))
    assert found["earlier"] == []


async def test_others_are_served_while_what_was_said_is_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[threading.Thread] = []

    def seen(*given: Any) -> list[Found]:
        threads.append(threading.current_thread())
        return find(*given)

    monkeypatch.setattr(context, "find", seen)
    await shown([HALF_EVEN], 5_000)
    assert threads
    assert threading.main_thread() not in threads


async def test_what_is_left_is_told_and_no_less_than_nothing() -> None:
    found, asked = await shown([HALF_EVEN], 5_000)
    assert found["left"] == asked[1]
    assert (await shown([HALF_EVEN], 20))[0]["left"] == 0


def test_paths_are_listed_as_far_as_tokens_go() -> None:
    paths = [f"pkg/module_{n:03}.py" for n in range(400)]
    assert listed(paths[:200], 10_000, GAUGE) == paths[:200]
    assert listed(paths, 10_000, GAUGE) == [*paths[:300], "… and 100 more"]
    some = listed(paths, 100, GAUGE)
    assert some == [*paths[: len(some) - 1], f"… and {401 - len(some)} more"]
    assert 10 < len(some) < 20
    assert GAUGE.tokens("\n".join(some)) <= 100
    assert listed(paths, 10, GAUGE) == listed([], 10_000, GAUGE) == []
