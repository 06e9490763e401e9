"""Amounts of money in whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from parcels.errors import ParcelError


@dataclass(frozen=True, order=True)
class Money:
    """An amount in cents; may be negative (a discount)."""

    cents: int

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - other.cents)

    def percent(self, rate: Fraction | int) -> Money:
        """A share of the amount, rounded half up to the cent."""
        return Money(round_half_up(Fraction(self.cents) * rate / 100))

    def __str__(self) -> str:
        sign = "-" if self.cents < 0 else ""
        whole, cents = divmod(abs(self.cents), 100)
        return f"{sign}{whole}.{cents:02d}"


ZERO = Money(0)


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up, as accountants expect."""
    return (value + Fraction(1, 2)).__floor__()


def parse_money(text: str) -> Money:
    """Read ``12``, ``12.3`` or ``12.30``.

    Raises:
        ParcelError: the text is no amount.
    """
    whole, _, cents = text.strip().partition(".")
    if not whole.isdecimal() or not (cents == "" or cents.isdecimal()) or len(cents) > 2:
        raise ParcelError(f"not an amount: {text!r}")
    return Money(int(whole) * 100 + int(cents.ljust(2, "0")))


def total(amounts: list[Money]) -> Money:
    """The sum; of nothing it is zero."""
    return Money(sum(amount.cents for amount in amounts))
