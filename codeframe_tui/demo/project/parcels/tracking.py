"""Numbers under which parcels travel: ``PX``, eight digits, one check digit."""

from __future__ import annotations

from parcels.errors import ParcelError

PREFIX = "PX"
DIGITS = 8
WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def check_digit(serial: str) -> int:
    """The digit that catches one wrong digit and two swapped ones (as in UPU S10)."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(serial, WEIGHTS)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def make_number(serial: int) -> str:
    """The tracking number of a serial.

    Raises:
        ParcelError: the serial has too many digits.
    """
    text = f"{serial:0{DIGITS}d}"
    if serial < 0 or len(text) > DIGITS:
        raise ParcelError(f"serials have at most {DIGITS} digits")
    return f"{PREFIX}{text}{check_digit(text)}"


def is_valid(number: str) -> bool:
    """Whether a number has the right form and check digit."""
    serial, check = number[len(PREFIX) : -1], number[-1:]
    well_formed = (
        number.startswith(PREFIX)
        and len(serial) == DIGITS
        and serial.isdecimal()
        and check.isdecimal()
    )
    return well_formed and check_digit(serial) == int(check)
