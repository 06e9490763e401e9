"""The palettes beside the first one; loaded when another is chosen.

Contrast is held by tests: 4.5 for what is read, 7 in the two ``contrast`` palettes. In the
``colour-blind`` ones blue stands for green and orange for red, yellow needs you and grey works.
``ansi`` leaves the colours to the terminal; ``mono`` has none, only bold, dim, underline, reverse.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ANSI", "MONO", "PALETTES", "STYLES"]

PALETTES: Mapping[str, Mapping[str, str]] = {
    "light": {
        "background": "#eef0f4",
        "surface": "#f8f9fb",
        "raised": "#e1e5ed",
        "rule": "#ccd2de",
        "selection": "#d7e3f6",
        "text-main": "#262c3a",
        "dim": "#515c73",
        "faint": "#7d879b",
        "amber": "#825200",
        "blue": "#175a9e",
        "green": "#196631",
        "red": "#aa2b2a",
        "violet": "#623ebb",
        "cyan": "#0d6564",
        "added": "#e0f2e4",
        "added-word": "#c3e8cb",
        "removed": "#fae3e3",
        "removed-word": "#f6cfcf",
        "hit": "#f3dfae",
    },
    "contrast-dark": {
        "background": "#000000",
        "surface": "#000000",
        "raised": "#1c1c1c",
        "rule": "#8a8a8a",
        "selection": "#12305c",
        "text-main": "#ffffff",
        "dim": "#d0d0d0",
        "faint": "#b0b0b0",
        "amber": "#ffcc4d",
        "blue": "#7cc4ff",
        "green": "#6ee787",
        "red": "#ff9a9a",
        "violet": "#d2b8ff",
        "cyan": "#7ee8e8",
        "added": "#00220c",
        "added-word": "#004a1c",
        "removed": "#330a0a",
        "removed-word": "#661414",
        "hit": "#5a4500",
    },
    "contrast-light": {
        "background": "#ffffff",
        "surface": "#ffffff",
        "raised": "#ebebeb",
        "rule": "#5c5c5c",
        "selection": "#cfe3ff",
        "text-main": "#000000",
        "dim": "#333333",
        "faint": "#4d4d4d",
        "amber": "#5f3c00",
        "blue": "#003f7d",
        "green": "#004d1a",
        "red": "#7d0000",
        "violet": "#43208f",
        "cyan": "#004a4a",
        "added": "#e2f5e6",
        "added-word": "#bfe8c8",
        "removed": "#fde8e8",
        "removed-word": "#fbd0d0",
        "hit": "#ffe69c",
    },
    "colour-blind-dark": {
        "background": "#11131a",
        "surface": "#161922",
        "raised": "#1d212d",
        "rule": "#2a2f3d",
        "selection": "#2d2f38",
        "text-main": "#d6dbe6",
        "dim": "#8b95aa",
        "faint": "#656f86",
        "amber": "#f0e442",
        "blue": "#c3c9d6",
        "green": "#56b4e9",
        "red": "#f0932b",
        "violet": "#d9a3c4",
        "cyan": "#9ad7c4",
        "added": "#10253a",
        "added-word": "#1c4364",
        "removed": "#33210d",
        "removed-word": "#5c3a10",
        "hit": "#54511a",
    },
    "colour-blind-light": {
        "background": "#eef0f4",
        "surface": "#f8f9fb",
        "raised": "#e1e5ed",
        "rule": "#ccd2de",
        "selection": "#dcdfe6",
        "text-main": "#262c3a",
        "dim": "#515c73",
        "faint": "#7d879b",
        "amber": "#5f5800",
        "blue": "#414b5f",
        "green": "#00518a",
        "red": "#8f3d00",
        "violet": "#7d3a63",
        "cyan": "#1a5e4d",
        "added": "#dceaf7",
        "added-word": "#b9d8f2",
        "removed": "#fae8d4",
        "removed-word": "#f5d0a6",
        "hit": "#efe9a0",
    },
}

_DEFAULT = dict.fromkeys(
    (
        *("background", "surface", "raised", "rule", "selection", "text-main", "dim", "faint"),
        *("amber", "blue", "green", "red", "violet", "cyan"),
        *("added", "added-word", "removed", "removed-word", "hit"),
    ),
    "ansi_default",
)
ANSI: Mapping[str, str] = _DEFAULT | {
    "rule": "ansi_bright_black",
    "amber": "ansi_yellow",
    "blue": "ansi_blue",
    "green": "ansi_green",
    "red": "ansi_red",
    "violet": "ansi_magenta",
    "cyan": "ansi_cyan",
}
"""Sixteen colours, whatever the terminal makes of them, on its own ground."""
MONO: Mapping[str, str] = _DEFAULT
"""What ``NO_COLOR`` asks for."""

_PLAIN = {
    "dim": "dim",
    "faint": "dim",
    "bar": "reverse",
    "cursor": "reverse",
    "cursor-idle": "underline",
    "selection": "reverse",
    "word": "reverse",
    "hit": "bold underline reverse",
}
STYLES: Mapping[str, Mapping[str, str]] = {
    "ansi": _PLAIN,
    "mono": _PLAIN | {"amber": "bold", "red": "bold", "removed": "dim"},
}
"""Where colours of the ground cannot tell: palette -> part -> what tells it instead."""
