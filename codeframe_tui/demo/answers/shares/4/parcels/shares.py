"""Amounts, split by weight."""

from __future__ import annotations

from collections.abc import Sequence

from parcels.money import Money


def split(amount: Money, weights: Sequence[int]) -> list[Money]:
    """Shares of an amount in proportion to weights; odd cents go to the first ones."""
    whole = sum(weights)
    cents = [amount.cents * weight // whole for weight in weights]
    for place in range(amount.cents - sum(cents)):
        cents[place] += 1
    return [Money(share) for share in cents]
