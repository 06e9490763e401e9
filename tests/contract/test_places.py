"""Files and definitions by a few letters, also while the code is being read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.core.errors import NotFound, WrongUse
from tests.contract.test_code_index import Place
from tests.contract.test_code_index import place as place  # noqa: PLC0414 - a fixture

MANY = 600


def told(found: dict[str, Any]) -> list[str]:
    return [f"{each['path']}:{each['line']} {each['name']}" for each in found["places"]]


async def test_the_very_name_comes_first_then_its_start_a_part_and_letters(place: Place) -> None:
    place.write(
        {
            "delay.py": "",
            "net/many.py": "def delay_all(): ...\ndef no_delay(): ...\ndef day_early(): ...\n",
            "net/dead_relay.txt": "x\n",
        }
    )
    index = place.index()
    assert (await index.read())["left"] == 0
    found = await index.places("delay")
    assert told(found) == [
        "net/retry.py:7 RetryPolicy.delay",
        "delay.py:0 delay.py",
        "net/many.py:1 delay_all",
        "net/many.py:2 no_delay",
    ]
    assert told(await index.places("dly.txt")) == ["net/dead_relay.txt:0 dead_relay.txt"]
    assert told(await index.places("dlyall")) == ["net/many.py:1 delay_all"]
    assert found["places"][0]["signature"] == "def delay(self, attempt: int) -> float"
    assert told(await index.places("RetryPolicy.del")) == ["net/retry.py:7 RetryPolicy.delay"]
    assert told(await index.places("net/r"))[0] == "net/retry.py:0 retry.py"
    assert told(await index.places("no such name")) == []
    every = await index.places("")
    paths = [each["path"] for each in every["places"]]
    assert (paths, len(paths)) == (sorted(paths), every["files"])
    with pytest.raises(WrongUse):
        await index.places("x" * 300)


async def test_files_are_found_before_anything_is_read(place: Place) -> None:
    place.write({"logo.bin": "\0\0"})
    found = await place.index().places("logo")
    assert told(found) == ["logo.bin:0 logo.bin"]
    assert found["left"] > 0
    with pytest.raises(NotFound, match="not read yet"):
        await place.opened[0].relations("outline", "tests/test_retry.py", at_once=True)
    with pytest.raises(NotFound, match=r"has no file absent\.py"):
        await place.opened[0].relations("outline", "absent.py", at_once=True)


async def test_what_was_saved_a_moment_ago_is_found_and_what_went_is_not(place: Place) -> None:
    index = place.index()
    assert "net/retry.py:0 retry.py" in told(await index.places("ret"))
    place.write({"late.py": "late = 1\n"})
    (place.project / "net" / "retry.py").unlink()
    assert told(await index.places("late.py")) == ["late.py:0 late.py"]
    assert told(await index.places("net/retry.py")) == []


async def test_places_are_told_while_much_is_read_and_how_far_that_is(place: Place) -> None:
    body = "".join(f"def helper_{n}(a, b):\n    return a + b + {n}\n" for n in range(150))
    place.write({f"many/m{n}.py": f"def name_{n}(): ...\n{body}" for n in range(MANY)})
    index = place.index()
    heard: list[tuple[int, int]] = []
    begun = asyncio.Event()

    def hear(done: int, files: int) -> None:
        heard.append((done, files))
        begun.set()

    index.when_reading(hear)
    reading = asyncio.create_task(index.read())
    await asyncio.wait_for(begun.wait(), 30)
    found = await index.places("m7.py")
    assert not reading.done()
    assert told(found)[0] == "many/m7.py:0 m7.py"
    assert 0 < found["left"] < found["files"] == MANY + 6
    assert (await reading)["left"] == 0
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert heard[-1] == (MANY + 6, MANY + 6)
    assert told(await index.places("name_599"))[0] == "many/m599.py:1 name_599"


async def test_when_the_engine_dies_nothing_is_read_any_more(place: Place) -> None:
    place.write({f"m{n}.py": f"def name_{n}(): ...\n" * 3_000 for n in range(MANY)})
    index = place.index()
    begun = asyncio.Event()
    index.when_reading(lambda *_: begun.set())
    reading = asyncio.create_task(index.read())
    await asyncio.wait_for(begun.wait(), 30)
    process = index._knower._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    await asyncio.wait_for(process.wait(), 5)
    reading.cancel()


async def test_when_the_process_dies_nothing_is_said_to_be_read_any_more(place: Place) -> None:
    index = place.index()
    heard: list[tuple[int, int]] = []
    index.when_reading(lambda done, files: heard.append((done, files)))
    await index.read()
    index._heard({"read": [3, 9]})
    await index.close()
    assert heard[-2:] == [(3, 9), (9, 9)]


async def test_what_was_interrupted_again_and_again_is_read_all_the_same(
    place: Place, tmp_path: Path
) -> None:
    place.write({f"m{n}.py": f"def name_{n}(): ...\n" * 200 for n in range(60)})
    index = place.index()
    reading = asyncio.create_task(index.read())
    asked = 0
    while not reading.done():
        await index.places(f"name_{asked}")
        asked += 1
    assert (await reading) == {"files": 66, "left": 0}
    fresh = await place.index().find("name_7")
    assert [symbol["path"] for symbol in fresh["symbols"]][:1] == ["m7.py"]
