import pytest

from parcels.parcel import Parcel, SizeExceeded


def test_the_girth_is_the_longest_side_plus_once_around():
    assert Parcel(20, 60, 30, 1_000).girth_cm == 60 + 2 * (30 + 20)


@pytest.mark.parametrize("sides", [(120, 40, 50), (50, 120, 40), (100, 50, 50)])
def test_a_parcel_at_the_limit_travels(sides):
    assert Parcel(*sides, 1_000).girth_cm <= 300


@pytest.mark.parametrize(
    ("sides", "measure", "value"),
    [
        ((121, 10, 10), "longest side", 121),
        ((10, 10, 121), "longest side", 121),
        ((120, 50, 41), "girth", 302),
    ],
)
def test_a_parcel_beyond_a_limit_is_refused(sides, measure, value):
    with pytest.raises(SizeExceeded, match=f"{measure} of {value} cm") as caught:
        Parcel(*sides, 1_000)
    assert caught.value.measure == measure
