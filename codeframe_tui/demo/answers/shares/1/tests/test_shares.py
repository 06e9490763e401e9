from fractions import Fraction

import pytest

from parcels.consignment import Consignment
from parcels.money import Money, total
from parcels.parcel import Parcel
from parcels.shares import split

CASES = [
    (1000, [1, 1, 1]),
    (999, [1, 2, 3, 4]),
    (100, [333, 333, 334]),
    (10, [50, 25, 25]),
    (2500, [700] * 40),
    (5, [1] * 8),
]


@pytest.mark.parametrize(("cents", "weights"), CASES)
def test_the_shares_add_up(cents, weights):
    assert total(split(Money(cents), weights)) == Money(cents)


@pytest.mark.parametrize(("cents", "weights"), CASES)
def test_no_share_is_off_by_a_cent(cents, weights):
    shares = split(Money(cents), weights)
    exact = [Fraction(cents * weight, sum(weights)) for weight in weights]
    off = [abs(share.cents - fair) for share, fair in zip(shares, exact)]
    assert max(off) < 1


def test_of_equal_parcels_the_earlier_ones_take_the_odd_cents():
    assert split(Money(1001), [1, 1, 1]) == [Money(334), Money(334), Money(333)]


def test_a_consignment_knows_the_share_of_each_parcel():
    parcels = [Parcel(10, 10, 10, weight) for weight in (500, 1_500, 4_000)]
    consignment = Consignment(parcels, "10115", "80331")
    assert total(consignment.shares) == consignment.price
