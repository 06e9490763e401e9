from fractions import Fraction

import pytest

from parcels.errors import ParcelError
from parcels.money import Money, parse_money, total


def test_amounts_add_and_print():
    assert str(Money(1999) + Money(1)) == "20.00"
    assert str(Money(5) - Money(130)) == "-1.25"
    assert total([]) == Money(0)


@pytest.mark.parametrize(("cents", "rate", "share"), [(50, 1, 1), (49, 1, 0), (790, 6, 47)])
def test_a_percentage_is_rounded_half_up(cents, rate, share):
    assert Money(cents).percent(Fraction(rate)) == Money(share)


@pytest.mark.parametrize(("text", "cents"), [("12", 1200), ("12.3", 1230), (" 0.05 ", 5)])
def test_amounts_are_read(text, cents):
    assert parse_money(text) == Money(cents)


@pytest.mark.parametrize("text", ["", "1.234", "1,50", "-3", "a"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ParcelError):
        parse_money(text)
