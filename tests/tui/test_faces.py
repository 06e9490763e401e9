"""Pictures of every screen and state: a change of a look must be meant."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.tui.driving import opened
from tests.tui.faces import EMPTY, FACES, Face, empty, leave, show
from tests.tui.fake_service import FakeService
from tests.tui.furnished import Furnished
from tests.tui.furnished_faces import FURNISHED
from tests.tui.svg import Picture, picture

SIZES = {"80x24": (80, 24), "120x40": (120, 40), "200x50": (200, 50)}
LOOKS = ("dark", "light", "no colour")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", SIZES)
async def test_every_state_looks_as_meant(
    size: str, look: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    if look == "no colour":
        monkeypatch.setenv("NO_COLOR", "1")
    theme: dict[str, Any] = {"theme": "light"} if look == "light" else {}
    seen: dict[str, str] = {}
    projects = ((FakeService(), FACES), (empty(), EMPTY), (Furnished(), FURNISHED))
    for service, faces in projects:
        seen |= await _pictures(service, faces, SIZES[size], theme)
    drawn = snapshot.use_extension(Picture)
    assert [name for name, svg in seen.items() if svg != drawn(name=name)] == []


async def _pictures(
    service: FakeService, faces: tuple[Face, ...], size: tuple[int, int], theme: dict[str, Any]
) -> dict[str, str]:
    seen = {}
    async with opened(service, size=size, **theme) as drive:
        for face in faces:
            await show(drive, face)
            seen[face.name] = await picture(drive.pilot)
            await leave(drive, face)
    return seen
