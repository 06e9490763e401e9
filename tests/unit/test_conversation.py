"""The conversation as the model gets it: valid, bounded, stable, and nothing left out unsaid."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeframe_tui.adapters.scripted.requests import complaint
from codeframe_tui.core.progress import Turn
from codeframe_tui.core.talk.conversation import WINDOW_FULL, Sent, sent
from codeframe_tui.core.tokens import GUESS

estimate = GUESS.at_most
BIG = "x" * 6_000  # 2,000 tokens


def user(index: int, *content: dict[str, Any], purpose: str = "tools") -> Turn:
    return Turn(index, "user", content, purpose, 1)


def model(index: int, *content: dict[str, Any], stop: str = "tool_use") -> Turn:
    return Turn(index, "assistant", content, "reply", 1, stop_reason=stop)


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def use(ident: str, name: str = "Read", **given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": ident, "name": name, "input": given}


def result(ident: str, content: str) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": ident, "content": content, "is_error": False}


def reads(count: int, content: str = BIG) -> list[Turn]:
    """A task and a number of exchanges, each of which reads a file."""
    turns = [user(0, text("Task 1: a task"), purpose="task")]
    for number in range(count):
        turns.append(model(len(turns), use(f"t{number}", path=f"src/{number}.py")))
        turns.append(user(len(turns), result(f"t{number}", content)))
    return turns


def is_valid(told: Sent) -> bool:
    body = {"model": "m", "max_tokens": 1, "messages": told.messages}
    return complaint(body) is None


def blocks_of(told: Sent) -> list[dict[str, Any]]:
    return [block for message in told.messages for block in message["content"]]


def test_what_fits_is_sent_as_it_is() -> None:
    turns = reads(4)
    told = sent(turns, 100_000)
    assert (told.left_out, told.is_step) == (0, False)
    assert blocks_of(told) == [block for turn in turns for block in turn.content]


def test_the_oldest_results_go_first_and_say_what_stood_there_and_how_to_get_it_back() -> None:
    told = sent(reads(5), 9_000)
    assert (told.is_step, is_valid(told)) == (True, True)
    results = [block["content"] for block in blocks_of(told) if block["type"] == "tool_result"]
    assert results[0] == (
        '(left out to make room: what Read {"path": "src/0.py"} gave, 6,000 characters; '
        "call it again to see it)"
    )
    assert results[-1] == BIG
    assert told.left_out == sum(content != BIG for content in results) == 3
    assert told.tokens <= 9_000 // 2


def test_between_two_steps_the_messages_only_grow() -> None:
    steps, before = 0, sent(reads(1), 20_000)
    for count in range(2, 60):
        told = sent(reads(count), 20_000)
        assert told.tokens <= 20_000
        if told.is_step:
            steps += 1
        else:
            assert told.messages[: len(before.messages)] == before.messages
        before = told
    assert steps <= 60 * 2_000 / 10_000 + 1


def test_inputs_of_tools_go_when_results_are_not_enough_and_their_short_fields_stay() -> None:
    turns = [user(0, text("Task 1: a task"), purpose="task")]
    for number in range(6):
        call = use(f"t{number}", "Write", path=f"{number}.py", content=BIG)
        turns += [model(len(turns), call), user(len(turns) + 1, result(f"t{number}", "wrote"))]
    told = sent(turns, 9_000)
    first = next(block for block in blocks_of(told) if block["type"] == "tool_use")
    assert first["input"]["path"] == "0.py"
    assert first["input"]["content"].startswith("(left out to make room: 6,000 characters;")
    assert told.tokens <= 9_000


def test_words_of_people_the_task_and_the_newest_exchange_stay_whole() -> None:
    turns = [user(0, text("Task 1: " + BIG), purpose="task")]
    turns += [model(1, text(BIG), stop="end_turn"), user(2, text(BIG), purpose="correction")]
    turns += [model(3, use("a")), user(4, result("a", BIG), text("A note: " + BIG))]
    turns += [model(5, text(BIG), stop="end_turn"), user(6, text("hint " + BIG), purpose="resume")]
    turns += [model(7, use("b", content=BIG)), user(8, result("b", BIG))]
    told = sent(turns, 100)
    kept = [block.get("text") or block.get("content") for block in blocks_of(told)]
    assert "Task 1: " + BIG in kept
    assert "A note: " + BIG in kept
    assert "hint " + BIG in kept
    assert blocks_of(told)[-2:] == [use("b", content=BIG), result("b", BIG)]
    assert told.left_out == 4
    assert is_valid(told)


def test_a_reply_cut_by_a_full_window_makes_room_whatever_was_estimated() -> None:
    turns = reads(6)
    cut = [
        *turns,
        model(len(turns), text("{"), stop=WINDOW_FULL),
        user(len(turns) + 1, text("again"), purpose="format"),
    ]
    assert not sent(turns, 1_000_000).left_out
    told = sent(cut, 1_000_000)
    assert told.is_step
    assert told.tokens <= sent(turns, 1_000_000).tokens // 2 + 100


@pytest.mark.parametrize("stop", ["max_tokens", WINDOW_FULL])
def test_calls_that_were_never_run_have_a_result(stop: str) -> None:
    turns = [*reads(1), model(3, use("z"), stop=stop), user(4, text("go on"), purpose="format")]
    told = sent(turns, 100_000)
    assert is_valid(told)
    assert told.messages[-1]["content"][0]["content"] == "not run"


# -- any conversation -----------------------------------------------------------------------------

words = st.sampled_from(["", "ok", "y" * 300, "z" * 900, "ä日" * 700, BIG])


@st.composite
def conversations(draw: st.DrawFn) -> list[Turn]:
    """What the road can store: exchanges, cut replies, neighbours of one role, people's words."""
    turns = [user(0, text("Task 1: " + draw(words)), purpose="task")]
    for number in range(draw(st.integers(0, 14))):
        calls = [
            use(f"{number}.{n}", draw(st.sampled_from(["Read", "Write"])), content=draw(words))
            for n in range(draw(st.integers(0, 3)))
        ]
        stop = draw(st.sampled_from(["tool_use", "end_turn", "max_tokens", WINDOW_FULL]))
        said = [text(draw(words))] if draw(st.booleans()) else []
        said = [block for block in said if block["text"]] or ([] if calls else [text("fine")])
        turns.append(model(len(turns), *said, *calls, stop=stop))
        ran = calls if stop == "tool_use" else []
        results = [result(call["id"], draw(words) or "(no output)") for call in ran]
        purpose = draw(st.sampled_from(["tools", "correction", "resume", "format"]))
        note = [text(draw(words) or "go on")] if draw(st.booleans()) or not results else []
        turns.append(user(len(turns), *results, *note, purpose=purpose))
        if draw(st.booleans()):
            turns.append(user(len(turns), text("and a word"), purpose="resume"))
    return turns


def newest_exchange(turns: Sequence[Turn]) -> int:
    return max((turn.index for turn in turns if turn.role == "assistant"), default=0)


@settings(max_examples=120)
@given(conversations(), st.sampled_from([0, 500, 2_000, 6_000, 20_000]))
def test_any_conversation_is_sent_valid_bounded_and_the_same_each_time(
    turns: list[Turn], budget: int
) -> None:
    before = copy.deepcopy(turns)
    told = sent(turns, budget)
    assert turns == before  # what is stored stays whole
    assert is_valid(told)
    assert told == sent(turns, budget)
    assert told.tokens == sum(
        estimate(block) for block in blocks_of(told) if block.get("content") != "not run"
    )
    whole = sum(estimate(block) for turn in turns for block in turn.content)
    has_full = any(turn.stop_reason == WINDOW_FULL for turn in turns)
    if whole <= budget and not has_full:
        assert told.left_out == 0
    if told.tokens > budget:  # nothing more can go than what stays whole anyway
        assert sent(turns, 0).tokens >= told.tokens - 200 * len(turns)
    shown = json.dumps(told.messages, ensure_ascii=False)
    assert shown.count("(left out to make room:") >= told.left_out
    for turn in turns:
        spoken = turn.role == "user" and turn.purpose != "correction"
        if spoken or turn.index >= newest_exchange(turns):
            assert all(
                block in blocks_of(told)
                for block in turn.content
                if block["type"] == "text" or turn.index >= newest_exchange(turns)
            )


@settings(max_examples=80)
@given(conversations(), st.sampled_from([500, 2_000, 6_000]))
def test_a_prefix_that_was_sent_is_sent_again_until_the_next_step(
    turns: list[Turn], budget: int
) -> None:
    asks = [
        n + 1
        for n, turn in enumerate(turns)
        if turn.role == "user" and (n + 1 == len(turns) or turns[n + 1].role == "assistant")
    ]
    before = None
    for count in asks:
        told = sent(turns[:count], budget)
        if before is not None and told.left_out == before.left_out:
            assert told.messages[: len(before.messages)] == before.messages
        before = told
