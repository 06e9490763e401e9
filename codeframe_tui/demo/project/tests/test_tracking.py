import pytest

from parcels.errors import ParcelError
from parcels.tracking import is_valid, make_number


def test_a_number_of_ours_is_valid():
    assert make_number(47312482) == "PX473124829"
    assert all(is_valid(make_number(serial)) for serial in range(0, 5_000, 37))


def test_one_wrong_digit_is_noticed():
    assert not is_valid("PX473124820")
    assert not is_valid("PX473124929")


@pytest.mark.parametrize("number", ["", "PX", "AB473124829", "PX4731248299", "PX4731248x9"])
def test_other_forms_are_not_valid(number):
    assert not is_valid(number)


def test_serials_end():
    with pytest.raises(ParcelError):
        make_number(10**8)
