"""The price of one parcel, line by line."""

from __future__ import annotations

from dataclasses import dataclass

from parcels import surcharges
from parcels.money import ZERO, Money, total
from parcels.parcel import Parcel
from parcels.rates import STANDARD, RateTable
from parcels.zones import Zone, zone_between


@dataclass(frozen=True)
class Quote:
    """An offer.

    Attributes:
        lines: what is charged and how much, in the order it is printed.
    """

    zone: Zone
    lines: tuple[tuple[str, Money], ...]

    @property
    def total(self) -> Money:
        """The net price."""
        return total([amount for _, amount in self.lines])


def quote(parcel: Parcel, origin: str, destination: str, rates: RateTable = STANDARD) -> Quote:
    """Price a parcel.

    Raises:
        ParcelError: a postcode is wrong, or the price list ends below the weight.
    """
    zone = zone_between(origin, destination)
    price = rates.price(zone, parcel.billed_g)
    extras = [
        ("fuel", surcharges.fuel(price)),
        ("remote area", surcharges.remote(destination)),
        ("bulky", surcharges.bulky(parcel)),
    ]
    charged = [(name, amount) for name, amount in extras if amount != ZERO]
    return Quote(zone, ((f"parcel, {zone.value}", price), *charged))
