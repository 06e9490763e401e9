"""Bounds of what waits for a subscriber."""

from __future__ import annotations

from codeframe_tui.core.events import Event, Signal
from codeframe_tui.service.broadcast import MAILBOX_LIMIT, TEXT_LIMIT, Feed, Mailbox


async def test_a_feed_over_its_limit_ends_and_keeps_nothing() -> None:
    feed = Feed(limit=3)
    events = [Event(i, "now", "problem", None) for i in range(1, 5)]
    feed.put(events[:2])
    feed.put(events[2:])
    assert await feed.take() == []
    feed.put(events[:1])
    assert await feed.take() == []


async def test_a_feed_gives_what_waits_in_order() -> None:
    feed = Feed(limit=3)
    events = [Event(i, "now", "problem", None) for i in range(1, 4)]
    for event in events:
        feed.put([event])
    assert await feed.take() == events


async def test_appended_text_keeps_its_newest_part_and_says_so() -> None:
    mailbox = Mailbox()
    for text in ("a" * TEXT_LIMIT, "b", "c"):
        mailbox.put(Signal("tool.output", "1", {"text": text}, key="t", append=True))
    (signal,) = await mailbox.take()
    assert signal.data["text"].endswith("abc")
    assert (len(signal.data["text"]), signal.data["cut"]) == (TEXT_LIMIT, True)


async def test_streamed_tool_input_is_joined_by_its_own_field() -> None:
    mailbox = Mailbox()
    for part in ('{"a"', ": 1}"):
        data = {"name": "Read", "partial_json": part}
        mailbox.put(Signal("model.tool", "1", data, key="t", append=True))
    (signal,) = await mailbox.take()
    assert signal.data == {"name": "Read", "partial_json": '{"a": 1}'}


async def test_a_mailbox_drops_the_oldest_over_its_limit() -> None:
    mailbox = Mailbox()
    for i in range(MAILBOX_LIMIT + 2):
        mailbox.put(Signal("test", "1", {"id": i}, key=str(i)))
    signals = await mailbox.take()
    assert [signals[0].data["id"], len(signals)] == [2, MAILBOX_LIMIT]
