"""The price list."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from parcels.errors import ParcelError
from parcels.money import Money
from parcels.zones import Zone


@dataclass(frozen=True)
class RateTable:
    """Prices by zone and weight.

    Attributes:
        steps_g: upper ends of the weight steps, ascending.
        prices: for each zone, cents per step.
    """

    steps_g: tuple[int, ...]
    prices: Mapping[Zone, tuple[int, ...]]

    def __post_init__(self) -> None:
        if list(self.steps_g) != sorted(set(self.steps_g)):
            raise ParcelError("the weight steps must ascend")
        for zone, prices in self.prices.items():
            if len(prices) != len(self.steps_g):
                raise ParcelError(f"zone {zone.value} needs one price for every weight step")

    def price(self, zone: Zone, billed_g: int) -> Money:
        """The price of a weight in a zone.

        Raises:
            ParcelError: the weight is beyond the last step.
        """
        step = bisect_left(self.steps_g, billed_g)
        if step == len(self.steps_g):
            raise ParcelError(f"no price for {billed_g} g")
        return Money(self.prices[zone][step])


STANDARD = RateTable(
    steps_g=(1_000, 2_000, 5_000, 10_000, 20_000, 31_500),
    prices={
        Zone.LOCAL: (390, 450, 590, 790, 1090, 1490),
        Zone.REGION: (440, 520, 690, 930, 1290, 1790),
        Zone.COUNTRY: (490, 590, 790, 1090, 1590, 2190),
    },
)
