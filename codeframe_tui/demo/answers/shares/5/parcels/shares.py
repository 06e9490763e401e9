"""Amounts, split by weight."""

from __future__ import annotations

from collections.abc import Sequence

from parcels.money import Money


def split(amount: Money, weights: Sequence[int]) -> list[Money]:
    """Shares of an amount in proportion to weights, by largest remainder.

    Every share is rounded down first; the cents that are left go one by one to the shares that
    lost most, the earlier one first where two lost the same.

    Args:
        amount: not negative.
        weights: positive.

    Returns:
        One share per weight. They add up to the amount, and each is less than a cent away from
        its exact value.
    """
    whole = sum(weights)
    cents, lost = zip(*(divmod(amount.cents * weight, whole) for weight in weights))
    shares = list(cents)
    most_lost_first = sorted(range(len(weights)), key=lambda place: -lost[place])
    for place in most_lost_first[: amount.cents - sum(shares)]:
        shares[place] += 1
    return [Money(share) for share in shares]
