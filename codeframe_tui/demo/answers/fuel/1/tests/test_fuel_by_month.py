from datetime import date
from fractions import Fraction

import pytest

from parcels import surcharges
from parcels.money import Money
from parcels.surcharges import fuel_percent


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (date(2026, 2, 28), 6),
        (date(2026, 3, 1), 7),
        (date(2026, 4, 30), 7),
        (date(2026, 5, 1), Fraction(13, 2)),
        (date(2027, 1, 1), Fraction(13, 2)),
    ],
)
def test_a_rate_holds_until_the_next_one(day, percent):
    assert fuel_percent(day) == percent


def test_fuel_is_charged_by_the_rate_of_the_day():
    assert surcharges.fuel(Money(1_000), on=date(2026, 3, 15)) == Money(70)


def test_without_a_day_the_old_rate_stays():
    assert surcharges.fuel(Money(1_000)) == Money(60)
