"""Postcodes, and the zone between two of them."""

from __future__ import annotations

from enum import Enum

from parcels.errors import ParcelError

REMOTE_PREFIXES = ("18565", "25859", "25863", "26465", "26486", "26548", "26571", "27498")
"""Islands and halligs."""


class Zone(Enum):
    """How far a parcel travels."""

    LOCAL = "local"
    REGION = "region"
    COUNTRY = "country"


def parse_postcode(text: str) -> str:
    """Read a postcode: five digits, however they are dressed up.

    Raises:
        ParcelError: the text is no postcode.
    """
    digits = "".join(char for char in text if char.isdecimal())
    if len(digits) != 5:
        raise ParcelError(f"not a postcode: {text!r}")
    return digits


def zone_between(origin: str, destination: str) -> Zone:
    """The zone between two postcodes, by the digits they share at the front."""
    here, there = parse_postcode(origin), parse_postcode(destination)
    if here[:2] == there[:2]:
        return Zone.LOCAL
    return Zone.REGION if here[0] == there[0] else Zone.COUNTRY


def is_remote(postcode: str) -> bool:
    """Whether a place is reached by ferry only."""
    return parse_postcode(postcode).startswith(REMOTE_PREFIXES)
