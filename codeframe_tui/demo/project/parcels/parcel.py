"""One parcel: its size, its weight, and what it is billed by."""

from __future__ import annotations

from dataclasses import dataclass

from parcels.errors import ParcelError

MAX_WEIGHT_G = 31_500
"""What one person may be asked to carry."""
VOLUME_PER_KG = 5_000
"""Cubic centimetres that are billed like one kilogram."""


@dataclass(frozen=True)
class Parcel:
    """A box.

    Attributes:
        length_cm: sides may be given in any order.
        weight_g: on the scales.
    """

    length_cm: int
    width_cm: int
    height_cm: int
    weight_g: int

    def __post_init__(self) -> None:
        if min(self.sides) <= 0:
            raise ParcelError("every side must be longer than 0 cm")
        if self.weight_g <= 0:
            raise ParcelError("the weight must be more than 0 g")
        if self.weight_g > MAX_WEIGHT_G:
            raise ParcelError(f"{self.weight_g} g is more than {MAX_WEIGHT_G} g")

    @property
    def sides(self) -> tuple[int, int, int]:
        """The sides in centimetres, longest first."""
        first, second, third = sorted((self.length_cm, self.width_cm, self.height_cm), reverse=True)
        return first, second, third

    @property
    def volume_cm3(self) -> int:
        """The space it takes."""
        return self.length_cm * self.width_cm * self.height_cm

    @property
    def billed_g(self) -> int:
        """The weight it is billed by: that of the scales, or of its volume if that is more."""
        return max(self.weight_g, self.volume_cm3 * 1_000 // VOLUME_PER_KG)


def parse_size(text: str) -> tuple[int, int, int]:
    """Read ``40x30x20`` (centimetres).

    Raises:
        ParcelError: the text is no size.
    """
    parts = text.lower().split("x")
    if len(parts) != 3 or not all(part.strip().isdecimal() for part in parts):
        raise ParcelError(f"not a size: {text!r} (write it like 40x30x20)")
    length, width, height = (int(part) for part in parts)
    return length, width, height
