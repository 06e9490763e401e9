"""The Model port: the official SDK over loopback HTTP, against our scripted server."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from codeframe_tui.adapters.model.client import AnthropicModel
from codeframe_tui.adapters.scripted.frames import MODEL
from codeframe_tui.adapters.scripted.script import Fault, Line, Text, Thinking, ToolCall, Turn
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.core.errors import ModelFailed
from codeframe_tui.core.events import SIGNAL_KINDS, Signal
from codeframe_tui.ports.model import Reply
from codeframe_tui.settings import Settings
from tests.contract.model_kit import HELLO, KEY, model_at, request_of, settings_of


@pytest.fixture(autouse=True)
def _no_ambient_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("API_KEY", "AUTH_TOKEN", "BASE_URL", "PROFILE"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path / "no-config"))


async def ask(turn: Turn, settings: Settings | None = None) -> tuple[Reply, list[Signal]]:
    seen: list[Signal] = []
    async with ScriptedServer(Line(turn)) as server, model_at(server.base_url, settings) as model:
        return await model.turn(request_of(), seen.append), seen


async def failure_of(turn: Turn, settings: Settings | None = None) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        await ask(turn, settings)
    return caught.value


def joined(signals: list[Signal], kind: str, name: str = "text") -> str:
    return "".join(signal.data[name] for signal in signals if signal.kind == kind)


# -- good replies -------------------------------------------------------------------------------


async def test_a_reply_has_all_blocks_usage_and_its_deltas_as_signals() -> None:
    text = 'Grüße 👋 "quoted" and a long line that is split into several deltas. ' * 3
    call = ToolCall("Read", {"path": "src/ä.py"})
    reply, signals = await ask(Turn((Thinking("hm " * 20), Text(text), call)))

    assert reply.stop_reason == "tool_use"
    assert reply.model == MODEL
    assert reply.broken_tools == {}
    thinking, said, use = reply.content
    assert thinking == {"type": "thinking", "thinking": "hm " * 20, "signature": "scripted"}
    assert said == {"type": "text", "text": text}
    assert (use["name"], use["input"]) == ("Read", {"path": "src/ä.py"})
    assert reply.usage is not None
    assert reply.usage.output_tokens > 50
    assert reply.usage.cache_write_tokens > 0
    assert joined(signals, "model.text") == text
    assert joined(signals, "model.thinking") == "hm " * 20
    assert json.loads(joined(signals, "model.tool", "partial_json")) == use["input"]
    assert {signal.kind for signal in signals} <= set(SIGNAL_KINDS)


async def test_files_of_a_change_set_are_shown_while_they_are_written() -> None:
    content = "".join(f"line {number}\n" for number in range(60))
    answer = {"files": [{"path": "a.py", "action": "create", "content": content}]}
    _, signals = await ask(Turn((Text(f"Here it is:\n```json\n{json.dumps(answer)}\n```"),)))
    files = [signal for signal in signals if signal.kind == "file"]
    assert len(files) > 5
    assert all(content.startswith(signal.data["content"]) for signal in files)
    assert files[-1].data == {"path": "a.py", "content": content}
    assert files[-1].key == "a.py"


async def test_the_reply_can_be_sent_back_as_it_is_and_the_prefix_is_marked_for_the_cache() -> None:
    call = ToolCall("Read", {"path": "a"})
    script = Line(Turn((Thinking("hm"), Text("reading"), call)), Turn((Text("done"),)))
    async with ScriptedServer(script) as server, model_at(server.base_url) as model:
        first = await model.turn(request_of(), lambda _: None)
        use = first.content[-1]["id"]
        result = {"type": "tool_result", "tool_use_id": use, "content": "text of a"}
        messages = [
            *HELLO,
            {"role": "assistant", "content": list(first.content)},
            {"role": "user", "content": [result]},
        ]
        second = await model.turn(request_of(messages), lambda _: None)
    assert second.content == ({"type": "text", "text": "done"},)
    assert second.usage is not None
    assert second.usage.cache_read_tokens > 0
    assert "cache_control" not in result
    assert sorted(server.replies.values()) == [1, 1]


def test_cache_marks_stand_on_the_last_system_block_and_the_last_message() -> None:
    from codeframe_tui.adapters.model.sdk import payload

    call = payload(request_of(system=("rules", "project")))
    assert [("cache_control" in block) for block in call["system"]] == [False, True]
    assert call["messages"][-1]["content"][-1]["cache_control"] == {"type": "ephemeral"}
    assert HELLO[0]["content"] == "Task 7: Say hello"


async def test_a_reply_cut_by_max_tokens_is_a_reply_and_its_cut_tool_never_has_an_input() -> None:
    cut = ToolCall("Write", {}, raw='{"path": "a.py", "content": "x = ')
    reply, _ = await ask(Turn((cut,), stop_reason="max_tokens"))
    assert reply.stop_reason == "max_tokens"
    assert reply.content[0]["input"] == {}
    assert list(reply.broken_tools) == [reply.content[0]["id"]]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ('{"path": "a', "Unterminated"),
        ('{"path": "a"', "Expecting"),
        ('{"path": "a"} {}', "Extra data"),
        ('["a"]', "object is needed, not list"),
        ('{"path": "a", "path": "b"}', "key stands twice"),
        ('{"offset": NaN}', "NaN is not JSON"),
        ('{"a":' + "[" * 20_000, "deep"),
    ],
)
async def test_a_tool_input_that_is_no_strict_json_object_is_told_as_broken(
    raw: str, why: str
) -> None:
    reply, _ = await ask(Turn((Text("ok"), ToolCall("Read", {}, raw=raw))))
    use = reply.content[1]
    assert use["input"] == {}
    assert why in reply.broken_tools[use["id"]]


async def test_a_tool_without_arguments_has_an_empty_input_and_is_not_broken() -> None:
    reply, _ = await ask(Turn((ToolCall("Read", {}, raw=""),)))
    assert (reply.content[0]["input"], reply.broken_tools) == ({}, {})


@pytest.mark.parametrize("reason", ["refusal", "pause_turn", "stop_sequence"])
async def test_other_stop_reasons_are_paid_replies_too(reason: str) -> None:
    reply, _ = await ask(Turn((Text("no"),), stop_reason=reason))
    assert reply.stop_reason == reason


# -- faults -------------------------------------------------------------------------------------

SAID = Text("a text that is long enough for several deltas of a stream " * 4)


@pytest.mark.parametrize(
    ("fault", "kind", "retryable"),
    [
        (Fault("status", status=401), "wrong_key", False),
        (Fault("status", status=403), "wrong_key", False),
        (Fault("status", status=400), "bad_request", False),
        (Fault("status", status=404), "bad_request", False),
        (Fault("status", status=413, error="request_too_large"), "bad_request", False),
        (Fault("status", status=429), "rate_limited", True),
        (Fault("status", status=500), "server", True),
        (Fault("status", status=503, error="overloaded_error"), "overloaded", True),
        (Fault("status", status=504, error="timeout_error"), "server", True),
        (Fault("status", status=529), "overloaded", True),
        (Fault("error"), "overloaded", True),
        (Fault("error", after=0), "overloaded", True),
        (Fault("error", error="rate_limit_error"), "rate_limited", True),
        (Fault("error", error="api_error"), "server", True),
        (Fault("error", error="invalid_request_error"), "bad_request", False),
        (Fault("empty"), "truncated", True),
        (Fault("cut", after=1), "truncated", True),
        (Fault("cut", after=5), "truncated", True),
        (Fault("cut_inside", after=5), "truncated", True),
        (Fault("reset", after=5), "dropped", True),
        (Fault("html"), "protocol", False),
        (Fault("malformed", after=4), "protocol", True),
        (Fault("skip", after=0), "protocol", True),
        (Fault("skip", after=2), "protocol", True),
    ],
    ids=lambda value: (
        f"{value.kind}-{value.status}-{value.error}-{value.after}"
        if isinstance(value, Fault)
        else None
    ),
)
async def test_every_fault_has_a_name(fault: Fault, kind: str, retryable: bool) -> None:
    failure = await failure_of(Turn((SAID,), fault=fault))
    assert (failure.kind, failure.retryable) == (kind, retryable), failure.message
    assert failure.code == f"model_{kind}"
    assert failure.message


async def test_no_fault_point_lets_a_half_reply_through() -> None:
    turn = Turn((Text("some words that need three deltas, no more"), ToolCall("Read", {"a": 1})))
    async with ScriptedServer(Line(turn)) as server, model_at(server.base_url) as model:
        whole = await model.turn(request_of(), lambda _: None)
    assert whole.stop_reason == "tool_use"
    for after in range(12):
        for kind in ("cut", "cut_inside", "reset", "error"):
            failure = await failure_of(Turn(turn.blocks, fault=Fault(kind, after=after)))
            assert failure.retryable, (kind, after)


@pytest.mark.parametrize(("asked", "seconds"), [(7.5, 7.5), (0.0, 0.0), (1e9, 1e9), (None, None)])
async def test_the_wait_the_server_asks_for_is_told(
    asked: float | None, seconds: float | None
) -> None:
    failure = await failure_of(
        Turn((SAID,), fault=Fault("status", status=429, retry_after=asked)),
    )
    assert failure.retry_after == seconds


@pytest.mark.parametrize("after", [0, 1, 6])
async def test_silence_ends_as_stalled(after: int) -> None:
    waits = settings_of(first_token=0.3, stream_gap=0.3)
    failure = await failure_of(Turn((SAID,), fault=Fault("stall", after=after)), waits)
    assert (failure.kind, failure.retryable) == ("stalled", True)


async def test_pings_alone_do_not_keep_a_stalled_stream_alive() -> None:
    waits = settings_of(first_token=0.4, stream_gap=0.2)
    failure = await failure_of(Turn((SAID,), fault=Fault("pings", after=6)), waits)
    assert failure.kind == "stalled"


async def test_a_server_that_is_not_there_is_a_dropped_connection() -> None:
    async with ScriptedServer(Line(Turn((SAID,)))) as server:
        url = server.base_url
    async with model_at(url) as model:
        with pytest.raises(ModelFailed) as caught:
            await model.turn(request_of(), lambda _: None)
    assert (caught.value.kind, caught.value.retryable) == ("dropped", True)


async def test_a_cancelled_turn_ends_at_once_and_the_next_one_works() -> None:
    script = Line(Turn((SAID,), fault=Fault("stall", after=4)))
    async with ScriptedServer(script) as server, model_at(server.base_url) as model:
        begun = asyncio.Event()

        def hear(signal: Signal) -> None:
            if signal.kind == "model.text":
                begun.set()

        turn = asyncio.create_task(model.turn(request_of(), hear))
        await begun.wait()
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
        assert (await model.turn(request_of(), lambda _: None)).stop_reason == "end_turn"
        assert list(server.requests.values()) == [2]
        assert list(server.replies.values()) == [1]


# -- keys ---------------------------------------------------------------------------------------


async def test_without_a_key_nothing_is_sent_and_the_line_says_how_to_set_one() -> None:
    async with ScriptedServer(Line(Turn((SAID,)))) as server:
        model = AnthropicModel(settings_of(), base_url=server.base_url)
        line = model.ready()
        assert line is not None
        assert "ANTHROPIC_API_KEY" in line
        with pytest.raises(ModelFailed) as caught:
            await model.turn(request_of(), lambda _: None)
    assert caught.value.kind == "no_key"
    assert not server.requests


@pytest.mark.parametrize("name", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
async def test_a_key_of_the_environment_is_enough(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, KEY)
    async with ScriptedServer(Line(Turn((Text("hi"),)))) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url)
        model = AnthropicModel(settings_of())
        assert model.ready() is None
        reply = await model.turn(request_of(), lambda _: None)
        await model.close()
    assert reply.content[0]["text"] == "hi"


def test_a_profile_on_disk_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    assert AnthropicModel(settings_of()).ready() is not None
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "work.json").write_text("{}")
    (tmp_path / "active_config").write_text("work\n")
    assert AnthropicModel(settings_of()).ready() is None


async def test_the_key_is_in_no_error_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fault = Fault("status", status=401, message=f"invalid key {KEY}")
    refused = await failure_of(Turn((SAID,), fault=fault))
    broken_off = await failure_of(Turn((SAID,), fault=Fault("error", message=f"bad {KEY}")))
    for failure in (refused, broken_off):
        logging.getLogger("test").error("failed", exc_info=failure)
        assert "[redacted]" in failure.message
    assert KEY not in caplog.text


async def test_a_short_key_of_a_local_server_does_not_spoil_words() -> None:
    fault = Fault("error", message="the test token took too long")
    async with ScriptedServer(Line(Turn((SAID,), fault=fault))) as server:
        model = AnthropicModel(settings_of(), base_url=server.base_url, api_key="t")
        with pytest.raises(ModelFailed, match="the test token took too long"):
            await model.turn(request_of(), lambda _: None)
        await model.close()


def test_asking_whether_it_is_ready_does_not_import_the_sdk() -> None:
    code = (
        "import sys; from codeframe_tui.adapters.model.client import AnthropicModel; "
        "from codeframe_tui.settings import Settings; AnthropicModel(Settings()).ready(); "
        "sys.exit('anthropic' in sys.modules or 'httpx2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
