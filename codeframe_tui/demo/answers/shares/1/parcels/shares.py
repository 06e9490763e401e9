"""Amounts, split by weight."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from parcels.money import Money, round_half_up


def split(amount: Money, weights: Sequence[int]) -> list[Money]:
    """Shares of an amount in proportion to weights, each rounded to the cent."""
    whole = sum(weights)
    return [Money(round_half_up(Fraction(amount.cents * weight, whole))) for weight in weights]
