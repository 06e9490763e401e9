from parcels import surcharges
from parcels.money import ZERO, Money
from parcels.parcel import Parcel


def test_fuel_is_a_share_of_the_list_price():
    assert surcharges.fuel(Money(790)) == Money(47)


def test_islands_cost_extra():
    assert surcharges.remote("27498") == Money(surcharges.REMOTE_CENTS)
    assert surcharges.remote("10115") == ZERO


def test_long_parcels_cost_extra():
    assert surcharges.bulky(Parcel(100, 10, 10, 500)) == Money(surcharges.BULKY_CENTS)
    assert surcharges.bulky(Parcel(99, 10, 10, 500)) == ZERO
