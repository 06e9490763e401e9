from parcels.invoice import Invoice, Line
from parcels.money import Money

THREE = Invoice(5, tuple(Line(f"parcel {number}", Money(151)) for number in (1, 2, 3)))


def test_the_tax_is_rounded_once_on_the_net_sum():
    assert THREE.tax == Money(86)


def test_net_and_tax_are_what_is_to_pay():
    assert THREE.gross == THREE.net + THREE.tax == Money(539)


def test_the_printed_invoice_ends_with_what_is_to_pay():
    rows = THREE.render().splitlines()
    assert [row.split()[0] for row in rows[-3:]] == ["net", "tax", "to"]
    assert rows[-1].endswith("5.39")
