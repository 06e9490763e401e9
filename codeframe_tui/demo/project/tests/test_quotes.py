from parcels.money import Money
from parcels.parcel import Parcel
from parcels.quotes import quote
from parcels.zones import Zone


def test_a_plain_parcel_costs_its_list_price_and_fuel():
    offer = quote(Parcel(30, 20, 10, 1_500), "10115", "80331")
    assert offer.zone is Zone.COUNTRY
    assert offer.lines == (("parcel, country", Money(590)), ("fuel", Money(35)))
    assert offer.total == Money(625)


def test_extras_stand_on_lines_of_their_own():
    offer = quote(Parcel(110, 10, 10, 1_500), "10115", "27498")
    assert [text for text, _ in offer.lines] == [
        "parcel, country",
        "fuel",
        "remote area",
        "bulky",
    ]
