"""The parts of the first picture, and what stands where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.containers import Vertical
from textual.widget import Widget

from codeframe_tui.tui.widgets.areas import Area, Bench
from codeframe_tui.tui.widgets.labels import Footer, Label
from codeframe_tui.tui.widgets.panes import BlockersPane
from codeframe_tui.tui.widgets.queue import QueuePane

__all__ = ["arranged", "parts"]


def parts() -> dict[str, Widget]:
    """What the first picture shows, and where the parts about a task will stand: id -> part."""
    title = Label(id="proof-title", action="app.pane_tests")
    made: list[Widget] = [
        Label(id="header", inset=1),
        Label(id="banner", inset=1),
        Label(id="queue-title", action="app.pane_queue"),
        QueuePane(id="queue"),
        Label(id="blockers-title", action="app.pane_blockers"),
        BlockersPane(id="blockers"),
        Label(id="title", inset=1, action="app.pane_diff"),
        Label(id="place", inset=1, action="app.pane_diff"),
        Bench(id="change"),
        title,
        Area(title, id="proof", classes="-tests"),
        Label(id="notice", inset=1),
        Footer(id="footer", inset=1),
    ]
    return {str(part.id): part for part in made}


def arranged(part: Mapping[str, Widget]) -> Iterable[Widget]:
    """The parts, top to bottom, left to right."""
    side = Area(
        Area(part["queue-title"], part["queue"], id="tasks"),
        Vertical(part["blockers-title"], part["blockers"], id="inbox"),
        id="side",
    )
    review = Area(part["title"], part["place"], part["change"], id="review")
    yield part["header"]
    yield part["banner"]
    yield Bench(side, Area(review, part["proof"], id="main"), id="body")
    yield part["notice"]
    yield part["footer"]
