"""Several parcels that travel together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parcels.errors import ParcelError
from parcels.money import Money, total
from parcels.parcel import Parcel
from parcels.quotes import quote
from parcels.shares import split

DISCOUNTS = ((10, 8), (5, 5), (3, 3))
"""From how many parcels, how many percent."""


@dataclass(frozen=True)
class Consignment:
    """Parcels of one customer to one place."""

    parcels: Sequence[Parcel]
    origin: str
    destination: str

    def __post_init__(self) -> None:
        if not self.parcels:
            raise ParcelError("a consignment needs at least one parcel")

    @property
    def weight_g(self) -> int:
        """What the van carries."""
        return sum(parcel.weight_g for parcel in self.parcels)

    @property
    def gross(self) -> Money:
        """The sum of the single prices."""
        return total([quote(each, self.origin, self.destination).total for each in self.parcels])

    @property
    def discount(self) -> Money:
        """What is taken off for sending several at once."""
        for least, percent in DISCOUNTS:
            if len(self.parcels) >= least:
                return self.gross.percent(percent)
        return Money(0)

    @property
    def price(self) -> Money:
        """What the customer pays, before tax."""
        return self.gross - self.discount

    @property
    def shares(self) -> list[Money]:
        """The price, split over the parcels by what they are billed by."""
        return split(self.price, [parcel.billed_g for parcel in self.parcels])
