"""Amounts, split by weight."""

from __future__ import annotations

from collections.abc import Sequence

from parcels.money import Money


def split(amount: Money, weights: Sequence[int]) -> list[Money]:
    """Shares of an amount in proportion to weights; the heaviest takes the odd cents."""
    whole = sum(weights)
    cents = [amount.cents * weight // whole for weight in weights]
    heaviest = max(range(len(weights)), key=lambda place: weights[place])
    cents[heaviest] += amount.cents - sum(cents)
    return [Money(share) for share in cents]
