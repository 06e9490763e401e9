"""How the cockpit looks: its themes, tried and chosen, and the last door for text."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from textual.app import App
from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import Theme

from codeframe_tui.tui.preferences import Kept, Preferences, draws_signs
from codeframe_tui.tui.present.rows import Span
from codeframe_tui.tui.theme import DARK, MONO, NAMES, full_name, short_name, theme, variables
from codeframe_tui.tui.widgets.door import Door

__all__ = ["STYLES", "Looks"]

STYLES = (
    *("text", "dim", "faint", "amber", "blue", "green", "red", "violet", "cyan", "bold"),
    *("bar", "cursor", "cursor-idle", "added", "removed"),
    *("file", "extra", "hit", "added-word", "removed-word"),
    *("keyword", "string", "comment", "number", "function", "class", "self", "decorator"),
)
"""Names of styles that lines use. Each is a class ``line--NAME`` whose style the app tells: one set
for all views, since a style sheet is applied to every component of every widget again and again."""
_OF_LINES = frozenset(f"line--{name}" for name in STYLES)


class Looks(App[int]):
    """The part of the app that is about colours and signs; `wear_chosen` begins it."""

    theme: Reactive[str] = Reactive(DARK)
    """Name of the palette in force."""

    _door: Door
    _kept: Kept
    _preferences: Preferences
    _worn: str

    def wear_chosen(self, chosen: Preferences, kept: Kept) -> None:
        """Take over what a person set, or else chose the last time."""
        self._preferences, self._kept = chosen, kept
        plain = not draws_signs(os.environ) if chosen.ascii is None else chosen.ascii
        self._door = Door(plain=plain)
        wanted = full_name(chosen.theme or str(kept.get("theme")))
        self._worn = MONO if self.no_color else wanted
        self._wear(self._worn)

    def tell(self, *spans: Span) -> None:
        """Say one line above the footer, for a while."""
        raise NotImplementedError

    def get_theme(self, theme_name: str) -> Theme | None:
        """Ours are there from the first moment, so that the styles are parsed only once."""
        return theme(theme_name) or super().get_theme(theme_name)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for themes that do not know them."""
        return variables()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and the last door for text: fields show what was typed or pasted."""
        return [*super().get_line_filters(), self._door]

    def get_component_styles(self, *names: str) -> RenderStyles:
        """Those of lines are worked out when first drawn: few are in the first picture."""
        for name in names:
            if name not in self._component_styles and name in _OF_LINES:
                line = DOMNode(classes=name)
                line._attach(self)  # noqa: SLF001 - as Textual does with component classes
                self.stylesheet.apply(line, animate=False)
                self._component_styles[name] = line.styles
        return super().get_component_styles(*names)

    def refresh_css(self, animate: bool = True) -> None:
        """Lines have other styles from now on."""
        self._component_styles.clear()
        super().refresh_css(animate)

    def next_theme(self) -> None:
        """The theme after this one."""
        self.use_theme(NAMES[(NAMES.index(self.theme) + 1) % len(NAMES)])

    def use_theme(self, name: str) -> None:
        """Change all colours at once, and keep the choice for the next time."""
        if self.no_color:
            self.tell(("NO_COLOR is set: the terminal gets no colours", "dim"))
            return
        self._worn = name
        self._wear(name)
        self._kept.put("theme", short_name(name))
        said = " · config.toml names another for the next time" if self._preferences.theme else ""
        self.tell(("theme ", "dim"), (short_name(name), "text"), (said, "dim"))

    def preview(self, action: str) -> None:
        """A theme under the palette's cursor is seen at once; anything else brings ours back."""
        kind, _, short = action.partition(".")
        if not self.no_color:
            self._wear(full_name(short) if kind == "theme" else self._worn)

    def _wear(self, name: str) -> None:
        if name != self.theme and (wanted := theme(name)) is not None:
            self.register_theme(wanted)
            self.theme = name
            if self.is_running and len(self.screen_stack) > 1:
                self.call_later(self._dress, self.screen)

    def _dress(self, screen: Screen[Any]) -> None:
        """Textual gives another theme to all screens but an open dialogue."""
        self.stylesheet.update(screen, animate=False)
        screen.refresh(layout=True)
