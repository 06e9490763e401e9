"""The footer: the keys that work here, most useful first, as far as there is room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from codeframe_tui.tui.present.rows import Row, Span, cells

__all__ = ["Offer", "footer_row"]


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
