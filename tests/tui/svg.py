"""Pictures: the screen as a small SVG, a text for each row, no font from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.app import App
from textual.color import Color
from textual.pilot import Pilot

__all__ = ["Picture", "picture", "svg"]

_WIDTH, _HEIGHT, _BASE = 8.4, 18, 13
"""Of a cell, and of the base line in it, in pixels."""
_FACE = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
Run = tuple[int, str, str, str]
"""First cell, text, its CSS, colour of its ground."""


class Picture(SingleFileSnapshotExtension):
    """One SVG file for each picture."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"


async def picture(pilot: Pilot[Any]) -> str:
    """The screen once it does not change any more."""
    last = ""
    for _ in range(200):
        await pilot.pause(0)
        now = svg(pilot.app)
        if now == last:
            return now
        last = now
    raise AssertionError("the screen never rests")


def svg(app: App[Any]) -> str:
    """What the screen in front shows now."""
    strips = app.screen._compositor.render_strips()
    columns, rows = app.size
    styles = app.screen.styles
    ground, ink = _hex(styles.background, "#101010"), _hex(styles.color, "#d8d8d8")
    classes: dict[str, str] = {}
    lines = [_line(_runs(strip, ground, ink), y, ground, classes) for y, strip in enumerate(strips)]
    classed = "".join(f".{name}{{{css}}}" for css, name in classes.items())
    size = f"{columns * _WIDTH:g} {rows * _HEIGHT}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}">\n'
        f"<style>text{{font:14px {_FACE};white-space:pre;fill:{ink}}}{classed}</style>\n"
        f'<rect width="100%" height="100%" fill="{ground}"/>\n{"".join(lines)}</svg>\n'
    )


def _runs(segments: Iterable[Segment], ground: str, ink: str) -> list[Run]:
    runs: list[Run] = []
    at = 0
    for (css, back), group in groupby(segments, key=lambda part: _look(part, ground, ink)):
        text = "".join(segment.text for segment in group)
        runs.append((at, text, css, back))
        at += cell_len(text)
    return runs


def _line(runs: list[Run], y: int, ground: str, classes: dict[str, str]) -> str:
    under, over = "", ""
    for back, group in groupby(runs, key=itemgetter(3)):
        boxed = list(group)
        at, cells = boxed[0][0], sum(cell_len(text) for _, text, _, _ in boxed)
        if back != ground:
            box = f'x="{at * _WIDTH:g}" y="{y * _HEIGHT}" width="{cells * _WIDTH:g}"'
            under += f'<rect {box} height="{_HEIGHT}" fill="{back}"/>'
    for at, text, css, _ in runs:
        if shown := text.strip():
            name = classes.setdefault(css, f"s{len(classes)}")
            x = (at + len(text) - len(text.lstrip())) * _WIDTH
            over += f'<tspan class="{name}" x="{x:g}">{escape(shown, quote=False)}</tspan>'
    row = f'<text y="{y * _HEIGHT + _BASE}">{over}</text>' if over else ""
    return f"{under}{row}\n" if under or row else ""


def _look(segment: Segment, ground: str, ink: str) -> tuple[str, str]:
    """CSS of a text, and the colour of its ground."""
    style = segment.style or Style()
    front, back = ink, ground
    if style.color and not style.color.is_default:
        front = style.color.get_truecolor().hex
    if style.bgcolor and not style.bgcolor.is_default:
        back = style.bgcolor.get_truecolor(foreground=False).hex
    if style.reverse:
        front, back = back, front
    css = [f"fill:{front}"]
    css += ["font-weight:bold"] if style.bold else []
    css += ["font-style:italic"] if style.italic else []
    css += ["opacity:.6"] if style.dim else []
    css += ["text-decoration:underline"] if style.underline else []
    return ";".join(css), back


def _hex(colour: Color, default: str) -> str:
    own = colour.a and colour.ansi is None  # else it is the terminal's
    return colour.rich_color.get_truecolor().hex if own else default
