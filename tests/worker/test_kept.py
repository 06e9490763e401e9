"""A bounded memory that several threads fill."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from codeframe_tui.worker.kept import Kept


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_several_threads_fill_it_and_it_stays_bounded() -> None:
    kept: Kept[int, int] = Kept(3)

    def fill(start: int) -> None:
        for number in range(start, start + 20_000):
            kept.keep(number % 7, number)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(fill, start) for start in range(4)]:
            done.result()
    assert sum(kept.get(key) is not None for key in range(7)) == 3
