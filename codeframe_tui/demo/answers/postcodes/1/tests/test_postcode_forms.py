import pytest

from parcels.errors import ParcelError
from parcels.zones import Zone, parse_postcode, zone_between

FORMS = ["10115", " 10115 ", "D-10115", "d-10115", "DE 10115", "DE10115", "10 115"]


def accepted(text):
    try:
        parse_postcode(text)
    except ParcelError:
        return False
    return True


@pytest.mark.parametrize("text", FORMS)
def test_a_postcode_may_be_written_as_people_do(text):
    assert accepted(text)


@pytest.mark.parametrize("text", FORMS)
def test_every_form_reads_as_the_same_five_digits(text):
    assert parse_postcode(text) == "10115"


def test_zones_do_not_depend_on_the_form():
    assert zone_between("D-10115", "10 999") is Zone.LOCAL
