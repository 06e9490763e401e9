"""What the tests of the workers look around with."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.worker.room import below


def test_a_search_passes_over_what_is_removed_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / "top"
    for folder in ("a", "b", ".trash/1"):
        (top / folder / "deep").mkdir(parents=True)
        (top / folder / "deep/log").touch()
    real = os.scandir

    def removing(place: Path) -> Iterable[os.DirEntry[str]]:
        if Path(place) == top / "a":
            (top / "a").rename(tmp_path / "gone")
        return real(place)

    monkeypatch.setattr(os, "scandir", removing)
    assert list(below(top, "log")) == [top / "b/deep/log"]
