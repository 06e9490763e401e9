"""Which texts a few typed letters mean."""

from __future__ import annotations

from collections.abc import Sequence

from codeframe_tui.core.path_filter import in_order

__all__ = ["ranked"]


_BEGINS = 3
"""Worth of a text or word that begins with what was typed."""


def ranked(
    typed: str, texts: Sequence[str], *, limit: int = 200, costs: Sequence[float] = ()
) -> list[int]:
    """Positions of the texts that hold the typed letters in their order, the likeliest first.

    Nothing typed gives the first ones in their own order.

    Args:
        typed: letters, whatever their case.
        texts: to choose among.
        limit: most that are given.
        costs: of each text, against a likeness of 0 to 100.
    """
    if not typed.strip():
        return list(range(min(limit, len(texts))))
    from rapidfuzz import fuzz  # noqa: PLC0415 - 28 ms that the first frame must not pay

    said = typed.casefold().strip()
    wanted = said.replace(" ", "")
    scored: list[tuple[float, int, int]] = []
    for at, text in enumerate(texts):
        folded = text.casefold()
        if in_order(wanted, folded):
            name = folded.rpartition("/")[2]
            best = max(fuzz.partial_ratio(wanted, folded), fuzz.partial_ratio(wanted, name) + 5)
            best += _BEGINS * (folded.startswith(said) + (f" {said}" in folded))
            best -= costs[at] if costs else 0
            scored.append((-best, len(text), at))
    return [at for _, _, at in sorted(scored)[:limit]]
