import pytest

from parcels.errors import ParcelError
from parcels.invoice import Invoice, Line
from parcels.money import Money


def test_the_net_sum_is_that_of_the_lines():
    lines = (Line("parcel", Money(625)), Line("packing", Money(250)))
    assert Invoice(1, lines).net == Money(875)


def test_an_invoice_is_printed_with_its_number():
    rows = Invoice(17, (Line("parcel", Money(625)),)).render().splitlines()
    assert rows[0] == "Invoice 17"
    assert rows[1].split() == ["parcel", "6.25"]


def test_an_empty_invoice_is_refused():
    with pytest.raises(ParcelError):
        Invoice(1, ())
