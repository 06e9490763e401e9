"""The palettes: one dark, one light. The only place with colours; styles use the variables.

One colour has one meaning: amber needs you, blue is working, green is proven or added, red is
failed or removed, violet is changed, cyan is a name.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

__all__ = ["DARK", "LIGHT", "THEMES", "variables"]

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
_LIGHT = {
    "background": "#eef0f4",
    "surface": "#f8f9fb",
    "raised": "#e1e5ed",
    "rule": "#ccd2de",
    "selection": "#d3e0f5",
    "text-main": "#262c3a",
    "dim": "#566178",
    "faint": "#858fa3",
    "amber": "#8f5a00",
    "blue": "#1b64ad",
    "green": "#1d7238",
    "red": "#b3302f",
    "violet": "#6a45bf",
    "cyan": "#10706f",
    "added": "#e0f2e4",
    "added-word": "#b5dfbe",
    "removed": "#fae3e3",
    "removed-word": "#f2bebe",
    "hit": "#f0d79a",
}
_OWN = (
    *("raised", "rule", "selection", "text-main", "dim", "faint"),
    *("amber", "blue", "green", "red", "violet", "cyan"),
    *("added", "added-word", "removed", "removed-word", "hit"),
)


def variables(palette: Mapping[str, str] = _DARK) -> dict[str, str]:
    """The variables that our styles use beyond Textual's own: name -> colour."""
    own = {name: palette[name] for name in _OWN}
    return own | {
        "block-cursor-background": palette["selection"],
        "block-cursor-foreground": palette["text-main"],
        "block-cursor-text-style": "bold",
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


def _theme(name: str, palette: Mapping[str, str], *, dark: bool) -> Theme:
    return Theme(
        name=name,
        dark=dark,
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
        variables=variables(palette),
    )


DARK = _theme("codeframe-dark", _DARK, dark=True)
LIGHT = _theme("codeframe-light", _LIGHT, dark=False)
THEMES = (DARK, LIGHT)
