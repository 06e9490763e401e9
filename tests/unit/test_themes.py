"""Every theme can be read."""

from __future__ import annotations

from typing import get_args

import pytest
from textual.color import Color

from codeframe_tui.settings import Settings
from codeframe_tui.tui.theme import DARK, NAMES, full_name, short_name, theme

GROUNDS = ("raised", "selection", "added", "removed", "added-word", "removed-word", "hit")
NAMED = ("amber", "blue", "green", "red", "violet", "cyan")
COLOURED = [name for name in NAMES if short_name(name) not in {"ansi", "mono"}]


def contrast(one: str, other: str) -> float:
    """As WCAG counts it, from 1 to 21."""
    less, more = sorted(map(luminance, (one, other)))
    return (more + 0.05) / (less + 0.05)


def luminance(colour: str) -> float:
    parts = [part / 255 for part in Color.parse(colour).rgb]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colours(name: str) -> dict[str, str]:
    found = theme(name)
    assert found is not None
    base = {"background": str(found.background), "surface": str(found.surface)}
    return found.variables | base


@pytest.mark.parametrize("name", COLOURED)
def test_what_is_read_stands_out_from_every_ground(name: str) -> None:
    shown = colours(name)
    strong = 7.0 if "contrast" in name else 4.5
    for ground in ("background", "surface", *GROUNDS):
        assert contrast(shown["text-main"], shown[ground]) >= strong, ground
    for ground in ("background", "surface", "raised"):
        for text in ("dim", *NAMED):
            assert contrast(shown[text], shown[ground]) >= strong, (text, ground)
    for ground in ("added", "removed", "selection"):
        for text in NAMED:
            assert contrast(shown[text], shown[ground]) >= 4.5, (text, ground)
        assert contrast(shown["dim"], shown[ground]) >= 3.9, ground
    for ground in ("added-word", "removed-word", "hit"):
        for text in NAMED:
            assert contrast(shown[text], shown[ground]) >= 3.0, (text, ground)
    for ground in ("background", "surface"):
        assert contrast(shown["faint"], shown[ground]) >= (4.5 if strong > 5 else 2.7), ground


@pytest.mark.parametrize("name", [name for name in NAMES if "colour-blind" in name])
def test_added_and_removed_differ_for_whoever_sees_no_red_or_green(name: str) -> None:
    shown = colours(name)
    for good, bad in (("green", "red"), ("added", "removed"), ("added-word", "removed-word")):
        assert abs(Color.parse(shown[good]).b - Color.parse(shown[bad]).b) > 20
    for one in ("green", "added-word"):
        colour = Color.parse(shown[one])
        assert colour.b > colour.r


def test_the_settings_name_every_theme() -> None:
    wanted = Settings.model_fields["theme"].annotation
    assert {one for part in get_args(wanted) for one in get_args(part)} == set(
        map(short_name, NAMES)
    )
    assert [full_name(short_name(name)) for name in NAMES] == list(NAMES)
    assert full_name("nonsense") == DARK
    assert theme("nonsense") is None


@pytest.mark.parametrize("short", ["ansi", "mono"])
def test_no_colour_but_the_terminals_own(short: str) -> None:
    found = theme(full_name(short))
    assert found is not None
    assert found.ansi
    values = [value for name, value in found.variables.items() if not name.endswith("-style")]
    assert all(value.startswith("ansi_") for value in values)
    assert short == "ansi" or set(values) == {"ansi_default"}
