"""The themes, and the palette of the first picture. Colours stand here and in `palettes` only.

One colour has one meaning: amber needs you, blue is working, green is proven or added, red is
failed or removed, violet is changed, cyan is a name.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

__all__ = ["DARK", "MONO", "NAMES", "full_name", "short_name", "theme", "variables"]

_DARK = {
    "background": "#11131a",
    "surface": "#161922",
    "raised": "#1d212d",
    "rule": "#2a2f3d",
    "selection": "#222b3f",
    "text-main": "#cfd6e4",
    "dim": "#7f899f",
    "faint": "#566077",
    "amber": "#e8b45a",
    "blue": "#6cb0f5",
    "green": "#7ccf8e",
    "red": "#ef7b7b",
    "violet": "#b69cf2",
    "cyan": "#7fd4d4",
    "added": "#16281e",
    "added-word": "#23472f",
    "removed": "#2c191d",
    "removed-word": "#552a31",
    "hit": "#5c4a1c",
}
_OWN = (
    *("raised", "rule", "selection", "text-main", "dim", "faint"),
    *("amber", "blue", "green", "red", "violet", "cyan"),
    *("added", "added-word", "removed", "removed-word", "hit"),
)
_PARTS = (
    *("dim", "faint", "amber", "red", "bar", "cursor", "cursor-idle"),
    *("removed", "word", "hit", "selection"),
)
"""Parts that have a text style of their own where colours cannot tell them."""
_STYLES = {"hit": "bold underline"}


def variables(
    palette: Mapping[str, str] = _DARK, styles: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The variables that our styles use beyond Textual's own: name -> colour or text style."""
    own = {name: palette[name] for name in _OWN}
    told = {f"{part}-style": (styles or _STYLES).get(part, "none") for part in _PARTS}
    return (
        own
        | told
        | {
            "block-cursor-background": palette["selection"],
            "block-cursor-foreground": palette["text-main"],
            "block-cursor-text-style": "reverse" if styles else "bold",
            "input-selection-background": palette["selection"],
            "screen-selection-background": palette["selection"],
            "scrollbar": palette["rule"],
            "scrollbar-hover": palette["dim"],
            "scrollbar-active": palette["dim"],
            "scrollbar-background": palette["surface"],
            "scrollbar-background-hover": palette["surface"],
            "scrollbar-background-active": palette["surface"],
            "scrollbar-corner-color": palette["surface"],
            "border": palette["rule"],
            "border-blurred": palette["rule"],
        }
    )


def theme(name: str) -> Theme | None:
    """A theme by its name; None when there is no such one."""
    if name not in NAMES:
        return None
    if name not in _MADE:
        _MADE[name] = _made(name)
    return _MADE[name]


def _made(name: str) -> Theme:
    short = name.removeprefix(_PREFIX)
    if short == "dark":
        return _theme(name, _DARK, {}, dark=True)
    from codeframe_tui.tui import palettes  # noqa: PLC0415 - not for the first picture

    own = {"ansi": palettes.ANSI, "mono": palettes.MONO}
    palette = own.get(short) or palettes.PALETTES[short]
    dark = not short.endswith("light")
    return _theme(name, palette, palettes.STYLES.get(short, {}), dark=dark)


def _theme(
    name: str, palette: Mapping[str, str], styles: Mapping[str, str], *, dark: bool
) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        ansi=bool(styles),
        primary=palette["blue"],
        secondary=palette["cyan"],
        accent=palette["violet"],
        warning=palette["amber"],
        error=palette["red"],
        success=palette["green"],
        foreground=palette["text-main"],
        background=palette["background"],
        surface=palette["surface"],
        panel=palette["raised"],
        variables=variables(palette, styles) | (_native(palette) if styles else {}),
    )


def _native(palette: Mapping[str, str]) -> dict[str, str]:
    """What Textual's own widgets need beside ours when the colours are the terminal's."""
    plain = palette["text-main"]
    names = ("ansi-background", "ansi-foreground", "input-cursor-background",
             "input-cursor-foreground", "input-selection-foreground",
             "screen-selection-foreground", "block-hover-background")  # fmt: skip
    return dict.fromkeys(names, plain) | {"input-cursor-text-style": "reverse"}


_PREFIX = "codeframe-"
_MADE: dict[str, Theme] = {}
DARK = f"{_PREFIX}dark"
MONO = f"{_PREFIX}mono"
NAMES = tuple(
    f"{_PREFIX}{short}"
    for short in (
        *("dark", "light", "contrast-dark", "contrast-light"),
        *("colour-blind-dark", "colour-blind-light", "ansi", "mono"),
    )
)
"""Every theme, in the order of the key that changes them."""


def short_name(name: str) -> str:
    """A theme as settings and people call it."""
    return name.removeprefix(_PREFIX)


def full_name(short: str) -> str:
    """A theme as Textual knows it; the first one for a name that is none."""
    name = f"{_PREFIX}{short}"
    return name if name in NAMES else DARK
