import pytest

from parcels.consignment import Consignment
from parcels.errors import ParcelError
from parcels.money import Money
from parcels.parcel import Parcel

SMALL = Parcel(10, 10, 10, 500)


def of(count):
    return Consignment([SMALL] * count, "10115", "80331")


def test_two_parcels_cost_twice_as_much():
    assert of(2).price.cents == 2 * of(1).price.cents
    assert of(2).weight_g == 1_000


@pytest.mark.parametrize(("count", "percent"), [(2, 0), (3, 3), (5, 5), (10, 8), (12, 8)])
def test_many_parcels_are_cheaper(count, percent):
    assert of(count).discount == of(count).gross.percent(percent)


def test_nothing_cannot_be_sent():
    with pytest.raises(ParcelError):
        Consignment([], "10115", "80331")


def test_the_price_is_what_is_left():
    assert of(3).price == of(3).gross - of(3).discount
    assert of(3).price == Money(1510)
