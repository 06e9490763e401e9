import pytest

from parcels.errors import ParcelError
from parcels.zones import Zone, is_remote, parse_postcode, zone_between


@pytest.mark.parametrize(
    ("there", "zone"),
    [("10999", Zone.LOCAL), ("14467", Zone.REGION), ("80331", Zone.COUNTRY)],
)
def test_the_zone_follows_from_the_shared_digits(there, zone):
    assert zone_between("10115", there) is zone


@pytest.mark.parametrize("text", ["", "1234", "123456", "1234x5", "12 34x 5"])
def test_what_is_no_postcode_is_refused(text):
    with pytest.raises(ParcelError, match="postcode"):
        parse_postcode(text)


def test_islands_are_remote():
    assert is_remote("27498")
    assert not is_remote("27499")
