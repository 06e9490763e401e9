import pytest

from parcels.errors import ParcelError
from parcels.money import Money
from parcels.rates import STANDARD, RateTable
from parcels.zones import Zone


@pytest.mark.parametrize(("grams", "cents"), [(1, 390), (1_000, 390), (1_001, 450), (31_500, 1490)])
def test_a_step_includes_its_upper_end(grams, cents):
    assert STANDARD.price(Zone.LOCAL, grams) == Money(cents)


def test_beyond_the_last_step_there_is_no_price():
    with pytest.raises(ParcelError, match="31501"):
        STANDARD.price(Zone.LOCAL, 31_501)


def test_a_table_must_be_complete():
    with pytest.raises(ParcelError, match="local"):
        RateTable((1_000, 2_000), {Zone.LOCAL: (100,)})
    with pytest.raises(ParcelError, match="ascend"):
        RateTable((2_000, 1_000), {Zone.LOCAL: (100, 200)})
