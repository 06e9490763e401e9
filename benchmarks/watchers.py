"""What a hundred watchers cost the engine's work, half of them stalled.

``python -m benchmarks.watchers [--gate]``; with ``--gate`` exit 1 when the engine needs more than
1.25 times the CPU for its work as with nobody watching. The work is commands through the Unix
stream, one after the other, each a transaction and an event; rounds with and without watchers
alternate, medians count. The time of the work is shown beside it: it tells more of the number of
cores, which the watchers use too, than of the engine. Linux.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from codeframe_tui.adapters.project import Project
from codeframe_tui.core.commands import AddTask, Note
from codeframe_tui.wire.address import parse_address
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.codec import encode
from codeframe_tui.wire.hello import hello
from codeframe_tui.wire.remote import reach_remote
from codeframe_tui.wire.websocket import dial

WATCHERS = 100
ROUNDS = 5
COMMANDS = 400
TEXT = "x" * 1_000
GATE = 1.25
TICKS = os.sysconf("SC_CLK_TCK")


def cpu(pid: int) -> float:
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def work(client: Client, pid: int) -> tuple[float, float]:
    """A round of commands: CPU seconds of the engine, and seconds."""
    start, used = time.monotonic(), cpu(pid)
    for _ in range(COMMANDS):
        await client.submit(Note("1", TEXT))
    return cpu(pid) - used, time.monotonic() - start


async def watch() -> None:
    """The watchers, in a process of their own: the address comes in, what they heard goes out."""
    address = parse_address(sys.stdin.readline())
    clients = [await reach_remote(lambda: address) for _ in range(WATCHERS // 2)]
    stalled = [await dial(address) for _ in range(WATCHERS // 2)]
    for channel in stalled:  # they ask for everything, and never read it
        channel.send(encode(hello()))
        channel.send(encode({"id": 1, "events": None}))
        channel.send(encode({"id": 2, "signals": True}))
    heard = 0

    async def follow(client: Client) -> None:
        nonlocal heard
        async for _ in client.events():
            heard += 1

    following = [asyncio.create_task(follow(client)) for client in clients]
    await asyncio.sleep(1)  # all have subscribed, nothing happens yet
    print("ready", flush=True)
    wanted = COMMANDS * len(clients)
    end = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    while not end.done() or heard < wanted:
        await asyncio.sleep(0.05)
    print(f"{heard} of {wanted}", flush=True)
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    for channel in stalled:
        channel.abort()
    await asyncio.gather(*(client.close() for client in clients))


async def watched_work(client: Client, pid: int, url: str) -> tuple[float, float]:
    """A round of commands while all watch."""
    watchers = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.watchers", "--watch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watchers.stdin is not None
    assert watchers.stdout is not None
    watchers.stdin.write(f"{url}\n")
    watchers.stdin.flush()
    assert await asyncio.to_thread(watchers.stdout.readline) == "ready\n"
    used = await work(client, pid)
    out, _ = await asyncio.to_thread(watchers.communicate, "\n", 120)
    print(f"  heard by those who read: {out.strip()}")
    return used


async def measured(place: Project, url: str) -> dict[str, list[tuple[float, float]]]:
    """CPU and time of each round, by who watches."""
    client = Client()
    await client.connect(place.socket)
    await client.submit(AddTask("noted"))
    pid = int(client.engine["pid"])
    await work(client, pid)
    found: dict[str, list[tuple[float, float]]] = {"nobody": [], "a hundred": []}
    for _ in range(ROUNDS):
        found["nobody"].append(await work(client, pid))
        found["a hundred"].append(await watched_work(client, pid, url))
    await client.close()
    return found


def main() -> int:
    if "--watch" in sys.argv:
        asyncio.run(watch())
        return 0
    folder = Path(tempfile.mkdtemp(prefix="w-"))
    (folder / "p").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    ours = [sys.executable, "-m", "codeframe_tui", "--project", str(folder / "p")]
    serving = subprocess.Popen(
        [*ours, "--state-dir", str(folder / "s"), "serve", "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stdout is not None
        watch_url = json.loads(serving.stdout.readline())["watch"]
        found = asyncio.run(measured(Project(folder / "p", folder / "s"), watch_url))
    finally:
        serving.terminate()
        serving.communicate()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'watched by':10} | CPU a command | time a command  (load {os.getloadavg()[0]:.1f})")
    medians = {
        name: [statistics.median(each) / COMMANDS * 1_000 for each in zip(*rounds, strict=True)]
        for name, rounds in found.items()
    }
    for name, (used, taken) in medians.items():
        print(f"{name:10} | {used:10.2f} ms | {taken:10.2f} ms")
    ratios = [many / none for many, none in zip(*reversed(medians.values()), strict=True)]
    print(f"{'ratio':10} | {ratios[0]:12.2f}x | {ratios[1]:12.2f}x   (gate: CPU {GATE}x)")
    return 1 if ratios[0] > GATE and "--gate" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
