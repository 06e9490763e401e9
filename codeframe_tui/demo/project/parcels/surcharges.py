"""What comes on top of the price list."""

from __future__ import annotations

from fractions import Fraction

from parcels.money import ZERO, Money
from parcels.parcel import Parcel
from parcels.zones import is_remote

FUEL_PERCENT = Fraction(6)
"""Share of the list price."""

REMOTE_CENTS = 450
"""The ferry."""

BULKY_CENTS = 300
BULKY_SIDE_CM = 100
"""From this side on a parcel needs two hands and a trolley."""


def fuel(price: Money) -> Money:
    """The fuel surcharge on a list price."""
    return price.percent(FUEL_PERCENT)


def remote(destination: str) -> Money:
    """What a place without a bridge costs extra."""
    return Money(REMOTE_CENTS) if is_remote(destination) else ZERO


def bulky(parcel: Parcel) -> Money:
    """What a long parcel costs extra."""
    return Money(BULKY_CENTS) if parcel.sides[0] >= BULKY_SIDE_CM else ZERO
