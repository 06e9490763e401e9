"""How verdicts look: a sign and a word, so that nothing is told by a colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codeframe_tui.tui.present.draft import ReviewDraft, Unit, Verdict
from codeframe_tui.tui.present.rows import Span

__all__ = ["LINE_MARKS", "file_spans", "unit_spans"]

_WORDS: Mapping[Verdict, Span] = {
    Verdict.ACCEPTED: ("✔ accepted", "green"),
    Verdict.REJECTED: ("✘ rejected", "red"),
    Verdict.PARTLY: ("◐ partly", "amber"),
    Verdict.UNDECIDED: ("○ undecided", "amber"),
}
LINE_MARKS: Mapping[Verdict | None, Span] = {
    Verdict.ACCEPTED: ("✔", "green"),
    Verdict.REJECTED: ("✘", "red"),
    Verdict.UNDECIDED: ("○", "amber"),
}
"""In the gutter, of the lines of a unit that is decided line by line."""


def unit_spans(draft: ReviewDraft, unit: Unit) -> Sequence[Span]:
    """The verdict on a unit, and since which attempt it stands."""
    since = draft.carried.get(unit)
    still = [(f" since attempt {since}", "dim")] if since else []
    return [_WORDS[draft.verdict(*unit)], *still]


def file_spans(draft: ReviewDraft, path: str) -> Sequence[Span]:
    """How many units of a file are decided, and how."""
    counted = [(sign, style, draft.file_count(path, v)) for v, (sign, style) in _counted()]
    spans = [(f"{sign} {count} ", style) for sign, style, count in counted if count]
    return [*spans, (f"of {len(draft.units_of(path))}", "dim")] if spans else ()


def _counted() -> Sequence[tuple[Verdict, Span]]:
    decided = (Verdict.ACCEPTED, Verdict.REJECTED, Verdict.PARTLY)
    return [(verdict, (_WORDS[verdict][0][0], _WORDS[verdict][1])) for verdict in decided]
