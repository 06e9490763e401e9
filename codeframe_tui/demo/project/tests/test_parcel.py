import pytest

from parcels.errors import ParcelError
from parcels.parcel import MAX_WEIGHT_G, Parcel, parse_size


def test_sides_come_longest_first():
    assert Parcel(20, 40, 30, 1_000).sides == (40, 30, 20)


def test_a_light_big_parcel_is_billed_by_its_volume():
    assert Parcel(50, 40, 30, 1_000).billed_g == 12_000


def test_a_heavy_small_parcel_is_billed_by_its_weight():
    assert Parcel(10, 10, 10, 5_000).billed_g == 5_000


@pytest.mark.parametrize("sides", [(0, 10, 10), (10, -1, 10)])
def test_sides_must_be_longer_than_nothing(sides):
    with pytest.raises(ParcelError, match="side"):
        Parcel(*sides, 1_000)


@pytest.mark.parametrize("weight", [0, MAX_WEIGHT_G + 1])
def test_the_weight_has_bounds(weight):
    with pytest.raises(ParcelError):
        Parcel(10, 10, 10, weight)


def test_a_size_is_read_from_text():
    assert parse_size("40x30X20") == (40, 30, 20)
    with pytest.raises(ParcelError, match="40x30x20"):
        parse_size("40x30")
