"""Attacks from inside the sandbox (B1-B15) do nothing to the host; without walls they do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from codeframe_tui.adapters.sandbox.bwrap import BwrapSandbox
from codeframe_tui.adapters.sandbox.network import CLOSED, Network
from codeframe_tui.core.network import Allowed
from tests.contract.sandbox_room import hostile_environment, make_room, need_bwrap
from tests.security.cases import cases, parameters
from tests.security.range import Host, open_host

ROOT = os.getuid() == 0


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    need_bwrap()
    folder = tmp_path_factory.mktemp("range")
    (folder / "home").mkdir()
    with hostile_environment(folder / "home"), open_host(make_room(folder, "bwrap")) as host:
        yield host


@pytest.mark.fault(
    "tests",
    "a command attacks the host from inside the sandbox",
    sees="its own words",
    kept="files, keys, processes and sockets of the host",
)
@pytest.mark.parametrize("case", parameters("sandbox"))
@pytest.mark.goal("G1", "attacks from inside the sandbox")
async def test_an_attack_stays_inside(host: Host, case: dict[str, Any]) -> None:
    ended, output = await host.attack(case)
    flags = host.flags(output)
    if flags:
        host.renew()
    assert flags == set(), output
    assert ended in {"exit", "signal"}, "it waits for nobody"


@pytest.mark.goal("G1", "attacks on sockets of the host while other hosts are allowed")
@pytest.mark.parametrize(
    "case", [each for each in cases("sandbox") if each["flag"] == "reached"], ids=lambda c: c["id"]
)
async def test_hosts_that_are_allowed_open_nothing_else(host: Host, case: dict[str, Any]) -> None:
    """The way to them is a proxy: no attack on a socket of the host gets further."""
    sandbox = host.room.sandbox
    assert isinstance(sandbox, BwrapSandbox)
    sandbox.network = Network(Allowed.of(["pypi.org:443", "*.example.org:80"]))
    try:
        _, output = await host.attack(case, network=True)
    finally:
        sandbox.network = CLOSED
    assert host.flags(output) == set(), output


@pytest.mark.goal("G1", "look at the same attacks without a sandbox, 80 % or more are seen")
def test_there_are_enough_attacks_and_the_eye_sees_them(
    host: Host, record_property: Callable[[str, object], None]
) -> None:
    """The oracle is worth something: without the sandbox it flags nearly all of them."""
    known = cases("sandbox")
    assert len(known) >= 100
    open_ones = [each for each in known if each.get("off", "?") and (ROOT or not each.get("root"))]
    unseen = []
    for case in open_ones:
        output = host.attack_openly(case)
        if case["flag"] not in host.flags(output):
            unseen.append((case["id"], output[-200:]))
        host.renew()
    record_property("count", len(open_ones))
    record_property("note", f"{len(open_ones) - len(unseen)} seen")
    assert len(open_ones) >= 100
    assert len(unseen) <= len(open_ones) // 5, unseen
