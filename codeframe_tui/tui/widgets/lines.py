"""Line widgets: a pane of any length whose cost is that of the lines in sight.

`LineView` draws lines of fixed height one from a subclass's answers; `LineList` adds rows with a
cursor that is kept by key. Give neither border, padding nor title: put those on a container, since
`render_lines` here draws the bare widget.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from codeframe_tui.tui.present.rows import Row, Span, laid_out, plain
from codeframe_tui.tui.present.stops import Stops, StopsOf

__all__ = ["LineList", "LineView", "filtered"]

_CACHED = 1024
"""Strips kept per widget: a few screens."""
_REACH = 200
"""Rows on either side among which an heir of the cursor is looked for."""


def filtered(widget: Widget, strip: Strip) -> Strip:
    """A strip in the colours that the terminal and the person want, e.g. none."""
    background = widget.background_colors[1]
    for line_filter in widget.get_line_filters():
        strip = strip.apply_filter(line_filter, background)
    return strip


class LineView(ScrollView, can_focus=True):
    """Virtual lines. A subclass answers `count`, `value_at`, `spans_at` and perhaps `text_at`.

    What a line looks like must follow from its value, `tone_at`, the width and the theme alone:
    drawn lines are remembered by these. Call `lines_changed` when the count or the values change.
    """

    DEFAULT_CSS = "LineView { overflow-x: hidden; overflow-y: auto; scrollbar-size: 1 1; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._strips: LRUCache[tuple[Hashable, ...], Strip] = LRUCache(_CACHED)
        self._styles: dict[str, Style] = {}

    # -- what a subclass answers ----------------------------------------------------------------

    def count(self) -> int:
        """Number of lines."""
        raise NotImplementedError

    def value_at(self, index: int) -> Hashable:
        """Frozen value that decides how a line looks; a changed line has another value."""
        raise NotImplementedError

    def spans_at(self, index: int, width: int) -> Sequence[Span]:
        """The line as (text, style names), at most ``width`` cells unless it scrolls sideways."""
        raise NotImplementedError

    def text_at(self, index: int) -> str:
        """The line as it is copied."""
        return "".join(text for text, _ in self.spans_at(index, self.line_width)).rstrip()

    def tone_at(self, index: int) -> str:
        """Style names of the whole line, e.g. ``cursor``; empty for none."""
        del index
        return ""

    # -- what others call -----------------------------------------------------------------------

    @property
    def line_width(self) -> int:
        """Cells of a line in sight."""
        return self.scrollable_content_region.width

    def lines_changed(self, width: int = 0) -> None:
        """Take a new count over and draw again; ``width`` > 0 lets the view scroll sideways."""
        size = Size(width, self.count())
        if size != self.virtual_size:
            self.virtual_size = size
        self.refresh()

    def named_style(self, names: str) -> Style:
        """The style for names such as ``amber bold``, without the widget's own background."""
        style = self._styles.get(names)
        if style is None:
            style = Style()
            for name in names.split():
                if name[0] == "@":  # what a click does
                    continue
                style += self.app.get_component_styles(f"line--{name}").partial_rich_style
            self._styles[names] = style
        return style

    # -- drawing --------------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Forget what was drawn in another theme, focus or state."""
        self._strips.clear()
        self._styles.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Draw the line at ``y`` of what is in sight."""
        left, top = self.scroll_offset
        index, width = top + y, self.line_width
        if index >= self.count():
            key: tuple[Hashable, ...] = (None, width)
        else:
            selection = self.text_selection
            marked = None if selection is None else self.selected_at(selection, index)
            key = (self.value_at(index), index, left, width, self.tone_at(index), marked)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._draw(index, left, width, key)
        return strip

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines of a region; there is no border or padding to draw around them."""
        start, end = crop.column_span
        strips = [self.render_line(y) for y in crop.line_range]
        if (start, end) == (0, self.line_width):
            return strips
        base = self.visual_style.rich_style  # beside a scrollbar that is not laid out yet
        return [strip.crop_extend(start, end, base) for strip in strips]

    def _draw(self, index: int, left: int, width: int, key: tuple[Hashable, ...]) -> Strip:
        base = self.visual_style.rich_style
        if len(key) == 2:
            return filtered(self, Strip.blank(width, base))
        tone = self.tone_at(index)
        if tone:
            base += self.named_style(tone)
        segments = [
            Segment(text, base + self.named_style(names))
            for text, names in self.spans_at(index, width)
        ]
        strip = Strip(self._marked(segments, key[-1]))
        strip = strip.crop_extend(left, left + width, base).apply_offsets(left, index)
        return filtered(self, strip)

    def _marked(self, segments: list[Segment], span: object) -> list[Segment]:
        """Segments with the selected characters in the selection's colours."""
        if not isinstance(span, tuple):
            return segments
        start, end = span
        style = self.screen.get_component_rich_style("screen--selection", partial=True)
        marked, at = [], 0
        for text, own, _ in segments:
            stop = len(text) if end == -1 else max(min(end - at, len(text)), 0)
            begin = min(max(start - at, 0), stop)
            parts = (text[:begin], own), (text[begin:stop], own), (text[stop:], own)
            for place, (part, part_style) in enumerate(parts):
                if part:
                    chosen = (part_style or Style()) + style if place == 1 else part_style
                    marked.append(Segment(part, chosen))
            at += len(text)
        return marked

    # -- selecting text -------------------------------------------------------------------------

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected lines only; the others are never built."""
        first = 0 if selection.start is None else selection.start.y
        last = self.count() - 1 if selection.end is None else min(selection.end.y, self.count() - 1)
        lines = []
        for index in range(first, last + 1):
            span = selection.get_span(index)
            if span is not None:
                start, end = span
                text = self.text_at(index)
                lines.append(text[start:] if end == -1 else text[start:end])
        return "\n".join(lines), "\n"

    def selected_at(self, selection: Selection, index: int) -> tuple[int, int] | None:
        """Where the selection of a line begins and ends (-1: with the line); None for nowhere."""
        return selection.get_span(index)

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection; stock code would draw the whole widget anew."""
        del selection
        self.refresh()

    def text_select_all(self) -> None:
        """A double click takes the line, not the whole pane."""
        index = self.scroll_offset.y + self.app.mouse_position.y - self.region.y
        if 0 <= index < self.count():
            end = Offset(len(self.text_at(index)), index)
            self.screen.selections = {self: Selection(Offset(0, index), end)}


class LineList(LineView):
    """Rows with a cursor. The cursor and the scroll position stay with their rows on updates."""

    class Highlighted(Message):
        """The cursor came to another row."""

        def __init__(self, lines: LineList, key: str | None) -> None:
            super().__init__()
            self.lines = lines
            self.key = key

        @property
        def control(self) -> LineList:
            """The list."""
            return self.lines

    class Chosen(Message):
        """A row was opened by ``enter`` or a second click."""

        def __init__(self, lines: LineList, key: str) -> None:
            super().__init__()
            self.lines = lines
            self.key = key

        @property
        def control(self) -> LineList:
            """The list."""
            return self.lines

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.rows: Sequence[Row] = ()
        self.cursor: str | None = None
        self._stops: Stops = StopsOf()

    def count(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def value_at(self, index: int) -> Hashable:
        """The row itself is the value."""
        return self.rows[index]

    def text_at(self, index: int) -> str:
        """The whole text of a row, also what did not fit."""
        return plain(self.rows[index])

    def tone_at(self, index: int) -> str:
        """The row's own tone, and the cursor's."""
        line = self.rows[index]
        if line.key is None or line.key != self.cursor:
            return line.tone
        mark = "cursor" if self.has_focus else "cursor-idle"
        return f"{line.tone} {mark}"

    def spans_at(self, index: int, width: int) -> Sequence[Span]:
        """Left spans, space, right spans."""
        line = self.rows[index]
        return laid_out(line.left, line.right, width)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; cursor and scroll stay with the rows they were at.

        A cursor whose row is gone goes to the next row that is left.
        """
        if rows == self.rows:
            return
        old, was, top = self.rows, self._stops, self._top_key()
        self.rows = rows
        self._stops = self.stops_of(rows)
        if len(rows) != len(old):
            self.screen.clear_selection()
        self.lines_changed()
        self._keep_scroll(top)
        if self.cursor is not None and self._stops.line_of(self.cursor) is None:
            self._inherit(old, was.line_of(self.cursor) or 0)

    def stops_of(self, rows: Sequence[Row]) -> Stops:
        """Where the cursor can stand in rows."""
        return StopsOf(rows)

    def move_to(self, key: str | None, *, tell: bool = True) -> None:
        """Put the cursor on a row and bring it into sight."""
        line = self._stops.line_of(key)
        if key is not None and line is None:
            return
        changed, old, self.cursor = key != self.cursor, self.cursor, key
        for each in (self._stops.line_of(old), line):
            if each is not None:
                self.refresh_line(each)
        if line is not None:
            self._bring_into_sight(line)
        if changed and tell:
            self.post_message(self.Highlighted(self, key))

    def move_by(self, steps: int) -> None:
        """Move the cursor over rows that have a key."""
        line = self._stops.beyond(self._stops.line_of(self.cursor), steps)
        if line is not None:
            self.move_to(self.rows[line].key)

    def action_cursor_down(self) -> None:
        """One row down."""
        self.move_by(1)

    def action_cursor_up(self) -> None:
        """One row up; at the first one, show what stands above it."""
        self.move_by(-1)

    def action_page_down(self) -> None:
        """A pane down."""
        self.move_by(max(self.size.height - 1, 1))

    def action_page_up(self) -> None:
        """A pane up."""
        self.move_by(-max(self.size.height - 1, 1))

    def action_first(self) -> None:
        """To the first row."""
        self.move_by(-len(self.rows))

    def action_last(self) -> None:
        """To the last row."""
        self.move_by(len(self.rows))

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.cursor is not None:
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor under the mouse; a double click opens."""
        offset = event.get_content_offset(self)
        if offset is None or self.text_selection is not None:
            return
        index = offset.y + self.scroll_offset.y
        if index < len(self.rows) and self.rows[index].key is not None:
            self.move_to(self.rows[index].key)
            if event.chain == 2:
                event.prevent_default()
                self.action_choose()

    def on_focus(self) -> None:
        """Draw the cursor as the live one, on a row if there is any."""
        if self.cursor is None:
            self.move_by(1)
        self.refresh()

    def on_blur(self) -> None:
        """Draw the cursor as the idle one."""
        self.refresh()

    def _top_key(self) -> tuple[str, int] | None:
        """The first keyed row in sight and how far below the top it is."""
        top = self.scroll_offset.y
        if top == 0:
            return None
        for index in range(top, min(top + self.size.height, len(self.rows))):
            key = self.rows[index].key
            if key is not None:
                return key, index - top
        return None

    def _keep_scroll(self, top: tuple[str, int] | None) -> None:
        line = self._stops.line_of(top[0]) if top is not None else None
        if top is not None and line is not None:
            self._scroll(line - top[1])

    def _inherit(self, old_rows: Sequence[Row], at: int) -> None:
        """Give the cursor of a row that is gone to the next one that is left, else to any."""
        after = range(at, min(at + _REACH, len(old_rows)))
        before = range(min(at, len(old_rows)) - 1, max(at - _REACH, -1) - 1, -1)
        for line in (*after, *before):
            key = old_rows[line].key
            if self._stops.line_of(key) is not None:
                self.move_to(key)
                return
        self.cursor = None
        first = self._stops.first
        self.move_to(None if first is None else self.rows[first].key)

    def _bring_into_sight(self, index: int) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height <= 0 or top <= index < top + height:
            return
        # the headings above the first row come into sight with it
        y = 0 if index == self._stops.first else index if index < top else index - height + 1
        self._scroll(y)

    def _scroll(self, y: int) -> None:
        """At once; also while the scrollbar of a list that grew is not there yet."""
        self.scroll_to(y=y, animate=False, immediate=True, force=True)
