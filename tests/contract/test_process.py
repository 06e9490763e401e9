"""Programs of ours: bounded, on the clock, gone after a cancel."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from codeframe_tui.adapters.process import KEEP, Ring, run_program

ENV = {"PATH": "/usr/bin:/bin", "ONLY": "this"}


@pytest.mark.parametrize("size", [1, 1000, 65_536])
def test_a_ring_keeps_both_ends_of_any_stream(size: int) -> None:
    stream = bytes(index % 251 for index in range(100_000))
    ring = Ring(keep=10_000)
    for start in range(0, len(stream), size):
        ring.add(stream[start : start + size])
    text = ring.text()
    assert text.startswith(stream[:10_000] + b"\n[... 80000 bytes cut ...]\n")
    assert text.endswith(stream[-10_000:])
    assert ring.cut == 80_000


def test_a_ring_gives_a_short_stream_back_as_it_was() -> None:
    ring = Ring(keep=4)
    ring.add(b"abcde")
    ring.add(b"fgh")
    assert (ring.text(), ring.cut) == (b"abcdefgh", 0)


async def test_only_the_given_variables_are_there_and_the_code_is_told(tmp_path: Path) -> None:
    ended = await run_program(
        ["/bin/sh", "-c", "cat; env; exit 4"], env=ENV, cwd=tmp_path, timeout_seconds=20
    )
    assert ended.code == 4
    assert b"ONLY=this" in ended.output
    assert b"HOME" not in ended.output


async def test_a_timeout_ends_the_group(tmp_path: Path) -> None:
    ended = await run_program(
        ["/bin/sh", "-c", "echo $$; sleep 99 & sleep 99"],
        env=ENV,
        cwd=tmp_path,
        timeout_seconds=0.3,
    )
    assert ended.timed_out
    group = int(ended.output)
    assert not any(_group(file) == group for file in Path("/proc").glob("[0-9]*/stat"))


def _group(stat: Path) -> int:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return -1
    return -1 if fields[0] == "Z" else int(fields[2])


async def test_a_cancel_ends_it_before_it_goes_on(tmp_path: Path) -> None:
    ready = asyncio.Event()
    output = bytearray()

    def take(chunk: bytes) -> None:
        output.extend(chunk)
        ready.set()

    task = asyncio.create_task(
        run_program(
            ["/bin/sh", "-c", "trap '' TERM; echo $$; sleep 99"],
            env=ENV,
            cwd=tmp_path,
            timeout_seconds=20,
            on_output=take,
        )
    )
    await ready.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not any(_group(file) == int(output) for file in Path("/proc").glob("[0-9]*/stat"))


async def test_a_missing_program_is_an_error_and_leaves_nothing_open(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await run_program(["no-such-program"], env=ENV, cwd=tmp_path, timeout_seconds=1)


async def test_a_flood_does_not_fill_the_memory(tmp_path: Path) -> None:
    script = "head -c 50000000 /dev/zero"
    ended = await run_program(["/bin/sh", "-c", script], env=ENV, cwd=tmp_path, timeout_seconds=60)
    assert len(ended.output) < 2 * KEEP + 100
    assert ended.cut == 50_000_000 - 2 * KEEP
