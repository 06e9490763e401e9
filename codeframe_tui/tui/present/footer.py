"""The footer: the keys that work here, most useful first, as far as there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from codeframe_tui.tui.present.rows import Row, Span, cells
from codeframe_tui.tui.present.state import State

__all__ = ["Offer", "footer_row", "label_of"]


class Offer(NamedTuple):
    """A key that works now.

    Attributes:
        action: what it does, e.g. ``queue.new``.
        key: as a person reads it, e.g. ``o``.
        label: one to three words.
    """

    action: str
    key: str
    label: str


def footer_row(
    offers: Iterable[Offer], last: Offer, *, width: int, always: Sequence[Offer] = ()
) -> Row:
    """The footer; a click on a key does what it does.

    Args:
        offers: most useful first; those that do not fit are left out.
        last: stands at the right edge.
        width: cells.
        always: stand after the offers, and stay when these are cut.
    """
    room = width - _width(last) - sum(_width(offer) + 3 for offer in always)
    shown: list[Offer] = []
    for offer in offers:
        room -= _width(offer) + 3
        if room < 0:
            break
        shown.append(offer)
    shown += always
    left: list[Span] = []
    for offer in shown:
        left += [("   ", "")] if left else []
        left += _spans(offer)
    return Row(None, tuple(left), tuple(_spans(last)))


def _spans(offer: Offer) -> list[Span]:
    click = f"@{offer.action}"
    return [(offer.key, f"bold {click}"), (f" {offer.label}", f"dim {click}")]


def _width(offer: Offer) -> int:
    return cells(offer.key) + 1 + cells(offer.label)


def _workers_label(label: str, state: State) -> str:
    paused = (state.overview or {}).get("paused")
    return label if paused is None else "start workers" if paused else "pause"


def _acknowledge_label(label: str, state: State) -> str:
    from codeframe_tui.tui.present.flags import open_red  # noqa: PLC0415 - comes with the diff

    return label if open_red(state.task) else ""


def _interdiff_label(_: str, state: State) -> str:
    since = (state.review or {}).get("since")
    return f"since attempt {since}" if state.since is None else "proposal again"


def _status_label(status: str, words: str) -> Callable[[str, State], str]:
    return lambda label, state: words if state.row().get("status") == status else label


def _lines_label(words: str) -> Callable[[str, State], str]:
    return lambda label, state: words if state.choosing else label


_LABELS: Mapping[str, Callable[[str, State], str]] = {
    # it can be written at other times, but is not what a person comes for then
    "queue.note": lambda label, s: label if s.row().get("status") == "in_progress" else "",
    "queue.open": _status_label("in_review", "review"),
    "queue.hold": lambda label, s: "let go" if s.row().get("held") else label,
    "queue.cancel": _status_label("in_progress", "stop"),
    "app.workers": _workers_label,
    "app.search_next": lambda _, s: f"hit {s.found}",
    "app.back": lambda _, s: "leave lines" if s.choosing else "show all" if s.filtered else "",
    "blockers.hand": lambda label, s: "go on by hand" if s.question().get("by_hand") else label,
    "diff.accept_hunk": _lines_label("accept lines"),
    "diff.reject_hunk": _lines_label("reject lines"),
    "diff.comment": _lines_label("comment lines"),
    "diff.range": _lines_label(""),
    "diff.acknowledge": _acknowledge_label,
    "diff.interdiff": _interdiff_label,
    "diff.whitespace": lambda _, s: "" if s.space else "white space again",
    "tests.failures": lambda label, s: "all tests" if s.failures else label,
}


def label_of(action: str, label: str, state: State) -> str:
    """The footer's words for an action, where they depend on what is there; empty = none."""
    make = _LABELS.get(action)
    return make(label, state) if make is not None else label
